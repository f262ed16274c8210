"""The demo office: an invented season that is the same for the same seed, and holds every trouble a desk can meet."""

import json
from collections import Counter
from datetime import date
from itertools import islice

import pytest
from sqlalchemy import delete, func, select

from archive import custody, founding, id_numbers, persons, search, storage
from archive.demo import office as demo
from archive.demo.invented import people
from archive.demo.morning import OF_RESIDENTS, TROUBLES, morning, stored_people, write_list
from archive.dossier_tables import Dossier
from archive.packs import exceptions, lists
from archive.statuses import DossierStatus
from workflow.errors import Conflict
from workflow.identity import Group, Membership, User
from workflow.people import PERMISSIONS
from workflow.registry import checks

DAY = date(2026, 7, 1)
STORED, LISTED = 12, 45


@pytest.fixture
def empty(office, clock):
    """An office without any people."""
    with office.database.transaction() as session:
        for made in (Membership, User, Group):
            session.execute(delete(made))
    return office


@pytest.fixture
def seeded(empty):
    with empty.database.transaction() as session:
        demo.seed(session, STORED, LISTED)
    return empty


# the morning


@pytest.mark.parametrize("listed", [40, 45, 100, 300])
def test_a_morning_holds_every_trouble_and_lists_what_it_promises(listed):
    made = morning(DAY, stored_people(30), listed)
    met = Counter(parcel.trouble for parcel in made.parcels if parcel.trouble)

    assert sum(parcel.listed for parcel in made.parcels) == listed
    assert met == Counter(TROUBLES if listed >= 300 else dict.fromkeys(TROUBLES, 1))
    assert {code.partition("-")[0] for code in met} == set(exceptions.CODES)


@pytest.mark.parametrize("seed", [1, 2026])
def test_the_same_seed_makes_the_same_morning_and_another_another(seed):
    known = stored_people(30)

    assert morning(DAY, known, 60, seed) == morning(DAY, known, 60, seed)
    assert morning(DAY, known, 60, seed).parcels != morning(DAY, known, 60, seed + 1).parcels


def test_no_two_parcels_bear_one_number_and_no_two_people_one_identity():
    made = morning(DAY, stored_people(30), 300)
    numbers = [parcel.tracking_no for parcel in made.parcels]
    arrived = [parcel.person.id_no for parcel in made.parcels if parcel.trouble not in OF_RESIDENTS]

    assert len(set(numbers)) == len(numbers)
    assert len(set(arrived)) == len(arrived)


def test_only_the_troubles_of_residents_show_a_resident():
    residents = {person.id_no for person in stored_people(30)}
    for parcel in morning(DAY, stored_people(30), 300).parcels:
        assert (parcel.first_id_no in residents) is (parcel.trouble in OF_RESIDENTS)
        assert (parcel.person.id_no in residents) is (parcel.trouble in OF_RESIDENTS and parcel.trouble != "E09-wrong")


def test_what_is_not_listed_or_not_delivered_is_that_trouble_only():
    for parcel in morning(DAY, stored_people(30), 300).parcels:
        assert parcel.listed is (parcel.trouble != "E14")
        assert parcel.delivered is (parcel.trouble != "E13")
        assert parcel.sent < DAY
        assert (parcel.channel == "其他快递") is (parcel.trouble == "E03")


@pytest.mark.parametrize(("seed", "born"), [(1, range(1965, 2002)), (2026, range(2002, 2005))])
def test_invented_people_bear_valid_numbers_that_agree_with_them(seed, born):
    for person in islice(people(seed, born), 300):
        assert id_numbers.check(person.id_no) == person.id_no
        assert id_numbers.birth(person.id_no).isoformat() == person.birth
        assert id_numbers.sex(person.id_no) == person.sex
        assert int(person.birth[:4]) in born
        assert len(person.mobile) == 11


def test_the_courier_s_list_reads_back_to_the_same_facts(tmp_path):
    made = morning(DAY, stored_people(30), 300)
    write_list(made, tmp_path / "list.xlsx")

    preview = lists.parse((tmp_path / "list.xlsx").read_bytes(), "list.xlsx")

    listed = [parcel for parcel in made.parcels if parcel.listed]
    assert (preview.bad, preview.unknown) == ([], [])
    assert [row.warnings for row in preview.rows] == [[]] * 300
    assert [(row.facts["tracking_no"], row.facts["name"], row.id_no) for row in preview.rows] == [
        (parcel.tracking_no, parcel.person.name, parcel.first_id_no) for parcel in listed
    ]
    assert [row.facts["sent_date"] for row in preview.rows] == [parcel.sent.isoformat() for parcel in listed]
    assert [row.facts["grad_date"] for row in preview.rows] == [parcel.person.graduation for parcel in listed]
    assert {(parcel.channel, row.facts["channel"]) for parcel, row in zip(listed, preview.rows, strict=True)} == {
        ("EMS", "ems"),
        ("机要", "confidential"),
        ("其他快递", "other"),
    }


# the office


def test_the_office_is_as_large_as_asked_and_every_dossier_stands_on_its_shelf(seeded):
    with seeded.database.reading() as session:
        kept = session.scalars(select(Dossier)).all()
        places = [custody.where(session, dossier) for dossier in kept]
        assert len(kept) == STORED
        assert {dossier.status for dossier in kept} == {DossierStatus.IN_STORE}
        assert places == [f"position:{storage.home(session, dossier)}" for dossier in kept]
        assert len(set(places)) == STORED
        assert [said for check in checks.values() for said in check(session)] == []


def test_its_dossiers_came_one_after_the_other_before_today_and_are_found(seeded):
    with seeded.database.reading() as session:
        arrived = session.scalars(select(Dossier.receive_date).order_by(Dossier.id)).all()
        assert [str(day) for day in arrived] == sorted(str(day) for day in arrived)
        assert str(arrived[-1]) < "2026-07-01"
        for person in stored_people(STORED):
            assert [persons.id_no(session, found) for found in search.people(session, person.id_no)] == [person.id_no]


def test_its_people_can_do_what_their_groups_may_and_permissions_exist(seeded):
    with seeded.database.reading() as session:
        groups = {group.key: group for group in session.scalars(select(Group))}
        members = {user.name: [group.key for group in user.groups] for user in session.scalars(select(User))}
    assert set(groups) == {group.key for group in founding.GROUPS}
    assert members == {person.login: [person.group] for person in demo.PEOPLE}
    assert all(set(group.permissions) <= set(PERMISSIONS) for group in groups.values())
    assert all(sum(person.group == group.key for person in demo.PEOPLE) >= 1 for group in founding.GROUPS)


def test_its_list_lies_ready_and_its_passwords_are_its_owners_only(seeded):
    folder = seeded.settings.data / "demo"
    accounts = demo.accounts(seeded)

    assert len(lists.parse((folder / "courier-list.xlsx").read_bytes(), "list").good) == LISTED
    assert [account["account"] for account in accounts] == [person.login for person in demo.PEOPLE]
    assert (folder / "accounts.json").stat().st_mode & 0o077 == 0
    assert len({account["password"] for account in accounts}) == 1
    assert json.loads((folder / "accounts.json").read_text("utf-8")) == accounts


def test_a_second_seed_is_refused_and_changes_nothing(seeded):
    before = (seeded.settings.data / "demo" / "accounts.json").read_bytes()
    with pytest.raises(Conflict, match="people already"), seeded.database.transaction() as session:
        demo.seed(session, STORED, LISTED)

    assert (seeded.settings.data / "demo" / "accounts.json").read_bytes() == before
    with seeded.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Dossier)) == STORED


def test_an_office_with_people_of_its_own_is_never_made_a_demo(office, clock):
    with pytest.raises(Conflict), office.database.transaction() as session:
        demo.seed(session, STORED, LISTED)
    assert demo.accounts(office) == []
