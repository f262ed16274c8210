import threading

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from archive import custody, dossiers, persons
from archive.custody import CustodyEvent, PlaceKind
from archive.dossier_tables import Dossier
from tests.archive.cards import facts
from workflow.errors import Conflict


@pytest.fixture
def kept(session, clock):
    return dossiers.register(session, persons.register(session, facts(1), "anna"), {}, "anna")


def test_each_move_starts_where_the_last_one_ended(session, kept):
    custody.record(session, kept, "person:bob", "anna", why="checked")
    custody.record(session, kept, "position:K01-01-01-A-1-01", "bob")

    told = [(event.seq, event.from_place, event.to_place, event.by) for event in custody.chain(session, kept)]
    assert told == [
        (1, None, "desk:receipt", "anna"),
        (2, "desk:receipt", "person:bob", "anna"),
        (3, "person:bob", "position:K01-01-01-A-1-01", "bob"),
    ]
    assert custody.where(session, kept) == "position:K01-01-01-A-1-01"


@pytest.mark.parametrize(
    "wrong",
    [
        {"from_place": "person:mallory"},  # not where it was
        {"seq": 4, "previous_seq": 3},  # a gap
        {"seq": 3, "previous_seq": 1},  # points past its neighbour
        {"seq": 1, "previous_seq": None, "from_place": None},  # a second beginning
        {"pack_id": 1},  # two items at once
        {"dossier_id": None},  # of nothing
    ],
)
def test_the_database_itself_refuses_a_broken_path(session, kept, wrong):
    good = {"dossier_id": kept.id, "seq": 2, "previous_seq": 1, "from_place": "desk:receipt", "to_place": "person:bob"}
    session.add(CustodyEvent(**(good | wrong), at=kept.updated_at, by="mallory"))
    with pytest.raises(IntegrityError):
        session.flush()


def test_many_who_move_it_at_once_leave_one_unbroken_path(office):
    with office.database.transaction() as opened:
        number = dossiers.register(opened, persons.register(opened, facts(1), "anna"), {}, "anna").id
    start, moved, refused = threading.Barrier(6), [], []

    def carry(name):
        start.wait()
        try:
            with office.database.transaction() as opened:
                custody.record(opened, opened.get_one(Dossier, number), f"person:{name}", name)
            moved.append(name)
        except Conflict as said:
            refused.append(str(said))

    threads = [threading.Thread(target=carry, args=(f"p{place}",)) for place in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with office.database.reading() as opened:
        told = custody.chain(opened, opened.get_one(Dossier, number))
        assert list(custody._broken_paths(opened)) == []
    assert sorted(event.by for event in told[1:]) == sorted(moved)
    assert len(moved) + len(refused) == 6
    assert set(refused) <= {"Someone moved this at the same moment. Look where it is now."}


@pytest.mark.parametrize("place", ["", "nowhere", "position:", "moon:crater"])
def test_a_place_must_be_of_a_known_kind(session, kept, place):
    with pytest.raises(ValueError):
        custody.record(session, kept, place, "anna")


def test_every_kind_of_place_reads_well():
    assert {kind: str(custody.label(custody.place(kind, "X"))) for kind in PlaceKind} == {
        PlaceKind.POSITION: "Shelf X",
        PlaceKind.PERSON: "With X",
        PlaceKind.DESK: "Desk: X",
        PlaceKind.SENDER: "Sender: X",
        PlaceKind.TRANSIT: "On the way: X",
        PlaceKind.UNIT: "Unit: X",
    }


def test_a_name_may_hold_a_colon():
    assert custody.split("transit:EMS:123") == (PlaceKind.TRANSIT, "EMS:123")


def test_fsck_names_a_chain_that_jumps(session, kept):
    for place in ("person:bob", "person:carl"):
        custody.record(session, kept, place, "anna")
    if session.get_bind().dialect.name == "postgresql":
        session.connection().exec_driver_sql("SET LOCAL session_replication_role = replica")
    else:
        session.connection().exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    session.execute(delete(CustodyEvent).where(CustodyEvent.seq == 2))

    assert list(custody._broken_paths(session)) == [
        f"The custody chain of dossier {kept.id} jumps from move 1 to move 3."
    ]


def test_fsck_names_a_move_from_the_wrong_place(session, kept):
    custody.record(session, kept, "person:bob", "anna")
    if session.get_bind().dialect.name == "postgresql":
        session.connection().exec_driver_sql("SET LOCAL session_replication_role = replica")
    else:
        session.connection().exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    session.execute(update(CustodyEvent).where(CustodyEvent.seq == 1).values(to_place="desk:sorting"))

    assert list(custody._broken_paths(session)) == [
        f"Move 2 of dossier {kept.id} starts at desk:receipt, but the item was at desk:sorting."
    ]
