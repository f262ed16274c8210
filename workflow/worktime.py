"""Time in which the office works: a working day has all its 24 hours, a closed one none.

So a date that moves by a whole working day keeps its time on the clock. Which days are worked is what the house's
expression function `is_working_day` says (archive.calendar); without it every day is.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from sqlalchemy.orm import Session

from workflow import office, registry
from workflow.expressions.times import Duration, at_start_of
from workflow.expressions.times import later as calendar_later

FARTHEST = 3660  # days looked ahead before giving up: no office is closed for ten years
_DAY = timedelta(days=1)


def is_working_day(session: Session, day: date) -> bool:
    """Whether the office works on this day."""
    known = registry.functions.get("is_working_day")
    return known is None or bool(known(session, day.isoformat()))


def between(session: Session, begin: datetime, end: datetime) -> timedelta:
    """The working time from `begin` to `end`; nothing when `end` is not later."""
    spent = timedelta()
    for opens, closes in _working_days(session, begin, 1):
        if opens >= end:
            break
        spent += max(timedelta(), min(closes, end) - max(opens, begin))
    return spent


def later(session: Session, at: datetime, span: timedelta) -> datetime:
    """The moment `span` of working time after `at` (before it, for a negative span), in UTC."""
    if span < timedelta():
        return _earlier(session, at, -span)
    for opens, closes in _working_days(session, at, 1):
        begin = max(opens, at)
        if span <= closes - begin:
            return begin + span if span else at
        span -= closes - begin
    raise ValueError(f"no working time after {at}")


def rung(session: Session, due_at: datetime, step: Duration) -> datetime:
    """The moment of a duration counted from a due date: days and hours in working time, months by the calendar."""
    if step.months:
        moved = calendar_later(due_at, Duration(step.months, 0), office.of(session).settings.zone)
        due_at = moved if isinstance(moved, datetime) else due_at
    return later(session, due_at, timedelta(seconds=step.seconds))


def _earlier(session: Session, at: datetime, span: timedelta) -> datetime:
    for opens, closes in _working_days(session, at, -1):
        end = min(closes, at)
        if span <= end - opens:
            return end - span
        span -= end - opens
    raise ValueError(f"no working time before {at}")


def _working_days(session: Session, at: datetime, step: int) -> Iterator[tuple[datetime, datetime]]:
    """(begin, end) of the working days from the day of `at` on, or back, in UTC; they need not contain `at`."""
    zone, day = office.of(session).settings.zone, office.of(session).local(at).date()
    for ahead in range(FARTHEST):
        each = day + step * ahead * _DAY
        if is_working_day(session, each):
            yield at_start_of(each, zone).astimezone(UTC), at_start_of(each + _DAY, zone).astimezone(UTC)
