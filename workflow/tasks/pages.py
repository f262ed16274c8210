"""Keyset pages: a cursor is the place of a row in an order, so no page costs more than the first."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import orjson
from sqlalchemy import ColumnElement, Integer, Select, String, literal, tuple_
from sqlalchemy.types import TypeEngine

from workflow.db import Moment
from workflow.errors import Invalid, sentence

Row = TypeVar("Row")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows and the cursors of the pages after and before them; None where there is no such page."""

    rows: list[Row]
    next: str | None
    previous: str | None


@dataclass(frozen=True)
class Order:
    """How a list is sorted: by `key`, then by id, both in the same direction."""

    name: str
    key: ColumnElement[Any]
    kind: TypeEngine[Any]
    descending: bool = False


@dataclass(frozen=True)
class Place:
    """Just after (or, going back, just before) the row with this key and id."""

    key: Any
    id: int
    back: bool = False


def narrow(query: Select[Any], order: Order, id_: ColumnElement[int], place: Place | None, limit: int) -> Select[Any]:
    """Only the rows beyond the place, in the order of travel, one more than `limit` to see whether there are more."""
    back = place is not None and place.back
    downwards = order.descending != back
    if place is not None:
        here = tuple_(literal(place.key, order.kind), literal(place.id, Integer()))
        row = tuple_(order.key, id_)
        query = query.where(row < here if downwards else row > here)
    columns = (order.key.desc(), id_.desc()) if downwards else (order.key, id_)
    return query.order_by(None).order_by(*columns).limit(limit + 1)


def cut(found: list[tuple[int, Any]], order: Order, place: Place | None, limit: int) -> Page[int]:
    """The page of ids, in reading order, from the (id, key) rows of a narrowed query."""
    back = place is not None and place.back
    more, found = len(found) > limit, found[:limit]
    if back:
        found.reverse()
    cursor: Callable[[int, bool], str] = lambda at, going_back: _cursor(order, found[at], going_back)  # noqa: E731
    following = cursor(-1, False) if found and (more or back) else None
    previous = cursor(0, True) if found and (more if back else place is not None) else None
    return Page([row[0] for row in found], following, previous)


def place_of(cursor: str | None, order: Order) -> Place | None:
    """Read a cursor made for this very order; raises Invalid for anything else."""
    if not cursor:
        return None
    try:
        name, back, key, id_ = orjson.loads(base64.urlsafe_b64decode(cursor.encode()))
        if name != order.name or type(id_) is not int or not 0 <= id_ < 2**62 or type(back) is not bool:
            raise ValueError(name)
        return Place(_key(key, order.kind), id_, back)
    except (ValueError, TypeError, binascii.Error):
        gone = sentence("This page of the list no longer exists; start at its first page.")
        raise Invalid({"after": [gone]}) from None


def _key(key: Any, kind: TypeEngine[Any]) -> Any:
    """The value as the database compares it."""
    if isinstance(kind, Moment) and isinstance(key, str):
        at = datetime.fromisoformat(key)
        if at.tzinfo is not None:
            return at
    whole = isinstance(kind, Integer) and type(key) is int and abs(key) < 2**31
    text = isinstance(kind, String) and isinstance(key, str) and "\x00" not in key
    if whole or text:
        return key
    raise ValueError(key)


def _cursor(order: Order, row: tuple[int, Any], back: bool) -> str:
    key = row[1].isoformat() if isinstance(row[1], datetime) else row[1]
    return base64.urlsafe_b64encode(orjson.dumps([order.name, back, key, row[0]])).decode()
