"""When a task is due: moved by hand, or by the time its clock stood still. What depends on it moves along."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from workflow import history, marks, worktime
from workflow.around import heads, ladder, lawful, urgency
from workflow.clock import now
from workflow.errors import Invalid, NotAllowed, Sentence, TaskNotOpen, sentence
from workflow.expressions.times import parse_duration
from workflow.identity import User
from workflow.models import FAR, ClockPause, LegalHold, TaskCandidate, TaskOnlooker, TaskReminder, UserTask
from workflow.statuses import TaskStatus, TimerStatus


def move(session: Session, task: UserTask, user: User, due_at: datetime, reason: str) -> UserTask:
    """Another due date. For heads (tasks.supervise) and who hands out tasks; a reason must be given."""
    require_open(session, task)
    if not (user.may("tasks.assign") or heads.leads(session, user, task.assignee)):
        raise NotAllowed("Only a head, or who hands out tasks, may move a due date.")
    if not reason.strip():
        raise Invalid({"reason": [sentence("Please say why.")]})
    before = task.due_at
    set_(session, task, due_at)
    facts = {"before": before.isoformat() if before else None, "after": due_at.isoformat(), "reason": reason.strip()}
    tell(session, task, user.name, "due_moved", **facts)
    return task


def pause(session: Session, task: UserTask, user: User, reason: str) -> ClockPause:
    """Stop the task's clock while somebody outside is waited for; the reason is shown. Reminders rest meanwhile.

    For who has the task, heads, and who hands out tasks. Raises NotAllowed (also when nothing but a legal hold stops
    it), TaskNotOpen, Invalid without a reason or when it stands still already.
    """
    require_open(session, task)
    if refused := why_not_stop(session, task, user):
        raise NotAllowed(refused.template, **refused.facts)
    if not (reason := reason.strip()[:500]):
        raise Invalid({"reason": [sentence("Please say whom or what is waited for.")]})
    if open_pause(session, task) is not None:
        raise Invalid(message="The clock of “{task}” stands still already.", task=task.name)
    made = stop(session, task, user.name, reason)
    tell(session, task, user.name, "clock_paused", reason=reason)
    return made


def resume(session: Session, task: UserTask, user: User) -> ClockPause:
    """Let the clock go on: the due date moves on by the working time it stood still. Invalid when it does not."""
    require_open(session, task)
    if refused := why_not_pause(session, task, user):
        raise NotAllowed(refused.template, **refused.facts)
    found = open_pause(session, task)
    if found is None:
        raise Invalid(message="The clock of “{task}” goes on already.", task=task.name)
    return go_on(session, task, user, found)


def stop(session: Session, task: UserTask, by: str, reason: str, hold: LegalHold | None = None) -> ClockPause:
    """The task's clock stands still from now on; whoever asks has judged."""
    facts = {"began_at": now(), "began_by": by, "due_before": task.due_at, "hold_id": hold.id if hold else None}
    made = ClockPause(task_id=task.id, reason=reason, **facts)
    session.add(made)
    session.flush()  # urgency and reminders look for it
    _follow(session, task)
    return made


def go_on(session: Session, task: UserTask, user: User, found: ClockPause) -> ClockPause:
    """This pause of the task ends; whoever asks has judged."""
    stood = worktime.between(session, found.began_at, now())
    found.ended_at, found.ended_by, found.due_before = now(), user.name, task.due_at
    found.due_after = worktime.later(session, task.due_at, stood) if task.due_at else None
    session.flush()  # urgency and reminders look whether it stands still
    set_(session, task, found.due_after)
    facts = {"before": _iso(found.due_before), "after": _iso(found.due_after), "seconds": int(stood.total_seconds())}
    tell(session, task, user.name, "clock_resumed", **facts)
    return found


def why_not_pause(session: Session, task: UserTask, user: User) -> Sentence | None:
    """Why this user may not stop the task's clock or let it go on; None when they may."""
    if task.assignee == user.name or user.may("tasks.assign") or heads.leads(session, user, task.assignee):
        return None
    return sentence("Only who has “{task}”, a head, or who hands out tasks may stop its clock.", task=task.name)


def why_not_stop(session: Session, task: UserTask, user: User) -> Sentence | None:
    """Why this user may not stop the task's clock with a reason; None when they may."""
    return why_not_pause(session, task, user) or lawful.why_not(session, task)


def open_pause(session: Session, task: UserTask) -> ClockPause | None:
    """The pause in which the task's clock stands still now."""
    return session.scalar(select(ClockPause).where(ClockPause.task_id == task.id, ClockPause.ended_at.is_(None)))


def paused(session: Session, task_ids: list[int]) -> dict[int, str]:
    """Task id → the reason, of those whose clock stands still; for lists."""
    query = select(ClockPause.task_id, ClockPause.reason).where(ClockPause.task_id.in_(task_ids))
    return dict(session.execute(query.where(ClockPause.ended_at.is_(None))).all())


def set_(session: Session, task: UserTask, due_at: datetime | None) -> None:
    """The task is due then: its queues, reminders and urgency follow."""
    task.due_at = due_at
    session.flush()  # what follows reads it
    for queue in (TaskCandidate, TaskOnlooker):
        session.execute(update(queue).where(queue.task_id == task.id).values(due_at=due_at or FAR))
    marks.keep(session, task.instance_id)
    _follow(session, task)


def require_open(session: Session, task: UserTask) -> None:
    """Hold the case; raises TaskNotOpen for what is over."""
    history.hold(session, task.case_id)
    session.refresh(task)
    if task.status is not TaskStatus.OPEN:
        raise TaskNotOpen(task=task.name)


def tell(session: Session, task: UserTask, by: str, kind: str, **facts: object) -> None:
    where = (task.instance_id, task.activity_id, task.token_id)
    history.record(session, task.case_id, by, kind, *where, task=task.id, task_name=task.name, **facts)


def _follow(session: Session, task: UserTask) -> None:
    """Reminders not yet sent move with the due date, and have no time while there is none or the clock stands still."""
    due_at = None if open_pause(session, task) else task.due_at
    drawn = TaskReminder.rung != ladder.FOLLOW_UP
    waiting = (TaskReminder.task_id == task.id, TaskReminder.status == TimerStatus.WAITING, drawn)
    for each in session.scalars(select(TaskReminder).where(*waiting)):
        step = parse_duration(each.rung)
        each.at = worktime.rung(session, due_at, step) if due_at and step else None
    urgency.refresh(session, task)


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
