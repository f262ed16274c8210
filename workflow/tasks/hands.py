"""From hand to hand: the one place where a task's holder changes."""

from typing import Any

from sqlalchemy import ColumnElement, exists, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from workflow import cases, cosigners, history, marks, news, performers
from workflow.clock import now
from workflow.errors import NotAllowed, Sentence, TaskNotOpen, sentence
from workflow.identity import User
from workflow.models import AnswersAside, ProcessInstance, TaskCandidate, UserTask
from workflow.statuses import InstanceStatus, TaskStatus

ASSIGN = "tasks.assign"  # the permission to give, take and hand over tasks that are not one's own


def require_open(task: UserTask) -> None:
    if task.status is not TaskStatus.OPEN:
        raise TaskNotOpen(task=task.name)


def has_say(session: Session, task: UserTask, user: User) -> bool:
    """Whether the user may give the task to another: who holds it, their heads, who hands out work."""
    return task.assignee == user.name or user.may(ASSIGN) or performers.is_head_of(session, user, task.assignee)


def no_say(session: Session, task: UserTask, user: User) -> Sentence | None:
    """Why the user may not give the task to another; None when they may."""
    return None if has_say(session, task, user) else sentence("Task “{task}” is not yours.", task=task.name)


def require_say(session: Session, task: UserTask, user: User) -> None:
    if refused := no_say(session, task, user):
        raise NotAllowed(refused.template, **refused.facts)


def give(
    session: Session,
    task: UserTask,
    still: ColumnElement[bool],
    to: str | None,
    on_behalf_of: str | None = None,
    delegated_by: str | None = None,
) -> bool:
    """Change who holds the task if it is open and `still` holds; whether that was so. The queue follows."""
    at = now() if to else None
    values = {"assignee": to, "claimed_at": at, "on_behalf_of": on_behalf_of, "delegated_by": delegated_by}
    change = update(UserTask).where(UserTask.id == task.id, UserTask.status == TaskStatus.OPEN, still)
    is_done = exists().where(AnswersAside.task_id == UserTask.id, AnswersAside.user_name == to)
    change = change.values(**values).returning(is_done).execution_options(synchronize_session=False)
    given = session.execute(change).first()
    if given is None:
        return False
    for name, value in {"status": TaskStatus.OPEN, **values}.items():
        set_committed_value(task, name, value)
    queue = update(TaskCandidate).where(TaskCandidate.task_id == task.id).values(claimed=to is not None)
    offered = session.scalars(
        queue.returning(TaskCandidate.candidate).execution_options(synchronize_session=False)
    ).all()
    if to is None:
        news.for_(session, offered)
    if given[0]:
        cosigners.ask_the_rest(session, task)
    return True


def goes_on(task: UserTask) -> ColumnElement[bool]:
    """The condition that the task's process is not suspended."""
    running = (ProcessInstance.id == task.instance_id, ProcessInstance.status == InstanceStatus.RUNNING)
    return select(ProcessInstance.id).where(*running).exists()


def tell(session: Session, task: UserTask, actor: str, kind: str, **data: Any) -> None:
    """Record it, with in whose place it was done; who has the task now may see its case."""
    told = {"task": task.id, **data}
    if task.on_behalf_of is not None:
        told.setdefault("on_behalf_of", task.on_behalf_of)
    history.record(session, task.case_id, actor, kind, task.instance_id, task.activity_id, task.token_id, **told)
    if task.assignee is not None:
        cases.show_to(session, task.case_id, people=[task.assignee])
    marks.keep_seen(session, task.case_id)
