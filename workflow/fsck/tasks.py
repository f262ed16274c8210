"""Tasks and people: completed once and told so, by who had it; offered to somebody."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from workflow.history import SYSTEM
from workflow.identity import User
from workflow.models import HistoryEvent, TaskCandidate, UserTask
from workflow.registry import fsck_check
from workflow.statuses import TaskStatus

DIGEST = 64  # hex digits of what is kept of a request


@fsck_check("completions")
def completions(session: Session) -> Iterator[str]:
    """Each completed task is told exactly once, by who completed it."""
    told = (
        select(func.count())
        .where(
            HistoryEvent.instance_id == UserTask.instance_id,
            HistoryEvent.token_id == UserTask.token_id,
            HistoryEvent.kind == "completed",
            HistoryEvent.actor == case((UserTask.passed_over, SYSTEM), else_=UserTask.completed_by),
        )
        .scalar_subquery()
    )
    query = select(UserTask.id, UserTask.name, told.label("told"))
    for row in session.execute(query.where(UserTask.status == TaskStatus.COMPLETED, told != 1)):
        yield f"Task {row.id} “{row.name}” is completed, but the history tells it {row.told} times."
    untold = select(UserTask.id, UserTask.name).join(
        HistoryEvent,
        and_(
            HistoryEvent.instance_id == UserTask.instance_id,
            HistoryEvent.token_id == UserTask.token_id,
            HistoryEvent.kind == "completed",
        ),
    )
    for row in session.execute(untold.where(UserTask.status != TaskStatus.COMPLETED)):
        yield f"Task {row.id} “{row.name}” is not completed, but the history says so."
    nobody = exists().where(
        UserTask.instance_id == HistoryEvent.instance_id, UserTask.token_id == HistoryEvent.token_id
    )
    by_people = (HistoryEvent.kind == "completed", HistoryEvent.actor != SYSTEM)
    for row in session.execute(
        select(HistoryEvent.case_id, HistoryEvent.seq, HistoryEvent.actor).where(*by_people, ~nobody)
    ):
        yield f"Event {row.seq} of case {row.case_id} says that {row.actor} completed a task, but there is none."


@fsck_check("claims")
def claims(session: Session) -> Iterator[str]:
    """Who completed a task held it; a request is kept with what it completed, and with nothing else."""
    query = select(UserTask.id, UserTask.name, UserTask.completed_by, UserTask.assignee)
    stranger = UserTask.assignee.is_distinct_from(UserTask.completed_by)
    for row in session.execute(query.where(UserTask.status == TaskStatus.COMPLETED, stranger)):
        yield f"Task {row.id} “{row.name}” was completed by {row.completed_by}, but held by {row.assignee or 'nobody'}."
    kept = UserTask.request_digest.is_not(None)
    odd = or_(UserTask.status != TaskStatus.COMPLETED, func.length(UserTask.request_digest) != DIGEST)
    for row in session.execute(query.where(kept, odd)):
        yield f"Task {row.id} “{row.name}” keeps a request that did not complete it."
    since = UserTask.claimed_at.is_(None) != UserTask.assignee.is_(None)
    for row in session.execute(query.where(UserTask.status == TaskStatus.OPEN, since)):
        yield f"Task {row.id} “{row.name}” is held by {row.assignee or 'nobody'}, but has a claim of another time."


@fsck_check("candidates")
def candidates(session: Session) -> Iterator[str]:
    """Only open tasks are offered, and the queue says rightly whether somebody has them."""
    query = select(TaskCandidate.task_id, TaskCandidate.candidate).join(UserTask, UserTask.id == TaskCandidate.task_id)
    for task_id, candidate in session.execute(query.where(UserTask.status != TaskStatus.OPEN)):
        yield f"Task {task_id} is not open, but offered to {candidate}."
    mistaken = TaskCandidate.claimed != UserTask.assignee.is_not(None)
    for task_id, _ in session.execute(query.where(UserTask.status == TaskStatus.OPEN, mistaken)):
        yield f"Task {task_id} stands in the wrong queue: its candidates do not know whether it is claimed."


@fsck_check("performers")
def performers(session: Session) -> Iterator[str]:
    """An open task is held by someone active, or offered to somebody."""
    is_open = UserTask.status == TaskStatus.OPEN
    gone: Select[Any] = select(UserTask.id, UserTask.name, User.display_name).join(User, User.name == UserTask.assignee)
    for row in session.execute(gone.where(is_open, User.active.is_(False))):
        yield f"Task {row.id} “{row.name}” is held by {row.display_name}, who is no longer active."
    offered = exists().where(TaskCandidate.task_id == UserTask.id)
    free = select(UserTask.id, UserTask.name).where(is_open, UserTask.assignee.is_(None), ~offered)
    for row in session.execute(free):
        yield f"Task {row.id} “{row.name}” is nobody's and offered to nobody."
