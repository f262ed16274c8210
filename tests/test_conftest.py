"""The tests' own footing."""

from sqlalchemy import func, select

from tests import people as cast
from workflow import clock as office_clock
from workflow.identity import User, members
from workflow.models import Case, Comment
from workflow.office import of


def _case(session):
    case = Case(business_key="A", title="A", process_key="p", opened_at=office_clock.now(), opened_by="anna")
    session.add(case)
    session.flush()
    return case


def test_the_session_knows_its_office(office, session):
    assert of(session) is office


def test_the_people_of_the_registry_are_anna_and_bob(session):
    assert [user.name for user in members(session, ["registry"])] == ["anna", "bob"]


def test_anna_comes_with_her_groups(anna):
    assert anna.group_keys == ["registry"]


def test_the_clock_stands_until_it_is_moved(clock):
    nine = office_clock.now()
    assert nine.isoformat() == "2026-07-01T01:00:00+00:00"
    assert (clock.move(hours=1) - nine).total_seconds() == 3600


def test_what_one_test_committed_is_gone_in_the_next(office):
    for _ in range(2):
        with office.database.reading() as session:
            assert session.scalar(select(func.count(Comment.id))) == 0


def test_a_committed_case_has_number_one_in_every_test(office):
    with office.database.transaction() as session:
        assert _case(session).id == 1


def test_and_again(office):
    with office.database.transaction() as session:
        assert _case(session).id == 1
        assert session.scalar(select(func.count()).select_from(User)) == len(cast.PEOPLE)
