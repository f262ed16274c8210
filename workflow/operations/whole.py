"""A process as a whole, and what failed in it."""

from sqlalchemy.orm import Session

from workflow import history, incidents, instances, jobs, registry, suspensions
from workflow.errors import Conflict, NotAllowed
from workflow.identity import User
from workflow.models import Incident, ProcessInstance
from workflow.operations.rights import CANCEL, SUSPEND, held, required
from workflow.statuses import InstanceStatus


def suspend(session: Session, instance: ProcessInstance, user: User, reason: str) -> None:
    """Let a process and all it has called stand still until it is resumed. Conflict when it does already."""
    found, reason = held(session, instance, user, SUSPEND, reason)
    turned = suspensions.suspend(session, found)
    status = (InstanceStatus.RUNNING, InstanceStatus.SUSPENDED)
    _tell(session, found, user, "suspended", reason, status, turned)


def resume(session: Session, instance: ProcessInstance, user: User, reason: str) -> None:
    """Let a suspended process go on; what became due meanwhile happens now. Conflict when it is not suspended."""
    found, reason = held(session, instance, user, SUSPEND, reason)
    turned = suspensions.resume(session, found)
    status = (InstanceStatus.SUSPENDED, InstanceStatus.RUNNING)
    _tell(session, found, user, "resumed", reason, status, turned)
    suspensions.catch_up(session, turned)


def cancel(session: Session, instance: ProcessInstance, user: User, reason: str) -> None:
    """End a process and all it has called before its time; it may be suspended. Conflict while the domain says what is
    to be done before (registry.before_ending)."""
    found, reason = held(session, instance, user, CANCEL, reason)
    if found.parent_id is None and (said := registry.why_not_ended(session, found.case_id)) is not None:
        raise Conflict(said.template, **said.facts)
    instances.cancel(session, found, user.name, reason)


def retry(session: Session, incident: Incident, user: User, reason: str) -> None:
    """Try again what failed (jobs.retry)."""
    if not user.may(incidents.RETRY):
        raise NotAllowed
    jobs.retry(session, incident, user.name, required(reason))


def _tell(
    session: Session,
    instance: ProcessInstance,
    user: User,
    kind: str,
    reason: str,
    status: tuple[InstanceStatus, InstanceStatus],
    turned: list[ProcessInstance],
) -> None:
    before, after = status
    called = [each.id for each in turned if each is not instance]
    facts = {"reason": reason, "before": before.value, "after": after.value, "called": called}
    history.record(session, instance.case_id, user.name, kind, instance, **facts)
