"""Whatever happens to dossiers in whatever order, each is in one place, no slot is shared, and every path is unbroken."""

import random

import pytest
from sqlalchemy import func, select

from archive import custody, dossiers, persons, storage
from archive.dossier_tables import Dossier
from archive.statuses import ENDED, MOVES, DossierStatus
from archive.storage import Position, PositionSlot
from tests.archive.cards import facts
from workflow.errors import Conflict, Invalid
from workflow.registry import checks

PLACES = {
    DossierStatus.LENT: "person:carl",
    DossierStatus.SORTING: "desk:sorting",
    DossierStatus.SCANNING: "desk:scanning",
    DossierStatus.LEAVING: "desk:transfer",
    DossierStatus.ON_THE_WAY: "transit:机要 77",
}  # what is transferred for good has a receipt besides, see tests/archive/transfer
DOSSIERS = 7
STEPS = 60


@pytest.fixture
def shelves(session, clock):
    """Six slots for seven dossiers: two positions of one, two of two; one position is out of use."""
    storage.furnish(session, "K01", "一号库", storage.Shelves(1, 1, 1, 2, sides="A"))
    storage.furnish(session, "K02", "二号库", storage.Shelves(1, 1, 1, 2, sides="A", capacity=2))
    storage.furnish(session, "K03", "三号库", storage.Shelves(1, 1, 1, 1, sides="A"))
    session.scalars(select(Position).where(Position.room_code == "K03")).one().usable = False
    return list(session.scalars(select(Position.code).order_by(Position.code)))


def act(session, chance: random.Random, dossier: Dossier, codes: list[str]) -> bool:
    """One thing somebody tries; whether it was allowed. What is refused leaves nothing behind."""
    try:
        with session.begin_nested():
            if chance.random() < 0.5:
                storage.shelve(session, dossier, chance.choice(codes), "anna")
            else:
                status = chance.choice(list(PLACES))
                storage.take_out(session, dossier, PLACES[status], status, "anna", why="tried")
    except (Conflict, Invalid):
        session.refresh(dossier)
        return False
    return True


def look(session, dossier: Dossier):
    return dossier.status, storage.home(session, dossier), [move.to_place for move in custody.chain(session, dossier)]


@pytest.mark.parametrize("seed", range(8))
def test_a_random_season_keeps_every_dossier_in_one_place(session, clock, shelves, seed):
    chance = random.Random(seed)
    kept = [
        dossiers.register(session, persons.register(session, facts(n), "anna"), {}, "anna") for n in range(1, DOSSIERS)
    ]
    allowed = 0
    for _step in range(STEPS):
        clock.move(minutes=7)
        dossier = chance.choice(kept)
        before = look(session, dossier)
        if act(session, chance, dossier, shelves):
            allowed += 1
            agree(session, before, dossier)
        else:
            assert look(session, dossier) == before
    held = session.execute(
        select(Position.code, Position.capacity, func.count(PositionSlot.dossier_id))
        .join(PositionSlot)
        .group_by(Position.id)
    ).all()
    assert all(count <= capacity for _code, capacity, count in held)
    assert [said for check in checks.values() for said in check(session)] == []
    assert allowed > 10


def agree(session, before, dossier: Dossier) -> None:
    """What is true after every step that was allowed."""
    status_before, _home, path_before = before
    status, home, path = look(session, dossier)
    assert status is status_before or status in MOVES[status_before]
    assert path[: len(path_before)] == path_before
    assert all(one != next_ for one, next_ in zip(path, path[1:], strict=False))
    assert (home is None) or status not in ENDED
    if status is DossierStatus.IN_STORE:
        assert path[-1] == f"position:{home}"


@pytest.mark.parametrize("seed", range(4))
def test_what_is_offered_as_free_can_be_taken_and_nothing_else(session, clock, shelves, seed):
    chance = random.Random(seed)
    kept = [
        dossiers.register(session, persons.register(session, facts(n), "anna"), {}, "anna")
        for n in range(1, DOSSIERS + 1)
    ]
    for dossier in kept:
        offered = {position.code for position in storage.free_positions(session, limit=100)}
        for code in set(shelves) - offered:
            with pytest.raises(Invalid) as refused, session.begin_nested():
                storage.shelve(session, dossier, code, "anna")
            assert list(refused.value.problems) == ["position"]
        if not offered:
            break
        storage.shelve(session, dossier, chance.choice(sorted(offered)), "anna")
    assert storage.free_positions(session) == []
    assert dossier is kept[-1]


@pytest.mark.parametrize("near", ["K01-01-01-A-1-01", "K02-01-01-A-1-02", "K03-01-01-A-1-01", "K09-99-99-B-9-99"])
def test_the_nearest_positions_come_in_the_order_of_their_distance(session, clock, shelves, near):
    found = [position.code for position in storage.free_positions(session, near=near, limit=10)]

    assert sorted(found) == [code for code in shelves if not code.startswith("K03")]
    assert found == sorted(found, key=lambda code: storage._distance(code, near))


@pytest.mark.parametrize("status", [DossierStatus.LEAVING, DossierStatus.LENT, DossierStatus.SORTING])
def test_a_dossier_not_shelved_yet_cannot_be_taken_out(session, clock, shelves, status):
    kept = dossiers.register(session, persons.register(session, facts(1), "anna"), {}, "anna")

    with pytest.raises(Conflict, match="To be shelved"):
        storage.take_out(session, kept, PLACES[status], status, "anna")
    assert look(session, kept) == (DossierStatus.TO_SHELVE, None, ["desk:receipt"])


def test_a_refused_shelving_leaves_the_old_home(session, clock, shelves):
    kept = dossiers.register(session, persons.register(session, facts(1), "anna"), {}, "anna")
    storage.shelve(session, kept, shelves[0], "anna")
    dossiers.change_status(session, kept, DossierStatus.DAMAGED, "anna")

    with pytest.raises(Conflict):
        storage.shelve(session, kept, shelves[1], "anna")
    assert storage.home(session, kept) == shelves[0]
