"""Random block-structured processes against an oracle that knows blocks, not tokens; saved and loaded at every step."""

import random
from collections import Counter

import pytest

from tests.workflow.engine import fuzzing
from tests.workflow.engine.drawing import Run
from tests.workflow.engine.oracle_scopes import Blocks
from workflow import engine
from workflow.engine import Wait, WaitKind
from workflow.errors import DefinitionRefused

STEPS, CROWD = 60, 60
WORK = (WaitKind.USER_TASK, WaitKind.JOB, WaitKind.CALL)


@pytest.mark.parametrize("seeds", fuzzing.portions("blocks", 300))
def test_the_engine_opens_what_the_oracle_opens(seeds):
    fuzzing.tally("blocks", seeds, walk)


def walk(seed: int) -> str:
    """Draw, run and answer at random; after every step the same things are open in both. How it ended."""
    chance = random.Random(seed)
    blocks = Blocks(chance)
    chosen = blocks.chosen()
    try:
        run = Run(blocks.drawing, **chosen)
    except DefinitionRefused as refused:
        return f"refused ({refused.findings[0].rule})"
    except engine.BudgetExceeded:
        with pytest.raises(RecursionError):
            blocks.oracle(chosen)
        return "endless"
    oracle = blocks.oracle(chosen)
    for _ in range(STEPS):
        _compare(seed, blocks, run, oracle)
        if run.finished:
            return "finished"
        able = sorted((wait for wait in run.step.waits if wait.kind is not WaitKind.CONDITION), key=_key)
        if len(able) > CROWD:
            break
        wait = chance.choice(able) if able and chance.random() < 0.95 else None
        run.variables.update(blocks.chosen())
        try:
            _act(run, wait) if wait else run.change()
        except engine.BudgetExceeded:
            with pytest.raises(RecursionError):
                oracle.act(wait and _key(wait), run.variables)
            return "endless"
        oracle.act(wait and _key(wait), run.variables)
    run.cancel()
    assert run.finished and not run.open
    return "cancelled"


def _compare(seed: int, blocks: Blocks, run: Run, oracle) -> None:
    real = (
        Counter(map(_key, run.step.waits)),
        run.finished,
        Counter((each.kind, each.name) for each in run.step.thrown),
    )
    told = (oracle.open(), oracle.done, Counter(oracle.world.thrown))
    assert real == told, f"seed {seed}\n{blocks.drawing}\n{run.history}\nthe engine: {real}\nthe blocks: {told}"


def _key(wait: Wait) -> tuple[str, int]:
    return wait.activity_id, wait.variables.get("loopCounter", 0)


def _act(run: Run, wait: Wait) -> None:
    """The oldest of those alike, as the oracle does."""
    alike = [each for each in run.step.waits if each.activity_id == wait.activity_id]
    nth = next(at for at, each in enumerate(alike) if _key(each) == _key(wait))
    (run.do if wait.kind in WORK else run.happen)(wait.activity_id, nth)
