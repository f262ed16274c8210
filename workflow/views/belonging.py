"""Which tasks belong to a view: as a condition on a task, and as queues that stand in the order of due dates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, literal, or_, select, true
from sqlalchemy.orm import Session

from workflow import cases, onlookers
from workflow.identity import User
from workflow.models import Case, ProcessInstance, TaskCandidate, TaskOnlooker, UserTask
from workflow.statements import one_of
from workflow.statuses import InstanceStatus, TaskStatus
from workflow.tasks.filters import of_due, of_group, of_task, of_text
from workflow.tasks.rules import tickets
from workflow.views.asking import Asked, State, View


@dataclass(frozen=True)
class Reader:
    """Who looks, as far as it makes a difference."""

    name: str
    tickets: tuple[str, ...]
    reads_all: bool


def reader(user: User) -> Reader:
    return Reader(user.name, tuple(tickets(user)), user.may(cases.READ_ALL))


class Queue(NamedTuple):
    """Rows of a short index that stand for open tasks."""

    table: type[TaskCandidate] | type[TaskOnlooker]
    here: ColumnElement[bool]

    @property
    def due_at(self) -> ColumnElement[datetime]:
        return self.table.due_at


def belongs(who: Reader, view: View) -> ColumnElement[bool]:
    """The condition on user_tasks for a view."""
    is_open, free = UserTask.status == TaskStatus.OPEN, UserTask.assignee.is_(None)
    match view:
        case View.MINE:
            return and_(UserTask.assignee == who.name, is_open)
        case View.GROUPS:
            return and_(is_open, free, _has(TaskCandidate, TaskCandidate.candidate, who.tickets))
        case View.DONE:
            return and_(UserTask.completed_by == who.name, UserTask.ended_at.is_not(None))
        case View.OTHERS:
            for_me = and_(free, _has(TaskCandidate, TaskCandidate.candidate, who.tickets))
            return and_(is_open, UserTask.assignee.is_distinct_from(who.name), ~for_me, _seen(who))
    return and_(is_open, or_(UserTask.assignee == who.name, _seen(who)))


def queues(who: Reader, view: View) -> list[Queue]:
    """The queues that hold all tasks of a view (and, for OTHERS, more); none for MINE and DONE, which are short."""
    if view is View.GROUPS:
        return [Queue(TaskCandidate, _offered(each, False)) for each in who.tickets]
    if view in (View.MINE, View.DONE):
        return []
    if who.reads_all:
        return [Queue(TaskOnlooker, TaskOnlooker.onlooker == onlookers.EVERYONE)]
    claimed = [True] if view is View.OTHERS else [True, False]
    offered = [Queue(TaskCandidate, _offered(each, taken)) for each in who.tickets for taken in claimed]
    return offered + [Queue(TaskOnlooker, TaskOnlooker.onlooker == each) for each in who.tickets]


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


def _offered(candidate: str, claimed: bool) -> ColumnElement[bool]:
    return and_(TaskCandidate.candidate == candidate, TaskCandidate.claimed.is_(claimed))


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
