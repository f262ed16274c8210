"""Finding a task the user may see: by its id, by what a scanner reads, in its case."""

from collections.abc import Iterable
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, case, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from workflow import cases, rows, substitutes
from workflow.errors import NotFound
from workflow.identity import Membership, User
from workflow.models import Case, CaseKey, ProcessDefinition, TaskCandidate, UserTask
from workflow.statements import Statement, columns
from workflow.statuses import TaskStatus
from workflow.tasks.rules import tickets


def find(session: Session, task_id: int, user: User) -> UserTask:
    """The task, open or ended, if the user may see its case; else NotFound. Its case and definition come along."""
    everyones = user.may(cases.READ_ALL)
    question = _ANYONES(task_id=task_id) if everyones else _THEIRS(task_id=task_id, name=user.name)
    (found,) = rows.ask(session, question)
    if not found and not everyones:
        found = _in_anothers_place(session, task_id, user)
    if not found:
        raise NotFound
    task, case, definition = rows.objects(session, found[0], *_WHOLE)
    set_committed_value(task, "case", case)
    set_committed_value(task, "definition", definition)
    return task


def _in_anothers_place(session: Session, task_id: int, user: User) -> list[Any]:
    """The row of a task that a principal may see for whom the user stands in."""
    for name, standing in substitutes.stands_for(session, user).items():
        (found,) = rows.ask(session, _THEIRS(task_id=task_id, name=name))
        if found and standing.covers(found[0].process_key, found[0].activity_id):
            return found
    return []


def find_all(session: Session, task_ids: Iterable[int], user: User) -> list[UserTask]:
    """Those of these tasks that the user may see."""
    return list(session.scalars(_visible(session, user).where(UserTask.id.in_(list(task_ids)))))


def scan(session: Session, user: User, code: str) -> list[UserTask]:
    """The open tasks that wait in the cases with this key: the user's own first, then those they may claim, then
    those of others. Full-width characters, blanks and capitals make no difference."""
    found = select(CaseKey.case_id).where(CaseKey.key == cases.normal(code))
    return list(session.scalars(_mine_first(_open(session, user).where(UserTask.case_id.in_(found)), user)))


def open_in_case(session: Session, case: Case, user: User) -> list[UserTask]:
    """The open tasks of a case, the user's own first, then those they may claim; none if they may not see it."""
    return list(session.scalars(_mine_first(_open(session, user).where(UserTask.case_id == case.id), user)))


def next_in_case(session: Session, task: UserTask, user: User) -> UserTask | None:
    """What this user could go on with in the same case, now that `task` is done: their own or a claimable task."""
    usable = (UserTask.assignee == user.name) | (UserTask.assignee.is_(None) & _offered(user))
    query = _open(session, user).where(UserTask.case_id == task.case_id, UserTask.id != task.id, usable)
    return session.scalars(_mine_first(query, user).limit(1)).first()


def _visible(session: Session, user: User) -> Select[tuple[UserTask]]:
    may_see = [cases.visible_to(user)]
    for standing in substitutes.stands_for(session, user).values():
        theirs, kinds = cases.shown_to(standing.group_keys, standing.principal), standing.condition()
        may_see.append(theirs if kinds is None else theirs & kinds)
    return (
        select(UserTask)
        .join(UserTask.case)
        .where(or_(*may_see))
        .options(contains_eager(UserTask.case), joinedload(UserTask.definition))
    )


_WHOLE = (UserTask, Case, ProcessDefinition)
_TASK = (
    select(*chain.from_iterable(map(columns, _WHOLE)))
    .join_from(UserTask, UserTask.case)
    .join(UserTask.definition)
    .where(UserTask.id == bindparam("task_id"))
)
_MY_GROUPS = select(Membership.group_key).where(Membership.user_name == bindparam("name"))
_ANYONES = Statement(_TASK)
_THEIRS = Statement(_TASK.where(cases.shown_to(_MY_GROUPS, bindparam("name"))))


def _open(session: Session, user: User) -> Select[tuple[UserTask]]:
    return _visible(session, user).where(UserTask.status == TaskStatus.OPEN)


def _offered(user: User) -> ColumnElement[bool]:
    return (
        select(TaskCandidate.task_id)
        .where(TaskCandidate.task_id == UserTask.id, TaskCandidate.candidate.in_(tickets(user)))
        .exists()
    )


def _mine_first(query: Select[tuple[UserTask]], user: User) -> Select[tuple[UserTask]]:
    rank = case((UserTask.assignee == user.name, 0), (UserTask.assignee.is_not(None), 2), (_offered(user), 1), else_=3)
    return query.order_by(rank, UserTask.id)
