"""Random block-structured processes against an oracle that knows blocks, not tokens; saved and loaded at every step."""

import random
from collections import Counter

import pytest

from tests.workflow.engine.drawing import Run
from tests.workflow.engine.oracle import Blocks

SEEDS = 400


@pytest.mark.parametrize("start", range(0, SEEDS, 50))
def test_the_engine_opens_what_the_oracle_opens(start):
    for seed in range(start, start + 50):
        walk(seed)


def walk(seed: int) -> None:
    """Draw, run and answer at random; after every step the same things are open in both."""
    chance = random.Random(seed)
    blocks = Blocks(chance)
    run = Run(blocks.drawing, **blocks.chosen())
    oracle = blocks.oracle(run.variables)
    for _ in range(60):
        assert _open(run) == oracle.open(), f"seed {seed}\n{blocks.drawing}\n{run.history}"
        assert run.finished == oracle.done, f"seed {seed}\n{blocks.drawing}"
        if run.finished:
            return
        key = chance.choice(sorted(oracle.open()))
        answers = blocks.chosen()
        act(run, key, answers)
        oracle.act(key, run.variables)
    run.cancel()
    assert run.finished and not run.open


def _open(run: Run) -> Counter:
    return Counter((wait.activity_id, wait.variables.get("loopCounter", 0)) for wait in run.step.waits)


def act(run: Run, key: tuple[str, int], answers: dict) -> None:
    activity, counter = key
    same = [wait for wait in run.step.waits if wait.activity_id == activity]
    nth = next(at for at, wait in enumerate(same) if wait.variables.get("loopCounter", 0) == counter)
    (run.happen if activity.startswith("m") else run.do)(activity, nth, **answers)
