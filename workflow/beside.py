"""Tasks beside the process: they hang on a step (`parent_id`), which waits for corrections, and end with it."""

from sqlalchemy import bindparam, delete, exists, or_, select
from sqlalchemy.orm import Session, aliased

from workflow import history, rows
from workflow.around import ending
from workflow.clock import now
from workflow.errors import Sentence, sentence
from workflow.identity import called
from workflow.models import AnswersAside, TaskCandidate, TaskDraft, TaskOnlooker, UserTask
from workflow.statements import Statement, columns
from workflow.statuses import TaskKind, TaskStatus

_CHILD = aliased(UserTask)
HUNG = exists().where(_CHILD.parent_id == UserTask.id, _CHILD.status == TaskStatus.OPEN)  # something open hangs on it
_HANGING = Statement(
    select(*columns(UserTask))
    .where(UserTask.parent_id == bindparam("parent"), UserTask.status == TaskStatus.OPEN)
    .order_by(UserTask.id)
)
AROUND = or_(exists().where(AnswersAside.task_id == UserTask.id), ending.AROUND)  # what `withdraw` calls `around`
*_WITHDRAW, _FORGET_ASIDE = [
    Statement(delete(table).where(table.task_id == bindparam("ended")))
    for table in (TaskCandidate, TaskOnlooker, TaskDraft, AnswersAside)
]


def hanging(session: Session, task_id: int) -> list[UserTask]:
    """The open tasks that hang on this one, oldest first."""
    (found,) = rows.ask(session, _HANGING(parent=task_id))
    return [rows.objects(session, each, UserTask)[0] for each in found]


def why_not(session: Session, task: UserTask) -> Sentence | None:
    """What the task waits for before it can be completed: a step somebody corrects for who holds it, the answer of a
    colleague, an item of its checklist."""
    for each in hanging(session, task.id):
        if each.kind is TaskKind.CORRECTION:
            said = "“{task}” waits until {person} has corrected “{step}”."
            if each.assignee is None:
                said = "“{task}” waits until somebody has corrected “{step}”."
            return sentence(said, task=task.name, step=each.name, person=called(session, each.assignee))
    return ending.why_not(session, task)


def end(session: Session, task_id: int) -> None:
    """The task has ended: so does what hangs on it, and on that."""
    for each in hanging(session, task_id):
        end(session, each.id)
        cancel(session, each)


def cancel(session: Session, task: UserTask, by: str = history.SYSTEM, reason: str = "") -> None:
    """A task beside the process is not wanted any more."""
    rows.change(session, UserTask, task.id, status=TaskStatus.CANCELLED, ended_at=now())
    withdraw(session, task.id)
    facts = {"task": task.id, "reason": reason}
    where = (task.instance_id, task.activity_id, task.token_id)
    history.record(session, task.case_id, by, "cancelled", *where, **facts)


def withdraw(session: Session, task_id: int, around: bool = True) -> None:
    """The task has ended: nobody may claim it any more, and what was typed is no longer needed. `around`: whether there
    is anything around it, for who has asked (AROUND)."""
    for each in list(session.identity_map.values()):
        if isinstance(each, TaskCandidate | TaskDraft | AnswersAside) and each.task_id == task_id:
            session.expunge(each)
    rows.write(session, *(gone(ended=task_id) for gone in _WITHDRAW))
    if around:
        rows.write(session, _FORGET_ASIDE(ended=task_id))
        ending.end(session, task_id)
