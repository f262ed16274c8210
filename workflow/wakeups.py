"""Machine work as rows, and the wake-up after the commit. The row is the truth; the queue only wakes."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from workflow import office, values
from workflow.clock import now
from workflow.db import after_commit
from workflow.models import Job


def add(session: Session, topic: str, payload: Mapping[str, Any], due_at: datetime | None = None) -> Job:
    """Machine work outside any process: the handler of `topic` gets `payload`, now or when it is due.

    Raises Invalid for a payload that is not JSON both databases keep.
    """
    values.check(payload)
    job = Job(topic=topic, payload=dict(payload), due_at=due_at or now(), created_at=now())
    session.add(job)
    session.flush()  # callers keep the job's id
    wake(session, job.due_at, job.id)
    return job


def add_all(session: Session, topic: str, payloads: Iterable[Mapping[str, Any]]) -> list[int]:
    """As `add`, for many, due now; the ids of the jobs, in this order."""
    at = now()
    jobs = [Job(topic=topic, payload=dict(payload), due_at=at, created_at=at) for payload in payloads]
    session.add_all(jobs)
    session.flush()  # callers keep the ids
    queue = office.of(session).queue
    if queue is not None and jobs:
        after_commit(session, partial(queue.wake, [job.id for job in jobs]))
    return [job.id for job in jobs]


def wake(session: Session, due_at: datetime, job_id: int) -> None:
    """Tell a worker of this job once the transaction stands, if it is due. The sweep finds what was not told."""
    queue = office.of(session).queue
    if queue is not None and due_at <= now():
        after_commit(session, partial(queue.wake, [job_id]))
