"""Urging (催办): who waits asks those who have a task to hurry; not more often than once an hour for all together."""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workflow import history, office
from workflow.around import heads, notices, receivers
from workflow.clock import now
from workflow.errors import Conflict, Invalid, NotAllowed, Sentence, TaskNotOpen, sentence
from workflow.identity import User, called
from workflow.models import Urge, UserTask
from workflow.statuses import NoticeKind, TaskStatus

AGAIN_AFTER = timedelta(hours=1)
LONGEST = 500  # characters of what is said with it


def urge(session: Session, task: UserTask, user: User, said: str = "") -> Urge:
    """Tell whoever has the task, or all to whom it is offered, to hurry.

    For the starter of the case, a head, and who hands out tasks. Raises NotAllowed, TaskNotOpen, and Conflict with the
    time of the last urge while that is less than an hour ago.
    """
    history.hold(session, task.case_id)
    session.refresh(task)
    if refused := why_not(session, task, user):
        raise (NotAllowed if task.status is TaskStatus.OPEN else TaskNotOpen)(refused.template, **refused.facts)
    if early := too_early(session, task):
        raise Conflict(early.template, **early.facts)
    if len(said := said.strip()) > LONGEST:
        raise Invalid({"said": [sentence("At most {most} characters.", most=LONGEST)]})
    made = Urge(task_id=task.id, by=user.name, urged_at=now(), said=said)
    session.add(made)
    session.flush()  # the next question counts it
    told = notices.tell(
        session, receivers.performers(session, task), NoticeKind.URGED, task.case_id, task, user.name, said
    )
    where = (task.instance_id, task.activity_id, task.token_id)
    facts = {"task": task.id, "task_name": task.name, "reason": said, "told": told}
    history.record(session, task.case_id, user.name, "urged", *where, **facts)
    return made


def why_not(session: Session, task: UserTask, user: User) -> Sentence | None:
    """Why this user may not urge the task; None when they may. (Whether it is too early is another question.)"""
    if task.status is not TaskStatus.OPEN:
        return sentence("Task “{task}” is no longer open.", task=task.name)
    if task.assignee == user.name:
        return sentence("Task “{task}” is your own.", task=task.name)
    started = user.name in receivers.starters(session, task.case_id, task.instance_id)
    if started or user.may("tasks.assign") or heads.leads(session, user, task.assignee):
        return None
    return sentence("Only who started the case, a head, or who hands out tasks may urge “{task}”.", task=task.name)


def too_early(session: Session, task: UserTask) -> Sentence | None:
    """The sentence that the task was urged already, while that is less than AGAIN_AFTER ago."""
    latest = of(session, task)[-1:]
    if not latest or latest[0].urged_at + AGAIN_AFTER <= now():
        return None
    local = office.of(session).local
    return sentence(
        "“{task}” was urged at {time} by {person} already; it can be urged again from {again}.",
        task=task.name,
        time=f"{local(latest[0].urged_at):%H:%M}",
        person=called(session, latest[0].by),
        again=f"{local(latest[0].urged_at + AGAIN_AFTER):%H:%M}",
    )


def of(session: Session, task: UserTask) -> list[Urge]:
    """How often and when the task was urged, oldest first."""
    return list(session.scalars(select(Urge).where(Urge.task_id == task.id).order_by(Urge.id)))


def counted(session: Session, task_ids: list[int]) -> dict[int, int]:
    """Task id → how often it was urged; for lists."""
    query = select(Urge.task_id, func.count()).where(Urge.task_id.in_(task_ids)).group_by(Urge.task_id)
    return dict(session.execute(query).all())
