"""The days of the receiving desk: figures, each opening its list, and the closing."""

from flask import Blueprint, g, redirect, render_template, request
from werkzeug.wrappers import Response

from archive import calendar, days, sight
from archive.days import DayFigures, DayRow
from archive.packs import seen as packs_seen
from web.auth import needs
from web.naming import parse_day
from web.packs import READ, visible_cases
from web.reader import current_user
from workflow import office, tasks
from workflow.models import Case

blueprint = Blueprint("days", __name__, url_prefix="/days")

CLOSE = "days.close"
PLACE_LABELS = {
    "": "Delivered",
    "registered": "Registered",
    "shelved": "Shelved",
    "exception": "In exceptions",
    "open": "Difference",
}


@blueprint.get("")
@needs(READ)
def index() -> str:
    """The latest days; of a closed one the figures it was closed with, of an open one those of now. Whoever sees but a
    part of the dossiers is told the figures of that part."""
    found, user = days.latest(g.session), current_user()
    limited = sight.is_limited(user)
    seen = packs_seen.seen_by(g.session, user)
    kept = {row.day: None if limited else row.figures for row in found}
    counted = {day: told or days.figures(g.session, day, seen).as_json() for day, told in kept.items()}
    return render_template("days.html", days=found, figures=counted, today=office.of(g.session).today())


@blueprint.get("/<day>")
@needs(READ)
def show(day: str) -> str:
    """One day. `?place=` shows the packs behind a figure."""
    asked = parse_day(day)
    row, seen = days.find(g.session, asked), packs_seen.seen_by(g.session, current_user())
    figures = days.figures(g.session, asked, seen)
    place = request.args.get("place", "")
    shown = behind(figures, place)
    case = g.session.get(Case, row.case_id) if row.case_id else None
    case_ids = [row.case_id, *(each.case_id for each in shown)]
    return render_template(
        "day.html",
        day=row,
        figures=figures,
        counts=_counts(figures),
        place=place,
        places=PLACE_LABELS,
        rows=shown,
        closing=calendar.closing(g.session, asked),
        visible_cases=visible_cases(g.session, case_ids),
        waiting=tasks.open_in_case(g.session, case, current_user()) if case else [],
        closes_early=current_user().may(CLOSE) and days.closes_early(g.session, row),
    )


@blueprint.post("/<day>/closing")
@needs(CLOSE)
def close(day: str) -> Response:
    """Begin the closing before the closing hour: the desk is done for today."""
    row = days.find(g.session, parse_day(day))
    days.close_early(g.session, row, current_user())
    return redirect(f"/days/{row.day.isoformat()}", 303)


def behind(figures: DayFigures, place: str) -> list[DayRow]:
    """The packs a figure counts; all of the day's for "" and for a word nobody knows."""
    if place == "shelved":
        return [row for row in figures.rows if row.shelved]
    if place in ("registered", "exception", "open"):
        return [row for row in figures.rows if row.place == place]
    return list(figures.rows)


def _counts(figures: DayFigures) -> dict[str, int]:
    return {
        "": figures.delivered,
        "registered": figures.registered,
        "shelved": figures.shelved,
        "exception": figures.exceptions,
        "open": figures.difference,
    }
