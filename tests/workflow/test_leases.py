"""Leases: whoever is late changes nothing, whoever lives keeps what it has, and no clock can strand a job."""

from contextvars import copy_context
from datetime import timedelta
from threading import Barrier, Event, Thread

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import OperationalError

from tests.workflow.world import begin, only_job, open_tasks, process, work
from workflow import instances, jobs, leases, registry
from workflow.clock import now
from workflow.errors import BpmnError, Conflict
from workflow.leases import LeaseLost
from workflow.models import HistoryEvent, Incident, Job, ProcessInstance
from workflow.registry import Repeat
from workflow.statuses import IncidentStatus, JobStatus

pytestmark = pytest.mark.usefixtures("clock")
PUSH = """
    start s
    service push topic=test.push
    user after candidateGroups=registry
    end e
    boundary b on=push error=REFUSED
    end f
    s -> push -> after -> e
    b -> f
"""


@pytest.fixture
def acts(monkeypatch):
    """`acts.append(act)`: what the handler of test.push does next; the last act is done again and again."""
    made = [lambda session, work: {"receipt": "R1"}]
    monkeypatch.setitem(registry.service_tasks, "test.push", lambda session, work: made[-1](session, work))
    return made


def started(office):
    with office.database.transaction() as session:
        return begin(session, process(session, PUSH)).id


def job_of(office):
    with office.database.reading() as session:
        return only_job(session)


def open_now(office, instance_id):
    with office.database.reading() as session:
        return sorted(open_tasks(session, session.get_one(ProcessInstance, instance_id)))


def times_completed(office):
    with office.database.reading() as session:
        told = (HistoryEvent.kind == "completed", HistoryEvent.activity_id == "push")
        return session.scalar(select(func.count()).select_from(HistoryEvent).where(*told))


def test_a_job_cancelled_after_it_was_leased_does_not_count(office, acts, monkeypatch):
    instance_id = started(office)
    lease_taken = leases.take

    def take_then_cancel(database, job_id):
        lease = lease_taken(database, job_id)
        with database.transaction() as session:
            instances.cancel(session, session.get_one(ProcessInstance, instance_id), "eve", "over")
        return lease

    monkeypatch.setattr(leases, "take", take_then_cancel)
    assert jobs.perform(office.database, job_of(office).id) is False
    assert job_of(office).status is JobStatus.CANCELLED
    assert times_completed(office) == 0


@pytest.mark.parametrize(
    "act", [lambda *_: {}, lambda *_: 1 / 0, lambda *_: Repeat()], ids=["done", "failed", "to be repeated"]
)
def test_a_job_that_was_ours_counts_however_it_went(office, acts, act):
    acts.append(act)
    started(office)
    assert jobs.perform(office.database, job_of(office).id) is True


@pytest.mark.parametrize("how", ["done", "failed", "given back", "error"])
def test_a_result_with_an_old_fence_is_refused_whatever_it_is(office, acts, how):
    """The lease is taken by another between the handler's end and the writing of the result."""

    def overtaken(session, work):
        taken_over = update(Job).where(Job.id == work.job_id).values(fence=Job.fence + 1)
        session.execute(taken_over.execution_options(synchronize_session=False))
        return {"done": lambda: {"receipt": "late"}, "given back": Repeat, "failed": fail, "error": throw}[how]()

    def fail():
        raise OSError("late")

    def throw():
        raise BpmnError("REFUSED")

    instance_id = started(office)
    lease = leases.take(office.database, job_of(office).id)
    acts.append(overtaken)
    if how in ("failed", "error"):
        with office.database.transaction() as session:
            session.execute(update(Job).values(fence=Job.fence + 1))
        assert jobs._fail(office.database, lease, OSError("late")) is False
        assert jobs._throw(office.database, lease, BpmnError("REFUSED")) is False
    else:
        assert jobs._under(office.database, lease, jobs._work) is False
    assert job_of(office).status is JobStatus.RUNNING
    assert (open_now(office, instance_id), times_completed(office)) == ([], 0)


def test_the_end_of_a_lost_lease_undoes_its_transaction(office, acts):
    started(office)
    lease = leases.take(office.database, job_of(office).id)
    with pytest.raises(LeaseLost), office.database.transaction() as session:
        job, _ = leases.held(session, lease)
        session.execute(update(Job).values(fence=7).execution_options(synchronize_session=False))
        leases.end(session, lease, job, status=JobStatus.DONE)
    assert (job_of(office).fence, job_of(office).status) == (1, JobStatus.RUNNING)


@pytest.mark.parametrize("swept", [True, False])
def test_a_worker_stopped_inside_its_work_is_overtaken_and_its_work_undone(postgresql_office, acts, clock, swept):
    """As after SIGSTOP for a minute: its transaction still stands there and holds the case."""
    office, stopped, go_on, said = postgresql_office, Event(), Event(), []

    def stop(session, work):
        session.execute(text("SELECT 1"))
        stopped.set()
        assert go_on.wait(30)
        return {"receipt": "late"}

    acts.append(stop)
    instance_id = started(office)
    job_id = job_of(office).id
    first = Thread(
        target=copy_context().run, args=(lambda: said.append(jobs.perform(office.database, job_id)),), daemon=True
    )
    first.start()
    assert stopped.wait(30)
    acts.append(lambda session, work: {"receipt": "R2"})
    clock.move(seconds=leases.LEASE.total_seconds() + 1)
    if swept:
        assert work(office) == 1  # the sweep ends the other's transaction and does the work
    else:
        assert jobs.perform(office.database, job_id)  # so does a worker that was woken
    go_on.set()
    first.join(30)

    assert said == [False]
    assert (job_of(office).status, job_of(office).fence, times_completed(office)) == (JobStatus.DONE, 2, 1)
    with office.database.reading() as session:
        assert instances.variables(session, session.get_one(ProcessInstance, instance_id)) == {"receipt": "R2"}


def test_a_living_worker_renews_its_lease_while_it_works(postgresql_office, acts, clock):
    """Its clock goes on meanwhile; without renewal the sweep would take the job away."""
    office, seen = postgresql_office, []
    started(office)
    lease = leases.take(office.database, job_of(office).id)
    with office.database.transaction() as session:
        session.execute(update(Job).values(lease_until=now() + timedelta(seconds=1)))
    with leases.renewed(office.database, lease, pause=0.05), office.database.transaction() as session:
        assert leases.held(session, lease)
        for _ in range(200):
            if (until := job_of(office).lease_until) == now() + leases.LEASE:
                break
            Event().wait(0.05)
        seen.append(until)
        assert leases.lost(office.database) == []
    assert seen == [now() + leases.LEASE]


def test_nobody_renews_a_lease_that_is_lost(postgresql_office, acts):
    office = postgresql_office
    started(office)
    lease = leases.take(office.database, job_of(office).id)
    with office.database.transaction() as session:
        session.execute(update(Job).values(fence=5, lease_until=now()))
    over = Event()
    leases._renew_on(office.database, lease, over, 0.01)  # comes back by itself
    assert not over.is_set() and job_of(office).lease_until == now()


@pytest.mark.parametrize("days", [400, -3])
def test_a_clock_that_jumps_strands_no_leased_job(office, acts, clock, days):
    """The worker died before the jump; its lease ends by the old clock."""
    started(office)
    assert leases.take(office.database, job_of(office).id)
    clock.move(days=days)
    work(office)
    assert (job_of(office).status, times_completed(office)) == (JobStatus.DONE, 1)


@pytest.mark.parametrize("days", [400, -3])
def test_a_clock_that_jumps_strands_no_waiting_job(office, acts, clock, days):
    started(office)
    clock.move(days=days)
    assert work(office) == 1
    assert work(office) == 0
    assert times_completed(office) == 1


def test_a_retry_that_waits_is_not_put_off_by_a_clock_set_back(office, acts, clock):
    acts.append(lambda *_: 1 / 0)
    started(office)
    clock.move(days=1)  # the job is a day old
    work(office)
    clock.move(hours=-20)
    acts.append(lambda *_: {})
    assert work(office) == 1


def test_work_for_later_keeps_its_distance_when_the_clock_is_set_back(office, acts, clock):
    with office.database.transaction() as session:
        jobs.add(session, "test.push", {}, due_at=now() + timedelta(hours=2))
    clock.move(days=-3)
    assert work(office) == 0
    assert job_of(office).due_at == now() + timedelta(hours=2)
    clock.move(hours=2)
    assert work(office) == 1


def test_work_planned_long_ahead_is_left_alone(office, acts, clock):
    with office.database.transaction() as session:
        jobs.add(session, "test.push", {}, due_at=now() + timedelta(days=90))
    planned = job_of(office).due_at
    work(office)
    assert job_of(office).due_at == planned


@pytest.mark.parametrize("trouble", ["40001", "40P01", "55P03"])
def test_a_collision_in_the_database_is_nobodys_failed_try(office, acts, clock, trouble):
    class Collided(Exception):
        sqlstate = trouble

    def collide(session, work):
        raise OperationalError("UPDATE", {}, Collided("collided"))

    acts.append(collide)
    started(office)
    for _ in range(8):
        work(office)
        clock.move(minutes=11)
    assert (job_of(office).status, job_of(office).attempts) == (JobStatus.WAITING, 0)
    acts.append(lambda *_: {})
    work(office)
    assert job_of(office).status is JobStatus.DONE


def test_two_retries_at_once_begin_the_job_once(office, acts, clock):
    acts.append(lambda *_: 1 / 0)
    with office.database.transaction() as session:
        jobs.add(session, "test.push", {})
    for _ in range(5):
        work(office)
        clock.move(hours=1)
    with office.database.reading() as session:
        incident_id = session.scalars(select(Incident.id).where(Incident.status == IncidentStatus.OPEN)).one()
    said, barrier = [], Barrier(2, timeout=30)

    def retry():
        barrier.wait()
        try:
            with office.database.transaction() as session:
                jobs.retry(session, session.get_one(Incident, incident_id), "eve")
            said.append("retried")
        except Conflict:
            said.append("refused")

    threads = [Thread(target=copy_context().run, args=(retry,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["refused", "retried"]
    assert job_of(office).status is JobStatus.WAITING
