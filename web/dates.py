"""Moments, days and numbers as people of the office read them: in the office's zone, `2026-07-01 09:30`."""

from datetime import date, datetime, timedelta
from typing import Any

from babel.dates import format_timedelta
from flask import current_app

from web.reader import language
from workflow.clock import now

JUST_NOW = {"zh": "刚刚", "en": "just now"}
UNITS = ("B", "KB", "MB", "GB")


def moment(value: datetime | None) -> str:
    """`2026-07-01 09:30` on the office's clock; empty for None."""
    return f"{_local(value):%Y-%m-%d %H:%M}" if value else ""


def clock(value: datetime | None) -> str:
    """`09:30` today, `07-02 09:30` this year, with the year otherwise."""
    if value is None:
        return ""
    local, today = _local(value), _local(now())
    if local.date() == today.date():
        return f"{local:%H:%M}"
    return f"{local:%m-%d %H:%M}" if local.year == today.year else moment(value)


def day(value: date | datetime | None) -> str:
    """`2026-07-01`."""
    if value is None:
        return ""
    return (_local(value).date() if isinstance(value, datetime) else value).isoformat()


def ago(value: datetime | None) -> str:
    """How far from now, in words: `3小时前`, `in 2 days`."""
    if value is None:
        return ""
    distance = value - now()
    if abs(distance) < timedelta(minutes=1):
        return JUST_NOW[language()]
    locale = "zh_CN" if language() == "zh" else "en"
    return format_timedelta(distance, add_direction=True, locale=locale, threshold=1.2)


def number(value: int | float | None) -> str:
    """Digits in groups of three."""
    return "" if value is None else f"{value:,}"


def size(octets: int) -> str:
    """`1.4 MB`."""
    amount, unit = float(octets), 0
    while amount >= 1024 and unit < len(UNITS) - 1:
        amount, unit = amount / 1024, unit + 1
    return f"{amount:.0f} {UNITS[unit]}" if unit == 0 else f"{amount:.1f} {UNITS[unit]}"


def plain(value: Any) -> Any:
    """A fact of a sentence as text: moments and days as above, lists with the language's comma."""
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple | set | frozenset):
        return ("、" if language() == "zh" else ", ").join(str(plain(each)) for each in value)
    return value


def _local(value: datetime) -> datetime:
    return current_app.office.local(value)  # type: ignore[attr-defined]
