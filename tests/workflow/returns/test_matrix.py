"""Whatever is around the sender's step, sending it back does as docs/human-tasks.md says; docs/returns.md tells it all.

`make docs` writes docs/returns.md anew.
"""

import os
import re
from pathlib import Path

import pytest

from tests.workflow.returns.desk import STRAIGHT
from tests.workflow.returns.matrix import BEFORE, BESIDE, HEAD, SHAPES, Row, rows
from workflow import fsck, registry

PAGE = Path(__file__).parents[3] / "docs" / "returns.md"
ALL = bool(os.environ.get("JUANLIU_MOVES"))
SHARE = ("machine work before", "twice")  # of what is beside, on PostgreSQL in an ordinary run
WRITES = bool(os.environ.get("JUANLIU_WRITE_DOCS"))


@pytest.fixture
def done(monkeypatch):
    """How often the machine has worked."""
    found: list[int] = []
    monkeypatch.setitem(registry.service_tasks, "test.stamp", lambda session, work: found.append(1))
    return found


@pytest.mark.parametrize("shape", SHAPES)
def test_sending_back_does_in_every_shape_what_the_rules_say(office, clock, done, shape):
    whole = ALL or office.database.engine.name == "sqlite"
    found = rows(office, shape, done, BESIDE if whole else SHARE)
    for row in found:
        assert row.end == "closed", row
        (_raced if row.beside == "raced by a completion" else _straight if row.mode is STRAIGHT else _redone)(row)
    with office.database.reading() as session:
        assert fsck.run(session) == []
    if whole:
        _keep_page(shape, found)


def _straight(row: Row) -> None:
    """No token moves: what waited waits, votes and timers stay, nothing is done twice."""
    before, _, after = row.timers.partition(" → ")
    assert "a to correct (anna)" in row.waits and "z (bob)" in row.waits
    assert (row.void, row.round, before) == (0, 1, after)
    assert row.machine == (1 if row.beside == "machine work before" else 0)


def _redone(row: Row) -> None:
    """Only the step itself waits, with who did it; votes are void, timers gone, machine work done again."""
    rounds = 2 if row.beside == "twice" else 1
    assert row.waits == "a (anna)"
    assert row.round == 1 + rounds
    assert row.void == rounds * (1 + BEFORE.get(row.shape, 0))
    assert row.timers.endswith("→ 0")
    assert row.machine == (2 if row.beside == "machine work before" else 0)


def _raced(row: Row) -> None:
    """The completion has won: it stands, and sending back is refused with a sentence."""
    assert row.waits == "Task “z” is no longer open."
    assert (row.void, row.round) == (0, 1)


def _keep_page(shape: str, found: list[Row]) -> None:
    part = f"## {shape}\n\n{HEAD}\n" + "\n".join(row.line() for row in found) + "\n"
    page = PAGE.read_text("utf-8")
    if WRITES:
        page = re.sub(rf"## {shape}\n.*?(?=\n## |\Z)", lambda _: part.rstrip("\n") + "\n", page, flags=re.DOTALL)
        PAGE.write_text(page if part in page else f"{page.rstrip()}\n\n{part}", "utf-8")
    assert part in PAGE.read_text("utf-8"), "write it anew: make docs"
