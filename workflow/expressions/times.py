"""Days, moments and durations as ISO 8601 writes them, with calendar months.

Source: ISO 8601-1:2019, 5.2 (date), 5.4 (moment), 5.5.2 (duration), 5.6 (recurring interval).
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

_DURATION = re.compile(
    r"(-)?P(?!$)(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,6})D)?"
    r"(?:T(?!$)(?:(\d{1,6})H)?(?:(\d{1,8})M)?(?:(\d{1,10})S)?)?"
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:?\d{2})?")
_CYCLE = re.compile(r"R(\d{0,4})/(?:([^/P][^/]*)/)?(P[^/]+)")


@dataclass(frozen=True, slots=True)
class Duration:
    """Calendar months and exact seconds, both of one sign."""

    months: int
    seconds: int

    def __neg__(self) -> "Duration":
        return Duration(-self.months, -self.seconds)

    def isoformat(self) -> str:
        """ISO 8601 text, e.g. `P1MT30S`."""
        sign = "-" if self.months < 0 or self.seconds < 0 else ""
        days, seconds = divmod(abs(self.seconds), 86_400)
        years, months = divmod(abs(self.months), 12)
        hours, rest = divmod(seconds, 3600)
        day = _parts((years, "Y"), (months, "M"), (days, "D"))
        clock = _parts((hours, "H"), (rest // 60, "M"), (rest % 60, "S"))
        return f"{sign}P{day}{'T' + clock if clock else ''}" if day or clock else "PT0S"


@dataclass(frozen=True, slots=True)
class Cycle:
    """A timer that repeats: `times` (None: for ever), every `every`, first at `first` (None: one `every` from now)."""

    times: int | None
    first: str | None
    every: Duration


def _parts(*parts: tuple[int, str]) -> str:
    return "".join(f"{number}{letter}" for number, letter in parts if number)


def parse_duration(text: str) -> Duration | None:
    """`P3D`, `PT90M`, `P1Y2M`, `P2W`, with a minus in front for backwards; None when it is something else."""
    found = _DURATION.fullmatch(text)
    if found is None:
        return None
    sign = -1 if found.group(1) else 1
    years, months, weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:])
    whole = (weeks * 7 + days) * 86_400 + hours * 3600 + minutes * 60 + seconds
    return Duration(sign * (years * 12 + months), sign * whole)


def parse_day(text: str) -> date | None:
    """`YYYY-MM-DD`; None when it is something else or not in the calendar."""
    if _DAY.fullmatch(text) is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def parse_moment(text: str, zone: tzinfo) -> datetime | None:
    """`YYYY-MM-DDThh:mm[:ss][offset]`, aware; in `zone` when no offset is written. None when it is something else."""
    if _MOMENT.fullmatch(text) is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def parse_cycle(text: str) -> Cycle | None:
    """`R3/PT10M`, `R/P1D`, `R5/2026-07-01T09:00:00+08:00/P1W`; None when it is something else."""
    found = _CYCLE.fullmatch(text)
    every = found and parse_duration(found.group(3))
    if not found or not every or (every.months, every.seconds) <= (0, 0):
        return None
    return Cycle(int(found.group(1)) if found.group(1) else None, found.group(2), every)


def parse(text: str, zone: tzinfo) -> "date | datetime | Duration | None":
    """The day, moment or duration this text writes, else None."""
    return parse_day(text) or parse_moment(text, zone) or parse_duration(text)


def literal(text: str) -> bool:
    """Whether the text of a timer is written in ISO 8601, and not as an expression that gives it."""
    text = text.strip()
    return parse(text, UTC) is not None or parse_cycle(text) is not None


def at_start_of(day: date, zone: tzinfo) -> datetime:
    """Midnight at the beginning of the day."""
    return datetime.combine(day, time(), zone)


def later(start: date, step: Duration, zone: tzinfo) -> date:
    """`start` + `step`; a day stays a day when only whole days are added. Months end at the last day of the month
    (31 January + 1 month = 28 or 29 February); clock times are kept over months, in `zone`. Raises OverflowError."""
    if not isinstance(start, datetime):
        if step.seconds % 86_400:
            start = at_start_of(start, zone)
        else:
            return _months_later(start, step.months) + timedelta(seconds=step.seconds)
    if step.months:
        start = _months_later(start.astimezone(zone), step.months)
    return (start.astimezone(UTC) + timedelta(seconds=step.seconds)).astimezone(start.tzinfo)


def _months_later(start: date, months: int) -> date:
    years, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if not 1 <= years <= 9999:
        raise OverflowError("year out of range")
    return start.replace(year=years, month=month + 1, day=min(start.day, monthrange(years, month + 1)[1]))
