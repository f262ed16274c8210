"""The worker: takes wake-ups from the queue and performs the jobs they name, one after the other.

RQ brings the wake-ups; the truth is in the database. So a wake-up is gone as soon as it is taken: whatever happens to
the worker then, the lease runs out and the sweep wakes another. Nothing a wake-up says is trusted but a job's number.
"""

import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Event, current_thread, main_thread

import redis
from rq.exceptions import DeserializationError, NoSuchJobError
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.timeouts import JobTimeoutException, UnixSignalDeathPenalty

from workflow import jobs, queues
from workflow.office import Office

log = logging.getLogger(__name__)
LISTEN = 1  # seconds to wait for a wake-up before looking whether to stop
LONGEST_PAUSE = 15.0  # seconds between two tries to reach the queue
_here: ContextVar[Office] = ContextVar("office_of_this_worker")


def perform(job_id: int) -> bool:
    """RQ's only entry, inside `run`. Whether the job was ours to do."""
    return jobs.perform(_here.get().database, job_id)


def run(office: Office, stop: Event | None = None) -> None:
    """Work until `stop` is set or SIGINT or SIGTERM comes; the job at hand is finished first.

    While the queue is away: try again, ever more slowly; the scheduler does the work meanwhile.
    """
    stop = stop or Event()
    _here.set(office)
    connection, pause = queues.connect(office.settings.queue_url), 0.5
    with _stopped_by_signals(stop):
        while not stop.is_set():
            try:
                _listen(connection)
                pause = 0.5
            except redis.RedisError as error:
                log.warning("queue_unreachable", extra={"error": str(error), "again_in": pause})
                stop.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            except Exception:  # the database may be away for a moment; the sweep wakes another for this job
                log.exception("wake_up_lost")
                stop.wait(pause)
    connection.close()


def _listen(connection: redis.Redis) -> None:
    taken = connection.blpop([queues.QUEUE_KEY], timeout=LISTEN)
    if taken is not None:
        _answer(connection, taken[1].decode(errors="replace"))


def _answer(connection: redis.Redis, wake_id: str) -> None:
    try:
        wake = Job.fetch(wake_id, connection, JSONSerializer)
    except (NoSuchJobError, ValueError, TypeError):  # forgotten meanwhile, or never a wake-up of ours
        return
    wake.delete(remove_from_queue=False)
    job_id = _job_id(wake)
    if job_id is None:
        log.warning("stranger_refused", extra={"wake": wake_id})
        return
    with _limited(wake_id):
        perform(job_id)


def _job_id(wake: Job) -> int | None:
    """The number of the job, or None for anything but a plain wake-up."""
    try:
        function, arguments = wake.func_name, list(wake.args)
    except (DeserializationError, ValueError, TypeError):
        return None
    plain = function == queues.ENTRY and len(arguments) == 1 and type(arguments[0]) is int and not wake.kwargs
    return arguments[0] if plain else None


@contextmanager
def _limited(wake_id: str) -> Iterator[None]:
    """A handler that hangs is interrupted (in the main thread, where alarms reach) and counts as failed."""
    if current_thread() is not main_thread():
        yield
        return
    with UnixSignalDeathPenalty(queues.PATIENCE, JobTimeoutException, job_id=wake_id):
        yield


@contextmanager
def _stopped_by_signals(stop: Event) -> Iterator[None]:
    if current_thread() is not main_thread():
        yield
        return
    before = {each: signal.signal(each, lambda *_: stop.set()) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
