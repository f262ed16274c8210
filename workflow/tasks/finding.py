"""Finding a task the user may see: by its id, by what a scanner reads, in its case."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Select, bindparam, case, select
from sqlalchemy.orm import Session, contains_eager

from workflow import cases
from workflow.errors import NotFound
from workflow.identity import User
from workflow.models import Case, CaseKey, TaskCandidate, UserTask
from workflow.statuses import TaskStatus
from workflow.tasks.rules import tickets


def find(session: Session, task_id: int, user: User) -> UserTask:
    """The task, open or ended, if the user may see its case; else NotFound. Its case and definition come along."""
    asked = {"task_id": task_id, "groups": user.group_keys, "name": user.name}
    task = session.scalar(_EVERYONES if user.may(cases.READ_ALL) else _THEIRS, asked)
    if task is None:
        raise NotFound
    return task


def find_all(session: Session, task_ids: Iterable[int], user: User) -> list[UserTask]:
    """Those of these tasks that the user may see."""
    return list(session.scalars(_visible(user).where(UserTask.id.in_(list(task_ids)))))


def scan(session: Session, user: User, code: str) -> list[UserTask]:
    """The open tasks that wait in the cases with this key: the user's own first, then those they may claim, then
    those of others. Full-width characters, blanks and capitals make no difference."""
    found = select(CaseKey.case_id).where(CaseKey.key == cases.normal(code))
    return list(session.scalars(_mine_first(_open(user).where(UserTask.case_id.in_(found)), user)))


def open_in_case(session: Session, case: Case, user: User) -> list[UserTask]:
    """The open tasks of a case, the user's own first, then those they may claim; none if they may not see it."""
    return list(session.scalars(_mine_first(_open(user).where(UserTask.case_id == case.id), user)))


def next_in_case(session: Session, task: UserTask, user: User) -> UserTask | None:
    """What this user could go on with in the same case, now that `task` is done: their own or a claimable task."""
    usable = (UserTask.assignee == user.name) | (UserTask.assignee.is_(None) & _offered(user))
    query = _open(user).where(UserTask.case_id == task.case_id, UserTask.id != task.id, usable)
    return session.scalars(_mine_first(query, user).limit(1)).first()


def _visible(user: User) -> Select[tuple[UserTask]]:
    return _WITH_CASE.where(cases.visible_to(user))


_WITH_CASE = (
    select(UserTask)
    .join(UserTask.case)
    .join(UserTask.definition)
    .options(contains_eager(UserTask.case), contains_eager(UserTask.definition))
)
_EVERYONES = _WITH_CASE.where(UserTask.id == bindparam("task_id"))
_THEIRS = _EVERYONES.where(cases.shown_to(bindparam("groups", expanding=True), bindparam("name")))


def _open(user: User) -> Select[tuple[UserTask]]:
    return _visible(user).where(UserTask.status == TaskStatus.OPEN)


def _offered(user: User) -> ColumnElement[bool]:
    return (
        select(TaskCandidate.task_id)
        .where(TaskCandidate.task_id == UserTask.id, TaskCandidate.candidate.in_(tickets(user)))
        .exists()
    )


def _mine_first(query: Select[tuple[UserTask]], user: User) -> Select[tuple[UserTask]]:
    rank = case((UserTask.assignee == user.name, 0), (UserTask.assignee.is_not(None), 2), (_offered(user), 1), else_=3)
    return query.order_by(rank, UserTask.id)
