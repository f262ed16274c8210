"""The borrowing register: one look for every list, counts that agree with it, what must hold of it (both databases)."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm.attributes import set_committed_value

from archive import storage
from archive.dossier_tables import Dossier
from archive.reading import grants, invariants, register
from archive.reading.grant_tables import Grant, GrantedMaterial, PageView, Sitting
from archive.reading.loan_tables import Loan
from archive.reading.models import LetterUse, Reader, ReadingRequest
from archive.reading.register import View, Where
from archive.statuses import DossierStatus
from tests.archive.reading import granted
from workflow import signins
from workflow.clock import now
from workflow.errors import NotFound
from workflow.identity import Group, User


@pytest.fixture
def five(session, clock):
    """Five dossiers out: soon due, overdue, lent, in the room, counted on the desk; and one that is back."""
    session.get_one(Group, "registry").permissions = ["dossiers.read"]  # anna's
    storage.furnish(session, "K01", "一号库", storage.Shelves(rows=1, cabinets=1, layers=2, places=5))
    told = [
        {"due_at": now() + timedelta(days=1)},
        {"due_at": now() - timedelta(days=1)},
        {},
        {"away": False},
        {"returned_at": now(), "pages_back": 4},
    ]
    return [granted.lent(session, serial, f"单雄{serial}", **more) for serial, more in enumerate(told, start=1)]


def shown(session, who, view, text=""):
    return [loan.dossier.person.name for loan in register.loans(session, session.get_one(User, who), view, text)]


def test_each_view_shows_its_own_and_the_counts_agree(session, five):
    anna = session.get_one(User, "anna")
    assert shown(session, "anna", View.SOON) == ["单雄1"]
    assert shown(session, "anna", View.OVERDUE) == ["单雄2"]
    assert shown(session, "anna", View.ROOM) == ["单雄4"]
    assert shown(session, "anna", View.BACK) == ["单雄5"]
    assert shown(session, "anna", View.OUT) == ["单雄5", "单雄4", "单雄3", "单雄2", "单雄1"]
    for typed in ("", "单雄2", "教育局"):
        counts = register.counts(session, anna, typed)
        assert counts == {view: len(register.every(session, anna, view, typed)) for view in View}
    five[0].ended_at, five[0].pages_back = now(), 4
    session.flush()
    assert shown(session, "anna", View.ENDED) == ["单雄1"]
    assert register.counts(session, anna)[View.OUT] == 4


def test_every_list_is_told_where_a_dossier_is_with_whom_and_until_when(session, five):
    anna = session.get_one(User, "anna")
    every = list(session.scalars(select(Dossier).order_by(Dossier.id)))
    found = register.standings(session, every, anna)
    assert [found[each.id].where for each in every] == [Where.SOON, Where.OVERDUE, Where.LENT, Where.ROOM, Where.BACK]
    assert (found[every[1].id].unit, found[every[1].id].borrower) == (granted.UNIT, "何查")
    assert register.standings(session, [], anna) == {}


def test_what_is_not_lent_is_in_the_vault_or_out_for_something_else(session, clock):
    storage.furnish(session, "K01", "一号库", storage.Shelves(rows=1, cabinets=1, layers=1, places=1))
    loan = granted.lent(session)
    dossier = loan.dossier
    loan.ended_at, loan.pages_back = now(), 4
    anna = session.get_one(User, "anna")
    assert register.standings(session, [dossier], anna)[dossier.id].where is Where.OTHER
    storage.shelve(session, dossier, "K01-01-01-A-1-01", "anna", loan.request.case)
    assert register.standings(session, [dossier], anna)[dossier.id].where is Where.VAULT


def test_what_is_not_here_is_not_said_to_be_out_for_work(session, clock):
    storage.furnish(session, "K01", "一号库", storage.Shelves(rows=1, cabinets=1, layers=1, places=1))
    loan = granted.lent(session)
    loan.ended_at, loan.pages_back = now(), 4
    session.flush()
    anna, told = session.get_one(User, "anna"), {}
    for status in DossierStatus:
        set_committed_value(loan.dossier, "status", status)
        told[status.value] = register.standings(session, [loan.dossier], anna)[loan.dossier_id].where
    assert {key for key, where in told.items() if where is Where.VAULT} == {"in_store", "to_shelve", "sealed"}
    work = {"sorting", "scanning", "lent", "stocktaking", "leaving"}
    assert {key for key, where in told.items() if where is Where.OTHER} == work


def test_a_shielded_loan_is_seen_by_who_oversees_readings_only(session, clock):
    storage.furnish(session, "K01", "一号库", storage.Shelves(rows=1, cabinets=1, layers=1, places=1))
    loan = granted.lent(session, shielded=True)
    anna, dora = (session.get_one(User, name) for name in ("anna", "dora"))
    assert [register.counts(session, who)[View.OUT] for who in (anna, dora)] == [0, 1]
    assert (shown(session, "anna", View.ALL), shown(session, "dora", View.ALL)) == ([], ["单雄信"])
    with pytest.raises(NotFound):
        register.find(session, loan.case_id, anna)
    assert register.find(session, loan.case_id, dora) is loan
    told = register.standings(session, [loan.dossier], anna)[loan.dossier_id]
    assert (told.where, told.unit, told.borrower, told.due_at, told.loan) == (Where.LENT, "", "", None, None)


# what the database refuses


def refuses(session, statement) -> str:
    with pytest.raises(DatabaseError) as said, session.begin_nested():
        session.execute(statement)
    return str(said.value.orig)


@pytest.fixture
def view(session, clock) -> PageView:
    """A page that anna and bob have read for a second."""
    grant = granted.readable(session)
    people = [session.get_one(User, name) for name in ("anna", "bob")]
    entered = [signins.find(session, signins.begin(session, user, "10.0.0.7", "test")).id for user in people]
    times = dict.fromkeys(("begun_at", "asked_at", "seen_at"), now())
    signed = {"first_sign_in_id": entered[0], "second_sign_in_id": entered[1], "address": "10.0.0.7"}
    sitting = Sitting(grant_id=grant.id, first="anna", second="bob", **signed, **times)
    session.add(sitting)
    session.flush()
    image = grants.leaves(session, grant)[0]
    place = {"material_id": image.material_id, "page": 1, "image_id": image.id}
    told = {"first": "anna", "second": "bob", "address": "10.0.0.7", "at": now(), "ms": 1000}
    made = PageView(sitting_id=sitting.id, grant_id=grant.id, **place, **told)
    grant.used_ms = 1000
    session.add(made)
    session.flush()
    return made


def test_the_reading_log_is_neither_deleted_nor_rewritten(session, view):
    assert "never deleted" in refuses(session, delete(PageView).where(PageView.id == view.id))
    for change in ({"first": "carl"}, {"page": 2}, {"ms": 5}):
        assert "never rewritten" in refuses(session, update(PageView).where(PageView.id == view.id).values(**change))


def test_no_page_is_read_without_a_grant_that_covers_it_or_by_one_alone(session, view):
    same = {"sitting_id": view.sitting_id, "grant_id": view.grant_id, "page": 1, "image_id": view.image_id}
    who = {"first": "anna", "second": "bob", "address": "x", "at": now()}
    session.execute(text("SELECT 1"))
    uncovered = insert(PageView).values(**same, **who, material_id=99)
    assert "foreign key" in refuses(session, uncovered).lower()
    alone = insert(PageView).values(**same, material_id=view.material_id, **{**who, "second": "anna"})
    assert "two_people" in refuses(session, alone)
    longer = update(Grant).where(Grant.id == view.grant_id).values(used_ms=121 * 60_000)
    assert "no_longer_than_granted" in refuses(session, longer)


def test_two_readers_are_two_people_and_a_letter_serves_once_also_for_the_database(session, view):
    case_id = session.get_one(Grant, view.grant_id).case_id
    reader = session.scalars(select(Reader).order_by(Reader.id)).first()
    same = {"case_id": case_id, "name": "x", "id_masked": "…", "post": "", "credential": "", "party_member": False}
    twice = insert(Reader).values(seq=3, id_fingerprint=reader.id_fingerprint, **same)
    assert "unique" in refuses(session, twice).lower()
    dossier_id = session.get_one(ReadingRequest, case_id).dossier_id
    used = {"unit": "u", "number": "1", "dossier_id": dossier_id, "case_id": case_id}
    assert "as_many_as_named" in refuses(session, insert(LetterUse).values(use=2, persons=1, **used))


def test_a_loan_never_comes_home_with_other_pages(session, five):
    short = update(Loan).where(Loan.case_id == five[0].case_id).values(ended_at=now(), pages_back=3)
    assert "home_is_whole" in refuses(session, short)
    more = update(Loan).where(Loan.case_id == five[0].case_id).values(pages_back=5)
    assert "no_more_than_lent" in refuses(session, more)
    again = {"case_id": five[1].case_id, "dossier_id": five[0].dossier_id}
    moved = update(Loan).where(Loan.case_id == again["case_id"]).values(dossier_id=again["dossier_id"])
    assert "unique" in refuses(session, moved).lower()


# what fsck finds


def test_fsck_finds_a_reader_of_nobody_s_and_minutes_that_do_not_add_up(session, view):
    assert [*invariants._without_grant(session), *invariants._minutes(session), *invariants._family(session)] == []
    session.execute(update(Reader).where(Reader.login == "bob").values(login="carl"))
    session.execute(update(Grant).values(used_ms=7, opened_at=now() + timedelta(hours=1)))
    session.expire_all()
    assert any("bob, who is none" in each for each in invariants._without_grant(session))
    assert any("outside the time" in each for each in invariants._without_grant(session))
    assert [*invariants._minutes(session)] == [f"Grant {view.grant_id} says 7 ms were read, its pages 1000."]


def test_fsck_finds_a_reader_of_the_family(session, view):
    dossier = session.get_one(Grant, view.grant_id).dossier
    session.execute(update(Reader).where(Reader.seq == 2).values(id_fingerprint=dossier.person.id_fingerprint))
    assert ["Reader 2" in each for each in invariants._family(session)] == [True]


def test_fsck_finds_a_loan_whose_dossier_stands_elsewhere(session, five):
    assert [*invariants._loans(session)] == []
    session.execute(update(Dossier).where(Dossier.id == five[0].dossier_id).values(held_by_case_id=None))
    assert len([*invariants._loans(session)]) == 1


def test_fsck_finds_a_log_the_database_no_longer_guards(session, view):
    there = {"sqlite": "", "postgresql": " ON reading_views"}[session.get_bind().dialect.name]
    for guard in ("reading_views_stay", "reading_views_fixed"):
        session.execute(text(f"DROP TRIGGER {guard}{there}"))
    assert len([each for each in invariants._without_grant(session) if "trigger" in each]) == 2
    other = session.scalars(select(GrantedMaterial.material_id)).all()[-1]
    session.execute(delete(PageView))
    session.execute(delete(GrantedMaterial).where(GrantedMaterial.material_id == other))
    assert len([*invariants._without_grant(session)]) == 2
