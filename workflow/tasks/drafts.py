"""What someone has typed so far in a task's form."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from workflow.clock import now
from workflow.errors import NotAllowed, TaskNotOpen
from workflow.identity import User
from workflow.models import TaskDraft, UserTask
from workflow.statuses import TaskStatus


def save_draft(session: Session, task: UserTask, user: User, values: Mapping[str, Any]) -> TaskDraft:
    """Keep what the user has typed; only in an open task that is theirs. The latest draft replaces the one before."""
    if task.status is not TaskStatus.OPEN:
        raise TaskNotOpen(task=task.name)
    if task.assignee != user.name:
        raise NotAllowed("Task “{task}” is not yours; claim it first.", task=task.name)
    return session.merge(TaskDraft(task_id=task.id, user_name=user.name, values=dict(values), saved_at=now()))


def draft(session: Session, task: UserTask, user: User) -> TaskDraft | None:
    """What this user has typed so far, or None."""
    return session.get(TaskDraft, (task.id, user.name))
