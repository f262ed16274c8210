"""Lists filtered by case variables, without a slow page however many tasks are open.

There are four ways to an answer, and counting a little decides (docs/decisions/0007-filtered-lists.md):

    few       one filter leads to FEW instances at most: look at those, and at nothing else
    short     the view itself holds AHEAD tasks at most: look at all of them
    walk      go along the queue in the order of due dates, at most AHEAD tasks: where many match, a page is full soon
    meet      neither: the instances that all filters lead to, by their indexes

Each finds the same rows in the same order; tests hold them to that.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, func, literal, select, union
from sqlalchemy.orm import Session, aliased, joinedload

from workflow import tasks
from workflow.identity import User
from workflow.models import UserTask, Variable
from workflow.tasks.pages import Page
from workflow.tasks.readers import Reader, reader_of
from workflow.views import sorting
from workflow.views.asking import Asked
from workflow.views.belonging import asked_for, belongs, queues
from workflow.views.conditions import Condition, by_index, fulfilled, is_quick
from workflow.views.sorting import Key, Place

FEW = 2_000  # instances looked at one by one
FIRST_LOOK, AHEAD = 400, 4_000  # tasks looked at along a queue, at first and at most
COUNTED_TO = 1_000  # there a count stops: "or more"


@dataclass(frozen=True)
class _Search:
    """What is asked, by whom, in which order."""

    session: Session
    who: Reader
    asked: Asked
    keys: Sequence[Key]


def search(session: Session, user: User, asked: Asked, after: str | None = None, limit: int = 50) -> Page[UserTask]:
    """One page of the list. Raises Invalid for a cursor that was made for another order."""
    if asked.is_plain:
        return tasks.inbox(session, user, asked.view, asked.filters, asked.order[0], after, limit)
    keys = sorting.keys_of(asked.order)
    place = sorting.place_of(after, asked.order, keys)
    found = _rows(_Search(session, reader_of(session, user), asked, keys), place, limit + 1)
    back = place is not None and place.back
    more, found = len(found) > limit, found[:limit]
    if back:
        found.reverse()
    following = sorting.cursor(asked.order, found[-1], False) if found and (more or back) else None
    earlier = found and (more if back else place is not None)
    previous = sorting.cursor(asked.order, found[0], True) if earlier else None
    return Page(_tasks(session, [row[-1] for row in found]), following, previous)


def count(session: Session, user: User, asked: Asked) -> int:
    """How many tasks the list holds, up to COUNTED_TO: the very rows `search` gives."""
    return len(every(session, user, asked, COUNTED_TO))


def every(session: Session, user: User, asked: Asked, most: int) -> list[int]:
    """The ids of the tasks of the list, in its order, `most` at most."""
    return [
        row[-1]
        for row in _rows(_Search(session, reader_of(session, user), asked, sorting.keys_of(asked.order)), None, most)
    ]


def _rows(search: _Search, place: Place | None, number: int) -> list[Any]:
    """The first rows beyond the place: the values of the keys, the last of them the task's id."""
    hits, is_short = _estimates(search)
    quick = [each for each in hits if hits[each] <= FEW]
    if quick:
        first = min(quick, key=lambda each: hits[each])
        return _run(search, _meeting(search, [first]), place, number)
    if not queues(search.who, search.asked.view):
        return _run(search, _all(search), place, number)
    if is_short:
        return _run(search, _along(search, _whole(search)), place, number)
    found = _walked(search, place, number) if search.asked.order == ("due",) else None
    if found is not None:
        return found
    posted = [each for each in search.asked.conditions if by_index(each) is not None]
    posted.sort(key=is_quick, reverse=True)
    return _run(search, _meeting(search, posted) if posted else _all(search), place, number)


def _walked(search: _Search, place: Place | None, number: int) -> list[Any] | None:
    """As many rows as wanted along the queue; None when they lie too far apart. A first look tells how far."""
    found: list[Any] = []
    for far in (FIRST_LOOK, AHEAD):
        if far > FIRST_LOOK and len(found) * far < number * FIRST_LOOK:
            return None
        line = _ahead(search, place, far)
        found = _run(search, _along(search, line), place, number, (line.c.due_at, line.c.id))
        if len(found) == number:
            return found
    return None


def _estimates(search: _Search) -> tuple[dict[Condition, int], bool]:
    """How many instances each quick filter leads to (counted to FEW + 1), and whether the view is short."""
    quick = [each for each in search.asked.conditions if is_quick(each)]
    counted = [_counted(select(literal(1)).where(by_index(each)), FEW) for each in quick]
    lines = queues(search.who, search.asked.view)
    counted += [_counted(select(literal(1)).where(line.here), AHEAD) for line in lines]
    if not counted:
        return {}, False
    found = search.session.execute(select(*counted)).one()
    return dict(zip(quick, found, strict=False)), bool(lines) and sum(found[len(quick) :]) <= AHEAD


def _counted(query: Select[Any], most: int) -> ColumnElement[int]:
    return select(func.count()).select_from(query.limit(most + 1).subquery()).scalar_subquery()


def _all(search: _Search) -> Select[Any]:
    """All of the view, one by one."""
    return select(UserTask.id).where(*_wanted(search, search.asked.conditions, UserTask.instance_id))


def _along(search: _Search, line: Any) -> Select[Any]:
    """Those tasks of a line that are wanted."""
    query = select(UserTask.id).join_from(line, UserTask, UserTask.id == line.c.id)
    return query.where(*_wanted(search, search.asked.conditions, UserTask.instance_id))


def _ahead(search: _Search, place: Place | None, far: int) -> Any:
    """The first of the view's queues in the order of due dates, merged, from the place on."""
    keys, back = search.keys, place is not None and place.back
    tops = []
    for line in queues(search.who, search.asked.view):
        columns = (line.due_at, line.task_id)
        query = select(line.task_id.label("id"), line.due_at.label("due_at")).where(line.here)
        if place is not None:
            query = query.where(sorting.beyond(keys, columns, place))
        tops.append(query.order_by(*sorting.order_by(keys, columns, back)).limit(far).subquery())
    merged = union(*(select(top.c.id, top.c.due_at) for top in tops)).subquery()
    ordered = sorting.order_by(keys, (merged.c.due_at, merged.c.id), back)
    return select(merged.c.id, merged.c.due_at).order_by(*ordered).limit(far).subquery("ahead")


def _whole(search: _Search) -> CTE:
    """The view's queues, all of them."""
    lines = (select(line.task_id.label("id")).where(line.here) for line in queues(search.who, search.asked.view))
    return select(union(*lines).subquery().c.id).cte("whole").prefix_with("MATERIALIZED")


def _meeting(search: _Search, led: Sequence[Condition]) -> Select[Any]:
    """The tasks of the instances that all of these filters lead to; the other filters are looked up for each."""
    met = _met(led)
    others = [each for each in search.asked.conditions if each not in led]
    looked_up = [fulfilled(each, met.c.instance_id) for each in others]
    kept = select(met.c.instance_id).where(*looked_up).cte("kept").prefix_with("MATERIALIZED")
    query = select(UserTask.id).join_from(kept, UserTask, UserTask.instance_id == kept.c.instance_id)
    return query.where(*_wanted(search, (), UserTask.instance_id))


def _met(led: Sequence[Condition]) -> CTE:
    first, *others = (aliased(Variable) for _ in led)
    query = select(first.instance_id).where(by_index(led[0], first))
    for each, there in zip(led[1:], others, strict=True):
        query = query.join(there, there.instance_id == first.instance_id).where(by_index(each, there))
    return query.cte("met").prefix_with("MATERIALIZED")


def _wanted(
    search: _Search, conditions: Sequence[Condition], instance_id: ColumnElement[int]
) -> Iterator[ColumnElement[bool]]:
    yield belongs(search.who, search.asked.view)
    yield from asked_for(search.session, search.asked)
    for each in conditions:
        yield fulfilled(each, instance_id)


def _run(
    search: _Search, query: Select[Any], place: Place | None, number: int, columns: Sequence[Any] = ()
) -> list[Any]:
    """The first rows of the query beyond the place; `columns` hold the keys, if the tasks' own do not."""
    keys, columns = search.keys, columns or [key.column for key in search.keys]
    if place is not None:
        query = query.where(sorting.beyond(keys, columns, place))
    ordered = sorting.order_by(keys, columns, place is not None and place.back)
    query = query.with_only_columns(*columns).order_by(*ordered).limit(number)
    return [tuple(row) for row in search.session.execute(query)]


def _tasks(session: Session, ids: list[int]) -> list[UserTask]:
    query = select(UserTask).where(UserTask.id.in_(ids))
    query = query.options(joinedload(UserTask.case), joinedload(UserTask.definition))
    found = {task.id: task for task in session.scalars(query)}
    return [found[each] for each in ids if each in found]
