"""Machine work: at least once, and its effect exactly once.

A job is leased for a while with a fence number that grows with every lease; what a worker did counts only if its
fence is still the job's when it commits. Handler, process step and the job's end are one transaction. A failure is
written in a second one: waiting for its next try, or failed with an incident. RQ carries ids only and may forget
everything: the sweep wakes what waits.
"""

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import redis
import rq
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq.serializers import JSONSerializer
from sqlalchemy import or_, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from workflow import definitions, engine, history, incidents, instances, registry, wakeups
from workflow.clock import now
from workflow.db import Database
from workflow.errors import BpmnError, Conflict, Refusal
from workflow.models import Incident, Job, ProcessInstance
from workflow.registry import Repeat, Work
from workflow.statuses import InstanceStatus, JobStatus
from workflow.wakeups import add

__all__ = ["Queue", "add", "perform", "retry", "sweep"]

log = logging.getLogger(__name__)
LEASE = timedelta(seconds=30)  # after this a worker that has not begun its transaction counts as dead
BACKOFF = (5, 30, 120, 600)  # seconds before the second, third … try; then a person must look
GRACE = timedelta(seconds=3)  # what has been due for longer has not been woken, or its waker is lost
QUEUE = "juanliu"
QUEUE_KEY = f"rq:queue:{QUEUE}"  # where RQ keeps the line
ENTRY = "workflow.worker.perform"
PATIENCE = 600  # seconds one job may run
FORGET = 3600  # seconds after which a wake-up nobody took is worth nothing
SILENCE = 5.0  # seconds in which an unreachable queue is not tried again
SWEPT = 500  # jobs looked at in one sweep


class Queue:
    """The wake-up line to the workers. Losing it loses nothing, so its troubles are logged, never raised."""

    def __init__(self, url: str) -> None:
        self.connection = connect(url, 1)
        self._queue = rq.Queue(QUEUE, connection=self.connection, serializer=JSONSerializer)
        self._silent_until = 0.0

    def wake(self, job_ids: Iterable[int]) -> bool:
        """Have workers look at these jobs; False when the queue cannot be reached (tried again after SILENCE)."""
        if time.monotonic() < self._silent_until:
            return False
        wakes = [rq.Queue.prepare_data(ENTRY, args=(job_id,), timeout=PATIENCE, ttl=FORGET) for job_id in job_ids]
        try:
            self._queue.enqueue_many(wakes)
        except redis.RedisError as error:
            self._silent_until = time.monotonic() + SILENCE
            log.warning("queue_unreachable", extra={"error": str(error)})
            return False
        return True

    def length(self) -> int | None:
        """How many wake-ups no worker has taken yet; None when the queue cannot be reached."""
        try:
            return self._queue.count
        except redis.RedisError:
            return None


def connect(url: str, patience: float = 5) -> redis.Redis:
    """A connection that fails fast: a person may be waiting for the page. `patience`: seconds for one answer."""
    return redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=patience, retry=Retry(NoBackoff(), 1))


@dataclass(frozen=True)
class Lease:
    """The right to do a job until it is leased again."""

    job_id: int
    fence: int
    instance_id: int | None


def perform(database: Database, job_id: int) -> bool:
    """Do a job if it is due and nobody else's; whether it was ours. What goes wrong is written down, not raised."""
    lease = _lease(database, job_id)
    if lease is None:
        return False
    try:
        with database.transaction() as session:
            _work(session, lease)
    except BpmnError as error:
        _throw(database, lease, error)
    except Exception as error:  # the one place where a worker answers for whatever a handler does
        log.warning("job_failed", extra={"job": job_id}, exc_info=not isinstance(error, Refusal))
        _fail(database, lease, error)
    return True


def retry(session: Session, incident: Incident, by: str) -> None:
    """Try again what failed: a job from its first try, a timer at the next look. Conflict when there is nothing to."""
    job = session.get(Job, incident.job_id) if incident.job_id is not None else None
    if incident.instance_id is not None:
        instances.require_running(instances.lock(session, incident.instance_id))
    if incident.job_id is not None and (job is None or job.status is not JobStatus.FAILED):
        raise Conflict("This job does not wait for a retry.")
    incidents.resolve(session, incident, by)
    if job is not None:
        job.status, job.attempts, job.due_at, job.error = JobStatus.WAITING, 0, now(), None
        wakeups.wake(session, job)


def sweep(database: Database) -> int:
    """Repair what was lost: leases of dead workers, wake-ups that never came. How many jobs were looked at.

    Without a queue the due jobs are done here and now, so that work goes on.
    """
    _release_dead(database)
    queue = database.info["office"].queue
    waiting = queue.length() if queue is not None else None
    if waiting is None:
        return sum(perform(database, job_id) for job_id in _due(database, timedelta(0)))
    if waiting > 0:
        return 0  # the workers are behind; waking them more would only lengthen the line
    lost = _due(database, GRACE)
    if lost:
        queue.wake(lost)
    return len(lost)


def _due(database: Database, since: timedelta) -> list[int]:
    query = select(Job.id).where(Job.status == JobStatus.WAITING, Job.due_at <= now() - since)
    with database.reading() as session:
        return list(session.scalars(query.order_by(Job.due_at, Job.id).limit(SWEPT)))


def _lease(database: Database, job_id: int) -> Lease | None:
    """Take the job if it waits and is due, or if whoever had it has let the lease run out."""
    free = or_(
        (Job.status == JobStatus.WAITING) & (Job.due_at <= now()),
        (Job.status == JobStatus.RUNNING) & (Job.lease_until < now()),
    )
    take = (
        update(Job)
        .where(Job.id == job_id, free)
        .values(status=JobStatus.RUNNING, fence=Job.fence + 1, attempts=Job.attempts + 1, lease_until=now() + LEASE)
        .returning(Job.fence, Job.instance_id)
        .execution_options(synchronize_session=False)
    )
    with database.transaction() as session:
        taken = session.execute(take).first()
    return Lease(job_id, taken.fence, taken.instance_id) if taken else None


def _held(session: Session, lease: Lease) -> tuple[Job, ProcessInstance | None] | None:
    """The job and its instance, held; None when the lease is no longer good."""
    instance = instances.lock(session, lease.instance_id) if lease.instance_id is not None else None
    query = select(Job).where(Job.id == lease.job_id, Job.fence == lease.fence, Job.status == JobStatus.RUNNING)
    job = session.scalars(query.with_for_update(key_share=True).execution_options(populate_existing=True)).first()
    if job is None:
        log.info("lease_lost", extra={"job": lease.job_id, "fence": lease.fence})
        return None
    return job, instance


def _work(session: Session, lease: Lease) -> None:
    held = _held(session, lease)
    if held is None:
        return
    job, instance = held
    if instance is not None and instance.status is InstanceStatus.SUSPENDED:
        _give_back(job, 60)
        return
    known = instances.variables(session, instance) if instance is not None else {}
    result = _handler(job.topic)(session, _as_work(job, instance, known))
    if isinstance(result, Repeat):
        _give_back(job, result.after_seconds)
        wakeups.wake(session, job)
        return
    job.status, job.done_at, job.lease_until, job.error = JobStatus.DONE, now(), None, None
    if instance is not None:
        _go_on(session, job, instance, known, dict(result or {}))


def _handler(topic: str) -> registry.Handler:
    handler = registry.handler(topic)
    if handler is None:
        raise Refusal("“{topic}” is not known to this installation.", topic=topic)
    return handler


def _as_work(job: Job, instance: ProcessInstance | None, known: dict[str, Any]) -> Work:
    seen = {**known, **job.payload}
    return Work(job.id, variables=seen, payload=job.payload, instance=instance, activity_id=job.activity_id)


def _give_back(job: Job, after_seconds: float) -> None:
    """It was no failed try; it only goes on later."""
    job.status, job.due_at = JobStatus.WAITING, now() + timedelta(seconds=after_seconds)
    job.attempts, job.lease_until = 0, None


def _go_on(
    session: Session, job: Job, instance: ProcessInstance, known: dict[str, Any], result: dict[str, Any]
) -> None:
    model = definitions.model(session, instance.definition)
    changed = instances.write(session, instance, known, result)
    known.update(changed)
    step = engine.complete(model, instances.state(instance), job.token_id, instances.around(session, known))
    facts = {job.token_id: {"job": job.id, "variables": changed}}
    instances.settle(session, instance, step, history.SYSTEM, known, facts)


def _throw(database: Database, lease: Lease, error: BpmnError) -> None:
    """The handler's work is undone; the process goes on at the boundary event for this code."""
    try:
        with database.transaction() as session:
            held = _held(session, lease)
            if held is None:
                return
            job, instance = held
            if instance is None:
                raise Refusal("Error “{code}”: {reason}", code=error.code, reason=str(error))
            job.status, job.done_at, job.lease_until, job.error = JobStatus.DONE, now(), None, f"{error.code}: {error}"
            model, known = definitions.model(session, instance.definition), instances.variables(session, instance)
            state, sight = instances.state(instance), instances.around(session, known)
            step = engine.throw_error(model, state, job.token_id, error.code, sight)
            instances.settle(session, instance, step, history.SYSTEM, known)
    except Exception as problem:
        log.warning("job_error_uncaught", extra={"job": lease.job_id, "code": error.code})
        _fail(database, lease, problem)


def _fail(database: Database, lease: Lease, error: Exception) -> None:
    """Wait for the next try; after the last, or when trying again cannot help, leave it to a person."""
    with database.transaction() as session:
        held = _held(session, lease)
        if held is None:
            return
        job, instance = held
        job.error, job.lease_until = _said(error), None
        if isinstance(error, DBAPIError) and error.orig is not None and _passing(error):
            job.attempts -= 1
        if isinstance(error, engine.EngineProblem) or job.attempts > len(BACKOFF):
            _give_up(session, job, instance)
        else:
            job.status = JobStatus.WAITING
            job.due_at = now() + timedelta(seconds=BACKOFF[max(job.attempts, 1) - 1])


def _give_up(session: Session, job: Job, instance: ProcessInstance | None) -> None:
    job.status, job.lease_until = JobStatus.FAILED, None
    incidents.open_(session, job.error or "", instance, job.activity_id, job, job.attempts)


def _said(error: Exception) -> str:
    plain = isinstance(error, Refusal | engine.EngineProblem)
    return (str(error) if plain else f"{type(error).__name__}: {error}")[:2000].replace("\x00", "")


def _passing(error: DBAPIError) -> bool:
    """Deadlock or serialisation failure (PostgreSQL 40P01, 40001), or SQLite's busy database: nobody's fault."""
    return getattr(error.orig, "sqlstate", None) in ("40P01", "40001") or "database is locked" in str(error.orig)


def _release_dead(database: Database) -> None:
    """Jobs whose lease ran out wait again; one that has used up its tries killing workers becomes an incident."""
    dead = (Job.status == JobStatus.RUNNING, Job.lease_until < now())
    with database.reading() as session:
        found = session.execute(select(Job.id, Job.fence, Job.instance_id).where(*dead).limit(SWEPT)).all()
    for job_id, fence, instance_id in found:
        with database.transaction() as session:
            held = _held(session, Lease(job_id, fence, instance_id))
            if held is None or held[0].lease_until is None or held[0].lease_until >= now():
                continue
            job, instance = held
            job.error = job.error or "The worker died while it did this."
            if job.attempts > len(BACKOFF):
                _give_up(session, job, instance)
            else:
                job.status, job.lease_until = JobStatus.WAITING, None
