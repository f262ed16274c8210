"""Reminders and escalation: the rungs of a task's ladder as rows; the scheduler sends what is due, once.

The notices, their mark and the line in the history are one transaction: nothing is sent twice, nothing is lost.
"""

import logging
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from workflow import history, worktime
from workflow.around import ladder, notices, receivers
from workflow.around.wording import PERFORMER
from workflow.clock import now
from workflow.db import Database
from workflow.errors import Refusal
from workflow.models import ProcessInstance, TaskReminder, UserTask
from workflow.statuses import InstanceStatus, NoticeKind, TaskStatus, TimerStatus

log = logging.getLogger(__name__)
AT_ONCE = 200


def set_up(session: Session, task: UserTask, text: str) -> None:
    """Rows for the rungs of a new task. A reminder before the due date whose time has passed already is left out:
    whoever gets a task that is due in an hour need not be told so."""
    for rung in ladder.rungs(text):
        at = worktime.rung(session, task.due_at, rung.step) if task.due_at else None
        if at is None or at > task.created_at:
            receivers_ = ", ".join(rung.receivers)[:500]
            session.add(TaskReminder(task_id=task.id, rung=rung.text, receivers=receivers_, at=at))


def look_again(session: Session, task: UserTask, at: datetime) -> None:
    """The diagram wants whoever has the task to look at it again then; a time that has passed already is left out."""
    if at > task.created_at:
        session.add(TaskReminder(task_id=task.id, rung=ladder.FOLLOW_UP, receivers=PERFORMER, at=at))


def of(session: Session, task: UserTask) -> list[TaskReminder]:
    """The task's reminders, sent ones first, by their time."""
    query = select(TaskReminder).where(TaskReminder.task_id == task.id)
    return list(session.scalars(query.order_by(TaskReminder.at, TaskReminder.id)))


def sweep(database: Database) -> int:
    """Send what is due, each in its own transaction; how many. One that cannot be sent does not stop the others."""
    with database.reading() as session:
        due = list(session.scalars(_due()))
    return sum(_send_one(database, each) for each in due)


def send(session: Session, reminder: TaskReminder) -> bool:
    """Tell whom the rung names; False when it was sent meanwhile, or its task has ended, moved or stands still."""
    task = session.get_one(UserTask, reminder.task_id)
    history.hold(session, task.case_id)
    session.refresh(task)
    take = update(TaskReminder).where(
        TaskReminder.id == reminder.id, TaskReminder.status == TimerStatus.WAITING, TaskReminder.at <= now()
    )
    if task.status is not TaskStatus.OPEN:
        return False
    if session.execute(take.values(status=TimerStatus.FIRED, sent_at=now())).rowcount == 0:
        return False
    named = reminder.receivers.split(", ")
    people = receivers.people(session, task.case_id, task, named)
    facts = {"rung": reminder.rung, "due_at": task.due_at.isoformat() if task.due_at else None}
    kind = NoticeKind.FOLLOW_UP if reminder.rung == ladder.FOLLOW_UP else NoticeKind.REMINDED
    told = notices.tell(session, people, kind, task.case_id, task, key=f"reminder:{reminder.id}", **facts)
    where = (task.instance_id, task.activity_id, task.token_id)
    told_of = {"task": task.id, "task_name": task.name, "told": told, **facts}
    history.record(session, task.case_id, history.SYSTEM, "task_reminded", *where, **told_of)
    return True


def _due():
    running = (ProcessInstance.id == UserTask.instance_id, ProcessInstance.status == InstanceStatus.RUNNING)
    return (
        select(TaskReminder.id)
        .join(UserTask, UserTask.id == TaskReminder.task_id)
        .where(
            TaskReminder.status == TimerStatus.WAITING,
            TaskReminder.at <= now(),
            UserTask.status == TaskStatus.OPEN,
            select(ProcessInstance.id).where(*running).exists(),
        )
        .order_by(TaskReminder.at, TaskReminder.id)
        .limit(AT_ONCE)
    )


def _send_one(database: Database, reminder_id: int) -> bool:
    try:
        with database.transaction() as session:
            reminder = session.get(TaskReminder, reminder_id)
            return reminder is not None and send(session, reminder)
    except (SQLAlchemyError, Refusal):
        log.warning("reminder_failed", extra={"reminder": reminder_id}, exc_info=True)
        return False
