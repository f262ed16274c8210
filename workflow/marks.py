"""All that an instance is searched by in one row of numbers, so that PostgreSQL's index finds at once what many filters
lead to together (docs/decisions/0007-filtered-lists.md). SQLite has nothing like it; there the table stays empty.

A mark is a text, kept as the first 32 bits of its MD5, a number with a sign. Of each variable of an instance that is
not over there are

    name=word                                   the whole of it, unless it is empty
    name#7+  name#7+4  name#7+45                of a number: length of its whole part with the sign, and first digits
    name~2026  name~2026-07                     of what begins as a day does
    name~                                       of any other text that begins with a digit

and of the open tasks of such an instance

    +group:registry                             to whom one is offered
    ?group:registry  ?user:anna                 who looks on at one; but for who has it, and for everyone
    !                                           somebody has one
    @2026-11-23  @                              one is due on that day (in UTC), or on none

What a filter asks for has one of the marks said by `equal`, `among`, `between_words`, what a view shows one of those
said by `offered`, `looked_on`, `held`, what is due on some days one of those said by `due`. The other way round it need
not be so (hashes may be alike, a range may end within a mark, a task may have ended), so what is found is to be looked
at once more.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Integer, bindparam, delete, false, literal, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from workflow import rows, sketches
from workflow.db import before_commit
from workflow.models import InstanceMarks
from workflow.registry import fsck_check
from workflow.sketches import hashed
from workflow.statements import Statement

LARGEST = 10**20  # beyond it all numbers have one mark
FIRST_DIGITS = 2  # of a number, that have marks
DAY = "^[0-9]{4}-(0[1-9]|1[0-2])(-[0-9]{2}|$)"
_BEGUN_DAY = re.compile("[0-9]{4}($|-(0[1-9]|1[0-2])(-[0-9]{2}|$))", re.ASCII)
CHANGED = "marks_changed"  # in the `info` of a session: the instances and the cases whose marks are to be made anew
_HASH = "('x' || left(md5(said), 8))::bit(32)::integer"
_LIVE = "(SELECT status FROM process_instances WHERE id = instance_id) IN ('running', 'suspended')"
_SEEN = """LATERAL (
            SELECT '+' || candidate AS said FROM task_candidates WHERE task_id = task.id
            UNION ALL
            SELECT '?' || onlooker FROM task_onlookers WHERE task_id = task.id
            AND onlooker <> 'everyone' AND (task.assignee IS NULL OR onlooker <> 'user:' || task.assignee)
            UNION ALL
            SELECT '!' WHERE task.assignee IS NOT NULL
            UNION ALL
            SELECT '@' || coalesce(to_char(task.due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD'), '')
        ) AS seen"""


def _said(of: str) -> str:
    """The query for the marks of those instances for whose `instance_id` a condition holds."""
    return rf"""
    SELECT instance_id, array_agg(DISTINCT {_HASH}) AS marks
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
        UNION ALL
        SELECT instance_id, said FROM user_tasks AS task CROSS JOIN {_SEEN}
        WHERE ended_at IS NULL AND {of} AND {_LIVE}
    ) AS marked WHERE said IS NOT NULL GROUP BY instance_id
"""


_ANEW = Statement(
    text(
        f"INSERT INTO instance_marks {_said('instance_id = :of_instance')}"
        " ON CONFLICT (instance_id) DO UPDATE SET marks = excluded.marks WHERE instance_marks.marks <> excluded.marks"
    )
)
_LACKING = Statement(
    text(
        f"""
    INSERT INTO instance_marks
    SELECT instance_id, array_agg(DISTINCT {_HASH})
    FROM user_tasks AS task LEFT JOIN instance_marks USING (instance_id) CROSS JOIN {_SEEN}
    WHERE case_id = :of_case AND task.status = 'open' AND ({_HASH} = ANY (marks)) IS NOT TRUE AND {_LIVE}
    GROUP BY instance_id
    ON CONFLICT (instance_id) DO UPDATE
    SET marks = ARRAY(SELECT DISTINCT unnest(instance_marks.marks || excluded.marks) ORDER BY 1)
"""
    )
)
_FORGET = Statement(delete(InstanceMarks).where(InstanceMarks.instance_id == bindparam("of_instance")))
FILL = f"INSERT INTO instance_marks {_said('true')}"
_EVER_SEEN = f"""
    SELECT array_agg({_HASH}) FROM (
        SELECT sign || kind || name AS said FROM (VALUES ('+'), ('?')) AS signs (sign) CROSS JOIN (
            SELECT 'group:', key FROM groups UNION ALL SELECT 'user:', name FROM users
        ) AS names (kind, name) UNION ALL SELECT '!' UNION ALL SELECT '@'
        UNION ALL SELECT DISTINCT '@' || to_char(due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') FROM user_tasks
        WHERE due_at IS NOT NULL
    ) AS ever
"""
_WRONG = text(  # a mark of a task that has ended may stay until the row is next written
    f"""
    SELECT coalesce(known.instance_id, said.instance_id) FROM ({_said("true")}) AS said
    FULL JOIN instance_marks AS known ON known.instance_id = said.instance_id
    WHERE known.marks IS DISTINCT FROM said.marks AND (
        known.marks IS NULL OR NOT known.marks @> coalesce(said.marks, '{{}}')
        OR NOT coalesce(said.marks, '{{}}') || ({_EVER_SEEN}) @> known.marks
    ) ORDER BY 1
"""
)


def are_kept(session: Session) -> bool:
    """Whether this database has marks."""
    return session.get_bind().dialect.name == "postgresql"


def keep(session: Session, instance_id: int) -> None:
    """Let the marks be those of what is known by the end of the transaction."""
    if are_kept(session):
        _changed(session)[0].add(instance_id)


def keep_seen(session: Session, case_id: int) -> None:
    """Others may see the case's tasks: its instances get the marks of it that they lack."""
    if are_kept(session):
        _changed(session)[1].add(case_id)


def settle(session: Session) -> None:
    """Do now what was to be done by the end of the transaction: once, however often it was asked."""
    instances, cases = session.info.get(CHANGED, (set(), set()))
    rows.write(session, *(_ANEW(of_instance=each) for each in sorted(instances)))
    rows.write(session, *(_LACKING(of_case=each) for each in sorted(cases)))
    sketches.draw(session, instances, cases)
    instances.clear()
    cases.clear()


def _changed(session: Session) -> tuple[set[int], set[int]]:
    found: tuple[set[int], set[int]] | None = session.info.get(CHANGED)
    if found is None:
        found = session.info[CHANGED] = (set(), set())
        before_commit(session, partial(settle, session))
    return found


def forget(session: Session, instance_id: int) -> None:
    """It is searched no longer."""
    if are_kept(session):
        rows.write(session, _FORGET(of_instance=instance_id))


def refill(session: Session) -> int:
    """All anew, where they are not what the variables and tasks say; how many there were."""
    wrong = _wrong(session)
    for instance_id in wrong:
        forget(session, instance_id)
        keep(session, instance_id)
    settle(session)
    return len(wrong)


@fsck_check("marks")
def _as_the_variables_say(session: Session) -> Iterator[str]:
    """The marks of an instance are those of its variables and of who may do or see its tasks; sketches are of them."""
    if are_kept(session):
        for instance_id in _wrong(session):
            yield f"Instance {instance_id} is not found by its variables: its marks are not theirs."
        for task_id in sketches.wrong(session):
            yield f"Task {task_id} is passed over by filtered lists: its sketch is not that of its marks."


def _wrong(session: Session) -> list[int]:
    settle(session)
    return list(session.scalars(_WRONG)) if are_kept(session) else []


def offered(tickets: Iterable[str]) -> list[str]:
    """A task is offered to one of these ("group:registry", "user:anna")."""
    return [f"+{each}" for each in tickets]


def looked_on(tickets: Iterable[str]) -> list[str]:
    """A task is looked on at by one of these who does not have it."""
    return [f"?{each}" for each in tickets]


def held() -> list[str]:
    """A task is somebody's."""
    return ["!"]


def due(days: Iterable[date]) -> list[str]:
    """A task is due on one of these days, in UTC."""
    return [f"@{each}" for each in days]


def there(asked: Sequence[str]) -> ColumnElement[bool]:
    """The rows of InstanceMarks that have one of these marks."""
    return meet(InstanceMarks.marks, asked)


def meet(kept: Any, asked: Sequence[str]) -> ColumnElement[bool]:
    """Whether one of these marks is among those of a column."""
    if not asked:
        return false()
    return kept.bool_op("&&")(literal([hashed(mark) for mark in asked], ARRAY(Integer)))


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
