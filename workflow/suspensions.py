"""Processes that stand still by order: nothing in them is claimed, completed, performed, fired or delivered.

A process and all it has called stand still together. What becomes due meanwhile waits for them: timers fire after the
resumption, once; machine work is done then; news for them is kept.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session, aliased

from workflow import definitions, engine, instances, messages, outgoing, wakeups
from workflow.clock import now
from workflow.errors import Conflict, Sentence, sentence
from workflow.identity import called
from workflow.models import HistoryEvent, Job, Message, ProcessInstance, Subscription
from workflow.registry import fsck_check
from workflow.statuses import InstanceStatus, JobStatus, MessageStatus
from workflow.waits import LIVE_INSTANCES

SOON = timedelta(minutes=10)  # machine work put off for no longer than this is done at once after the resumption
GRACE = timedelta(days=1)  # news whose time ran out meanwhile may still be delivered for so long


@dataclass(frozen=True)
class Suspension:
    """Since when, by whom (a user's name) and why a process stands still."""

    at: datetime
    by: str
    reason: str


def suspend(session: Session, instance: ProcessInstance) -> list[ProcessInstance]:
    """Let the process (held by the caller) stand still, with all it has called; which ones that were."""
    _require_uncalled(instance)
    if instance.status is InstanceStatus.SUSPENDED:
        raise Conflict("The process is suspended already.")
    return _turn(session, family(session, instance), InstanceStatus.RUNNING, InstanceStatus.SUSPENDED)


def resume(session: Session, instance: ProcessInstance) -> list[ProcessInstance]:
    """Let the process (held by the caller) go on, with all it has called; which ones that were."""
    _require_uncalled(instance)
    if instance.status is InstanceStatus.RUNNING:
        raise Conflict("The process is not suspended.")
    return _turn(session, family(session, instance), InstanceStatus.SUSPENDED, InstanceStatus.RUNNING)


def catch_up(session: Session, resumed: list[ProcessInstance]) -> None:
    """Wake what waited for the resumption."""
    for each in resumed:
        _wake_jobs(session, each)
        _offer_news(session, each)
        instances.reconsider(session, each, instances.variables(session, each))


def follow(session: Session, instance: ProcessInstance) -> None:
    """What a suspended process has called by hand's work meanwhile stands still as well."""
    if instance.status is InstanceStatus.SUSPENDED:
        _turn(session, family(session, instance), InstanceStatus.RUNNING, InstanceStatus.SUSPENDED)


def family(session: Session, instance: ProcessInstance) -> list[ProcessInstance]:
    """The process and all that it has called and that is not over, callers first."""
    found, generation = [instance], [instance.id]
    while generation:
        query = select(ProcessInstance).where(
            ProcessInstance.parent_id.in_(generation), ProcessInstance.status.in_(LIVE_INSTANCES)
        )
        children = list(session.scalars(query.order_by(ProcessInstance.id).execution_options(populate_existing=True)))
        found += children
        generation = [each.id for each in children]
    return found


def suspension(session: Session, instance: ProcessInstance) -> Suspension | None:
    """Why the process stands still; None when it does not."""
    if instance.status is not InstanceStatus.SUSPENDED:
        return None
    root = instance
    while root.parent_id is not None:
        root = session.get_one(ProcessInstance, root.parent_id)
    told = select(HistoryEvent).where(HistoryEvent.instance_id == root.id, HistoryEvent.kind == "suspended")
    event = session.scalars(told.order_by(HistoryEvent.id.desc()).limit(1)).first()
    return Suspension(event.at, event.actor, str(event.data["reason"])) if event else Suspension(now(), "", "")


def why_not(session: Session, instance: ProcessInstance) -> Sentence | None:
    """Why nothing can be done in the process just now; None when it can."""
    found = suspension(session, instance)
    if found is None:
        return None
    return sentence(
        "{person} has suspended this process: “{reason}”. It goes on when it is resumed; nothing is lost.",
        person=called(session, found.by),
        reason=found.reason,
    )


@fsck_check("suspensions")
def together(session: Session) -> Iterator[str]:
    """What a suspended process has called is suspended with it, and nothing else is; the history says why."""
    caller = aliased(ProcessInstance)
    query = select(ProcessInstance.id, ProcessInstance.status, caller.id, caller.status).join(
        caller, caller.id == ProcessInstance.parent_id
    )
    live = (ProcessInstance.status.in_(LIVE_INSTANCES), caller.status.in_(LIVE_INSTANCES))
    for called_id, status, caller_id, above in session.execute(
        query.where(*live, ProcessInstance.status != caller.status).order_by(ProcessInstance.id)
    ):
        yield f"Process instance {called_id} is {status}, but {caller_id}, which called it, is {above}."
    untold = select(HistoryEvent.id).where(
        HistoryEvent.instance_id == ProcessInstance.id, HistoryEvent.kind == "suspended"
    )
    still = (ProcessInstance.status == InstanceStatus.SUSPENDED, ProcessInstance.parent_id.is_(None))
    for instance_id in session.scalars(select(ProcessInstance.id).where(*still, ~untold.exists())):
        yield f"Process instance {instance_id} is suspended, but the history does not say by whom."


def _require_uncalled(instance: ProcessInstance) -> None:
    if instance.parent_id is not None:
        raise Conflict("This process was called by another; suspend or resume that one.")


def _turn(
    session: Session, family: list[ProcessInstance], before: InstanceStatus, after: InstanceStatus
) -> list[ProcessInstance]:
    turned = [each for each in family if each.status is before]
    for each in turned:
        each.status = after
    session.flush()  # what is due is looked for by this status
    return turned


def _wake_jobs(session: Session, instance: ProcessInstance) -> None:
    put_off = (Job.instance_id == instance.id, Job.status == JobStatus.WAITING, Job.attempts == 0)
    for job in session.scalars(select(Job).where(*put_off, Job.due_at <= now() + SOON)):
        job.due_at = min(job.due_at, now())
        wakeups.wake(session, job.due_at, job.id)


def _offer_news(session: Session, instance: ProcessInstance) -> None:
    """Have delivered what came for it meanwhile, also what would no longer be kept."""
    mine = select(Subscription.id).where(Subscription.instance_id == instance.id, messages.fits()).correlate(Message)
    late = update(Message).where(Message.status == MessageStatus.WAITING, Message.expires_at <= now(), mine.exists())
    session.execute(late.values(expires_at=now() + GRACE))
    model, state = definitions.model(session, instance.definition), instances.state(instance)
    outgoing.catch_up(session, engine.waits_of(model, state))
