"""The office calendar: which days are worked, when a day closes, and how working days are counted.

A year is seeded into the table from the official holiday arrangement (chinesecalendar: includes the make-up days
worked on weekends), else from `holidays` (festivals without make-up days), else Monday to Friday; the last two are
marked provisional until somebody confirms the year. A year not seeded is read from the same sources. Rows that
people change win over every source.
"""

import warnings
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

import chinese_calendar
import holidays
from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from archive import parameters
from workflow import office
from workflow.clock import now
from workflow.db import Base
from workflow.errors import Sentence, sentence
from workflow.registry import expression_function

Day = TypeVar("Day", date, datetime)
CACHE = "archive.calendar"
FARTHEST = 3660  # days looked ahead before giving up: no office is closed for ten years


class OfficeYear(Base):
    """A year whose days stand in the table, and where they came from."""

    __tablename__ = "office_years"
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(String(60))
    provisional: Mapped[bool]


class OfficeDay(Base):
    """A day that differs from Monday to Friday, or that somebody changed."""

    __tablename__ = "office_days"
    day: Mapped[date] = mapped_column(primary_key=True)
    working: Mapped[bool]
    note: Mapped[str] = mapped_column(String(200), default="")
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(60))


@dataclass(frozen=True)
class Year:
    """A year as it is used: the days that differ from Monday to Friday."""

    source: str
    provisional: bool
    days: dict[date, bool]


def is_working_day(session: Session, day: date) -> bool:
    """Whether the office works on `day`."""
    return _year(session, day.year).days.get(day, day.weekday() < 5)


def next_working_day(session: Session, day: date) -> date:
    """The first working day on or after `day`."""
    for ahead in range(FARTHEST):
        if is_working_day(session, found := day + timedelta(days=ahead)):
            return found
    raise ValueError(f"no working day after {day}")


def add_working_days(session: Session, at: Day, count: int) -> Day:
    """The `count`-th working day after `at`; a datetime keeps its time on the office's wall clock.

    0 gives `at` itself, or the next working day when the office is closed. Negative counts go back.
    """
    start = office.of(session).local(at).date() if isinstance(at, datetime) else at
    step, left, day = (1 if count >= 0 else -1), abs(count), start
    while left:
        day += timedelta(days=step)
        left -= is_working_day(session, day)
    if not count:
        day = next_working_day(session, day)
    if not isinstance(at, datetime):
        return day
    return _wall(session, day, at)


def months_later(day: date, count: int) -> date:
    """The same day `count` months later, or that month's last day: 2026-01-31 and 1 give 2026-02-28."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def due_after_months(session: Session, start: date, count: int) -> date:
    """The last day of a term of calendar months from `start`: where that is a day off, the next working day."""
    return next_working_day(session, months_later(start, count))


def working_days_between(session: Session, start: date, end: date) -> int:
    """How many working days lie after `start` up to and with `end`; negative when `end` is earlier."""
    if end < start:
        return -working_days_between(session, end, start)
    return sum(is_working_day(session, start + timedelta(days=ahead)) for ahead in range(1, (end - start).days + 1))


def closing(session: Session, day: date) -> datetime:
    """The moment the office's day closes (parameter closing_time), in UTC."""
    hour = time.fromisoformat(parameters.value(session, "closing_time", day))
    return datetime.combine(day, hour, office.of(session).settings.zone).astimezone(UTC)


def delivery_day(session: Session, at: datetime) -> date:
    """The working day a delivery counts for: after closing, or on a closed day, the next one."""
    day = office.of(session).local(at).date()
    if at > closing(session, day):
        day += timedelta(days=1)
    return next_working_day(session, day)


def provisional(session: Session, year: int) -> Sentence | None:
    """A warning when the official arrangement of `year` is not known yet."""
    known = _year(session, year)
    if not known.provisional:
        return None
    return sentence(
        "The holidays of {year} are not official yet (source: {source}): check the office calendar.",
        year=year,
        source=known.source,
    )


def seed(session: Session, year: int, by: str = "system") -> OfficeYear:
    """Write the days of `year` into the table, once; days people set stay as they are. Returns the year's row."""
    if row := session.get(OfficeYear, year):
        return row
    known = _from_sources(year)
    kept = set(session.scalars(select(OfficeDay.day).where(_within(year))))
    for day, working in known.days.items():
        if day not in kept:
            session.add(OfficeDay(day=day, working=working, changed_at=now(), changed_by=by))
    row = OfficeYear(year=year, source=known.source, provisional=known.provisional)
    session.add(row)
    session.flush()  # the cache below reads it
    session.info.pop(CACHE, None)
    return row


def set_day(session: Session, day: date, working: bool, by: str, note: str = "") -> OfficeDay:
    """Open or close the office on `day`, whatever the sources say."""
    row = session.merge(OfficeDay(day=day, working=working, note=note, changed_at=now(), changed_by=by))
    session.flush()
    session.info.pop(CACHE, None)
    return row


def differing(session: Session, year: int) -> dict[date, bool]:
    """The days of a year that differ from Monday to Friday, each with whether the office works, in order."""
    return dict(sorted(_year(session, year).days.items()))


def forget(session: Session) -> None:
    """Days written in this session and taken back are read anew."""
    session.info.pop(CACHE, None)


def confirm(session: Session, year: int, by: str) -> None:
    """Take the year's days as official: somebody has compared them with the announcement."""
    row = seed(session, year, by)
    row.provisional = False
    row.source = f"confirmed by {by}"[:60]
    session.flush()
    session.info.pop(CACHE, None)


def _wall(session: Session, day: date, at: datetime) -> datetime:
    local = office.of(session).local(at)
    return datetime.combine(day, local.time(), local.tzinfo)


def _year(session: Session, year: int) -> Year:
    cache = session.info.setdefault(CACHE, {})
    if year not in cache:
        cache[year] = _read(session, year)
    return cache[year]


def _read(session: Session, year: int) -> Year:
    rows = {row.day: row.working for row in session.scalars(select(OfficeDay).where(_within(year)))}
    seeded = session.get(OfficeYear, year)
    if seeded:
        return Year(seeded.source, seeded.provisional, rows)
    known = _from_sources(year)
    return Year(known.source, known.provisional, {**known.days, **rows})


def _within(year: int):
    return OfficeDay.day.between(date(year, 1, 1), date(year, 12, 31))


def _from_sources(year: int) -> Year:
    """The days of `year` that differ from Monday to Friday, by the best source that knows it."""
    try:
        return Year("chinesecalendar", False, _differing(year, chinese_calendar.is_workday))
    except NotImplementedError:
        pass
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        festivals = holidays.country_holidays("CN", years=year)
    if not festivals:
        return Year("Monday to Friday", True, {})
    return Year("holidays", True, _differing(year, lambda day: day.weekday() < 5 and day not in festivals))


def _differing(year: int, works: Callable[[date], bool]) -> dict[date, bool]:
    first = date(year, 1, 1)
    days = [first + timedelta(days=ahead) for ahead in range((date(year + 1, 1, 1) - first).days)]
    return {day: works(day) for day in days if works(day) != (day.weekday() < 5)}


@expression_function("today")
def today(session: Session) -> str:
    """The office's present day, YYYY-MM-DD."""
    return office.of(session).today().isoformat()


@expression_function("working_days")
def working_days(session: Session, count: int) -> str:
    """The moment the office closes on the `count`-th working day from now (0: today's), ISO 8601 UTC.

    A day already closed counts as over: after 17:30, 0 means tomorrow."""
    start = delivery_day(session, now()) if count == 0 else office.of(session).today()
    return closing(session, add_working_days(session, start, int(count))).isoformat()


@expression_function("working_moment")
def working_moment(session: Session) -> str:
    """Now, or on a day off the same hour of the next working day, ISO 8601 UTC."""
    return add_working_days(session, now(), 0).astimezone(UTC).isoformat()


@expression_function("earliest")
def earliest(session: Session, *moments: str | None) -> str | None:
    """The first of these moments (ISO 8601 with offset); what is null does not count. Null for none."""
    return min((each for each in moments if each), key=datetime.fromisoformat, default=None)


@expression_function("closing_time")
def closing_time(session: Session, day: str | None = None) -> str:
    """The moment the office closes on `day` (YYYY-MM-DD; today when not said), ISO 8601 UTC."""
    return closing(session, date.fromisoformat(day) if day else office.of(session).today()).isoformat()


@expression_function("is_working_day")
def works_on(session: Session, day: str | None = None) -> bool:
    """Whether the office works on `day` (YYYY-MM-DD; today when not said)."""
    return is_working_day(session, date.fromisoformat(day) if day else office.of(session).today())
