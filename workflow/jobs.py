"""Machine work: at least once, and its effect exactly once.

A job is leased for a while with a fence number (workflow.leases); what a worker did counts only if its fence is
still the job's when it ends. What takes long is prepared before (registry.prepares). Handler, process step and the
job's end are one transaction. A failure is written in a second one: waiting for its next try, or failed with an
incident. RQ carries ids only and may forget everything: the sweep wakes what waits.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from workflow import definitions, engine, history, incidents, instances, leases, registry, wakeups
from workflow.clock import now
from workflow.db import Database
from workflow.errors import BpmnError, Conflict, Refusal
from workflow.leases import Lease, LeaseLost
from workflow.models import Incident, Job, ProcessInstance
from workflow.queues import Queue
from workflow.registry import Repeat, Work
from workflow.statuses import InstanceStatus, JobStatus
from workflow.troubles import is_passing
from workflow.wakeups import add

__all__ = ["Queue", "add", "perform", "retry", "sweep"]

log = logging.getLogger(__name__)
BACKOFF = (5, 30, 120, 600)  # seconds before the second, third … try; then a person must look
GRACE = timedelta(seconds=3)  # what has been due for longer has not been woken, or its waker is lost
SUSPENDED = 60.0  # seconds after which the work of a suspended process is looked at again
AHEAD = timedelta(minutes=1)  # what was made so far ahead of now was made before the clock was set back
SWEPT = 500  # jobs looked at in one sweep


def perform(database: Database, job_id: int) -> bool:
    """Do a job if it is due and nobody else's; whether it was ours and what we did counts, be it a failure.

    What goes wrong is written down, not raised.
    """
    lease = leases.take(database, job_id)
    if lease is None:
        return False
    with leases.renewed(database, lease, is_prepared=lease.topic in registry.preparations):
        try:
            return _under(database, lease, partial(_work, prepared=_prepared(database, lease)))
        except BpmnError as error:
            return _throw(database, lease, error)
        except Exception as error:  # the one place where a worker answers for whatever a handler does
            log.warning("job_failed", extra={"job": job_id}, exc_info=not isinstance(error, Refusal))
            return _fail(database, lease, error)


def retry(session: Session, incident: Incident, by: str, reason: str = "") -> None:
    """Try again what failed: a job from its first try, a timer at the next look. Conflict when there is nothing to."""
    if incident.instance_id is not None:
        instances.require_running(instances.lock(session, incident.instance_id))
    if incident.job_id is not None:
        _begin_anew(session, incident.job_id)
    incidents.resolve(session, incident, by, reason)


def sweep(database: Database) -> int:
    """Repair what was lost: leases of dead workers, wake-ups that never came. How many jobs were looked at.

    Without a queue the due jobs are done here and now, so that work goes on.
    """
    _release_dead(database)
    _bring_back(database)
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


def _begin_anew(session: Session, job_id: int) -> None:
    job = session.get_one(Job, job_id)
    fresh = {"status": JobStatus.WAITING, "attempts": 0, "due_at": now(), "error": None}
    change = update(Job).where(Job.id == job_id, Job.status == JobStatus.FAILED).values(**fresh)
    if session.execute(change.execution_options(synchronize_session=False)).rowcount == 0:
        raise Conflict("This job does not wait for a retry.")
    session.refresh(job)
    wakeups.wake(session, job.due_at, job.id)


def _due(database: Database, since: timedelta) -> list[int]:
    query = select(Job.id).where(Job.status == JobStatus.WAITING, Job.due_at <= now() - since)
    with database.reading() as session:
        return list(session.scalars(query.order_by(Job.due_at, Job.id).limit(SWEPT)))


def _under(
    database: Database, lease: Lease, act: Callable[[Session, Lease, Job, ProcessInstance | None], object]
) -> bool:
    """One transaction under the lease; whether it was good to the end, and so counts."""
    try:
        with database.transaction() as session:
            found = leases.held(session, lease)
            if found is None:
                return False
            act(session, lease, *found)
            return True
    except LeaseLost:
        return False


def _prepared(database: Database, lease: Lease) -> Any:
    """What its topic has prepared outside any transaction; None for most, and while the process is suspended."""
    prepare = registry.preparations.get(lease.topic)
    if prepare is None:
        return None
    with database.reading() as session:
        job = session.get_one(Job, lease.job_id)
        instance = session.get(ProcessInstance, job.instance_id) if job.instance_id is not None else None
        if instance is not None and instance.status is InstanceStatus.SUSPENDED:
            return None
        work = _as_work(job, instance, instances.variables(session, instance) if instance is not None else {})
        session.expunge_all()
    return prepare(database, work)


def _work(session: Session, lease: Lease, job: Job, instance: ProcessInstance | None, prepared: Any = None) -> None:
    if instance is not None and instance.status is InstanceStatus.SUSPENDED:
        _give_back(session, lease, job, SUSPENDED)
        return
    known = instances.variables(session, instance) if instance is not None else {}
    once = _is_done_once(session, job)
    result = {} if once else _handler(job.topic)(session, _as_work(job, instance, known, prepared))
    if isinstance(result, Repeat):
        _give_back(session, lease, job, result.after_seconds)
        wakeups.wake(session, job.due_at, job.id)
        return
    leases.end(session, lease, job, status=JobStatus.DONE, done_at=now(), error=None)
    if instance is not None:
        _go_on(session, job, instance, known, dict(result or {}), **({"once": True} if once else {}))


def _is_done_once(session: Session, job: Job) -> bool:
    """Whether this is work to be done once (registry.once) that was done when the process passed here before."""
    if job.topic not in registry.once or job.instance_id is None:
        return False
    mine = (Job.instance_id == job.instance_id, Job.activity_id == job.activity_id, Job.status == JobStatus.DONE)
    return any(each.payload == job.payload for each in session.scalars(select(Job).where(*mine)))


def _handler(topic: str) -> registry.Handler:
    handler = registry.handler(topic)
    if handler is None:
        raise Refusal("“{topic}” is not known to this installation.", topic=topic)
    return handler


def _as_work(job: Job, instance: ProcessInstance | None, known: dict[str, Any], prepared: Any = None) -> Work:
    return Work(job.id, {**known, **job.payload}, job.payload, instance, job.activity_id, prepared)


def _give_back(session: Session, lease: Lease, job: Job, after_seconds: float) -> None:
    """It was no failed try; it only goes on later."""
    due_at = now() + timedelta(seconds=after_seconds)
    leases.end(session, lease, job, status=JobStatus.WAITING, due_at=due_at, attempts=0)


def _go_on(
    session: Session, job: Job, instance: ProcessInstance, known: dict[str, Any], result: dict[str, Any], **told: Any
) -> None:
    model = definitions.model(session, instance.definition)
    changed = instances.write(session, instance, known, result)
    known.update(changed)
    step = engine.complete(model, instances.state(instance), job.token_id, instances.around(session, known, instance))
    facts = {job.token_id: {"job": job.id, "variables": changed, **told}}
    instances.settle(session, instance, step, history.SYSTEM, known, facts)


def _throw(database: Database, lease: Lease, error: BpmnError) -> bool:
    """The handler's work is undone; the process goes on at the boundary event for this code."""

    def throw(session: Session, lease: Lease, job: Job, instance: ProcessInstance | None) -> None:
        if instance is None:
            raise Refusal("Error “{code}”: {reason}", code=error.code, reason=str(error))
        if instance.status is InstanceStatus.SUSPENDED:
            _give_back(session, lease, job, SUSPENDED)
            return
        leases.end(session, lease, job, status=JobStatus.DONE, done_at=now(), error=_said(error))
        model, known = definitions.model(session, instance.definition), instances.variables(session, instance)
        state, sight = instances.state(instance), instances.around(session, known, instance)
        leaves = _leaves(session, instance, job.token_id, error.code)
        step = engine.throw_error(model, state, job.token_id, error.code, sight, leaves)
        instances.settle(session, instance, step, history.SYSTEM, known)

    try:
        return _under(database, lease, throw)
    except Exception as problem:
        log.warning("job_error_uncaught", extra={"job": lease.job_id, "code": error.code})
        return _fail(database, lease, problem)


def _leaves(session: Session, instance: ProcessInstance, token_id: str, code: str) -> bool:
    """Whether an error at this token passes through its process to a caller, near or far, that catches it."""
    at = instance
    while not engine.catches_error(definitions.model(session, at.definition), instances.state(at), token_id, code):
        if at.parent_id is None:
            return False
        token_id, at = at.parent_token_id or "", instances.lock(session, at.parent_id, at.case_id)
    return at is not instance


def _fail(database: Database, lease: Lease, error: Exception) -> bool:
    """Wait for the next try; after the last, or when trying again cannot help, leave it to a person."""

    def fail(session: Session, lease: Lease, job: Job, instance: ProcessInstance | None) -> None:
        tries = job.attempts - 1 if is_passing(error) else job.attempts
        if isinstance(error, engine.EngineProblem) or tries > len(BACKOFF):
            _give_up(session, lease, job, instance, _said(error))
            return
        due_at = now() + timedelta(seconds=BACKOFF[max(tries, 1) - 1])
        kept = {"status": JobStatus.WAITING, "attempts": tries, "due_at": due_at, "error": _said(error)}
        leases.end(session, lease, job, **kept)

    return _under(database, lease, fail)


def _give_up(session: Session, lease: Lease, job: Job, instance: ProcessInstance | None, said: str) -> None:
    leases.end(session, lease, job, status=JobStatus.FAILED, error=said)
    incidents.open_(session, said, instance, job.activity_id, job, job.attempts)


def _said(error: Exception) -> str:
    if isinstance(error, BpmnError):
        said = f"{error.code}: {error}"
    else:
        said = str(error) if isinstance(error, Refusal) else f"{type(error).__name__}: {error}"
    return said[:2000].replace("\x00", "")


def _release_dead(database: Database) -> None:
    """Jobs whose lease is lost wait again; one that has used up its tries killing workers becomes an incident."""

    def release(session: Session, lease: Lease, job: Job, instance: ProcessInstance | None) -> None:
        if not leases.is_lost(job):
            return  # renewed, after all
        said = job.error or "The worker died while it did this."
        if job.attempts > len(BACKOFF):
            _give_up(session, lease, job, instance, said)
        else:
            leases.end(session, lease, job, status=JobStatus.WAITING, error=said)

    for lease in leases.lost(database):
        try:
            leases.interrupt(database, lease)
            _under(database, lease, release)
        except Exception:  # one that cannot be released now stops no other
            log.warning("job_not_released", extra={"job": lease.job_id}, exc_info=True)


def _bring_back(database: Database) -> None:
    """After the clock was set back, work that was due before would wait for the old time to come again."""
    made_ahead = (Job.created_at > now() + AHEAD) | (Job.attempts > 0)
    far = now() + timedelta(seconds=2 * BACKOFF[-1])
    stranded = (Job.status == JobStatus.WAITING, Job.due_at > now() + AHEAD, made_ahead)
    with database.reading() as session:
        found = session.execute(select(Job.id, Job.due_at, Job.created_at).where(*stranded).limit(SWEPT)).all()
    for row in found:
        ahead = row.created_at > now() + AHEAD
        if not ahead and row.due_at <= far:
            continue
        due_at = now() + (row.due_at - row.created_at if ahead else timedelta(0))
        with database.transaction() as session:
            still = (Job.id == row.id, Job.status == JobStatus.WAITING, Job.due_at == row.due_at)
            session.execute(update(Job).where(*still).values(due_at=due_at, created_at=now()))
