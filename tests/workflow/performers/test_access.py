"""Every move × everybody who could try it: as docs/human-tasks-access.md says, with the sentence the page shows."""

import os

import pytest

from tests.workflow.performers import access

WRITE = "JUANLIU_WRITE_DOCS"  # set by `make docs`
ALLOWED = {
    "claim what is free": {"performer", "candidate", "substitute"},
    "claim what the performer holds": {"performer", "substitute"},
    "claim in the performer's place": {"performer", "substitute"},
    "release": {"performer", "head", "administrator"},
    "hand over to a candidate": {"performer", "head", "administrator"},
    "give out what is free": {"administrator"},
    "delegate": {"performer"},
    "give back, or take back": {"performer", "delegate", "administrator"},
    "complete what is free": set(),
    "complete what the performer holds": {"performer"},
    "complete what is delegated": set(),
    "claim and complete in the performer's place": {"performer", "substitute"},
    "hand over all the performer has": {"head", "administrator"},
}


SHARE = ("performer", "substitute", "stranger")  # of the actors, on PostgreSQL
PLAYED: dict[str, dict[tuple[str, str], access.Cell]] = {}  # by database: played once, looked at by each test


@pytest.fixture
def cells(session, clock):
    database = session.get_bind().dialect.name
    if database not in PLAYED:
        PLAYED[database] = access.table(session, access.ACTORS if database == "sqlite" else SHARE)
    return PLAYED[database]


def test_every_move_is_allowed_to_just_these(cells):
    done = {cell for cell, found in cells.items() if found.done}

    assert done == {(move, actor) for move, actors in ALLOWED.items() for actor in actors} & cells.keys()
    assert set(ALLOWED) == {move.name for move in access.MOVES}


def test_every_refusal_is_the_sentence_that_why_not_gives(cells):
    """Who could claim it is only told to claim it first."""
    as_said = {move.name for move in access.MOVES if move.says == "why_not"}
    for (move, actor), cell in cells.items():
        if move in as_said and cell.refused:
            said = cell.why_not or "Task “open” is not yours; claim it first."
            assert cell.refused == said, (move, actor)


def test_every_refusal_is_a_sentence_of_its_own(cells):
    assert all(bool(cell.done) != bool(cell.refused) for cell in cells.values())
    assert all(cell.refused.endswith(".") for cell in cells.values() if cell.refused)


def test_the_page_is_as_the_moves_are(cells):
    if set(SHARE) == {actor for _move, actor in cells}:
        assert all(f"| {move} |" in access.PAGE.read_text("utf-8") for move in ALLOWED)
        return
    if os.environ.get(WRITE):
        access.PAGE.write_text(access.page(cells), "utf-8")
    assert access.PAGE.read_text("utf-8") == access.page(cells)
