"""When I want to look at a task again: a date for myself, and if I like the task is out of my inbox until then.

It comes back by itself: the row goes when its time has come, and the person is told.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from workflow.around import ladder, notices
from workflow.clock import now
from workflow.db import Database
from workflow.errors import Invalid, TaskNotOpen, sentence
from workflow.identity import User
from workflow.models import FollowUp, TaskReminder, UserTask
from workflow.statuses import NoticeKind, TaskStatus, TimerStatus

FARTHEST = timedelta(days=366)
AT_ONCE = 200
_DRAWN = (TaskReminder.rung == ladder.FOLLOW_UP, TaskReminder.status == TimerStatus.WAITING)


def set_(session: Session, task: UserTask, user: User, at: datetime, hidden: bool, note: str = "") -> FollowUp:
    """Come back to the task at this moment; `hidden`: not in my inbox until then. Replaces what was set before.

    Concerns nobody but the user, so the case's history does not tell it. Raises TaskNotOpen, Invalid for a moment that
    has passed or is more than a year away.
    """
    if task.status is not TaskStatus.OPEN:
        raise TaskNotOpen(task=task.name)
    if at <= now():
        raise Invalid({"at": [sentence("This time has passed already.")]})
    if at > now() + FARTHEST:
        raise Invalid({"at": [sentence("This is more than a year away.")]})
    kept = FollowUp(task_id=task.id, user_name=user.name, at=at, hidden=hidden, note=note.strip()[:200])
    return session.merge(kept)


def clear(session: Session, task: UserTask, user: User) -> None:
    """Nothing to come back to; the task is in the inbox again."""
    session.execute(delete(FollowUp).where(FollowUp.task_id == task.id, FollowUp.user_name == user.name))


def of(session: Session, task: UserTask, user: User) -> FollowUp | None:
    """What this user has set for the task."""
    return session.get(FollowUp, (task.id, user.name))


def mine(session: Session, user: User) -> list[tuple[FollowUp | TaskReminder, UserTask]]:
    """What the user wants to come back to, soonest first, and what the diagram wants looked at again of the tasks they
    have; at most 200 of each."""
    own = select(FollowUp, UserTask).join(UserTask, UserTask.id == FollowUp.task_id)
    own = own.where(FollowUp.user_name == user.name).order_by(FollowUp.at, FollowUp.task_id)
    drawn = select(TaskReminder, UserTask).join(UserTask, UserTask.id == TaskReminder.task_id)
    drawn = drawn.where(UserTask.assignee == user.name, UserTask.status == TaskStatus.OPEN, *_DRAWN)
    drawn = drawn.order_by(TaskReminder.at, TaskReminder.id)
    found = [(each, task) for query in (own, drawn) for each, task in session.execute(query.limit(200))]
    return sorted(found, key=lambda each: each[0].at)


def is_hidden(name: str, task_id: ColumnElement[int] = UserTask.id) -> ColumnElement[bool]:  # type: ignore[assignment]
    """The condition that the person has put the task out of their inbox. Needs no clock: the row goes in time."""
    mine = (FollowUp.task_id == task_id, FollowUp.user_name == name, FollowUp.hidden)
    return select(FollowUp.task_id).where(*mine).exists()


def sweep(database: Database) -> int:
    """Bring back what is due and tell whose it is; how many."""
    due = select(FollowUp).where(FollowUp.at <= now()).order_by(FollowUp.at, FollowUp.task_id).limit(AT_ONCE)
    with database.reading() as session:
        if session.scalars(due.limit(1)).first() is None:
            return 0
    with database.transaction() as session:
        found = list(session.scalars(due.with_for_update(skip_locked=True)))
        for each in found:
            task = session.get_one(UserTask, each.task_id)
            key = f"follow-up:{task.id}:{each.at.isoformat()}"
            notices.tell(session, [each.user_name], NoticeKind.FOLLOW_UP, task.case_id, task, said=each.note, key=key)
            session.delete(each)
        return len(found)
