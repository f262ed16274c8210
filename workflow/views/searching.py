"""Lists filtered by case variables, without a slow page however many tasks are open.

On PostgreSQL marks lead to what most filters ask for (workflow.views.marked). Where they do not, and on SQLite, there
are four ways to an answer, and looking at a little decides (docs/decisions/0007-filtered-lists.md):

    few       one filter leads to FEW instances at most: look at those, and at nothing else
    short     the view itself holds AHEAD tasks at most: look at all of them
    walk      go along the order of the list (workflow.views.lines), at most AHEAD rows: where many match, a page is
              full soon
    meet      neither: the instances that several filters lead to by their indexes (workflow.views.meeting)

Each finds the same rows in the same order; tests hold them to that.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, func, literal, select, true, union
from sqlalchemy.orm import Session

from workflow import tasks
from workflow.identity import User
from workflow.models import UserTask
from workflow.tasks.finding import WHOLE, whole
from workflow.tasks.pages import Page
from workflow.tasks.readers import reader_of
from workflow.views import lines, marked, meeting, sorting
from workflow.views.asking import Asked, View
from workflow.views.belonging import queues
from workflow.views.conditions import Condition, by_index, is_quick
from workflow.views.looking import Found, Search, looked_up, run, wanted
from workflow.views.sorting import Place

FEW = 2_000  # instances looked at one by one
FIRST_LOOK, AHEAD = 300, 5_000  # rows looked at along a line, at first and at most
BROAD = 50_000  # tasks of a view that are all looked at rather than a great part of all there are
COUNTED_TO = 1_000  # there a count stops: "or more"


def search(session: Session, user: User, asked: Asked, after: str | None = None, limit: int = 50) -> Page[UserTask]:
    """One page of the list. Raises Invalid for a cursor that was made for another order."""
    if asked.is_plain:
        return tasks.inbox(session, user, asked.view, asked.filters, asked.order[0], after, limit)
    keys = sorting.keys_of(asked.order)
    place = sorting.place_of(after, asked.order, keys)
    found = _rows(Search(session, marked.in_use(session, reader_of(session, user)), asked, keys), place, limit + 1)
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
    by_due = replace(asked, sorts=() if asked.view is View.DONE else lines.BY_DUE)
    return len(_rows(replace(_whole_list(session, user, by_due), in_order=False), None, COUNTED_TO))


def every(session: Session, user: User, asked: Asked, most: int) -> list[int]:
    """The ids of the tasks of the list, in its order, `most` at most."""
    return [row[-1] for row in _rows(_whole_list(session, user, asked), None, most)]


def _whole_list(session: Session, user: User, asked: Asked) -> Search:
    return Search(session, marked.in_use(session, reader_of(session, user)), asked, sorting.keys_of(asked.order))


def _rows(search: Search, place: Place | None, number: int) -> Found:
    """The first rows beyond the place."""
    if said := marked.marked(search):
        return marked.rows(search, said, place, number)
    hits, held = _estimates(search)
    quick = [each for each in hits if hits[each] <= FEW]
    if held == 0:
        return []
    if quick:
        return _met(search, [min(quick, key=lambda each: hits[each])], search.asked.conditions, place, number)
    if held is not None and held <= AHEAD:
        return run(search, _along(search, _whole(search), search.asked.conditions), place, number)
    found = _walked(search, search.asked.conditions, place, number, FIRST_LOOK)
    if len(found) == number:
        return found
    seen = meeting.sample(search.session, search.asked.conditions)
    narrowing = sorted(search.asked.conditions, key=seen.share)
    if max(len(found) / max(FIRST_LOOK, 1), seen.surely(*narrowing)) * AHEAD >= number:
        found = _walked(search, narrowing, place, number, AHEAD)
        if len(found) == number:
            return found
        if search.asked.view is not View.DONE and 0 < _held(search, BROAD) <= BROAD:  # a view unlike all there is
            return run(search, _along(search, _whole(search), narrowing), place, number)
    leading = [] if search.asked.view in (View.MINE, View.DONE) else meeting.leading(narrowing, seen)
    if leading:
        return _met(search, leading, narrowing, place, number)
    return run(search, _all(search), place, number)


def _estimates(search: Search) -> tuple[dict[Condition, int], int | None]:
    """How many instances each quick filter leads to (counted to FEW + 1), and how many tasks the view holds at most
    (counted to a little more than AHEAD; None if it has no queues). What somebody has done may be in instances that are
    over: no filter leads there."""
    done = search.asked.view is View.DONE
    quick = [] if done else [each for each in search.asked.conditions if is_quick(each)]
    counted = [_counted(select(literal(1)).where(by_index(each)), FEW) for each in quick]
    there = queues(search.who, search.asked.view, search.asked.filters.group)
    counted += [_counted(select(literal(1)).where(queue.here), AHEAD) for queue in there]
    found = search.session.execute(select(*counted)).one() if counted else ()
    is_queued = search.asked.view not in (View.MINE, View.DONE)
    return dict(zip(quick, found, strict=False)), sum(found[len(quick) :]) if is_queued else None


def _held(search: Search, most: int) -> int:
    """How many tasks the view's queues hold at most, each counted to a little more than `most`; 0 if it has none."""
    there = queues(search.who, search.asked.view, search.asked.filters.group)
    counted = [_counted(select(literal(1)).where(queue.here), most) for queue in there]
    return sum(search.session.execute(select(*counted)).one()) if counted else 0


def _counted(query: Select[Any], most: int) -> ColumnElement[int]:
    return select(func.count()).select_from(query.limit(most + 1).subquery()).scalar_subquery()


def _walked(search: Search, narrowing: Sequence[Condition], place: Place | None, number: int, far: int) -> Found:
    """Rows along the line, as far as one goes; none if there is no line."""
    line = lines.ahead(search.session, search.who, search.asked, search.keys, place, far)
    if line is None:
        return []
    return run(search, _along(search, line, narrowing), place, number, lines.keys_in(line))


def _all(search: Search) -> Select[Any]:
    """All of the view, one by one."""
    return select(UserTask.id).where(*wanted(search), *looked_up(search.asked.conditions))


def _along(search: Search, line: Any, conditions: Sequence[Condition]) -> Select[Any]:
    """Those tasks of a line that are wanted."""
    query = select(UserTask.id).join_from(line, UserTask, UserTask.id == line.c.id)
    return query.where(*wanted(search), *looked_up(conditions))


def _whole(search: Search) -> CTE:
    """The view's queues, all of them."""
    there = queues(search.who, search.asked.view, search.asked.filters.group)
    tasks_in = (select(queue.task_id.label("id")).where(queue.here) for queue in there)
    return select(union(*tasks_in).subquery().c.id).cte("whole").prefix_with("MATERIALIZED")


def _met(
    search: Search, leading: Sequence[Condition], conditions: Sequence[Condition], place: Place | None, number: int
) -> Found:
    """Rows of the instances that these filters lead to; the other filters are looked up for each."""
    kept = meeting.instances(leading, [each for each in conditions if each not in leading])
    with meeting.lists_joined(search.session, leading) as by_lists:
        query, columns = _apart(search, kept) if by_lists else (_joined(search, kept), ())
        return run(search, query, place, number, columns)


def _joined(search: Search, kept: CTE) -> Select[Any]:
    """The wanted tasks of instances."""
    query = select(UserTask.id).join_from(kept, UserTask, UserTask.instance_id == kept.c.instance_id)
    return query.where(*wanted(search))


def _apart(search: Search, kept: CTE) -> tuple[Select[Any], list[ColumnElement[Any]]]:
    """The same looked up for each of the instances whatever else is joined how, and the columns of the keys."""
    query = select(UserTask.id.label("id"), *(key.column.label(f"k{at}") for at, key in enumerate(search.keys)))
    query = query.where(UserTask.instance_id == kept.c.instance_id, *wanted(search)).correlate(kept)
    theirs = query.offset(0).lateral("theirs")
    return select(theirs.c.id).join_from(kept, theirs, true()), lines.keys_in(theirs)


def _tasks(session: Session, ids: list[int]) -> list[UserTask]:
    if not ids:
        return []
    query = select(*WHOLE).join_from(UserTask, UserTask.case).join(UserTask.definition).where(UserTask.id.in_(ids))
    found = [whole(session, row) for row in session.execute(query)]
    return sorted(found, key=lambda task: ids.index(task.id))
