"""Random sequences of everything people do, on random processes: nothing is amiss, and no case gets stuck.

`make moves RUNS=10000 SEED=1` lives more lives than the few of each test run.
"""

import os
from collections import Counter
from datetime import UTC, datetime

import pytest

from tests.workflow.returns import moves, moves_around
from workflow import registry

RUNS = int(os.environ.get("JUANLIU_MOVES", "8"))
FIRST = int(os.environ.get("JUANLIU_FUZZ_SEED", "0"))
PORTION = 8  # lives in one office


@pytest.mark.parametrize("first", range(FIRST, FIRST + RUNS, PORTION))
def test_after_any_moves_every_case_comes_to_its_end_and_nothing_is_amiss(office, clock, monkeypatch, first):
    monkeypatch.setitem(registry.service_tasks, "test.work", lambda session, work: {"worked": 1})
    tally: Counter[str] = Counter()
    for seed in range(first, min(first + PORTION, FIRST + RUNS)):
        clock.set(datetime(2026, 7, 1, 1, 0, tzinfo=UTC))
        life = moves.Life(office, clock, seed, tally, [*moves.VERBS, *moves_around.VERBS])
        if not life.begin():
            tally["not begun"] += 1
            continue
        life.live()
        life.attempt(moves_around.come_back)
        assert life.amiss() == [], f"seed {seed}\n{life.drawing}"
        end = life.end()
        tally[f"in the end {end}"] += 1
        assert end != "stuck", f"seed {seed}\n{life.drawing}"
        assert life.amiss() == [], f"seed {seed}, in the end\n{life.drawing}"
    print(", ".join(f"{name}: {number}" for name, number in sorted(tally.items())))
    assert tally["in the end closed"]
