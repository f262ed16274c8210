"""The days of the office kept by people: a day opened or closed by hand or by a list, a year compared with the
announcement. A day that is over stays as it was: deadlines were counted by it."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import calendar, directory_history, partial_dates, rosters
from archive.calendar import OfficeDay, OfficeYear
from archive.directory_history import Directory
from archive.refusals import wrong
from archive.rosters import Outcome, Row, RowResult
from archive.scans import halved
from workflow import office

KEEP = "calendar.keep"
HEADERS = {"day": ("日期",), "working": ("是否上班", "上班", "安排"), "note": ("说明", "节日", "备注")}
NEEDED = ("day", "working")
WORKED = {"是": True, "上班": True, "补班": True, "1": True, "否": False, "休息": False, "放假": False, "0": False}
FARTHEST_YEARS = 5  # ahead


def change(session: Session, day: date, working: bool, by: str, why: str) -> Outcome:
    """Open or close the office on a day to come. Raises Invalid beside `day` or `why`."""
    today = office.of(session).today()
    if not today <= day < date(today.year + FARTHEST_YEARS, 1, 1):
        raise wrong("day", "Only a day from today on, in the next years, can be changed.")
    if not halved(why):
        raise wrong("why", "Say why: by which announcement or decision.")
    before = calendar.is_working_day(session, day)
    known = session.get(OfficeDay, day)
    if before == working and (known is None or known.note in ("", halved(why))):
        return Outcome.SAME
    calendar.seed(session, day.year, by)
    calendar.set_day(session, day, working, by, halved(why)[:200])
    if before != working:
        directory_history.keep(session, Directory.DAY, day.isoformat(), {"working": (before, working)}, by, halved(why))
    return Outcome.CHANGED


def confirm(session: Session, year: int, by: str) -> None:
    """Somebody has compared the year with the announcement."""
    row = calendar.seed(session, year, by)
    directory_history.keep(session, Directory.DAY, str(year), {"provisional": (row.provisional, False)}, by, row.source)
    calendar.confirm(session, year, by)


def years(session: Session) -> list[OfficeYear]:
    """The years written down, in order."""
    return list(session.scalars(select(OfficeYear).order_by(OfficeYear.year)))


def notes(session: Session, year: int) -> dict[date, OfficeDay]:
    """What is written down of the days of a year."""
    within = OfficeDay.day.between(date(year, 1, 1), date(year, 12, 31))
    return {row.day: row for row in session.scalars(select(OfficeDay).where(within).order_by(OfficeDay.day))}


def import_rows(session: Session, rows: Iterable[tuple[int, Row]], by: str, why: str) -> list[RowResult]:
    """Set the day of every row (number in the list, facts); one result for each."""
    return rosters.take_all(session, rows, lambda opened, row: _take(opened, row, by, why))


def _take(session: Session, row: Row, by: str, why: str) -> Outcome:
    try:
        day = date.fromisoformat(partial_dates.read(str(row.get("day") or "")))
    except ValueError:
        raise wrong("day", "A date is written 2026-07-01.") from None
    said = halved(str(row.get("working") or ""))
    if said not in WORKED:
        raise wrong("working", "Say whether the office works: {yes} or {no}.", yes="上班", no="休息")
    return change(session, day, WORKED[said], by, str(row.get("note") or "") or why)
