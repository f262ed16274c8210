"""How urgent a task is: a number lists are sorted by, kept with the task and computed anew when time changes it.

    urgency = the priority in the diagram (0 to 100; 50 when it says nothing)
            + due:     40 when overdue for more than a day, 30 overdue, 20 due within a day, 10 within three days
            + kind:    10 for a correction somebody waits for
            + waiting: 15 for more than 14 days, 10 for more than 7, 5 for more than 3

A task whose clock stands still gets nothing for its due date. A priority set by hand stands in place of all of it.
`urgency_until` is when the number changes by time alone, so that the sweep touches only what has changed.
"""

from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from workflow import history
from workflow.around import heads
from workflow.clock import now
from workflow.db import Database
from workflow.errors import Invalid, NotAllowed, TaskNotOpen, sentence
from workflow.identity import User
from workflow.models import ClockPause, TaskCandidate, UserTask
from workflow.statuses import TaskKind, TaskStatus

DUE = tuple((timedelta(days=days), points) for days, points in ((-3, 10), (-1, 20), (0, 30), (1, 40)))  # from due_at
WAITED = tuple((timedelta(days=days), points) for days, points in ((3, 5), (7, 10), (14, 15)))  # from created_at
KINDS = {TaskKind.CORRECTION: 10}
MOST = 150  # a priority set by hand goes from 0 to this
AT_ONCE = 500


@lru_cache(maxsize=1_000)
def computed(
    priority: int, kind: TaskKind, created_at: datetime, due_at: datetime | None, at: datetime, set_: int | None = None
) -> tuple[int, datetime | None]:
    """(urgency, until when that holds). `due_at` None: there is none, or the clock stands still."""
    if set_ is not None:
        return set_, None
    points, changes = priority + KINDS.get(kind, 0), []
    for start, steps in ((due_at, DUE), (created_at, WAITED)):
        if start is not None:
            points += max([0, *(score for after, score in steps if start + after <= at)])
            changes += [start + after for after, _ in steps if start + after > at]
    return points, min(changes, default=None)


def refresh(session: Session, task: UserTask) -> None:
    """Compute the task's urgency anew; its queues follow. The caller holds the case or is the sweep."""
    paused = session.scalar(select(exists().where(ClockPause.task_id == task.id, ClockPause.ended_at.is_(None))))
    due_at = None if paused else task.due_at
    before = task.urgency
    task.urgency, task.urgency_until = computed(
        task.priority, task.kind, task.created_at, due_at, now(), task.priority_set
    )
    if task.urgency != before:
        session.execute(update(TaskCandidate).where(TaskCandidate.task_id == task.id).values(rank=-task.urgency))


def set_by_hand(session: Session, task: UserTask, user: User, value: int | None, reason: str) -> UserTask:
    """Put the task at this urgency (0 to MOST), or (None) let it be computed again.

    For heads (tasks.supervise) and who hands out tasks. Raises NotAllowed, TaskNotOpen, Invalid for another number.
    """
    history.hold(session, task.case_id)
    session.refresh(task)
    if task.status is not TaskStatus.OPEN:
        raise TaskNotOpen(task=task.name)
    if not (user.may("tasks.assign") or heads.leads(session, user, task.assignee)):
        raise NotAllowed("Only a head, or who hands out tasks, may set a priority.")
    if value is not None and not 0 <= value <= MOST:
        raise Invalid({"priority": [sentence("A priority is a whole number from 0 to {most}.", most=MOST)]})
    before, task.priority_set = task.urgency, value
    refresh(session, task)
    where = (task.instance_id, task.activity_id, task.token_id)
    facts = {"task": task.id, "task_name": task.name, "before": before, "after": task.urgency, "reason": reason.strip()}
    history.record(session, task.case_id, user.name, "prioritised", *where, **facts)
    return task


def sweep(database: Database) -> int:
    """Compute anew what time has made more urgent; how many tasks that were."""
    due = (UserTask.status == TaskStatus.OPEN, UserTask.urgency_until <= now())
    with database.reading() as session:
        if session.scalar(select(UserTask.id).where(*due).limit(1)) is None:
            return 0
    with database.transaction() as session:
        # what somebody works on just now is left for the next round: a sweep must wait for nobody
        query = select(UserTask).where(*due).order_by(UserTask.urgency_until, UserTask.id).limit(AT_ONCE)
        found = list(session.scalars(query.with_for_update(skip_locked=True)))
        for task in found:
            refresh(session, task)
        return len(found)
