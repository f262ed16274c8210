"""Which tasks belong to a view: as a condition on a task, and as queues that stand in the order of due dates."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, true
from sqlalchemy.orm import Session

from workflow import marks, onlookers
from workflow.around import follow_ups
from workflow.db import Moment
from workflow.models import FAR, Case, ProcessInstance, TaskCandidate, TaskOnlooker, UserTask
from workflow.statements import one_of
from workflow.statuses import InstanceStatus, TaskStatus
from workflow.tasks.filters import of_due, of_group, of_task, of_text
from workflow.tasks.readers import Reader
from workflow.views.asking import Asked, State, View


class Queue(NamedTuple):
    """Rows that stand for open tasks, in the order of their due dates by an index, and where it has a `rank` (minus
    the urgency) in that order too."""

    task_id: ColumnElement[int]
    due_at: ColumnElement[datetime]
    here: ColumnElement[bool]
    rank: ColumnElement[int] | None = None


USER_TASKS = UserTask.__table__
_DUE = func.coalesce(UserTask.due_at, literal(FAR, Moment()), type_=Moment())


def belongs(who: Reader, view: View) -> ColumnElement[bool]:
    """The condition on user_tasks for a view."""
    is_open = UserTask.status == TaskStatus.OPEN
    match view:
        case View.MINE:
            return and_(UserTask.assignee == who.name, is_open, ~follow_ups.is_hidden(who.name))
        case View.GROUPS:
            return and_(is_open, _for_me(who), ~follow_ups.is_hidden(who.name))
        case View.DONE:
            return and_(UserTask.completed_by == who.name, UserTask.ended_at.is_not(None))
        case View.OTHERS:
            theirs = (UserTask.assignee.is_distinct_from(each.principal) for each in who.standings)
            not_mine = and_(UserTask.assignee.is_distinct_from(who.name), *theirs)
            return and_(is_open, not_mine, ~_free(who.tickets), _seen(who))
    return and_(is_open, or_(UserTask.assignee == who.name, _seen(who)))


def at_hand(who: Reader, view: View) -> ColumnElement[bool]:
    """What of `belongs` needs no look at the task itself but at who has it and at the marks of its instance."""
    if view is View.GROUPS and not who.standings:
        return UserTask.assignee.is_(None)
    if view is View.OTHERS:
        looked_on = ~_free(who.tickets) if who.reads_all else marks.there(_marks_looked_on(who))
        return and_(UserTask.assignee.is_distinct_from(who.name), or_(UserTask.assignee.is_not(None), looked_on))
    return true()


def _for_me(who: Reader) -> ColumnElement[bool]:
    """What I may claim, for myself or in somebody's place."""
    ways = [_free(who.tickets)]
    for standing in who.standings:
        kinds = standing.condition()
        theirs = or_(_free(standing.tickets), UserTask.assignee == standing.principal)
        ways.append(theirs if kinds is None else and_(theirs, kinds))
    return or_(*ways)


def _free(names: Sequence[str]) -> ColumnElement[bool]:
    return and_(UserTask.assignee.is_(None), _has(TaskCandidate, TaskCandidate.candidate, names))


def queues(who: Reader, view: View, group: str = "") -> list[Queue]:
    """The queues that hold all tasks of a view (and some more), of those offered to a `group` if one is named; none for
    MINE and DONE."""
    if view is View.GROUPS:
        names = dict.fromkeys([*who.tickets, *(each for standing in who.standings for each in standing.tickets)])
        if group:
            names = dict.fromkeys({f"group:{group}"} & set(names))
        return [_offered(each, False) for each in names] + [_held(each.principal) for each in who.standings]
    if view in (View.MINE, View.DONE):
        return []
    if who.reads_all:
        return [_seen_by(onlookers.EVERYONE)]
    claimed = [True] if view is View.OTHERS else [True, False]
    seen = [_seen_by(each, who.name if view is View.OTHERS else "") for each in who.tickets]
    return [_offered(each, taken) for each in who.tickets for taken in claimed] + seen


def marks_of_view(who: Reader, asked: Asked) -> list[list[str]]:
    """Marks (workflow.marks): of each of these lists the instance of every task has one that the view shows. None where
    it may show what has none of them: who reads all cases, what I have myself, what those have whom I stand in for."""
    if asked.view is View.GROUPS and not who.standings:
        return [marks.offered([f"group:{asked.filters.group}"] if asked.filters.group else who.tickets)]
    if asked.view is not View.OTHERS or who.reads_all:
        return []
    looked_on = _marks_looked_on(who)
    return [marks.offered(who.tickets) + looked_on, marks.held() + looked_on]


def _marks_looked_on(who: Reader) -> list[str]:
    return marks.looked_on(who.tickets if who.looking_on is None else who.looking_on)


def asked_for(session: Session, asked: Asked) -> list[ColumnElement[bool]]:
    """Conditions on user_tasks for everything asked but the variables."""
    found = [*of_task(asked.filters), *of_due(session, asked.filters, UserTask.due_at)]
    if asked.view is not View.DONE:
        found += of_group(asked.filters)
    if asked.filters.text:
        found.append(select(literal(1)).where(Case.id == UserTask.case_id, *of_text(asked.filters)).exists())
    if asked.person:
        found.append(UserTask.assignee == asked.person)
    return found + _of_state(asked.state)


def _of_state(state: State | None) -> list[ColumnElement[bool]]:
    if state is None:
        return []
    if state is State.SUSPENDED:
        status = select(ProcessInstance.status).where(ProcessInstance.id == UserTask.instance_id).scalar_subquery()
        return [status == InstanceStatus.SUSPENDED]
    return [UserTask.assignee.is_(None) if state is State.FREE else UserTask.assignee.is_not(None)]


def _offered(candidate: str, claimed: bool) -> Queue:
    here = and_(TaskCandidate.candidate == candidate, TaskCandidate.claimed.is_(claimed))
    return Queue(TaskCandidate.task_id, TaskCandidate.due_at, here, TaskCandidate.rank)


def _seen_by(name: str, but_for: str = "") -> Queue:
    """What is looked on at under a name. Under one's own stands mostly what one holds: `but_for` that."""
    here = TaskOnlooker.onlooker == name
    if name == f"user:{but_for}":
        held = USER_TASKS.alias()
        theirs = select(held.c.id).where(held.c.assignee == but_for, held.c.status == TaskStatus.OPEN)
        here = and_(here, TaskOnlooker.task_id.not_in(theirs))
    return Queue(TaskOnlooker.task_id, TaskOnlooker.due_at, here)


def _held(name: str) -> Queue:
    here = and_(UserTask.assignee == name, UserTask.status == TaskStatus.OPEN)
    return Queue(UserTask.id, _DUE, here, -UserTask.urgency)


def _seen(who: Reader) -> ColumnElement[bool]:
    if who.reads_all:
        return true()
    return or_(
        _has(TaskCandidate, TaskCandidate.candidate, who.tickets),
        _has(TaskOnlooker, TaskOnlooker.onlooker, who.tickets),
    )


def _has(table: Any, column: Any, names: Sequence[str]) -> ColumnElement[bool]:
    """Looked up for each task (a subquery for one value), however many rows the names have."""
    found = select(table.task_id).where(table.task_id == UserTask.id, one_of(column, names)).limit(1)
    return found.correlate(UserTask).scalar_subquery().is_not(None)
