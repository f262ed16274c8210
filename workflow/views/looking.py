"""A filtered list that is looked for: what is asked, by whom, in which order; and how its first rows are had."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import Session

from workflow.models import UserTask
from workflow.tasks.readers import Reader
from workflow.views import sorting
from workflow.views.asking import Asked
from workflow.views.belonging import asked_for, belongs
from workflow.views.conditions import Condition, fulfilled
from workflow.views.sorting import Key, Place

Found = list[tuple[Any, ...]]  # of each task the values of the keys, the last of them its id


@dataclass(frozen=True)
class Search:
    """What is asked, by whom, in which order; `in_order`: any of the rows will do if not."""

    session: Session
    who: Reader
    asked: Asked
    keys: Sequence[Key]
    in_order: bool = True


def wanted(search: Search) -> Iterator[ColumnElement[bool]]:
    """The conditions on user_tasks for all that is asked but the variables."""
    yield belongs(search.who, search.asked.view)
    yield from asked_for(search.session, search.asked)


def looked_up(conditions: Sequence[Condition]) -> Iterator[ColumnElement[bool]]:
    """The conditions on the variables of user_tasks, each looked up where the row stands."""
    return (fulfilled(each, UserTask.instance_id) for each in conditions)


def run(search: Search, query: Select[Any], place: Place | None, number: int, columns: Sequence[Any] = ()) -> Found:
    """The first rows of the query beyond the place; `columns` hold the keys, if the tasks' own do not."""
    keys, columns = search.keys, columns or [key.column for key in search.keys]
    if place is not None:
        query = query.where(sorting.beyond(keys, columns, place))
    if search.in_order:
        query = query.order_by(*sorting.order_by(keys, columns, place is not None and place.back))
    return [tuple(row) for row in search.session.execute(query.with_only_columns(*columns).limit(number))]
