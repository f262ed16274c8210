"""Who does it: claim, release, hand over."""

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from workflow import cases, history, instances
from workflow.clock import now
from workflow.errors import Conflict, NotAllowed, TaskAlreadyClaimed, TaskNotOpen
from workflow.identity import User, called
from workflow.models import ProcessInstance, TaskCandidate, UserTask
from workflow.statuses import InstanceStatus, TaskStatus
from workflow.tasks.rules import candidates, unassignable, unfit

ASSIGN = "tasks.assign"  # the permission to give, take and hand over tasks that are not one's own


def claim(session: Session, task: UserTask, user: User) -> UserTask:
    """The task is now this user's. Claiming one's own again changes nothing.

    Raises TaskNotOpen, TaskAlreadyClaimed, Conflict while its process is suspended, or NotAllowed when the user is no
    candidate or a rule excludes them.
    """
    history.hold(session, task.case_id)
    refused = unfit(session, task, user)
    if refused is not None and task.assignee != user.name:
        session.refresh(task)
        _require_open(task)
        raise NotAllowed(refused.template, **refused.facts)
    if not _give(session, task, UserTask.assignee.is_(None) & _goes_on(task), user.name):
        session.refresh(task)
        _require_open(task)
        if task.assignee is None:
            instances.require_running(instances.lock(session, task.instance_id, task.case_id))
        if task.assignee != user.name:
            raise TaskAlreadyClaimed(task=task.name, assignee=called(session, task.assignee))
        return task
    _tell(session, task, user, "claimed")
    return task


def release(session: Session, task: UserTask, user: User) -> UserTask:
    """The task is nobody's again and stands in its candidates' queues.

    For its assignee, or who has the permission "tasks.assign". A task given by name has no queue to go back to.
    """
    history.hold(session, task.case_id)
    session.refresh(task)
    _require_open(task)
    if task.assignee is None:
        return task
    _require_say(task, user)
    if not candidates(session, task):
        raise NotAllowed("Task “{task}” was given to you by name; hand it over instead.", task=task.name)
    before = task.assignee
    _give(session, task, UserTask.assignee == before, None)
    _tell(session, task, user, "released", before=before)
    return task


def assign(session: Session, task: UserTask, user: User, to: User, reason: str = "") -> UserTask:
    """Hand the task over to another person, who must be one that could claim it.

    For its assignee, or who has the permission "tasks.assign"; raises NotAllowed with the reason, Conflict when the
    task has changed hands meanwhile.
    """
    history.hold(session, task.case_id)
    seen = task.assignee
    session.refresh(task)
    _require_open(task)
    if task.assignee != seen:
        raise Conflict("Task “{task}” has changed hands meanwhile.", task=task.name)
    _require_say(task, user)
    refused = unassignable(session, task, to)
    if refused is not None:
        raise NotAllowed("This cannot go to {person}: {reason}", person=to.display_name, reason=refused)
    if seen != to.name:
        _give(session, task, UserTask.assignee.is_not_distinct_from(seen), to.name)
        _tell(session, task, user, "assigned", before=seen, to=to.name, reason=reason.strip())
    return task


def _require_open(task: UserTask) -> None:
    if task.status is not TaskStatus.OPEN:
        raise TaskNotOpen(task=task.name)


def _require_say(task: UserTask, user: User) -> None:
    if task.assignee != user.name and not user.may(ASSIGN):
        raise NotAllowed("Task “{task}” is not yours.", task=task.name)


def _give(session: Session, task: UserTask, still: ColumnElement[bool], to: str | None) -> bool:
    """Change the assignee if the task is open and `still` holds; whether it did. The queue follows."""
    at = now() if to else None
    change = (
        update(UserTask)
        .where(UserTask.id == task.id, UserTask.status == TaskStatus.OPEN, still)
        .values(assignee=to, claimed_at=at)
        .execution_options(synchronize_session=False)
    )
    if session.execute(change).rowcount == 0:
        return False
    for name, value in {"status": TaskStatus.OPEN, "assignee": to, "claimed_at": at}.items():
        set_committed_value(task, name, value)
    session.execute(
        update(TaskCandidate)
        .where(TaskCandidate.task_id == task.id)
        .values(claimed=to is not None)
        .execution_options(synchronize_session=False)
    )
    return True


def _goes_on(task: UserTask) -> ColumnElement[bool]:
    """The condition that the task's process is not suspended."""
    running = (ProcessInstance.id == task.instance_id, ProcessInstance.status == InstanceStatus.RUNNING)
    return select(ProcessInstance.id).where(*running).exists()


def _tell(session: Session, task: UserTask, user: User, kind: str, **data: object) -> None:
    history.record(
        session, task.case_id, user.name, kind, task.instance_id, task.activity_id, task.token_id, task=task.id, **data
    )
    if task.assignee is not None:
        cases.show_to(session, task.case_id, people=[task.assignee])
