"""All that an instance is searched by in one row of numbers, so that PostgreSQL's index finds at once what many filters
lead to together (docs/decisions/0007-filtered-lists.md). SQLite has nothing like it; there the table stays empty.

A mark is a text, kept as the first 32 bits of its MD5, a number with a sign. Of each variable of an instance that is
not over there are

    name=word                                   the whole of it, unless it is empty
    name#7+  name#7+4  name#7+45                of a number: length of its whole part with the sign, and first digits
    name~2026  name~2026-07                     of what begins as a day does
    name~                                       of any other text that begins with a digit

What a filter asks for has one of the marks said by `equal`, `among`, `between_words`. The other way round it need not
be so (hashes may be alike, a range may end within a mark), so what is found is to be looked at once more.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from hashlib import md5
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, bindparam, delete, literal, select, text, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from workflow import rows
from workflow.models import InstanceMarks
from workflow.registry import fsck_check
from workflow.statements import Statement

LARGEST = 10**20  # beyond it all numbers have one mark
FIRST_DIGITS = 2  # of a number, that have marks
DAY = "^[0-9]{4}-(0[1-9]|1[0-2])(-[0-9]{2}|$)"
_BEGUN_DAY = re.compile("[0-9]{4}($|-(0[1-9]|1[0-2])(-[0-9]{2}|$))", re.ASCII)


def _said(of: str) -> str:
    """The query for the marks of those instances for whose variables a condition holds."""
    return rf"""
    SELECT instance_id, array_agg(DISTINCT ('x' || left(md5(said), 8))::bit(32)::integer) AS marks
    FROM (
        SELECT instance_id, unnest(ARRAY[
            CASE WHEN word <> '' THEN name || '=' || word END,
            CASE WHEN day THEN name || '~' || left(word, 4) WHEN digit THEN name || '~' END,
            CASE WHEN day THEN name || '~' || left(word, 7) END,
            name || '#' || length(whole) || left(whole, 1),
            name || '#' || length(whole) || left(whole, 2),
            name || '#' || length(whole) || left(whole, 3)
        ]) AS said
        FROM (
            SELECT instance_id, name, word,
                regexp_replace(
                    trunc(least(greatest(number, -1e20), 1e20)::numeric)::text, '^([0-9])', '+\1') AS whole,
                number IS NULL AND word ~ '^[0-9]' AS digit,
                number IS NULL AND word ~ '{DAY}' AS day
            FROM variables WHERE live AND {of}
        ) AS known
    ) AS marked WHERE said IS NOT NULL GROUP BY instance_id
"""


_ANEW = Statement(
    text(
        f"INSERT INTO instance_marks {_said('instance_id = :of_instance')}"
        " ON CONFLICT (instance_id) DO UPDATE SET marks = excluded.marks WHERE instance_marks.marks <> excluded.marks"
    )
)
_FORGET = Statement(delete(InstanceMarks).where(InstanceMarks.instance_id == bindparam("of_instance")))
FILL = f"INSERT INTO instance_marks {_said('true')}"
_WRONG = text(
    f"SELECT coalesce(known.instance_id, said.instance_id) FROM ({_said('true')}) AS said"
    " FULL JOIN instance_marks AS known ON known.instance_id = said.instance_id"
    " WHERE known.marks IS DISTINCT FROM said.marks"
)


def are_kept(session: Session) -> bool:
    """Whether this database has marks."""
    return session.get_bind().dialect.name == "postgresql"


def keep(session: Session, instance_id: int) -> None:
    """Let the marks be those of the variables as they are now, when all that waits is written."""
    if are_kept(session):
        rows.write(session, _ANEW(of_instance=instance_id))


def forget(session: Session, instance_id: int) -> None:
    """It is searched no longer."""
    if are_kept(session):
        rows.write(session, _FORGET(of_instance=instance_id))


def refill(session: Session) -> int:
    """All anew, where they are not what the variables say; how many there were."""
    wrong = list(session.scalars(_WRONG)) if are_kept(session) else []
    for instance_id in wrong:
        forget(session, instance_id)
        keep(session, instance_id)
    return len(wrong)


@fsck_check("marks")
def _as_the_variables_say(session: Session) -> Iterator[str]:
    """The marks of an instance are those of its variables."""
    for instance_id in session.scalars(_WRONG) if are_kept(session) else ():
        yield f"Instance {instance_id} is not found by its variables: its marks are not theirs."


def there(asked: Sequence[str]) -> ColumnElement[bool]:
    """The rows of InstanceMarks that have one of these marks."""
    return meet(InstanceMarks.marks, asked)


def meet(kept: Any, asked: Sequence[str]) -> ColumnElement[bool]:
    """Whether one of these marks is among those of a column."""
    return kept.bool_op("&&")(literal([_hash(mark) for mark in asked], ARRAY(Integer)))


def _hash(mark: str) -> int:
    return int.from_bytes(md5(mark.encode(), usedforsecurity=False).digest()[:4], signed=True)


def of(instance_id: ColumnElement[int], asked: Iterable[Sequence[str]]) -> ColumnElement[bool]:
    """Whether one instance has one of the marks of each; looked up where the row stands."""
    looked_up = select(and_(true(), *map(there, asked))).where(InstanceMarks.instance_id == instance_id)
    return looked_up.correlate_except(InstanceMarks).scalar_subquery()


def equal(name: str, words: Iterable[str]) -> list[str]:
    """A variable is one of these texts."""
    return [f"{name}={word}" for word in words]


def among(name: str, low: float | None, high: float | None) -> list[str]:
    """A variable is a number from `low` to `high`; None is an open end."""
    least = -LARGEST if low is None else _whole(low)
    most = LARGEST if high is None else _whole(high)
    marks = []
    for digits in range(1, len(str(LARGEST)) + 1):
        before = f"{name}#{digits + 1}"
        marks += [f"{before}+{first}" for first in _firsts(digits, "", max(least, 0), most)]
        marks += [f"{before}-{first}" for first in _firsts(digits, "", max(-most, 1), -least)]
    return marks


def _whole(number: float) -> int:
    """As PostgreSQL takes it: fifteen digits, then without its fraction."""
    return int(Decimal(f"{max(min(number, LARGEST), -LARGEST):.15g}"))


def _firsts(digits: int, first: str, least: int, most: int) -> list[str]:
    """The first digits that numbers of so many digits from `least` to `most` have: as few as say it."""
    lowest = int(first.ljust(digits, "0")) if first or digits == 1 else 10 ** (digits - 1)
    highest = int(first.ljust(digits, "9"))
    if highest < least or lowest > most:
        return []
    if least <= lowest and highest <= most or len(first) == min(FIRST_DIGITS, digits):
        return [first]
    following = range(0 if first or digits == 1 else 1, 10)
    return [each for digit in following for each in _firsts(digits, f"{first}{digit}", least, most)]


def between_words(name: str, low: str, high: str) -> list[str] | None:
    """A variable is a text that begins with `low` or what comes after, up to what begins with `high`; None unless both
    are days, months or years. Numbers that are compared as texts may be among them, and what only looks like a day."""
    if not (_BEGUN_DAY.match(low) and _BEGUN_DAY.match(high)):
        return None
    first, last = f"{low}-01"[:7], f"{high}-12"[:7]
    years = [f"{year:04}" for year in range(int(low[:4]), int(high[:4]) + 1)]
    marks = [f"{name}~", *among(name, 0, None)]
    for year in years:
        months = [month for number in range(1, 13) if first <= (month := f"{year}-{number:02}") <= last]
        marks += [f"{name}~{each}" for each in ([year] if len(months) == 12 else months)]
    return marks
