"""A sketch of an instance's marks (workflow.marks) beside each of its open tasks, on PostgreSQL: so that a walk along
the due dates of all of them knows from the index alone which are worth a look (docs/decisions/0007-filtered-lists.md).

A sketch has 256 bits; a mark sets the one that its last eight bits name. It stands in the row of “everyone”, who looks
on at every open task. What has a mark has its bit; the other way round it need not be so.
"""

from collections.abc import Collection, Iterable, Sequence
from hashlib import md5
from typing import Any

from sqlalchemy import ColumnElement, String, cast, literal, text
from sqlalchemy.dialects.postgresql import BIT
from sqlalchemy.orm import Session

from workflow import rows
from workflow.models.columns import SKETCH_BITS as BITS
from workflow.statements import Statement

TELLING = 16  # bits one of which is asked for: with more of them nearly every sketch has one
_DRAWN = f"(SELECT bit_or(b'1'::bit({BITS}) >> (mark & {BITS - 1})) FROM unnest(marks) AS mark)"
_OPEN = "SELECT id FROM user_tasks WHERE ended_at IS NULL"


def _draw(which: str) -> str:
    """The change that draws anew the sketches of those open tasks whose ids a query gives."""
    return f"""
    UPDATE task_onlookers AS line SET sketch = {_DRAWN}
    FROM user_tasks AS task JOIN instance_marks USING (instance_id)
    WHERE task.id IN ({which}) AND line.task_id = task.id AND line.onlooker = 'everyone'
    AND line.sketch IS DISTINCT FROM {_DRAWN}
"""


FILL = _draw(_OPEN)
_ANEW = Statement(
    text(
        _draw(
            f"{_OPEN} AND instance_id = ANY (CAST(:of_instances AS integer[]))"
            " UNION SELECT id FROM user_tasks WHERE status = 'open' AND case_id = ANY (CAST(:of_cases AS integer[]))"
        )
    )
)
_WRONG = text(
    f"""
    SELECT task.id FROM user_tasks AS task JOIN instance_marks USING (instance_id)
    LEFT JOIN task_onlookers AS line ON line.task_id = task.id AND line.onlooker = 'everyone'
    WHERE ended_at IS NULL AND line.sketch IS DISTINCT FROM {_DRAWN} ORDER BY 1
"""
)


def draw(session: Session, instances: Collection[int], cases: Collection[int]) -> None:
    """The marks of these instances, or of those of these cases, have changed, or they have new tasks."""
    if instances or cases:
        rows.write(session, _ANEW(of_instances=sorted(instances), of_cases=sorted(cases)))


def hashed(mark: str) -> int:
    """As which number a mark is kept."""
    return int.from_bytes(md5(mark.encode(), usedforsecurity=False).digest()[:4], signed=True)


def resemble(column: Any, asked: Iterable[Sequence[str]]) -> list[ColumnElement[bool]]:
    """What a sketch says of what has one of the marks in each of these."""
    bits = [{hashed(mark) % BITS for mark in each} for each in asked]
    sure = _pattern(set().union(*(each for each in bits if len(each) == 1)))
    one_of = (_pattern(each) for each in bits if 1 < len(each) <= TELLING)
    return [column.op("&")(sure) == sure, *(column.op("&")(each) != _pattern(()) for each in one_of)]


def _pattern(bits: Collection[int]) -> ColumnElement[str]:
    return cast(literal("".join("1" if bit in bits else "0" for bit in range(BITS)), String), BIT(BITS))


def wrong(session: Session) -> list[int]:
    """The open tasks whose sketch is not that of their instance's marks."""
    return list(session.scalars(_WRONG))
