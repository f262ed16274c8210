"""Steps sent back and forth: what tests of returns share."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.workflow.world import open_tasks
from workflow import fsck, returns
from workflow.identity import User
from workflow.models import ProcessInstance, Return, Timer, UserTask
from workflow.statuses import ReturnMode, TaskKind, TaskStatus, TimerStatus

STRAIGHT, REDO = ReturnMode.STRAIGHT, ReturnMode.REDO
SPLIT = """
    start s
    user a candidateGroups=registry
    and g
    user b candidateGroups=registry
    user c candidateGroups=registry
    and j
    user d candidateGroups=registry
    end e
    s -> a -> g
    g -> b -> j
    g -> c -> j
    j -> d -> e
"""


def key_of(session: Session, task: UserTask, user: User, activity: str) -> str:
    """The key of the target at this element."""
    return next(each.key for each in returns.targets(session, task, user) if each.activity.id == activity)


def back(session: Session, task: UserTask, user: User, activity: str, mode: ReturnMode, marks=()) -> Return:
    return returns.send_back(session, task, user, key_of(session, task, user, activity), mode, "写错了", marks)


def correction(session: Session, activity: str) -> UserTask:
    """The open correction at this element."""
    mine = (UserTask.activity_id == activity, UserTask.kind == TaskKind.CORRECTION)
    return session.scalars(select(UserTask).where(*mine, UserTask.status == TaskStatus.OPEN)).one()


def waiting(session: Session, instance: ProcessInstance) -> list[str]:
    """Activity ids of the open steps of an instance, by name."""
    mine = (UserTask.instance_id == instance.id, UserTask.status == TaskStatus.OPEN, UserTask.kind == TaskKind.STEP)
    return sorted(session.scalars(select(UserTask.activity_id).where(*mine)))


def timers(session: Session, instance: ProcessInstance) -> list[Timer]:
    mine = (Timer.instance_id == instance.id, Timer.status == TimerStatus.WAITING)
    return list(session.scalars(select(Timer).where(*mine).order_by(Timer.id)))


def sound(session: Session) -> bool:
    """Nothing is amiss in the whole database."""
    session.flush()
    problems = fsck.run(session)
    assert problems == [], problems
    return True


def step(session: Session, instance: ProcessInstance, activity: str) -> UserTask:
    return open_tasks(session, instance)[activity]
