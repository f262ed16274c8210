import threading

import pytest

from archive import custody, dossiers, persons, placement, storage
from archive.statuses import DossierStatus
from tests.archive.cards import facts
from workflow.errors import Conflict, Invalid
from workflow.registry import checks


@pytest.fixture
def room(session):
    storage.furnish(session, "K01", "一号库", storage.Shelves(rows=2, cabinets=2, layers=2, places=2))
    return "K01"


def dossier(session, serial=1):
    return dossiers.register(session, persons.register(session, facts(serial), "anna"), {}, "anna")


def test_a_dossier_goes_on_a_shelf_and_its_chain_says_so(session, clock, room):
    kept = dossier(session)

    storage.shelve(session, kept, "k01 0102B202", "bob")

    assert kept.status is DossierStatus.IN_STORE
    assert storage.home(session, kept) == "K01-01-02-B-2-02"
    assert [event.to_place for event in custody.chain(session, kept)] == ["desk:receipt", "position:K01-01-02-B-2-02"]


def test_a_full_position_is_refused_beside_its_field(session, clock, room):
    storage.shelve(session, dossier(session, 1), "K01-01-01-A-1-01", "anna")

    with pytest.raises(Invalid) as refused:
        storage.shelve(session, dossier(session, 2), "K01-01-01-A-1-01", "anna")

    assert str(refused.value.problems["position"][0]) == "Position K01-01-01-A-1-01 is full. Choose another one."


@pytest.mark.parametrize("code", ["", "K01", "K01-01-01-A-1-1", "hello", "K01-01-01-A-1-01-9"])
def test_what_is_no_position_code_is_refused(session, code):
    with pytest.raises(Invalid, match="is not a position code"):
        storage.code_of(code)


def test_a_position_that_does_not_exist_is_refused(session, clock, room):
    with pytest.raises(Invalid, match="There is no position K09-01-01-A-1-01"):
        storage.shelve(session, dossier(session), "K09-01-01-A-1-01", "anna")


def test_a_position_out_of_use_is_refused_and_not_offered(session, clock, room):
    first = storage.free_positions(session)[0]
    first.usable = False

    assert first.code not in [found.code for found in storage.free_positions(session, limit=100)]
    with pytest.raises(Invalid, match="is not in use"):
        storage.shelve(session, dossier(session), first.code, "anna")


def test_free_positions_come_in_walking_order_and_skip_full_ones(session, clock, room):
    storage.shelve(session, dossier(session), "K01-01-01-A-1-01", "anna")

    found = [position.code for position in storage.free_positions(session, limit=3)]

    assert found == ["K01-01-01-A-1-02", "K01-01-01-A-2-01", "K01-01-01-A-2-02"]


def test_the_nearest_free_positions_are_on_the_same_layer_then_in_the_same_cabinet(session, clock, room):
    storage.shelve(session, dossier(session), "K01-01-02-A-2-02", "anna")

    found = [position.code for position in storage.free_positions(session, near="K01-01-02-A-2-02", limit=4)]

    assert found == ["K01-01-02-A-2-01", "K01-01-02-A-1-02", "K01-01-02-A-1-01", "K01-01-02-B-2-02"]


def test_free_positions_may_be_asked_of_one_room(session, clock, room):
    storage.furnish(session, "K02", "二号库", storage.Shelves(1, 1, 1, 1))

    assert [found.code for found in storage.free_positions(session, room="k02")] == [
        "K02-01-01-A-1-01",
        "K02-01-01-B-1-01",
    ]


def test_a_position_of_capacity_three_holds_three(session, clock):
    storage.furnish(session, "K03", "散材料", storage.Shelves(1, 1, 1, 1, sides="A", capacity=3))
    for serial in (1, 2, 3):
        storage.shelve(session, dossier(session, serial), "K03-01-01-A-1-01", "anna")

    with pytest.raises(Invalid, match="is full"):
        storage.shelve(session, dossier(session, 4), "K03-01-01-A-1-01", "anna")
    assert len(storage.on_position(session, "K03-01-01-A-1-01")) == 3


def test_furnishing_again_adds_only_what_is_new(session, room):
    assert storage.furnish(session, "K01", "一号库", storage.Shelves(2, 2, 2, 2)) == 0
    assert storage.furnish(session, "K01", "一号库", storage.Shelves(3, 2, 2, 2)) == 16


@pytest.mark.parametrize("code", ["K1", "01", "库"])
def test_a_room_whose_code_does_not_fit_is_refused(session, code):
    with pytest.raises(Invalid, match="like K01"):
        storage.furnish(session, code, "库", storage.Shelves(1, 1, 1, 1))


def test_a_room_with_too_many_rows_for_its_codes_is_refused(session):
    with pytest.raises(Invalid, match="At most 99 rows"):
        storage.furnish(session, "K01", "库", storage.Shelves(100, 1, 1, 1))


def test_a_lent_dossier_keeps_its_home_and_comes_back_to_it(session, clock, room):
    kept = dossier(session)
    storage.shelve(session, kept, "K01-01-01-A-1-01", "anna")

    storage.take_out(session, kept, "person:carl", DossierStatus.LENT, "anna", why="loan")
    assert storage.home(session, kept) == "K01-01-01-A-1-01"
    assert custody.where(session, kept) == "person:carl"

    storage.shelve(session, kept, "K01-01-01-A-1-01", "anna", why="returned")
    assert kept.status is DossierStatus.IN_STORE


def test_a_dossier_keeps_its_home_on_its_way_and_gives_it_up_when_it_has_come(session, clock, room):
    kept = dossier(session)
    storage.shelve(session, kept, "K01-01-01-A-1-01", "anna")
    storage.take_out(session, kept, "desk:transfer", DossierStatus.LEAVING, "anna")
    storage.take_out(session, kept, "transit:机要 77", DossierStatus.ON_THE_WAY, "anna")
    assert storage.home(session, kept) == "K01-01-01-A-1-01"
    storage.take_out(session, kept, "unit:临川中心", DossierStatus.TRANSFERRED, "anna")

    assert storage.home(session, kept) is None
    storage.shelve(session, dossier(session, 2), "K01-01-01-A-1-01", "anna")


def test_a_dossier_moved_to_another_shelf_frees_the_first(session, clock, room):
    kept = dossier(session)
    storage.shelve(session, kept, "K01-01-01-A-1-01", "anna")
    storage.shelve(session, kept, "K01-02-01-A-1-01", "anna", why="relocated")

    assert storage.home(session, kept) == "K01-02-01-A-1-01"
    assert storage.on_position(session, "K01-01-01-A-1-01") == []


def test_two_who_shelve_on_the_last_slot_at_once_do_not_share_it(office):
    with office.database.transaction() as opened:
        storage.furnish(opened, "K01", "一号库", storage.Shelves(1, 1, 1, 1, sides="A"))
        ids = [dossier(opened, serial).id for serial in range(1, 7)]
    start, said = threading.Barrier(len(ids)), []

    def put(number):
        start.wait()
        try:
            with office.database.transaction() as opened:
                storage.shelve(opened, opened.get_one(dossiers.Dossier, number), "K01-01-01-A-1-01", "anna")
            said.append("shelved")
        except Invalid as refused:
            said.append(str(refused.problems["position"][0]))

    threads = [threading.Thread(target=put, args=(number,)) for number in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(said) == ["Position K01-01-01-A-1-01 is full. Choose another one."] * 5 + ["shelved"]


def test_fsck_is_content_with_an_ordinary_day(session, clock, room):
    lent, shelved, fresh = dossier(session, 1), dossier(session, 2), dossier(session, 3)
    storage.shelve(session, lent, "K01-01-01-A-1-01", "anna")
    storage.shelve(session, shelved, "K01-01-01-A-1-02", "anna")
    storage.take_out(session, lent, "person:carl", DossierStatus.LENT, "anna")

    assert [said for check in checks.values() for said in check(session)] == []
    assert fresh.status is DossierStatus.TO_SHELVE


def test_fsck_names_a_dossier_whose_custody_and_home_disagree(session, clock, room):
    kept = dossier(session)
    storage.shelve(session, kept, "K01-01-01-A-1-01", "anna")
    custody.record(session, kept, "person:carl", "anna")

    assert list(placement._misplaced(session)) == [
        f"Dossier {kept.dossier_no} is in store at K01-01-01-A-1-01, but was last seen at person:carl."
    ]


def test_fsck_names_a_position_with_more_slots_than_its_capacity(session, room):
    first = storage.free_positions(session)[0]
    session.add(storage.PositionSlot(position_id=first.id, slot=2))
    session.flush()

    assert list(placement._crowded(session)) == [
        "Position K01-01-01-A-1-01 has capacity 1, but 2 slots with 0 dossiers."
    ]


def test_a_sealed_dossier_cannot_be_lent(session, clock, room):
    kept = dossier(session)
    storage.shelve(session, kept, "K01-01-01-A-1-01", "anna")
    dossiers.change_status(session, kept, DossierStatus.SEALED, "anna")

    with pytest.raises(Conflict, match="is “Sealed by authority” and cannot become “Lent”"):
        storage.take_out(session, kept, "person:carl", DossierStatus.LENT, "anna")
