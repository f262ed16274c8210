"""What takes long is done before the handler's transaction begins, under the same lease, and counts as its try."""

import pytest
from sqlalchemy import select, update

from tests.workflow.test_jobs import PUSH, started
from tests.workflow.world import only_job, open_tasks, work
from workflow import instances, jobs, leases, registry
from workflow.errors import BpmnError
from workflow.models import Job, ProcessInstance
from workflow.statuses import InstanceStatus, JobStatus

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def done(monkeypatch):
    """The topic test.push with a preparation; `done.prepare` is what it does, `done` what its handler was given."""

    class Done(list):
        prepare = staticmethod(lambda database, work: f"read of {work.variables['pages']}")

    made = Done()

    def push(session, work):
        made.append(work.prepared)
        return {"receipt": work.prepared}

    monkeypatch.setitem(registry.service_tasks, "test.push", push)
    monkeypatch.setitem(registry.preparations, "test.push", lambda database, work: made.prepare(database, work))
    return made


def state(office) -> tuple[JobStatus, str | None]:
    with office.database.reading() as session:
        return only_job(session).status, only_job(session).error


def test_the_handler_is_given_what_was_prepared(office, done):
    instance_id = started(office, PUSH, pages=3)
    assert work(office) == 1
    assert done == ["read of 3"]
    with office.database.reading() as session:
        assert instances.variables(session, session.get_one(ProcessInstance, instance_id))["receipt"] == "read of 3"


def test_others_write_while_it_is_prepared(office, done):
    """The same job's row, too: no transaction of the job is open."""

    def write(database, work):
        with database.transaction() as session:
            return session.execute(update(Job).where(Job.id == work.job_id).values(error="meanwhile")).rowcount

    done.prepare = write
    started(office, pages=3)
    assert work(office) == 1
    assert done == [1] and state(office) == (JobStatus.DONE, None)


def test_a_preparation_that_fails_is_a_try_that_failed(office, done):
    def fail(database, work):
        raise OSError("the disk is gone")

    done.prepare = fail
    started(office, pages=3)
    assert work(office) == 1
    assert done == [] and state(office) == (JobStatus.WAITING, "OSError: the disk is gone")


def test_an_error_of_the_model_may_come_from_the_preparation(office, done):
    def refuse(database, work):
        raise BpmnError("REFUSED", "no such page")

    done.prepare = refuse
    instance_id = started(office, pages=3)
    assert work(office) == 1
    with office.database.reading() as session:
        assert set(open_tasks(session, session.get_one(ProcessInstance, instance_id))) == {"sorry"}


def test_a_suspended_process_prepares_nothing(office, done):
    started(office, pages=3)
    with office.database.transaction() as session:
        session.execute(update(ProcessInstance).values(status=InstanceStatus.SUSPENDED))
    asked = []
    done.prepare = lambda database, work: asked.append(work)
    assert work(office) == 1
    assert asked == [] and done == []


def test_a_preparation_overtaken_by_another_worker_counts_for_nothing(office, done, clock):
    """Its worker was stopped for longer than its lease; meanwhile another did the job."""
    started(office, pages=3)
    seconds = leases.LEASE.total_seconds() + 1

    def stopped(database, work):
        done.prepare = lambda database, work: "second"
        clock.move(seconds=seconds)
        assert jobs.perform(database, work.job_id)
        return "first"

    done.prepare = stopped
    with office.database.reading() as session:
        job_id = session.scalars(select(Job.id)).one()
    assert jobs.perform(office.database, job_id) is False
    assert done == ["second"] and state(office) == (JobStatus.DONE, None)


def test_a_topic_without_preparation_is_given_none(office, done, monkeypatch):
    monkeypatch.delitem(registry.preparations, "test.push")
    started(office, pages=3)
    assert work(office) == 1 and done == [None]
