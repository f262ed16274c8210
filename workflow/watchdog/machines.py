"""Machine work: nothing failed is left lying, nothing due is undone, and what is waited for is sent by somebody."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from workflow import office, registry
from workflow.clock import now
from workflow.definitions import activities, all_latest
from workflow.errors import sentence
from workflow.models import Incident, Job, Message, ProcessDefinition, ProcessInstance, Subscription, Timer
from workflow.statuses import FindingKind, IncidentStatus, InstanceStatus, JobStatus, TimerStatus
from workflow.watchdog.found import Found, named

LATE = timedelta(minutes=5)  # nothing is due for so long while the machine is well
UNATTENDED = timedelta(minutes=15)  # an incident nobody has looked at for so long
SENDS = {"sendTask", "intermediateThrowEvent", "endEvent"}


def incidents(session: Session, only: int | None) -> Iterator[Found]:
    """What failed and was left lying."""
    query = select(Incident).where(Incident.status == IncidentStatus.OPEN, Incident.opened_at < now() - UNATTENDED)
    query = query if only is None else query.where(Incident.instance_id == only)
    for incident in session.scalars(query.order_by(Incident.id)):
        instance = session.get(ProcessInstance, incident.instance_id) if incident.instance_id else None
        job = session.get(Job, incident.job_id) if incident.job_id else None
        what = named(instance, incident.activity_id) if instance else job.topic if job else ""
        said = "“{what}” has failed and nobody has looked at it: {message}"
        yield Found(
            FindingKind.INCIDENT,
            f"incident {incident.id}",
            sentence(said, what=what, message=incident.message[:500]),
            instance.case_id if instance else None,
            incident.instance_id,
            incident.activity_id,
            None,
            incident.id,
        )


def timers(session: Session, only: int | None) -> Iterator[Found]:
    """Timers that should have fired; where one has failed, its incident says so."""
    query = select(Timer).join(ProcessInstance, ProcessInstance.id == Timer.instance_id)
    due = (Timer.status == TimerStatus.WAITING, Timer.due_at < now() - LATE)
    running = ProcessInstance.status == InstanceStatus.RUNNING
    failed = exists().where(
        Incident.instance_id == Timer.instance_id,
        Incident.activity_id == Timer.activity_id,
        Incident.status == IncidentStatus.OPEN,
    )
    query = query.where(*due, running, ~failed)
    query = query if only is None else query.where(Timer.instance_id == only)
    for timer in session.scalars(query.order_by(Timer.id)):
        instance = session.get_one(ProcessInstance, timer.instance_id)
        said = sentence(
            "“{what}” should have gone on at {time}, and its timer has not fired.",
            what=named(instance, timer.activity_id),
            time=_clock(session, timer.due_at),
        )
        where = (instance.case_id, instance.id, timer.activity_id, timer.token_id, timer.id)
        yield Found(FindingKind.TIMER, f"timer {timer.id}", said, *where)


def jobs(session: Session, only: int | None) -> Iterator[Found]:
    """Machine work nobody does: due and not begun, or begun by a worker who is gone."""
    late = or_(
        and_(Job.status == JobStatus.WAITING, Job.due_at < now() - LATE),
        and_(Job.status == JobStatus.RUNNING, Job.lease_until < now() - LATE),
    )
    query = select(Job).outerjoin(ProcessInstance, ProcessInstance.id == Job.instance_id)
    going = or_(ProcessInstance.id.is_(None), ProcessInstance.status == InstanceStatus.RUNNING)
    query = query.where(late, going) if only is None else query.where(late, going, Job.instance_id == only)
    for job in session.scalars(query.order_by(Job.id)):
        instance = session.get(ProcessInstance, job.instance_id) if job.instance_id else None
        what = named(instance, job.activity_id) if instance else job.topic
        since = _clock(session, job.due_at)
        said = sentence("“{what}” has been due since {time}, and no worker does it.", what=what, time=since)
        case_id = instance.case_id if instance else None
        where = (case_id, job.instance_id, job.activity_id, job.token_id, job.id)
        yield Found(FindingKind.JOB, f"job {job.id}", said, *where)


def dead(session: Session, only: int | None) -> Iterator[Found]:
    """Machine work that has failed for good, of which no incident tells."""
    told = exists().where(Incident.job_id == Job.id, Incident.status == IncidentStatus.OPEN)
    query = select(Job).join(ProcessInstance, ProcessInstance.id == Job.instance_id)
    query = query.where(Job.status == JobStatus.FAILED, ProcessInstance.status == InstanceStatus.RUNNING, ~told)
    query = query if only is None else query.where(Job.instance_id == only)
    for job in session.scalars(query.order_by(Job.id)):
        instance = session.get_one(ProcessInstance, job.instance_id)
        what = named(instance, job.activity_id)
        said = sentence("“{what}” has failed for good, and no list of failures tells of it.", what=what)
        where = (instance.case_id, instance.id, job.activity_id, job.token_id, job.id)
        yield Found(FindingKind.JOB, f"job {job.id}", said, *where)


def senders(session: Session, only: int | None) -> Iterator[Found]:
    """Messages waited for that nothing known sends: no process, no part of the house, and none ever came."""
    sent = _sent(session)
    ever = exists().where(Message.name == Subscription.name)
    query = select(Subscription).where(Subscription.kind == "message", Subscription.name.not_in(sent), ~ever)
    query = query if only is None else query.where(Subscription.instance_id == only)
    for waiting in session.scalars(query.order_by(Subscription.id)):
        instance = session.get_one(ProcessInstance, waiting.instance_id)
        said = sentence(
            "“{what}” waits for the message “{message}”, which nothing here sends and which has never come.",
            what=named(instance, waiting.activity_id),
            message=waiting.name,
        )
        where = (instance.case_id, instance.id, waiting.activity_id, waiting.token_id, waiting.id)
        yield Found(FindingKind.SENDER, f"subscription {waiting.id}", said, *where)


def _sent(session: Session) -> set[str]:
    """The names of the messages that a process in use, or the house, sends."""
    running = select(ProcessInstance.definition_id).distinct()
    used = session.scalars(select(ProcessDefinition).where(ProcessDefinition.id.in_(running)))
    found = {each.id: each for each in [*used, *all_latest(session)]}
    drawn = [said for each in found.values() for said in activities(session, each).values()]
    return registry.messages | {said["message"] for said in drawn if said["kind"] in SENDS and said.get("message")}


def _clock(session: Session, at: datetime) -> str:
    """The moment by the office's clock, as it is kept in a sentence."""
    return f"{office.of(session).local(at):%Y-%m-%d %H:%M}"
