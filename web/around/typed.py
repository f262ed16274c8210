"""Moments as forms send them, on the office's clock."""

from datetime import UTC, datetime, time, timedelta

from flask import g, request

from web.naming import N_
from workflow import office
from workflow.errors import Invalid, sentence

MORNING = time(9)


def soon() -> list[tuple[str, str]]:
    """Moments one often puts something off to: what a form sends, and its words."""
    today = office.of(g.session).today()
    days = (
        (timedelta(days=1), N_("Tomorrow morning")),
        (timedelta(days=3), N_("In three days")),
        (timedelta(days=7 - today.weekday()), N_("On Monday")),
    )
    return [(datetime.combine(today + far, MORNING).isoformat(), words) for far, words in days]


def moment(name: str, needed: bool = False) -> datetime | None:
    """`2026-07-03T17:30`, or a day, which means its last minute; None for nothing. Raises Invalid beside the field."""
    text = request.form.get(name, "").strip()[:40]
    if not text and not needed:
        return None
    try:
        found = datetime.fromisoformat(text)
        if len(text) == len("2026-07-03"):
            found = datetime.combine(found, time(23, 59))
        zone = found.tzinfo or office.of(g.session).settings.zone
        return found.replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid({name: [sentence("A day and time are needed, such as 2026-07-03 17:30.")]}) from None
