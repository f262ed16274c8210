"""The worker: takes wake-ups from the queue and performs the jobs they name, one after the other."""

import logging
import os
import socket
from contextvars import ContextVar
from threading import Event
from uuid import uuid4

import redis
import rq
from rq.serializers import JSONSerializer

from workflow import jobs
from workflow.office import Office, open_office
from workflow.settings import from_environment

log = logging.getLogger(__name__)
LONGEST_PAUSE = 30.0  # seconds between two tries to reach the queue
_here: ContextVar[Office | None] = ContextVar("office_of_this_worker", default=None)


def perform(job_id: int) -> bool:
    """RQ's only entry. Whether the job was ours to do."""
    office = _here.get()
    if office is None:  # an RQ worker of someone else's making
        office = open_office(from_environment())
        _here.set(office)
    return jobs.perform(office.database, job_id)


def run(office: Office, stop: Event | None = None) -> None:
    """Work until asked to stop (SIGINT, SIGTERM or `stop`). While the queue is away: try again, ever more slowly;
    the scheduler does the work meanwhile."""
    stop, pause = stop or Event(), 1.0
    _here.set(office)
    while not stop.is_set():
        try:
            worker = _Worker(office, stop)
            pause = 1.0
            worker.work(logging_level="WARNING")
            if worker.asked_to_stop:
                return
        except redis.RedisError as error:
            log.warning("queue_unreachable", extra={"error": str(error), "again_in": pause})
            stop.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)


class _Worker(rq.SimpleWorker):
    """Performs in this very process: no fork, no copies of database connections."""

    def __init__(self, office: Office, stop: Event) -> None:
        self._stop_event = stop
        connection = jobs.connect(office.settings.queue_url)
        super().__init__(
            [jobs.QUEUE],
            name=f"{socket.gethostname()}-{os.getpid()}-{uuid4().hex[:6]}",
            connection=connection,
            serializer=JSONSerializer,
        )
