"""Several sort keys: due date, priority, case …, variables; each forwards or backwards; pages by the place in them.

What is sorted by is never NULL (a missing value stands behind all others), so that places can be compared.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Double, Integer, String, and_, false, func, literal, or_, select, tuple_
from sqlalchemy.orm import aliased
from sqlalchemy.types import TypeEngine

from workflow.db import Moment
from workflow.errors import Invalid, sentence
from workflow.models import FAR, Case, UserTask, Variable

MOST_SORTS = 4
OF_VARIABLE = "var:"  # before the name of a variable
HIGHEST, LAST = 1e308, "\U0010ffff"  # behind every number, behind every text
Kind = TypeEngine[Any]


@dataclass(frozen=True)
class Key:
    """One thing rows are sorted by."""

    column: ColumnElement[Any]
    kind: Kind
    descending: bool = False
    last: Any = None  # what stands for a missing value, of a variable


@dataclass(frozen=True)
class Place:
    """Just after (going back: before) the row with these keys, the last of them its id."""

    values: tuple[Any, ...]
    back: bool = False


_OWN: dict[str, tuple[ColumnElement[Any], Kind]] = {
    "due": (func.coalesce(UserTask.due_at, literal(FAR, Moment()), type_=Moment()), Moment()),
    "created": (UserTask.created_at, Moment()),
    "priority": (-UserTask.urgency, Integer()),  # the most urgent first
    "ended": (func.coalesce(UserTask.ended_at, literal(FAR, Moment()), type_=Moment()), Moment()),
    "step": (UserTask.name, String()),
    "person": (func.coalesce(UserTask.assignee, literal(LAST)), String()),
    "case": (select(Case.business_key).where(Case.id == UserTask.case_id).scalar_subquery(), String()),
}
SORTS = tuple(_OWN)


def keys_of(sorts: Sequence[str]) -> list[Key]:
    """The keys of sorts like "due", "-created", "var:amount"; the id always comes last, before it, if a variable is
    sorted by, the instance's: so its index has them. Raises Invalid."""
    if len(sorts) > MOST_SORTS:
        raise Invalid({"sort": [sentence("A list is sorted by at most {most} things.", most=MOST_SORTS)]})
    found = [key for sort in sorts for key in _keys(sort)]
    downwards = found[0].descending if found else False
    of_variable = any(OF_VARIABLE in sort for sort in sorts)
    ids = [UserTask.instance_id, UserTask.id] if of_variable else [UserTask.id]
    return [*found, *(Key(each, Integer(), downwards) for each in ids)]


def _keys(sort: str) -> Sequence[Key]:
    name, backwards = sort.removeprefix("-"), sort.startswith("-")
    if name.startswith(OF_VARIABLE):
        return _of_variable(name.removeprefix(OF_VARIABLE), backwards)
    if name not in _OWN:
        raise Invalid({"sort": [sentence("The list cannot be sorted by “{sort}”.", sort=sort)]})
    return [Key(*_OWN[name], backwards)]


@lru_cache(maxsize=200)  # names; to say it takes longer than to find it
def _of_variable(name: str, backwards: bool) -> Sequence[Key]:
    """Numbers first, in their order, then texts; what has none stands last either way."""
    there = aliased(Variable)
    here = and_(there.instance_id == UserTask.instance_id, there.name == name)
    number = select(there.number).where(here).correlate(UserTask).scalar_subquery()
    text = (
        select(there.word).where(here, there.word != "", there.number.is_(None)).correlate(UserTask).scalar_subquery()
    )
    least, last = (-HIGHEST, "") if backwards else (HIGHEST, LAST)
    return (
        Key(func.coalesce(number, literal(least, Double())), Double(), backwards, least),
        Key(func.coalesce(text, literal(last)), String(), backwards, last),
    )


def order_by(keys: Sequence[Key], columns: Sequence[ColumnElement[Any]], back: bool = False) -> list[Any]:
    """How the columns that hold the keys are ordered, in the direction of travel."""
    pairs = zip(keys, columns, strict=True)
    return [column.desc() if key.descending != back else column.asc() for key, column in pairs]


def beyond(keys: Sequence[Key], columns: Sequence[ColumnElement[Any]], place: Place) -> ColumnElement[bool]:
    """The rows beyond the place: alike in the first keys, beyond in the next. Where all keys go the same way it is
    said in one comparison, with which an index begins right there."""
    theirs = [literal(value, key.kind) for key, value in zip(keys, place.values, strict=True)]
    ways = [key.descending != place.back for key in keys]
    if len(set(ways)) == 1:
        return tuple_(*columns) < tuple_(*theirs) if ways[0] else tuple_(*columns) > tuple_(*theirs)
    found: ColumnElement[bool] = false()
    alike: list[ColumnElement[bool]] = []
    for downwards, column, there in zip(ways, columns, theirs, strict=True):
        found = or_(found, and_(*alike, column < there if downwards else column > there))
        alike.append(column == there)
    return found


def cursor(sorts: Sequence[str], row: Sequence[Any], back: bool) -> str:
    """The place of a row as text."""
    said = [value.isoformat() if isinstance(value, datetime) else value for value in row]
    return base64.urlsafe_b64encode(orjson.dumps([list(sorts), back, said])).decode()


def place_of(text: str | None, sorts: Sequence[str], keys: Sequence[Key]) -> Place | None:
    """Read a cursor made for this very order; raises Invalid for anything else."""
    if not text:
        return None
    try:
        named, back, said = orjson.loads(base64.urlsafe_b64decode(text.encode()))
        if named != list(sorts) or type(back) is not bool or len(said) != len(keys):
            raise ValueError(named)
        return Place(tuple(_read(value, key.kind) for value, key in zip(said, keys, strict=True)), back)
    except (ValueError, TypeError, binascii.Error):
        gone = sentence("This page of the list no longer exists; start at its first page.")
        raise Invalid({"after": [gone]}) from None


def _read(value: Any, kind: Kind) -> Any:
    if isinstance(kind, Moment) and isinstance(value, str):
        at = datetime.fromisoformat(value)
        if at.tzinfo is not None:
            return at
    whole = isinstance(kind, Integer) and type(value) is int and abs(value) < 2**31
    real = isinstance(kind, Double) and type(value) in (int, float)
    text = isinstance(kind, String) and isinstance(value, str) and "\x00" not in value
    if whole or real or text:
        return value
    raise ValueError(value)
