"""What of a dossier's way a reader may see: the chain without a gap, what is shielded without its facts."""

from dataclasses import replace

import pytest

from archive import chains, custody, dossiers, persons, storage
from archive.dossier_tables import Dossier
from archive.materials import catalogue
from archive.materials.rows import Row
from archive.packs.models import Pack
from archive.reading.grants import OVERSEE
from archive.reading.models import ReadingRequest
from archive.statuses import DossierStatus
from tests.archive.cards import facts
from workflow import cases
from workflow.clock import now
from workflow.identity import Group, User

HOME = "K01-01-01-A-1-01"


@pytest.fixture
def dossier(session, clock) -> Dossier:
    storage.furnish(session, "K01", "一号库房", storage.Shelves(rows=1, cabinets=1, layers=1, places=2))
    made = dossiers.register(session, persons.register(session, facts(1, "李明"), "anna"), {}, "anna")
    storage.shelve(session, made, HOME, "bob")
    return made


@pytest.fixture
def anna(session) -> User:
    return session.get_one(User, "anna")


def lend(session, dossier: Dossier, clock, shielded: bool = False):
    """Dora lends it in a case of her own and has it back."""
    case = cases.open_case(session, f"查-{dossier.id}-{shielded}", "查阅", "reading", "dora")
    cases.add_key(session, case, dossier.dossier_no)
    session.add(
        ReadingRequest(
            case_id=case.id, dossier_id=dossier.id, asked_at=case.opened_at, asked_by="dora", shielded=shielded
        )
    )
    session.flush()
    clock.move(hours=1)
    to = custody.place(custody.PlaceKind.UNIT, "市纪委监委 陈九")
    storage.take_out(session, dossier, to, DossierStatus.LENT, "dora", case, "案件核查")
    clock.move(hours=1)
    storage.shelve(session, dossier, HOME, "dora", case, "put back")
    return case


def places(links) -> list[tuple[str | None, str]]:
    return [(link.from_place, link.to_place) for link in links]


def test_the_chain_tells_each_move_with_person_places_and_case(session, clock, dossier, anna):
    case = lend(session, dossier, clock)
    cases.show_to(session, case.id, ["registry"], [])
    session.flush()

    links = chains.links(session, dossier, anna)
    assert [(link.seq, link.by) for link in links] == [(1, "anna"), (2, "bob"), (3, "dora"), (4, "dora")]
    assert [link.case for link in links] == [None, None, case, case]
    assert places(links)[2:] == [
        (f"position:{HOME}", "unit:市纪委监委 陈九"),
        ("unit:市纪委监委 陈九", f"position:{HOME}"),
    ]
    assert chains.first_gap(links) is None


def test_a_case_one_may_not_see_stands_in_the_chain_without_its_name(session, clock, dossier, anna):
    lend(session, dossier, clock)
    links = chains.links(session, dossier, anna)

    assert [(link.case, link.other_case) for link in links] == [(None, False)] * 2 + [(None, True)] * 2
    assert chains.matters(session, dossier, anna) == []


def test_a_shielded_reading_shows_its_moments_and_nothing_else(session, clock, dossier, anna):
    case = lend(session, dossier, clock, shielded=True)
    cases.show_to(session, case.id, ["registry"], [])
    links = chains.links(session, dossier, anna)

    assert places(links)[2:] == [(f"position:{HOME}", chains.HIDDEN), (chains.HIDDEN, f"position:{HOME}")]
    assert [(link.by, link.why, link.case) for link in links[2:]] == [("", "", None)] * 2
    assert all(link.at is not None for link in links) and chains.first_gap(links) is None
    assert not any("案件" in each.why for each in chains.history(session, dossier, anna))


def test_who_oversees_readings_sees_the_shielded_ones_too(session, clock, dossier, anna):
    lend(session, dossier, clock, shielded=True)
    session.get_one(Group, "registry").permissions = [OVERSEE]
    links = chains.links(session, dossier, anna)

    assert places(links)[2][1] == "unit:市纪委监委 陈九" and links[2].why == "案件核查"


def test_the_cases_that_name_the_dossier_are_found_by_its_number_newest_first(session, clock, dossier):
    first, second = lend(session, dossier, clock), lend(session, dossier, clock, shielded=True)
    assert chains.matters(session, dossier, session.get_one(User, "dora")) == [second, first]


def test_a_chain_that_does_not_join_names_its_first_gap(session, clock, dossier, anna):
    links = chains.links(session, dossier, anna)

    assert chains.first_gap([]) is None
    assert chains.first_gap(links[1:]) == 1
    assert chains.first_gap([links[0], replace(links[1], from_place="desk:elsewhere")]) == 2


def test_the_history_tells_statuses_fields_and_catalogues_newest_first(session, clock, dossier, anna):
    clock.move(hours=1)
    dossiers.update_facts(session, dossier, {"source_unit": "云溪大学"}, "bob", None, "写错")
    clock.move(hours=1)
    catalogue.save(session, dossier, [Row("干部履历表", "1", "1998-07", "4")], "bob")
    clock.move(hours=1)
    rows = [catalogue.row_of(each) for each in catalogue.rows(session, dossier)]
    catalogue.save(session, dossier, [replace(rows[0], pages="5", note="复印件")], "bob")

    told = chains.history(session, dossier, anna)
    assert [each.at for each in told] == sorted((each.at for each in told), reverse=True)
    assert ("source_unit", "", "写错") in [(each.field, each.before, each.why) for each in told]
    assert [each.count for each in told if each.field == "materials"] == [2]
    assert [(each.before, each.after) for each in told if each.field == "status"] == [
        ("to_shelve", "in_store"),
        ("", "to_shelve"),
    ]


def test_the_chain_begins_with_the_pack_and_goes_on_under_the_next_record(session, clock, dossier, anna):
    case = cases.open_case(session, "REC-1", "李明", "receipt", "anna")
    pack = Pack(tracking_no="EX1", channel="ems", expected_at=now(), case_id=case.id, dossier_id=dossier.id)
    session.add(pack)
    session.flush()
    custody.record(session, pack, "sender:云溪大学", "anna", case, "sent")
    custody.record(session, pack, "desk:receipt", "anna", case, "signed for")
    custody.record(session, pack, f"position:{HOME}", "bob", case, "shelved")
    session.flush()
    assert [link.under for link in chains.links(session, dossier, anna)] == [dossier.dossier_no] * 2

    arrived = dossiers.register(session, dossier.person, {}, "anna", case, keeper="YXGB")
    pack.dossier_id = arrived.id
    assert [link.under for link in chains.links(session, arrived, anna)] == ["EX1", "EX1", arrived.dossier_no]
    assert chains.links(session, arrived, anna)[-1].from_place == "desk:receipt"


def test_what_went_to_another_office_goes_on_from_there_but_nothing_leaves_a_shelf_unsaid(
    session, clock, dossier, anna
):
    arrived = dossiers.register(session, dossier.person, {}, "anna", keeper="YXGB", at="desk:transfer")
    arrived.previous_id = dossier.id
    links = chains.links(session, arrived, anna)
    assert chains.first_gap(links) == 3

    custody.record(session, dossier, "unit:云溪区干部档案室", "anna", None, "received, notice scanned")
    links = chains.links(session, arrived, anna)
    assert chains.first_gap(links) is None
    assert [link.seq for link in links] == [1, 2, 3, 4]
    assert places(links)[-1] == ("unit:云溪区干部档案室", "desk:transfer")
