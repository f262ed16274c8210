"""The inbox: what is mine, what my groups may take, what I did, what waits for others.

What is for me to claim and what waits for others are queues: each reads one short index (task_candidates,
task_onlookers) once per group and merges the tops, so that its cost grows neither with the number of open tasks nor
with the history.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, String, and_, func, literal, select, union
from sqlalchemy.orm import Session, aliased

from workflow import onlookers, rows
from workflow.around import follow_ups
from workflow.db import Moment
from workflow.errors import Invalid, sentence
from workflow.identity import User
from workflow.models import FAR, Case, TaskCandidate, TaskOnlooker, UserTask
from workflow.statements import Statement, one_of
from workflow.statuses import TaskStatus
from workflow.tasks.filters import Filters, filters_of, of_due, of_group, of_task, of_text
from workflow.tasks.finding import WHOLE, whole
from workflow.tasks.pages import Order, Page, Place, cut, narrow, place_of
from workflow.tasks.readers import Reader, reader_of


class View(StrEnum):
    MINE = "mine"  # open and assigned to me
    GROUPS = "groups"  # open, nobody's yet, and I am a candidate
    DONE = "done"  # completed by me
    OTHERS = "others"  # open in a case I may see, and neither mine nor for me to claim


COUNTED_TO = {View.MINE: 1000, View.GROUPS: 1000, View.DONE: 1000, View.OTHERS: 100}  # there a count stops: "or more"
LOOKED_AT = 1000  # how many tasks the filter menus are made of


def inbox(
    session: Session,
    user: User,
    view: str = View.GROUPS,
    filters: Mapping[str, str] | Filters | None = None,
    sort: str = "",
    after: str | None = None,
    limit: int = 50,
) -> Page[UserTask]:
    """One page of a view. Filters: process, activity, due (overdue, today, week, none), text, group.

    `sort` is due, created, priority (highest first), case or ended, with "-" before it the other way round; ""
    is the view's own. `after` is a cursor of the page before. The tasks' cases and definitions come along.
    Raises Invalid for an unknown view, filter, order or cursor.
    """
    wanted, asked = _view(view), filters_of(filters)
    order = _order(sort or _own_sort(wanted))
    place = place_of(after, order)
    if place is None and not asked.due:  # what everybody asks all day
        (found,) = rows.ask(session, _first_page(reader_of(session, user), wanted, asked, sort, limit)())
    else:
        found = session.execute(_page(session, reader_of(session, user), wanted, asked, order, place, limit)).all()
    page = cut(list(found), order, place, limit)
    there = {row[0]: row for row in found}
    return Page([whole(session, there[id_][2:]) for id_ in page.rows], page.next, page.previous)


def counts(session: Session, user: User, views: Iterable[str] = tuple(View)) -> dict[str, int]:
    """How many tasks each of the views holds, up to COUNTED_TO of it; one query. Raises Invalid for an unknown view."""
    stops = tuple((view, COUNTED_TO[view]) for view in map(_view, views))
    ((found,),) = rows.ask(session, _counting(reader_of(session, user), stops)())
    return found._asdict()


def filter_counts(session: Session, user: User, view: str) -> dict[tuple[str, str], int]:
    """(process key, activity id) → how many tasks of the view, for the filter menus; looks at the first LOOKED_AT."""
    places = _places(
        session, reader_of(session, user), _view(view), Filters(), _order("due"), None, LOOKED_AT - 1
    ).subquery()
    query = (
        select(UserTask.process_key, UserTask.activity_id, func.count())
        .join(places, places.c.id == UserTask.id)
        .group_by(UserTask.process_key, UserTask.activity_id)
    )
    return {(process, activity): count for process, activity, count in session.execute(query)}


@lru_cache(maxsize=1000)
def _first_page(reader: Reader, view: View, asked: Filters, sort: str, limit: int) -> Statement:
    """The first page, built and compiled once: putting it together costs more than answering it."""
    order = _order(sort or _own_sort(view))
    return Statement(_page(None, reader, view, asked, order, None, limit))


@lru_cache(maxsize=1000)
def _counting(reader: Reader, stops: tuple[tuple[View, int], ...]) -> Statement:
    """The same for the numbers of tasks."""
    order, asked, totals = _order("due"), Filters(), []
    for view, stop in stops:
        capped = _places(None, reader, view, asked, order, None, stop - 1).order_by(None).subquery()
        totals.append(select(func.count()).select_from(capped).scalar_subquery().label(view.value))
    return Statement(select(*totals))


def _own_sort(view: View) -> str:
    return "-ended" if view is View.DONE else "due"


def _view(name: str) -> View:
    try:
        return View(name)
    except ValueError:
        raise Invalid({"view": [sentence("There is no view “{view}”.", view=name)]}) from None


def _order(sort: str) -> Order:
    orders: dict[str, tuple[ColumnElement[Any], Any]] = {
        "due": (func.coalesce(UserTask.due_at, literal(FAR, Moment()), type_=Moment()), Moment()),
        "created": (UserTask.created_at, Moment()),
        "priority": (-UserTask.urgency, Integer()),
        "case": (Case.business_key, String()),
        "ended": (UserTask.ended_at, Moment()),
    }
    name = sort.removeprefix("-")
    if name not in orders:
        raise Invalid({"sort": [sentence("The list cannot be sorted by “{sort}”.", sort=sort)]})
    key, kind = orders[name]
    return Order(sort, key, kind, descending=sort.startswith("-"))


def _page(
    session: Session | None, reader: Reader, view: View, asked: Filters, order: Order, place: Place | None, limit: int
) -> Select[Any]:
    """(id, key, …) of the tasks on a page, one more than `limit`, each with the columns WHOLE: all in one trip."""
    places = _places(session, reader, view, asked, order, place, limit).subquery()
    query = select(places.c.id, places.c.key, *WHOLE).join(UserTask, UserTask.id == places.c.id)
    query = query.join(UserTask.case).join(UserTask.definition)
    downwards = order.descending != (place is not None and place.back)
    return query.order_by(*((each.desc() if downwards else each) for each in (places.c.key, places.c.id)))


def _places(
    session: Session | None, reader: Reader, view: View, asked: Filters, order: Order, place: Place | None, limit: int
) -> Select[tuple[int, Any]]:
    """(id, key) of the tasks on a page, one more than `limit`."""
    if view is View.GROUPS:
        return _merged(_not_put_off(reader, _for_me(reader, asked)), session, asked, order, place, limit)
    if view is View.OTHERS:
        return _merged(_for_others(reader, asked), session, asked, order, place, limit)
    query = select(UserTask.id.label("id"), order.key.label("key")).where(_base(reader, view))
    query = query.where(*of_task(asked), *of_due(session, asked, UserTask.due_at))
    if view is not View.DONE:
        query = query.where(*of_group(asked))
    if asked.text or order.name.endswith("case"):
        query = query.join(Case, Case.id == UserTask.case_id).where(*of_text(asked))
    return narrow(query, order, UserTask.id, place, limit)


def _base(reader: Reader, view: View) -> ColumnElement[bool]:
    is_open = UserTask.status == TaskStatus.OPEN
    if view is View.MINE:
        return and_(UserTask.assignee == reader.name, is_open, ~follow_ups.is_hidden(reader.name))
    return and_(UserTask.completed_by == reader.name, UserTask.ended_at.is_not(None))


_OWN_COLUMNS = {"due": "due_at", "priority": "rank"}  # orders in which a queue's own rows can be read


@dataclass(frozen=True)
class _Queue:
    """Rows of a short index that stand for open tasks: those with `wanted`, whose tasks fulfil `of_task`. What somebody
    holds is read from the tasks themselves, by their holder."""

    table: type[TaskCandidate] | type[TaskOnlooker] | type[UserTask]
    wanted: ColumnElement[bool]
    of_task: tuple[ColumnElement[bool], ...] = ()

    @property
    def task_id(self) -> Any:
        return UserTask.id if self.table is UserTask else self.table.task_id


def _for_me(reader: Reader, asked: Filters) -> list[_Queue]:
    """What I may claim: a queue for me and one for each of my groups; those of the people I stand in for, and what they
    hold."""
    mine = [each for each in reader.tickets if not asked.group or each == f"group:{asked.group}"]
    queues = [_offered(each, claimed=False) for each in mine or [""]]
    for standing in reader.standings:
        kinds = standing.condition()
        of_task = () if kinds is None else (kinds,)
        theirs = [each for each in standing.tickets if not asked.group or each == f"group:{asked.group}"]
        queues += [_offered(each, claimed=False, of_task=of_task) for each in theirs if each not in reader.tickets]
        held = and_(UserTask.assignee == standing.principal, UserTask.status == TaskStatus.OPEN)
        queues.append(_Queue(UserTask, held, (*of_task, *of_group(asked))))
    return queues


def _not_put_off(reader: Reader, queues: list[_Queue]) -> list[_Queue]:
    """Without what I want to see again only later."""
    return [
        replace(each, wanted=and_(each.wanted, ~follow_ups.is_hidden(reader.name, each.task_id))) for each in queues
    ]


def _for_others(reader: Reader, asked: Filters) -> list[_Queue]:
    """What I may see and neither have nor may claim: what colleagues have claimed, what I only look on at."""
    names = reader.tickets
    for_me = select(TaskCandidate.task_id).where(
        TaskCandidate.task_id == UserTask.id, one_of(TaskCandidate.candidate, names), TaskCandidate.claimed.is_(False)
    )
    me = [reader.name, *(each.principal for each in reader.standings)]
    others = [UserTask.assignee.is_distinct_from(each) for each in me]
    not_mine = (*others, ~for_me.exists().correlate(UserTask), *of_group(asked))
    seen = (onlookers.EVERYONE,) if reader.reads_all else names
    claimed = [] if reader.reads_all else [_offered(each, claimed=True, of_task=not_mine) for each in names]
    return claimed + [_Queue(TaskOnlooker, _looks_on(reader, each), not_mine) for each in seen]


def _looks_on(reader: Reader, onlooker: str) -> ColumnElement[bool]:
    """Rows of this onlooker. Under my own name stands mostly what I hold: that is left out as a whole, by one short
    index, before each task is looked at."""
    here = TaskOnlooker.onlooker == onlooker
    held = aliased(UserTask)
    mine = select(held.id).where(held.assignee == reader.name, held.status == TaskStatus.OPEN)
    return and_(here, TaskOnlooker.task_id.not_in(mine)) if onlooker == f"user:{reader.name}" else here


def _offered(candidate: str, claimed: bool, of_task: tuple[ColumnElement[bool], ...] = ()) -> _Queue:
    here = and_(TaskCandidate.candidate == candidate, TaskCandidate.claimed.is_(claimed))
    return _Queue(TaskCandidate, here, of_task)


def _merged(
    queues: list[_Queue], session: Session | None, asked: Filters, order: Order, place: Place | None, limit: int
) -> Select[tuple[int, Any]]:
    """The tops of the queues, merged. What is first of all is among the first of its own queue."""
    tops = [_top(each, session, asked, order, place, limit).subquery() for each in queues]
    merged = union(*(select(top.c.id, top.c.key) for top in tops)).subquery()
    by_key = Order(order.name, merged.c.key, order.kind, order.descending)
    return narrow(select(merged.c.id, merged.c.key), by_key, merged.c.id, place, limit)


def _top(
    queue: _Queue, session: Session | None, asked: Filters, order: Order, place: Place | None, limit: int
) -> Select[tuple[int, Any]]:
    table, column = queue.table, _OWN_COLUMNS.get(order.name.removeprefix("-"), "")
    in_queue = table is not UserTask and hasattr(table, column)
    if in_queue:
        order = Order(order.name, getattr(table, column), order.kind, order.descending)
    query = select(queue.task_id.label("id"), order.key.label("key")).where(queue.wanted)
    query = query.where(*of_due(session, asked, table.due_at))
    on_task = [*of_task(asked), *queue.of_task]
    with_case = bool(asked.text) or order.name.endswith("case")
    if table is UserTask:
        query = query.where(*on_task)
    elif on_task or with_case or not in_queue:
        query = query.join(UserTask, UserTask.id == table.task_id).where(*on_task)
    if with_case:
        query = query.join(Case, Case.id == UserTask.case_id).where(*of_text(asked))
    return narrow(query, order, queue.task_id, place, limit)
