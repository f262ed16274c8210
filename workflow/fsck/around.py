"""Around tasks: nothing waits for what has ended, receipts are told, what is computed agrees."""

from collections.abc import Iterator

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from workflow.models import (
    AskedTask,
    Case,
    CaseCopy,
    ChecklistItem,
    ClockPause,
    FollowUp,
    HistoryEvent,
    PersonalNotice,
    TaskCandidate,
    TaskReminder,
    UserTask,
)
from workflow.registry import fsck_check
from workflow.statuses import TaskKind, TaskStatus, TimerStatus

_OVER = UserTask.status != TaskStatus.OPEN


@fsck_check("reminders")
def reminders(session: Session) -> Iterator[str]:
    """Nobody is reminded of what has ended; what was sent says when and is told once in the history."""
    of_task = select(TaskReminder.id, TaskReminder.rung, UserTask.id.label("task_id"), UserTask.name).join(
        UserTask, UserTask.id == TaskReminder.task_id
    )
    waiting = TaskReminder.status == TimerStatus.WAITING
    for row in session.execute(of_task.where(waiting, _OVER).order_by(TaskReminder.id)):
        yield f"Task {row.task_id} “{row.name}” has ended, but the reminder {row.rung} still waits."
    unmarked = (TaskReminder.status == TimerStatus.FIRED) != TaskReminder.sent_at.is_not(None)
    for row in session.execute(of_task.where(unmarked).order_by(TaskReminder.id)):
        yield f"Task {row.task_id} “{row.name}”: the reminder {row.rung} does not know whether it was sent."
    told = select(func.count()).where(
        HistoryEvent.instance_id == UserTask.instance_id,
        HistoryEvent.token_id == UserTask.token_id,
        HistoryEvent.kind == "task_reminded",
    )
    sent = select(func.count()).where(TaskReminder.task_id == UserTask.id, TaskReminder.status == TimerStatus.FIRED)
    reminded = select(TaskReminder.task_id).where(TaskReminder.task_id == UserTask.id).exists()
    counts = select(UserTask.id, UserTask.name, told.scalar_subquery(), sent.scalar_subquery()).where(reminded)
    for task_id, name, said, marked in session.execute(counts.order_by(UserTask.id)):
        if said != marked:
            yield f"Task {task_id} “{name}” was reminded of {marked} times, but the history tells it {said} times."


@fsck_check("hanging")
def hanging(session: Session) -> Iterator[str]:
    """What hangs on a task ends with it: stopped clocks, dates to come back; a question belongs to a task."""
    clocks = select(ClockPause.task_id).join(UserTask, UserTask.id == ClockPause.task_id)
    for task_id in session.scalars(clocks.where(_OVER, ClockPause.ended_at.is_(None)).order_by(ClockPause.id)):
        yield f"Task {task_id} has ended, but its clock stands still."
    twice = select(ClockPause.task_id).where(ClockPause.ended_at.is_(None)).group_by(ClockPause.task_id)
    for task_id in session.scalars(twice.having(func.count() > 1)):
        yield f"The clock of task {task_id} was stopped twice."
    over = (Case.closed_at.is_not(None), Case.clock_stopped_by.is_not(None))
    for case_id in session.scalars(select(Case.id).where(*over).order_by(Case.id)):
        yield f"Case {case_id} is closed, but its clock stands still."
    put_off = select(FollowUp.task_id, FollowUp.user_name).join(UserTask, UserTask.id == FollowUp.task_id)
    for task_id, name in session.execute(put_off.where(_OVER).order_by(FollowUp.task_id, FollowUp.user_name)):
        yield f"Task {task_id} has ended, but {name} wants to come back to it."
    asked = select(UserTask.id, UserTask.name).outerjoin(AskedTask, AskedTask.task_id == UserTask.id)
    is_question = UserTask.kind == TaskKind.ADHOC
    for row in session.execute(asked.where(is_question != AskedTask.task_id.is_not(None)).order_by(UserTask.id)):
        yield f"Task {row.id} “{row.name}” was asked for, but not what, or the other way round."
    done = (UserTask.status == TaskStatus.COMPLETED, ChecklistItem.required, ChecklistItem.done_at.is_(None))
    left = select(UserTask.id, ChecklistItem.text).join(ChecklistItem, ChecklistItem.task_id == UserTask.id)
    for task_id, text in session.execute(left.where(*done).order_by(ChecklistItem.id)):
        yield f"Task {task_id} was completed without “{text}”, which its checklist asks for."


@fsck_check("receipts")
def receipts(session: Session) -> Iterator[str]:
    """A copy reaches no further than the history; who has read one is told so; notices speak of their task's case."""
    last = select(func.max(HistoryEvent.seq)).where(HistoryEvent.case_id == CaseCopy.case_id).scalar_subquery()
    beyond = select(CaseCopy.id, CaseCopy.seq).where(CaseCopy.seq > func.coalesce(last, 0))
    for copy_id, seq in session.execute(beyond.order_by(CaseCopy.id)):
        yield f"Copy {copy_id} reaches to event {seq} of its case, which there is not."
    read = (HistoryEvent.case_id == CaseCopy.case_id, HistoryEvent.actor == CaseCopy.user_name)
    this = HistoryEvent.data["copy"].as_integer() == CaseCopy.id
    told = select(HistoryEvent.id).where(*read, HistoryEvent.kind == "copy_read", this)
    silent = select(CaseCopy.id, CaseCopy.user_name).where(CaseCopy.read_at.is_not(None), ~told.exists())
    for copy_id, name in session.execute(silent.order_by(CaseCopy.id)):
        yield f"Copy {copy_id} was read by {name}, but the history does not say so."
    elsewhere = and_(UserTask.id == PersonalNotice.task_id, UserTask.case_id != PersonalNotice.case_id)
    for notice_id in session.scalars(select(PersonalNotice.id).join(UserTask, elsewhere).order_by(PersonalNotice.id)):
        yield f"Notice {notice_id} speaks of a task of another case."


@fsck_check("urgency")
def urgency(session: Session) -> Iterator[str]:
    """The queues are sorted by the urgency of their tasks; one set by hand stands as it was set."""
    query = select(UserTask.id, UserTask.urgency, TaskCandidate.rank).join(
        TaskCandidate, TaskCandidate.task_id == UserTask.id
    )
    for row in session.execute(query.where(TaskCandidate.rank != -UserTask.urgency).order_by(UserTask.id)):
        yield f"Task {row.id} has urgency {row.urgency}, but stands at {-row.rank} in a queue."
    by_hand = (UserTask.status == TaskStatus.OPEN, UserTask.priority_set != UserTask.urgency)
    for row in session.execute(select(UserTask.id, UserTask.urgency).where(*by_hand).order_by(UserTask.id)):
        yield f"Task {row.id} has urgency {row.urgency}, but was given another by hand."
