"""Machine work as rows, and the wake-up after the commit. The row is the truth; the queue only wakes."""

from collections.abc import Mapping
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
    wake(session, job)
    return job


def wake(session: Session, job: Job) -> None:
    """Tell a worker of this job once the transaction stands, if it is due. The sweep finds what was not told."""
    queue = office.of(session).queue
    if queue is not None and job.due_at <= now():
        after_commit(session, partial(_wake, queue, job))


def _wake(queue: office.Wakes, job: Job) -> None:
    queue.wake([job.id])
