"""Finding a task the user may see: by its id, by what a scanner reads, in its case."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, case, select
from sqlalchemy.orm import Session, contains_eager, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from workflow import cases, performers, rows, substitutes
from workflow.errors import NotFound
from workflow.identity import User
from workflow.models import Case, CaseKey, ProcessDefinition, TaskCandidate, UserTask
from workflow.statements import Statement, columns, one_of
from workflow.statuses import TaskStatus
from workflow.tasks.readers import Reader, may_see, reader_of, shown_to


def find(session: Session, task_id: int, user: User) -> UserTask:
    """The task, open or ended, if the user may see its case; else NotFound. Its case and definition come along."""
    everyones = user.may_everywhere(cases.READ_ALL)
    question = _ANYONES(task_id=task_id) if everyones else _THEIRS(task_id=task_id, name=user.name)
    (found,) = rows.ask(session, question)
    if not found and not everyones:
        found = _in_anothers_place(session, task_id, user)
    if not found:
        raise NotFound
    return whole(session, found[0])


def whole(session: Session, row: Sequence[Any]) -> UserTask:
    """The task in a row of the columns WHOLE, its case and definition along."""
    task, case, definition = rows.objects(session, row, UserTask, Case, ProcessDefinition)
    set_committed_value(task, "case", case)
    set_committed_value(task, "definition", definition)
    return task


def _in_anothers_place(session: Session, task_id: int, user: User) -> list[Any]:
    """The row of a task that a principal may see for whom the user stands in, or that somebody of theirs holds."""
    for name, standing in substitutes.stands_for(session, user).items():
        (found,) = rows.ask(session, _THEIRS(task_id=task_id, name=name))
        if found and standing.covers(found[0].process_key, found[0].activity_id):
            return found
    if session.scalar(select(User.name).where(User.head == user.name).limit(1)) is None:
        return []  # nobody's head is told nothing, not even by how often the database is asked
    (found,) = rows.ask(session, _ANYONES(task_id=task_id))
    return found if found and performers.is_head_of(session, user, found[0].assignee) else []


def find_all(session: Session, task_ids: Iterable[int], user: User) -> list[UserTask]:
    """Those of these tasks that the user may see."""
    return list(session.scalars(_visible(reader_of(session, user)).where(UserTask.id.in_(list(task_ids)))))


def scan(session: Session, user: User, code: str) -> list[UserTask]:
    """The open tasks that wait in the cases with this key: the user's own first, then those they may claim, then
    those of others. Full-width characters, blanks and capitals make no difference."""
    found = select(CaseKey.case_id).where(CaseKey.key == cases.normal(code))
    reader = reader_of(session, user)
    return list(session.scalars(_mine_first(_open(reader).where(UserTask.case_id.in_(found)), reader)))


def open_in_case(session: Session, case: Case, user: User) -> list[UserTask]:
    """The open tasks of a case, the user's own first, then those they may claim; none if they may not see it."""
    reader = reader_of(session, user)
    return list(session.scalars(_mine_first(_open(reader).where(UserTask.case_id == case.id), reader)))


def next_in_case(session: Session, task: UserTask, user: User) -> UserTask | None:
    """What this user could go on with in the same case, now that `task` is done: their own or a claimable task."""
    (found,) = rows.ask(session, _following(reader_of(session, user))(case_id=task.case_id, done=task.id))
    return whole(session, found[0]) if found else None


WHOLE = tuple(chain.from_iterable(map(columns, (UserTask, Case, ProcessDefinition))))
_TASKS = select(*WHOLE).join_from(UserTask, UserTask.case).join(UserTask.definition)
_TASK = _TASKS.where(UserTask.id == bindparam("task_id"))
_ANYONES, _THEIRS = Statement(_TASK), Statement(_TASK.where(shown_to(bindparam("name"))))


@lru_cache(maxsize=1000)
def _following(reader: Reader) -> Statement:
    """What the reader could go on with in the case `case_id` once the task `done` is."""
    usable = (UserTask.assignee == reader.name) | (UserTask.assignee.is_(None) & _offered(reader))
    here = (UserTask.case_id == bindparam("case_id"), UserTask.id != bindparam("done"))
    query = _TASKS.where(*here, UserTask.status == TaskStatus.OPEN, usable, may_see(reader))
    return Statement(_mine_first(query, reader).limit(1))


def _visible(reader: Reader) -> Select[tuple[UserTask]]:
    query = select(UserTask).join(UserTask.case).where(may_see(reader))
    return query.options(contains_eager(UserTask.case), joinedload(UserTask.definition))


def _open(reader: Reader) -> Select[tuple[UserTask]]:
    return _visible(reader).where(UserTask.status == TaskStatus.OPEN)


def _offered(reader: Reader) -> ColumnElement[bool]:
    offered = (TaskCandidate.task_id == UserTask.id, one_of(TaskCandidate.candidate, reader.tickets))
    return select(TaskCandidate.task_id).where(*offered).exists()


def _mine_first(query: Select[Any], reader: Reader) -> Select[Any]:
    mine, taken = UserTask.assignee == reader.name, UserTask.assignee.is_not(None)
    return query.order_by(case((mine, 0), (taken, 2), (_offered(reader), 1), else_=3), UserTask.id)
