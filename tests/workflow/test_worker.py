"""The queue wakes; losing it, or a worker, loses nothing."""

import dataclasses
import os
import signal
import subprocess
import sys
from pathlib import Path
from threading import Event, Thread

import pytest
import redis
import rq
from rq.serializers import JSONSerializer
from sqlalchemy import select

from tests import servers
from tests.workflow.world import begin, only_job, process
from workflow import jobs, queues, registry, scheduler, worker
from workflow.models import Job
from workflow.office import Office
from workflow.statuses import JobStatus

PUSH = "start s\nservice push topic=test.push\nend e\ns -> push -> e"


@pytest.fixture
def calls(monkeypatch):
    made = []
    monkeypatch.setitem(registry.service_tasks, "test.push", lambda session, work: made.append(work.job_id))
    return made


@pytest.fixture
def awake(office, valkey):
    """The office with its queue."""
    office.settings = dataclasses.replace(office.settings, redis_url=valkey)
    office.queue = jobs.Queue(valkey)
    yield office
    office.queue.connection.close()


@pytest.fixture
def working(awake):
    """A worker at work in this process; ends with the test."""
    stop = Event()
    thread = Thread(target=worker.run, args=(awake, stop))
    thread.start()
    yield thread
    stop.set()
    thread.join(20)
    assert not thread.is_alive()


def start_jobs(office, count=1):
    with office.database.transaction() as session:
        drawn = process(session, PUSH)
        for _ in range(count):
            begin(session, drawn)


def wait_until(office, done):
    """Look at the database until it says so; at most 20 s."""
    pause = Event()
    for _ in range(400):
        with office.database.reading() as session:
            if done(session):
                return
        pause.wait(0.05)
    raise AssertionError("it did not happen")


def all_done(session):
    return set(session.scalars(select(Job.status))) == {JobStatus.DONE}


def test_a_commit_wakes_a_worker(awake, working, calls):
    start_jobs(awake, 3)
    wait_until(awake, all_done)
    assert len(calls) == 3


def test_a_rollback_wakes_nobody(awake, calls):
    with pytest.raises(ZeroDivisionError), awake.database.transaction() as session:
        begin(session, process(session, PUSH))
        raise ZeroDivisionError
    assert awake.queue.length() == 0


def test_the_queue_carries_the_number_of_the_job_and_nothing_else(awake, calls):
    start_jobs(awake)
    (wake_id,) = awake.queue.connection.lrange(queues.QUEUE_KEY, 0, -1)
    wake = rq.job.Job.fetch(wake_id.decode(), awake.queue.connection, JSONSerializer)

    with awake.database.reading() as session:
        assert (wake.func_name, list(wake.args), wake.kwargs) == (queues.ENTRY, [only_job(session).id], {})


def test_a_wake_up_taken_leaves_nothing_in_the_queue(awake, working, calls):
    start_jobs(awake, 2)
    wait_until(awake, all_done)
    assert awake.queue.connection.keys("rq:job:*") == []


def test_strange_wake_ups_are_refused_and_the_worker_goes_on(awake, working, calls):
    line = rq.Queue(queues.QUEUE, connection=awake.queue.connection, serializer=JSONSerializer)
    line.enqueue_call("os.system", args=("true",))
    line.enqueue_call(queues.ENTRY, args=("1; DROP TABLE jobs",))
    line.enqueue_call(queues.ENTRY, args=(4711,))
    awake.queue.connection.rpush(queues.QUEUE_KEY, "no-such-job", b"\xff\xfe")
    start_jobs(awake)
    wait_until(awake, all_done)
    assert len(calls) == 1


def test_a_flushed_queue_loses_nothing(awake, calls, clock):
    start_jobs(awake, 3)
    awake.queue.connection.flushall()
    assert jobs.sweep(awake.database) == 0  # perhaps they are only just being woken
    clock.move(seconds=5)

    assert jobs.sweep(awake.database) == 3
    assert awake.queue.length() == 3
    assert jobs.sweep(awake.database) == 0  # the workers know


def test_without_a_queue_the_scheduler_does_the_work(office, calls, tmp_path):
    office.queue = jobs.Queue(f"unix://{tmp_path}/no.sock")
    start_jobs(office, 3)
    assert office.queue.wake([1]) is False
    assert office.queue.length() is None

    scheduler.go_round(office)

    with office.database.reading() as session:
        assert all_done(session)
    office.queue.connection.close()


def test_the_scheduler_goes_round_until_it_is_stopped(office, calls):
    start_jobs(office, 2)
    stop = Event()
    thread = Thread(target=scheduler.run, args=(office, stop, 0.05))
    thread.start()
    wait_until(office, all_done)
    stop.set()
    thread.join(20)
    assert not thread.is_alive()


def test_a_failing_round_does_not_stop_the_others(office, calls, monkeypatch):
    def broken(database):
        raise OSError("the database is away")

    start_jobs(office)
    monkeypatch.setattr(scheduler, "ROUND", (broken, *scheduler.ROUND))
    scheduler.go_round(office)
    with office.database.reading() as session:
        assert all_done(session)


def test_a_worker_outlives_its_valkey(office, calls, tmp_path):
    socket = tmp_path / "own.sock"
    first = servers.start_valkey(socket, os.getpid())
    url = f"unix://{socket}"
    office.settings = dataclasses.replace(office.settings, redis_url=url)
    office.queue = jobs.Queue(url)
    stop = Event()
    thread = Thread(target=worker.run, args=(office, stop))
    thread.start()
    try:
        start_jobs(office)
        wait_until(office, all_done)
        servers.stop(first)
        with pytest.raises(redis.RedisError):
            office.queue.connection.ping()
        start_jobs(office)  # nobody can be woken
        second = servers.start_valkey(socket, os.getpid())
        with office.database.reading() as session:
            waiting = list(session.scalars(select(Job.id).where(Job.status == JobStatus.WAITING)))
        office.queue = jobs.Queue(url)
        assert office.queue.wake(waiting)
        wait_until(office, all_done)
        assert len(calls) == 2
        servers.stop(second)
    finally:
        stop.set()
        thread.join(30)
    assert not thread.is_alive()


WORKER = """
import sys
from workflow import registry, worker
from workflow.office import open_office
from workflow.settings import from_environment

@registry.service_task("test.push")
def push(session, work):
    print("begun", flush=True)
    if "hang" in sys.argv:
        sys.stdin.read()

office = open_office(from_environment())
print("ready", flush=True)
worker.run(office)
print("stopped", flush=True)
"""


def other_worker(office: Office, *arguments: str) -> subprocess.Popen:
    environment = {
        **os.environ,
        "JUANLIU_DATA": str(office.settings.data),
        "DATABASE_URL": office.database.url,
        "REDIS_URL": office.settings.redis_url,
        "SECRET_KEY": office.settings.secret_key,
    }
    started = subprocess.Popen(
        [sys.executable, "-c", WORKER, *arguments],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert started.stdout.readline() == "ready\n"
    return started


def test_the_job_of_a_killed_worker_is_done_by_another_once(awake, calls, clock):
    with other_worker(awake, "hang") as victim:
        start_jobs(awake)
        assert victim.stdout.readline() == "begun\n"
        victim.kill()
    with awake.database.reading() as session:
        assert only_job(session).status is JobStatus.RUNNING
    clock.set(only_lease_end(awake))

    assert jobs.sweep(awake.database) == 0
    clock.move(seconds=10)
    assert jobs.sweep(awake.database) == 1  # woken again
    with awake.database.reading() as session:
        assert jobs.perform(awake.database, only_job(session).id)
    with awake.database.reading() as session:
        assert all_done(session)
        assert (len(calls), only_job(session).fence) == (1, 2)


def only_lease_end(office):
    with office.database.reading() as session:
        return only_job(session).lease_until


def test_a_worker_asked_to_stop_finishes_its_job_and_ends(awake, calls):
    with other_worker(awake, "hang") as asked:
        start_jobs(awake)
        assert asked.stdout.readline() == "begun\n"
        asked.send_signal(signal.SIGTERM)
        asked.stdin.close()
        assert asked.stdout.readline() == "stopped\n"
        assert asked.wait(20) == 0
    with awake.database.reading() as session:
        assert all_done(session)
