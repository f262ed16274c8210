"""The office calendar: which days are worked, year by year; a day opened or closed, a year compared with the
announcement."""

from datetime import date
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, url_for

from archive import calendar, directory_history, office_days
from archive.directory_history import Directory
from archive.refusals import wrong
from web.asked import text
from web.auth import needs
from web.i18n import _
from web.navigation import Entry
from web.reader import current_user
from workflow import office
from workflow.errors import Invalid, NotFound

blueprint = Blueprint("office_calendar", __name__, url_prefix="/calendar")
NAVIGATION = (Entry("Office calendar", "office_calendar.show", order=77, permission=office_days.KEEP),)

WEEKDAY_LABELS = {0: "Monday", 1: "Tuesday", 2: "Wednesday", 3: "Thursday", 4: "Friday", 5: "Saturday", 6: "Sunday"}
YEARS = range(2015, 2100)


@blueprint.get("")
@blueprint.get("/<int:year>")
def show(year: int | None = None) -> str:
    """Everybody may look: deadlines are counted by it."""
    return _page(year or office.of(g.session).today().year, {})


@blueprint.post("/<int:year>")
@needs(office_days.KEEP)
def change(year: int) -> Any:
    """A day opened or closed."""
    try:
        with g.session.begin_nested():
            day, working = _day(), text("working") == "1"
            office_days.change(g.session, day, working, current_user().name, text("why", 200))
    except Invalid as refused:
        return _page(year, refused.problems), 422
    flash(_("Saved."), "ok")
    return redirect(url_for(".show", year=day.year), 303)


@blueprint.post("/<int:year>/confirmation")
@needs(office_days.KEEP)
def confirm(year: int) -> Any:
    """Somebody has compared the year with the announcement."""
    _require(year)
    office_days.confirm(g.session, year, current_user().name)
    flash(_("The year {year} is confirmed.", year=str(year)), "ok")
    return redirect(url_for(".show", year=year), 303)


def _day() -> date:
    try:
        return date.fromisoformat(text("day"))
    except ValueError:
        raise wrong("day", "A date is written 2026-07-01.") from None


def _require(year: int) -> None:
    if year not in YEARS:
        raise NotFound


def _page(year: int, problems: Any) -> str:
    _require(year)
    notes = office_days.notes(g.session, year)
    days = [(day, works, notes.get(day)) for day, works in calendar.differing(g.session, year).items()]
    return render_template(
        "office_calendar.html",
        year=year,
        days=days,
        months=[(month, [each for each in days if each[0].month == month]) for month in range(1, 13)],
        provisional=calendar.provisional(g.session, year),
        weekdays=[_(label) for label in WEEKDAY_LABELS.values()],
        problems=problems,
        may=current_user().may(office_days.KEEP),
        changes=[each for each in directory_history.latest(g.session, Directory.DAY) if each.code[:4] == str(year)],
    )
