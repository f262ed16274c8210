"""Dates as papers give them: a year, a year and month, or a day. Kept as text `1998`, `1998-07`, `1998-07-01`.

As much is kept as the paper says, never more (GB12: year, month and day of the catalogue).
"""

import calendar
import re
from datetime import date

from archive.scans import halved

EARLIEST = 1880
_SEPARATE = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?|年)?\.?", re.ASCII)
_JOINED = re.compile(r"(\d{4})(\d{2})(\d{2})?", re.ASCII)
_MIDNIGHT = re.compile(r"[ T]0{1,2}:00(:00)?$")


def read(text: str) -> str:
    """The date in its one form. Understands 1998.7, 1998年7月, 199807, 1998-07-01, 1998/7/1 0:00 and full-width signs.

    Raises ValueError for what is no date from 1880 on.
    """
    plain = _MIDNIGHT.sub("", halved(text)).replace(" ", "")
    found = _JOINED.fullmatch(plain) or _SEPARATE.fullmatch(plain)
    if found is None:
        raise ValueError(text)
    parts = [int(part) for part in found.groups() if part]
    if parts[0] < EARLIEST:
        raise ValueError(text)
    date(*(parts + [1, 1])[:3])
    return "-".join([f"{parts[0]:04d}", *(f"{part:02d}" for part in parts[1:])])


def first_day(known: str) -> date:
    """The earliest day a date as kept may mean."""
    return date(*(_parts(known) + [1, 1])[:3])


def last_day(known: str) -> date:
    """The latest day it may mean."""
    year, month, day = (_parts(known) + [0, 0])[:3]
    month = month or 12
    return date(year, month, day or calendar.monthrange(year, month)[1])


def is_after(one: str, other: str) -> bool:
    """Whether `one` certainly lies after `other`; of 1998 and 1998-07 nobody knows."""
    return first_day(one) > last_day(other)


def _parts(known: str) -> list[int]:
    return [int(part) for part in known.split("-")]
