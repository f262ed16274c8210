"""The first days of a list that stands in the order of due dates: where very many tasks match, the index of marks
(workflow.marks) finds those due on a few days sooner than all of them, and the first page is among these.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from workflow import marks, onlookers
from workflow.models import FAR, TaskOnlooker
from workflow.views.sampled import Sample
from workflow.views.sorting import Place

MOST = 1_000  # days, each a list of the index to look into
MORE = 3  # so many times what the page takes is to be expected on them


class Days(NamedTuple):
    """Marks of the days, and what is due on them."""

    marks: list[str]
    begin: datetime
    end: datetime

    def within(self, due_at: Any) -> ColumnElement[bool]:
        return (due_at >= self.begin) & (due_at < self.end)


def first(
    session: Session, sample: Sample, promised: float, of: int, place: Place | None, downwards: bool, number: int
) -> Days | None:
    """The days from the place on that hold a page, where `promised` tasks match all over and their days are those of
    this part `of` the sample; None where that is no smaller part, and for what has no due date."""
    share = MORE * number / promised
    begins = place.values[0] if place else None if downwards else _earliest(session)
    if share >= 1 or begins is None or begins >= FAR:
        return None
    said, part = [], 0
    for day in _from(begins, downwards):
        said += marks.due([day])
        part |= sample.having(said[-1:])
        if (part & of).bit_count() > share * of.bit_count():
            return _days(said, begins.astimezone(UTC).date(), day)
    return None


def _days(said: list[str], *ends: date) -> Days:
    begin, last = (datetime.combine(each, time(), UTC) for each in sorted(ends))
    return Days(said, begin, last + timedelta(days=1))


def _from(begins: datetime, downwards: bool) -> Iterator[date]:
    day = begins.astimezone(UTC).date()
    return (day + timedelta(days=-gone if downwards else gone) for gone in range(MOST))


def _earliest(session: Session) -> datetime | None:
    everyone = TaskOnlooker.onlooker == onlookers.EVERYONE
    return session.scalar(select(func.min(TaskOnlooker.due_at)).where(everyone))
