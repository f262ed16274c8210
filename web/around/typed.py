"""Moments as forms send them, on the office's clock."""

from datetime import UTC, datetime, time

from flask import g, request

from workflow import office
from workflow.errors import Invalid, sentence


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
