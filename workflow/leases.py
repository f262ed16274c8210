"""The right to do a job: for a while, with a fence number that grows each time the job is taken.

A worker that lives renews its lease; one that is dead or stopped loses it after LEASE, and whoever takes the job next
has a greater number. The number is compared in the very statement that writes how the job ended, so that what a late
worker did is rolled back. On PostgreSQL the transaction of a lost lease is ended as well: a stopped process would keep
its case locked. On SQLite a job holds the one write lock while its handler runs; nobody can overtake it.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from datetime import timedelta
from threading import Event, Thread
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, text, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from workflow import instances
from workflow.clock import now
from workflow.db import Database
from workflow.models import Job, ProcessInstance
from workflow.queues import PATIENCE
from workflow.statuses import JobStatus

log = logging.getLogger(__name__)
LEASE = timedelta(seconds=30)  # a worker that has not renewed its lease for so long counts as dead
RENEWAL = 10.0  # seconds between two renewals
AT_ONCE = 500  # lost leases looked at in one sweep
_INTERRUPT = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE application_name = :name AND datname = current_database()"
)


@dataclass(frozen=True)
class Lease:
    """The right to do a job until it is leased again."""

    job_id: int
    fence: int
    instance_id: int | None
    topic: str = ""

    @property
    def transaction(self) -> str:
        """What PostgreSQL calls the transaction that works under this lease."""
        return f"juanliu job {self.job_id}/{self.fence}"


class LeaseLost(Exception):
    """Somebody else has the job by now, or nobody wants it any more: what was done does not count."""


def take(database: Database, job_id: int) -> Lease | None:
    """Take the job if it waits and is due, or if whoever had it has lost its lease; None otherwise."""
    free = or_((Job.status == JobStatus.WAITING) & (Job.due_at <= now()), _is_lost())
    change = (
        update(Job)
        .where(Job.id == job_id, free)
        .values(status=JobStatus.RUNNING, fence=Job.fence + 1, attempts=Job.attempts + 1, lease_until=now() + LEASE)
        .returning(Job.fence, Job.instance_id, Job.topic)
        .execution_options(synchronize_session=False)
    )
    with database.transaction() as session:
        taken = session.execute(change).first()
    if taken is None:
        return None
    if taken.fence > 1:  # whoever had it before may have been stopped at it
        interrupt(database, Lease(job_id, taken.fence - 1, taken.instance_id))
    return Lease(job_id, *taken)


def held(session: Session, lease: Lease) -> tuple[Job, ProcessInstance | None] | None:
    """The job, and its instance held with its case; None when the lease is no longer good."""
    instance = instances.lock(session, lease.instance_id) if lease.instance_id is not None else None
    query = select(Job, *_named(session, lease)).where(*_ours(lease)).execution_options(populate_existing=True)
    job = session.scalars(query).first()
    if job is None:
        log.info("lease_lost", extra={"job": lease.job_id, "fence": lease.fence})
        return None
    return job, instance


def end(session: Session, lease: Lease, job: Job, **values: Any) -> None:
    """Write how the job stands now and give the lease back; raises LeaseLost unless it is still ours."""
    values["lease_until"] = None
    change = update(Job).where(*_ours(lease)).values(**values).execution_options(synchronize_session=False)
    if session.execute(change).rowcount == 0:
        log.info("lease_lost", extra={"job": lease.job_id, "fence": lease.fence})
        raise LeaseLost
    for name, value in values.items():
        set_committed_value(job, name, value)


@contextmanager
def renewed(database: Database, lease: Lease, pause: float = RENEWAL, is_prepared: bool = False) -> Iterator[None]:
    """Keep the lease as long as the block runs, from a thread beside. `is_prepared`: much of it is no transaction."""
    if database.engine.dialect.name == "sqlite" and not is_prepared:
        yield
        return
    over = Event()
    work = (_renew_on, database, lease, over, pause)
    beside = Thread(target=copy_context().run, args=work, name=f"lease of job {lease.job_id}", daemon=True)
    beside.start()
    try:
        yield
    finally:
        over.set()


def lost(database: Database) -> list[Lease]:
    """The leases whose holders are dead or stopped."""
    query = select(Job.id, Job.fence, Job.instance_id).where(_is_lost())
    with database.reading() as session:
        return [Lease(*row) for row in session.execute(query.order_by(Job.id).limit(AT_ONCE))]


def interrupt(database: Database, lease: Lease) -> None:
    """End the transaction that still works under a lost lease, if there is one."""
    if database.engine.dialect.name == "sqlite":
        return
    with database.transaction() as session:
        ended = session.scalars(_INTERRUPT, {"name": lease.transaction}).all()
    if ended:
        log.warning("stopped_worker_interrupted", extra={"job": lease.job_id, "fence": lease.fence})


def is_lost(job: Job) -> bool:
    """Whether nobody works on a RUNNING job any more, by its own row."""
    return job.lease_until is None or job.lease_until < now() or job.lease_until > now() + 2 * LEASE


def _is_lost() -> ColumnElement[bool]:
    """Over, or so far ahead that the clock has been set back since: then the end would never come."""
    over = or_(Job.lease_until < now(), Job.lease_until > now() + 2 * LEASE)
    return (Job.status == JobStatus.RUNNING) & over


def _ours(lease: Lease) -> tuple[ColumnElement[bool], ...]:
    return Job.id == lease.job_id, Job.fence == lease.fence, Job.status == JobStatus.RUNNING


def _named(session: Session, lease: Lease) -> list[ColumnElement[Any]]:
    """On PostgreSQL, in the same round trip: say whose transaction this is, and that it may take long."""
    if session.get_bind().dialect.name == "sqlite":
        return []
    idle = func.set_config("idle_in_transaction_session_timeout", f"{PATIENCE + 60}s", True)
    return [func.set_config("application_name", lease.transaction, True), idle]


def _renew_on(database: Database, lease: Lease, over: Event, pause: float) -> None:
    while not over.wait(pause):
        change = update(Job).where(*_ours(lease)).values(lease_until=now() + LEASE)
        try:
            with database.transaction() as session:
                kept = session.execute(change.execution_options(synchronize_session=False)).rowcount
        except SQLAlchemyError:  # the database may be away for a moment; the lease may outlive that
            log.warning("lease_not_renewed", extra={"job": lease.job_id}, exc_info=True)
            continue
        if not kept:
            return
