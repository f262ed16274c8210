"""Loose materials below the process: late papers, the eight points, what fsck finds."""

from datetime import date

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from archive import calendar
from archive.loose.models import POINTS, LooseList, LoosePaper, PaperState, Point
from archive.loose.sending import _late
from tests.processes.loose import POINTS as TICKED
from tests.processes.loose import RAISE, REVIEW, Collectors
from tests.standing import standing
from workflow import fsck


@pytest.mark.parametrize(
    ("day", "count", "later"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-07-01", 12, "2027-07-01"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2026-03-31", -1, "2026-02-28"),
    ],
)
def test_months_later_is_the_same_day_or_the_month_s_last(day, count, later):
    assert calendar.months_later(date.fromisoformat(day), count).isoformat() == later


@pytest.mark.parametrize(
    ("formed", "days"),
    [
        ("", 0),
        ("2026-06-20", 0),
        ("2026-06-01", 0),
        ("2026-05-31", 1),
        ("2026-05-30", 1),
        ("2026-05", 1),
        ("2025", 149),  # 31 January 2026 is a Saturday
    ],
)
def test_a_paper_is_late_when_the_last_day_it_may_be_of_lies_more_than_a_month_back(session, formed, days):
    assert _late(session, formed, date(2026, 7, 1), 1) == days


def test_there_are_eight_points_and_the_form_asks_for_each():
    assert len(POINTS) == len(Point) == 8
    assert [each.value for each in Point] == TICKED


@pytest.fixture
def fetched(sqlite_office, clock) -> Collectors:
    """Two papers have joined their dossier, not yet classed."""
    collectors = standing(Collectors, sqlite_office, 2)
    collectors.send(REVIEW, RAISE)
    collectors.check()
    collectors.put_in_folder()
    collectors.fetch()
    return collectors


def found(session) -> set[str]:
    return {problem.check for problem in fsck.run(session)}


def test_fsck_finds_a_paper_in_another_dossier_or_of_another_list(fetched):
    with fetched.database.reading() as session:
        assert found(session) == set()
    with pytest.raises(Undone), fetched.database.transaction() as session:
        session.execute(update(LooseList).values(dossier_id=2))
        assert found(session) == {"loose_papers_in_their_dossier"}
        raise Undone
    with pytest.raises(Undone), fetched.database.transaction() as session:
        session.execute(update(LoosePaper).where(LoosePaper.seq == 1).values(material_id=1))
        assert found(session) == {"loose_papers_in_their_dossier"}
        raise Undone


@pytest.mark.parametrize(
    "planted",
    [
        {"state": PaperState.REFUSED},
        {"state": PaperState.FILED, "material_id": None},
        {"why": "不属本人"},
        {"state": PaperState.SENT},
    ],
)
def test_the_database_refuses_a_paper_that_cannot_be(fetched, planted):
    with pytest.raises(IntegrityError), fetched.database.transaction() as session:
        session.execute(update(LoosePaper).where(LoosePaper.seq == 1).values(**planted))


class Undone(Exception):
    """What was planted goes."""
