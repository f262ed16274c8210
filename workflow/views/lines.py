"""Rows that an index holds in the very order a list is sorted by: along them a page is full soon where many match.

The order of due dates and of urgency stands in the queues of a view, that of a variable in the index of its values,
what I have done in the index of its days. Other orders, and those of several keys, have no line.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Lateral, Select, Subquery, and_, exists, literal, select, union
from sqlalchemy.orm import Session

from workflow import onlookers, sketches
from workflow.models import TaskOnlooker, UserTask, Variable
from workflow.statuses import TaskStatus
from workflow.tasks.filters import of_due
from workflow.tasks.readers import Reader
from workflow.views import sorting
from workflow.views.asking import Asked, View
from workflow.views.belonging import queues
from workflow.views.conditions import by_index, is_quick
from workflow.views.sorting import OF_VARIABLE, Key, Place

BY_DUE = ("due",)
DUE = (BY_DUE, ("-due",))


def ahead(
    session: Session, who: Reader, asked: Asked, keys: Sequence[Key], place: Place | None, far: int
) -> Subquery | None:
    """The first `far` rows of the line beyond the place: the `id` of a task and the keys of the order, k0, k1 …;
    None if there is no such line."""
    name = asked.order[0].removeprefix("-")
    if len(asked.order) > 1:
        return None
    if name.startswith(OF_VARIABLE):
        return _of_variable(session, asked, name.removeprefix(OF_VARIABLE), keys, place, far)
    if asked.view is View.DONE:
        return _done(who, keys, place, far) if name == "ended" else None
    if name in ("due", "priority"):
        return _merged(session, who, asked, name, keys, place, far)
    return None


def sketched(
    session: Session, asked: Asked, keys: Sequence[Key], place: Place | None, far: int, said: Sequence[Sequence[str]]
) -> Subquery:
    """What is to be looked at of the first `far` open tasks of all, by their due dates: those whose sketch resembles
    one that has a mark of each that is `said`. As `ahead` gives it."""
    queue = (TaskOnlooker.task_id, TaskOnlooker.due_at, TaskOnlooker.task_id)
    here = TaskOnlooker.onlooker == onlookers.EVERYONE, *of_due(session, asked.filters, TaskOnlooker.due_at)
    all_ = _first(queue, keys, place, far).where(*here).add_columns(TaskOnlooker.sketch).subquery()
    return select(all_.c.id, *keys_in(all_)).where(*sketches.resemble(all_.c.sketch, said)).subquery("ahead")


def is_of_variable(asked: Asked) -> bool:
    """Whether the line is that of a variable, in which all tasks stand and not only those of the view."""
    return asked.order[0].removeprefix("-").startswith(OF_VARIABLE)


def keys_in(line: Subquery | Lateral) -> list[ColumnElement[Any]]:
    """Its columns that hold the keys."""
    return [column for name, column in line.c.items() if name not in ("id", "instance_id", "sketch")]


def _merged(
    session: Session, who: Reader, asked: Asked, name: str, keys: Sequence[Key], place: Place | None, far: int
) -> Subquery | None:
    """The tops of the view's queues, merged."""
    tops = []
    for queue in queues(who, asked.view, asked.filters.group):
        own = queue.due_at if name == "due" else queue.rank
        if own is None:
            return None
        query = _first((queue.task_id, own, queue.task_id), keys, place, far)
        tops.append(query.where(queue.here, *of_due(session, asked.filters, queue.due_at)).subquery())
    if not tops:
        return None
    merged = union(*(select(*top.c) for top in tops)).subquery()
    return _first(tuple(merged.c), keys, None, far, place is not None and place.back).subquery("ahead")


def _done(who: Reader, keys: Sequence[Key], place: Place | None, far: int) -> Subquery:
    query = _first((UserTask.id, UserTask.ended_at, UserTask.id), keys, place, far)
    return query.where(UserTask.completed_by == who.name, UserTask.ended_at.is_not(None)).subquery("ahead")


def _of_variable(
    session: Session, asked: Asked, name: str, keys: Sequence[Key], place: Place | None, far: int
) -> Subquery | None:
    """The open tasks of the first instances in the order of a variable: of its numbers, or if it has none of its texts;
    of those its own filters let through. What comes behind them, texts behind numbers and what has no value, stands in
    no line."""
    known = and_(Variable.name == name, Variable.live)
    own_filters = [by_index(each) for each in asked.conditions if each.variable == name and is_quick(each)]
    has_numbers = session.scalar(select(exists().where(known, Variable.number.is_not(None))))
    at = 0 if has_numbers else 1  # of the keys number, word, instance, task
    behind = keys[at].last
    if place is not None and place.values[at] == behind:
        return None
    own = Variable.number if has_numbers else Variable.word
    here = own.is_not(None) if has_numbers else own > ""
    query = _first((Variable.instance_id, own, Variable.instance_id), (keys[at], keys[2]), _at(keys, place, at), far)
    top = query.where(known, here, *own_filters).subquery()
    other = literal(keys[1 - at].last, keys[1 - at].kind)
    number, word = (top.c.k0, other) if has_numbers else (other, top.c.k0)
    columns = [each.label(f"k{at}") for at, each in enumerate((number, word, top.c.id, UserTask.id))]
    task = and_(UserTask.instance_id == top.c.id, UserTask.status == TaskStatus.OPEN)
    return select(UserTask.id.label("id"), *columns).join_from(top, UserTask, task).subquery("ahead")


def _at(keys: Sequence[Key], place: Place | None, at: int) -> Place | None:
    """Just before the instance of a place: it may have other tasks, beyond it."""
    if place is None:
        return None
    downwards = keys[2].descending != place.back
    return Place((place.values[at], place.values[2] + (1 if downwards else -1)), place.back)


def _first(
    columns: tuple[Any, ...], keys: Sequence[Key], place: Place | None, far: int, back: bool | None = None
) -> Select[Any]:
    """So many rows of an id and its keys, in the order of travel, from the place on."""
    id_, *own = columns
    query = select(id_.label("id"), *(column.label(f"k{at}") for at, column in enumerate(own)))
    if place is not None:
        query = query.where(sorting.beyond(keys, own, place))
    back = place is not None and place.back if back is None else back
    return query.order_by(*sorting.order_by(keys, own, back)).limit(far)
