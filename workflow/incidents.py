"""Incidents: machine work that needs a person. One is open per job, or per instance and activity."""

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from workflow import cases, history, office
from workflow.clock import now
from workflow.db import afterwards
from workflow.engine import EngineProblem
from workflow.errors import Conflict, NotFound
from workflow.identity import User
from workflow.models import Case, Incident, Job, ProcessInstance
from workflow.statuses import IncidentStatus, InstanceStatus

RETRY = "incidents.retry"  # the permission to see and retry every incident


class CannotGoOn(Conflict):
    """The engine refused; everything is rolled back, and an incident stands where it happened."""

    message = "The process cannot go on: {reason} Nothing was changed; the administrators can see it."


def open_(
    session: Session,
    message: str,
    instance: ProcessInstance | None = None,
    activity_id: str | None = None,
    job: Job | None = None,
    attempts: int = 1,
) -> Incident:
    """Open an incident, or count on the one that is open for the same thing."""
    if instance is not None:
        history.hold(session, instance.case_id)
    found = session.scalars(_same(instance, activity_id, job)).first()
    if found is not None:
        found.message, found.attempts = message, found.attempts + attempts
        return found
    incident = Incident(
        instance_id=instance.id if instance else None,
        activity_id=activity_id,
        job_id=job.id if job else None,
        message=message,
        attempts=attempts,
        opened_at=now(),
    )
    session.add(incident)
    session.flush()  # the history names it
    if instance is not None:
        history.record(
            session,
            instance.case_id,
            history.SYSTEM,
            "incident_opened",
            instance,
            activity_id,
            incident=incident.id,
            message=message,
        )
    return incident


def note(session: Session, instance_id: int, activity_id: str | None, problem: EngineProblem) -> CannotGoOn:
    """The refusal to raise for an engine problem; its incident is opened once this transaction is rolled back."""
    database, where = office.of(session).database, problem.activity_id or activity_id

    def write() -> None:
        with database.transaction() as later:
            instance = later.get(ProcessInstance, instance_id)
            if instance is not None and instance.status is InstanceStatus.RUNNING:
                open_(later, str(problem), instance, where)

    afterwards(session, write)
    return CannotGoOn(reason=problem.sentence)


def resolve(session: Session, incident: Incident, by: str, reason: str = "") -> None:
    """The incident is settled; Conflict when it already was."""
    if incident.status is not IncidentStatus.OPEN:
        raise Conflict("This incident is already resolved.")
    incident.status, incident.resolved_at, incident.resolved_by = IncidentStatus.RESOLVED, now(), by
    if incident.instance_id is not None:
        instance = session.get_one(ProcessInstance, incident.instance_id)
        told = {"incident": incident.id, **({"reason": reason} if reason else {})}
        history.record(session, instance.case_id, by, "incident_resolved", instance, incident.activity_id, **told)


def visible(user: User) -> Select[tuple[Incident]]:
    """The incidents the user may see, newest first: all of them by permission, else those in cases they may see."""
    query = select(Incident).order_by(Incident.opened_at.desc(), Incident.id.desc())
    if user.may_everywhere(RETRY):
        return query
    return (
        query.join(ProcessInstance, ProcessInstance.id == Incident.instance_id)
        .join(Case, Case.id == ProcessInstance.case_id)
        .where(cases.visible_to(user))
    )


def find(session: Session, incident_id: int, user: User) -> Incident:
    """The incident, if the user may see it; else NotFound."""
    found = session.scalars(visible(user).where(Incident.id == incident_id)).first()
    if found is None:
        raise NotFound
    return found


def _same(instance: ProcessInstance | None, activity_id: str | None, job: Job | None) -> Select[tuple[Incident]]:
    query = select(Incident).where(Incident.status == IncidentStatus.OPEN)
    if job is not None:
        return query.where(Incident.job_id == job.id)
    instance_id = instance.id if instance else None
    return query.where(
        Incident.job_id.is_(None),
        Incident.instance_id.is_not_distinct_from(instance_id),
        Incident.activity_id.is_not_distinct_from(activity_id),
    )
