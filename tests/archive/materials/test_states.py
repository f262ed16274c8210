"""A material's way: every legal move and no other; nothing is ever deleted."""

import pytest
from sqlalchemy import delete, insert, update
from sqlalchemy.exc import DatabaseError, IntegrityError

from archive.materials import catalogue, states
from archive.materials.models import MATERIAL_MOVES, MATERIAL_STATE_LABELS, Material, MaterialMove, MaterialState
from archive.materials.rows import entry
from archive.materials.states import Act
from tests.archive.materials.conftest import places, row
from workflow.errors import Conflict

ANNA = Act("anna", why="看过")


@pytest.fixture
def paper(session, dossier):
    return states.take_in(session, dossier, [entry(row("介绍信", ""))], ANNA)[0]


def test_a_paper_comes_in_loose_with_its_day(session, dossier, paper):
    assert (paper.state, paper.seq, paper.received_at.isoformat()) == (MaterialState.LOOSE, None, "2026-07-01")
    assert [(move.seq, move.from_state, move.to_state, move.by) for move in states.moves(session, paper)] == [
        (1, None, "loose", "anna")
    ]


def test_who_moved_it_when_and_why_is_kept(session, dossier, paper, clock):
    clock.move(hours=1)
    states.move(session, paper, MaterialState.RETURNED, Act("bob", why="缺公章"))
    states.move(session, paper, MaterialState.LOOSE, Act("bob", why="补齐"))

    assert [(move.to_state, move.by, move.why) for move in states.moves(session, paper)[1:]] == [
        ("returned", "bob", "缺公章"),
        ("loose", "bob", "补齐"),
    ]


@pytest.mark.parametrize("before", list(MaterialState))
def test_every_move_of_the_table_is_allowed_and_no_other(session, dossier, paper, before):
    for after in MaterialState:
        if after is MaterialState.KEPT:
            continue  # by a catalogue only: it needs a place
        place = {"seq": 1, "code": "1"} if before is MaterialState.KEPT else {"seq": None, "code": None}
        session.execute(update(Material).values(state=before, **place))
        session.refresh(paper)
        if after in MATERIAL_MOVES[before]:
            with session.begin_nested() as savepoint:
                states.move(session, paper, after, ANNA)
                assert (paper.state, paper.seq) == (after, None)
                savepoint.rollback()
        else:
            with pytest.raises(Conflict, match=f"cannot become “{MATERIAL_STATE_LABELS[after]}”"):
                states.move(session, paper, after, ANNA)


def test_what_was_taken_out_leaves_its_class_and_keeps_its_code(session, dossier, listed):
    first, second = listed(row("甲"), row("乙"))
    states.move(session, first, MaterialState.FROZEN, Act("anna", why="有涂改"))

    assert (first.state, first.code, first.seq) == (MaterialState.FROZEN, "1", None)
    assert places(listed(catalogue.row_of(second))) == [("乙", "1", 1)]
    assert catalogue.of(session, dossier, MaterialState.FROZEN) == [first]


def test_the_database_itself_refuses_an_illegal_move(session, dossier, paper):
    illegal = {"material_id": paper.id, "seq": 2, "from_state": "destroyed", "to_state": "kept"}
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(insert(MaterialMove).values(**illegal, at=paper.created_at, by="x", why=""))


@pytest.mark.parametrize("table", [MaterialMove, Material])
def test_the_database_refuses_to_delete_a_material_or_its_way(session, dossier, paper, table):
    with pytest.raises(DatabaseError, match="never deleted"), session.begin_nested():
        session.execute(delete(table))


def test_nor_does_the_orm_delete_one(session, dossier, paper):
    with pytest.raises(DatabaseError), session.begin_nested():
        session.delete(paper)
        session.flush()


def test_nor_can_the_tables_be_emptied_at_once(session, dossier, paper):
    if session.get_bind().dialect.name == "postgresql":
        with pytest.raises(DatabaseError, match="never deleted"), session.begin_nested():
            session.connection().exec_driver_sql("TRUNCATE materials CASCADE")
    assert session.get(Material, paper.id) is paper
