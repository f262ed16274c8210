"""When a task ends, so does what was around it: reminders, follow-ups, a stopped clock. And what must be before it."""

from sqlalchemy import bindparam, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from workflow import rows
from workflow.clock import now
from workflow.errors import Sentence, sentence
from workflow.history import SYSTEM
from workflow.models import AskedTask, ChecklistItem, ClockPause, FollowUp, TaskReminder, UserTask
from workflow.statements import Statement
from workflow.statuses import TaskStatus, TimerStatus

_OF_TASK = bindparam("of_task")
_TO_DO = (ChecklistItem.required, ChecklistItem.done_at.is_(None))
UNTICKED = exists().where(ChecklistItem.task_id == UserTask.id, *_TO_DO)  # a required item is not ticked off
_WAITING, _STOPPED = TaskReminder.status == TimerStatus.WAITING, ClockPause.ended_at.is_(None)
AROUND = or_(  # there is something that `end` ends
    exists().where(TaskReminder.task_id == UserTask.id, _WAITING),
    exists().where(FollowUp.task_id == UserTask.id),
    exists().where(ClockPause.task_id == UserTask.id, _STOPPED),
)
_REMIND_NO_MORE = Statement(
    update(TaskReminder).where(TaskReminder.task_id == _OF_TASK, _WAITING).values(status=TimerStatus.CANCELLED)
)
_FORGET = Statement(delete(FollowUp).where(FollowUp.task_id == _OF_TASK))
_END_PAUSE = Statement(
    update(ClockPause)
    .where(ClockPause.task_id == _OF_TASK, _STOPPED)
    .values(ended_at=bindparam("at", type_=ClockPause.__table__.c.ended_at.type), ended_by=SYSTEM)
)


def end(session: Session, task_id: int) -> None:
    """The task has ended: nobody is reminded of it any more, nothing brings it back, its clock is no longer stopped."""
    for each in list(session.identity_map.values()):
        if isinstance(each, FollowUp | TaskReminder | ClockPause) and each.task_id == task_id:
            session.expunge(each)
    rows.write(
        session, _REMIND_NO_MORE(of_task=task_id), _FORGET(of_task=task_id), _END_PAUSE(of_task=task_id, at=now())
    )


def why_not(session: Session, task: UserTask) -> Sentence | None:
    """What must be done before the task is completed: an answer of a colleague, an item of its checklist."""
    asked = select(UserTask.name).join(AskedTask, AskedTask.task_id == UserTask.id).order_by(UserTask.id)
    open_ = (UserTask.parent_id == task.id, UserTask.status == TaskStatus.OPEN, AskedTask.awaited)
    if (question := session.scalar(asked.where(*open_).limit(1))) is not None:
        said = "“{task}” waits for the answer to “{question}”."
        return sentence(said, task=task.name, question=question)
    left = select(ChecklistItem.text).where(ChecklistItem.task_id == task.id, *_TO_DO).order_by(ChecklistItem.id)
    if items := list(session.scalars(left)):
        said = "Before “{task}” is completed, these must be ticked off: {items}."
        return sentence(said, task=task.name, items=items)
    return None
