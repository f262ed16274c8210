"""Machine work: jobs, timers, incidents. What is due is done while somebody is there to do it."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from workflow import heartbeats
from workflow.clock import now
from workflow.models import HistoryEvent, Incident, Job, ProcessInstance, Timer
from workflow.registry import fsck_check
from workflow.statuses import IncidentStatus, InstanceStatus, JobStatus, TimerStatus

LATE = timedelta(minutes=5)  # nothing is due for so long while a scheduler is alive


@fsck_check("failed_jobs")
def failed_jobs(session: Session) -> Iterator[str]:
    """A failed job has exactly one open incident, and no other job has one."""
    opened = select(func.count()).where(Incident.job_id == Job.id, Incident.status == IncidentStatus.OPEN)
    query = select(Job.id, Job.topic, Job.status, opened.scalar_subquery().label("opened"))
    wrong = or_(
        and_(Job.status == JobStatus.FAILED, opened.scalar_subquery() != 1),
        and_(Job.status != JobStatus.FAILED, opened.scalar_subquery() != 0),
    )
    for row in session.execute(query.where(wrong)):
        yield f"Job {row.id} ({row.topic}) is {row.status} and has {row.opened} open incidents."


@fsck_check("leases")
def leases(session: Session) -> Iterator[str]:
    """A job is leased while it runs and at no other time, and what has ended says when."""
    query = select(Job.id, Job.topic, Job.status)
    for row in session.execute(query.where((Job.status == JobStatus.RUNNING) != Job.lease_until.is_not(None))):
        yield f"Job {row.id} ({row.topic}) is {row.status}, but its lease says otherwise."
    ended = Job.status.in_([JobStatus.DONE, JobStatus.CANCELLED])
    for row in session.execute(query.where(ended != Job.done_at.is_not(None))):
        yield f"Job {row.id} ({row.topic}) is {row.status}, but the moment of its end says otherwise."


@fsck_check("timers")
def timers(session: Session) -> Iterator[str]:
    """A timer that has fired is told in the history, and says when it did; no other says so."""
    query = select(Timer.id, Timer.activity_id, Timer.instance_id, Timer.status)
    fired = Timer.status == TimerStatus.FIRED
    for row in session.execute(query.where(fired != Timer.fired_at.is_not(None))):
        yield f"Timer {row.id} “{row.activity_id}” is {row.status}, but the moment it fired says otherwise."
    same = (HistoryEvent.instance_id == Timer.instance_id, HistoryEvent.token_id == Timer.token_id)
    told = exists().where(*same, HistoryEvent.kind == "caught")
    for row in session.execute(query.where(fired, ~told)):
        yield f"Timer {row.id} “{row.activity_id}” of instance {row.instance_id} has fired, but nothing came of it."


@fsck_check("overdue")
def overdue(session: Session) -> Iterator[str]:
    """While a scheduler is alive no timer and no job has been due for minutes, unless an incident stands there."""
    if not heartbeats.alive(heartbeats.last(session, "scheduler")):
        return
    waits = select(Timer.id, Timer.activity_id, Timer.due_at).join(
        ProcessInstance, ProcessInstance.id == Timer.instance_id
    )
    due = (Timer.status == TimerStatus.WAITING, Timer.due_at < now() - LATE, *_goes_on(Timer.activity_id))
    for row in session.execute(waits.where(*due)):
        yield f"Timer {row.id} “{row.activity_id}” was due at {row.due_at:%Y-%m-%d %H:%M} and has not fired."
    late = or_(
        and_(Job.status == JobStatus.WAITING, Job.due_at < now() - LATE),
        and_(Job.status == JobStatus.RUNNING, Job.lease_until < now() - LATE),
    )
    for row in session.execute(select(Job.id, Job.topic, Job.status).where(late)):
        yield f"Job {row.id} ({row.topic}) is {row.status} and has been due for minutes; nobody does it."


def _goes_on(activity: ColumnElement[str]) -> tuple[ColumnElement[bool], ...]:
    stuck = exists().where(
        Incident.instance_id == ProcessInstance.id,
        Incident.activity_id == activity,
        Incident.status == IncidentStatus.OPEN,
    )
    return ProcessInstance.status == InstanceStatus.RUNNING, ~stuck
