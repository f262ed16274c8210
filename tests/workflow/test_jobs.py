"""Machine work: at least once, its effect exactly once; what fails waits, then asks for a person."""

from datetime import timedelta
from threading import Event, Thread

import pytest
from sqlalchemy import func, select, update

from tests.workflow.world import begin, do, last, only_job, open_tasks, process, told, work
from workflow import incidents, instances, jobs, leases, registry
from workflow.clock import now
from workflow.errors import BpmnError, Conflict, Invalid, NotFound
from workflow.identity import User
from workflow.models import Comment, HistoryEvent, Incident, Job, ProcessInstance
from workflow.registry import Repeat
from workflow.statuses import IncidentStatus, InstanceStatus, JobStatus

pytestmark = pytest.mark.usefixtures("clock")
PUSH = """
    start s
    service push topic=test.push
    user after candidateGroups=registry
    end e
    boundary b on=push error=REFUSED
    user sorry candidateGroups=registry
    end f
    s -> push -> after -> e
    b -> sorry -> f
"""


@pytest.fixture
def calls(monkeypatch):
    """What the handler of test.push was called with; `calls.act` is what it does."""

    class Calls(list):
        act = staticmethod(lambda session, work: {"receipt": "R1"})

    made = Calls()

    def push(session, work):
        made.append(work)
        return made.act(session, work)

    monkeypatch.setitem(registry.service_tasks, "test.push", push)
    return made


def started(office, drawing=PUSH, **variables):
    with office.database.transaction() as session:
        return begin(session, process(session, drawing), **variables).id


def test_a_service_task_is_done_by_a_worker_and_its_result_joins_the_variables(office, calls):
    instance_id = started(office, number=7)
    assert work(office) == 1

    with office.database.reading() as session:
        instance = session.get_one(ProcessInstance, instance_id)
        job = only_job(session)
        assert (job.status, job.done_at, job.attempts) == (JobStatus.DONE, now(), 1)
        assert (calls[0].job_id, calls[0].variables, calls[0].activity_id) == (job.id, {"number": 7}, "push")
        assert list(open_tasks(session, instance)) == ["after"]
        assert instances.variables(session, instance) == {"number": 7, "receipt": "R1"}
        done = last(session, instance, "completed", "push")
        assert (done.actor, done.data) == ("system", {"job": job.id, "variables": {"receipt": "R1"}})


def test_a_job_is_done_once_however_often_it_is_woken(office, calls):
    started(office)
    with office.database.reading() as session:
        job_id = only_job(session).id

    assert [jobs.perform(office.database, job_id) for _ in range(3)] == [True, False, False]
    assert len(calls) == 1
    assert jobs.perform(office.database, 4711) is False


def test_a_failing_job_waits_longer_each_time_and_then_asks_for_a_person(office, calls, clock):
    def fail(session, work):
        session.add(Comment(case_id=work.instance.case_id, author="anna", body="half done", written_at=now()))
        raise OSError("the province does not answer")

    calls.act = fail
    instance_id = started(office)
    waited = []
    for _ in range(5):
        assert work(office) == 1
        with office.database.reading() as session:
            job = only_job(session)
            waited.append((job.due_at - now()).total_seconds())
            assert session.scalar(select(func.count()).select_from(Comment)) == 0
        clock.set(max(job.due_at, now()))

    assert waited[:4] == [5, 30, 120, 600]
    with office.database.reading() as session:
        job, incident = only_job(session), session.scalars(select(Incident)).one()
        assert (job.status, job.attempts, job.error) == (JobStatus.FAILED, 5, "OSError: the province does not answer")
        assert (incident.job_id, incident.activity_id, incident.attempts) == (job.id, "push", 5)
        assert incident.message == job.error
        assert told(session, session.get_one(ProcessInstance, instance_id))[-1] == ("incident_opened", "push")
    clock.move(days=1)
    assert work(office) == 0


def test_a_retry_begins_anew_and_goes_on(office, calls, clock):
    calls.act = lambda session, work: 1 / 0
    instance_id = started(office)
    for _ in range(5):
        work(office)
        clock.move(hours=1)
    calls.act = lambda session, work: {"receipt": "R2"}

    with office.database.transaction() as session:
        incident = session.scalars(select(Incident)).one()
        jobs.retry(session, incident, "eve")
    assert work(office) == 1

    with office.database.reading() as session:
        incident = session.get_one(Incident, incident.id)
        instance = session.get_one(ProcessInstance, instance_id)
        assert (incident.status, incident.resolved_by) == (IncidentStatus.RESOLVED, "eve")
        assert list(open_tasks(session, instance)) == ["after"]
        assert last(session, instance, "incident_resolved").actor == "eve"
    with pytest.raises(Conflict), office.database.transaction() as session:
        jobs.retry(session, session.get_one(Incident, incident.id), "eve")


def test_an_incident_is_seen_by_those_who_may_see_its_case(office, calls, clock):
    calls.act = lambda session, work: 1 / 0
    with office.database.transaction() as session:
        drawing = "start s\nuser a candidateGroups=registry\nservice push topic=test.push\nend e\ns -> a -> push -> e"
        do(session, begin(session, process(session, drawing)), "a", session.get_one(User, "anna"))
    for _ in range(5):
        work(office)
        clock.move(hours=1)

    with office.database.reading() as session:
        anna, carl, dora = (session.get_one(User, name) for name in ("anna", "carl", "dora"))
        incident = session.scalars(incidents.visible(anna)).one()
        assert session.scalars(incidents.visible(dora)).all() == [incident]
        assert session.scalars(incidents.visible(carl)).all() == []
        with pytest.raises(NotFound):
            incidents.find(session, incident.id, carl)


def test_an_error_of_the_model_goes_to_its_boundary_and_undoes_what_the_handler_did(office, calls):
    def refuse(session, work):
        session.add(Comment(case_id=work.instance.case_id, author="anna", body="half done", written_at=now()))
        session.flush()
        raise BpmnError("REFUSED", "no such person")

    calls.act = refuse
    instance_id = started(office)
    work(office)

    with office.database.reading() as session:
        assert list(open_tasks(session, session.get_one(ProcessInstance, instance_id))) == ["sorry"]
        assert session.scalar(select(func.count()).select_from(Comment)) == 0
        assert (only_job(session).status, only_job(session).error) == (JobStatus.DONE, "REFUSED: no such person")


def test_an_error_nobody_catches_becomes_an_incident_at_once(office, calls):
    def refuse(session, work):
        raise BpmnError("STRANGE")

    calls.act = refuse
    started(office)
    work(office)

    with office.database.reading() as session:
        assert only_job(session).status is JobStatus.FAILED
        assert "“STRANGE” at “push” is caught by no boundary event" in session.scalars(select(Incident)).one().message


def test_a_result_no_database_keeps_is_a_failure_with_a_reason(office, calls):
    calls.act = lambda session, work: {"x": float("nan")}
    started(office)
    work(office)

    with office.database.reading() as session:
        assert only_job(session).status is JobStatus.WAITING
        assert "correct" in only_job(session).error


def test_a_topic_this_installation_lacks_is_a_failure_with_a_reason(office, calls, monkeypatch):
    started(office)
    monkeypatch.delitem(registry.service_tasks, "test.push")
    work(office)

    with office.database.reading() as session:
        assert only_job(session).error == "“test.push” is not known to this installation."


def test_a_long_job_commits_portion_by_portion(office, calls):
    def portion(session, work):
        done = session.scalar(select(func.count()).select_from(HistoryEvent).where(HistoryEvent.kind == "portion"))
        registry_case = session.scalars(select(ProcessInstance)).one().case_id
        instances.history.record(session, registry_case, "system", "portion")
        return Repeat() if done < 2 else None

    calls.act = portion
    started(office, "start s\nuser u candidateGroups=registry\nend e\ns -> u -> e")
    with office.database.transaction() as session:
        jobs.add(session, "test.push", {"list": 5})

    assert work(office) == 3
    with office.database.reading() as session:
        job = only_job(session)
        assert (job.status, job.instance_id, calls[0].payload, calls[0].variables) == (
            JobStatus.DONE,
            None,
            {"list": 5},
            {"list": 5},
        )


def test_a_job_waits_for_its_time(office, calls, clock):
    with office.database.transaction() as session:
        jobs.add(session, "test.push", {}, due_at=now() + timedelta(hours=1))

    assert work(office) == 0
    clock.move(hours=1)
    assert work(office) == 1


def job_id_of(office):
    with office.database.reading() as session:
        return only_job(session).id


def test_the_job_of_a_dead_worker_is_done_by_another_once(office, calls, clock):
    started(office)
    dead = leases.take(office.database, job_id_of(office))
    assert work(office) == 0

    clock.move(seconds=leases.LEASE.total_seconds() + 1)
    assert work(office) == 1
    assert len(calls) == 1

    assert jobs._under(office.database, dead, jobs._work) is False  # the dead one wakes up after all
    assert jobs._fail(office.database, dead, OSError("late")) is False
    assert len(calls) == 1
    with office.database.reading() as session:
        assert (only_job(session).status, only_job(session).fence, only_job(session).error) == (JobStatus.DONE, 2, None)


def test_a_job_that_kills_every_worker_ends_as_an_incident(office, calls, clock):
    started(office)
    job_id = job_id_of(office)
    for _ in range(5):
        assert leases.take(office.database, job_id) is not None
        clock.move(minutes=1)
        jobs._release_dead(office.database)

    with office.database.reading() as session:
        assert only_job(session).status is JobStatus.FAILED
        assert session.scalars(select(Incident)).one().message == "The worker died while it did this."


def test_a_worker_that_pauses_inside_its_work_is_not_overtaken(office, calls):
    """The second worker finds the job leased; when the lease is over it must wait for the first to end."""
    begun, go_on = Event(), Event()

    def slow(session, work):
        begun.set()
        assert go_on.wait(20)
        return {"receipt": "R1"}

    calls.act = slow
    instance_id = started(office)
    with office.database.reading() as session:
        job_id = only_job(session).id
    first = Thread(target=jobs.perform, args=(office.database, job_id))
    first.start()
    assert begun.wait(20)
    second = Thread(target=jobs.perform, args=(office.database, job_id))
    second.start()
    go_on.set()
    first.join()
    second.join()

    with office.database.reading() as session:
        assert len(calls) == 1
        assert told(session, session.get_one(ProcessInstance, instance_id)).count(("completed", "push")) == 1


def test_many_workers_on_many_jobs_do_each_once(office, calls):
    with office.database.transaction() as session:
        drawing = process(session, PUSH)
        for _ in range(12):
            begin(session, drawing)
        job_ids = list(session.scalars(select(Job.id)))

    def worker():
        for job_id in job_ids:
            jobs.perform(office.database, job_id)

    threads = [Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with office.database.reading() as session:
        assert len(calls) == 12
        assert set(session.scalars(select(Job.status))) == {JobStatus.DONE}
        assert (
            session.scalar(
                select(func.count())
                .select_from(HistoryEvent)
                .where(HistoryEvent.kind == "completed", HistoryEvent.activity_id == "push")
            )
            == 12
        )


def test_a_suspended_process_keeps_its_job_waiting(office, calls, clock):
    instance_id = started(office)
    with office.database.transaction() as session:
        session.execute(update(ProcessInstance).values(status=InstanceStatus.SUSPENDED))
    work(office)
    assert calls == []

    with office.database.transaction() as session:
        session.execute(update(ProcessInstance).values(status=InstanceStatus.RUNNING))
    clock.move(minutes=2)
    work(office)
    assert len(calls) == 1
    assert instance_id == calls[0].instance.id


def test_a_job_no_longer_needed_is_cancelled_with_its_incident(office, calls, clock):
    calls.act = lambda session, work: 1 / 0
    instance_id = started(office)
    for _ in range(5):
        work(office)
        clock.move(hours=1)
    with office.database.transaction() as session:
        instances.cancel(session, session.get_one(ProcessInstance, instance_id), "eve", "")

    with office.database.reading() as session:
        assert only_job(session).status is JobStatus.CANCELLED
        assert session.scalars(select(Incident)).one().status is IncidentStatus.RESOLVED


def test_a_local_variable_reaches_the_handler(office, calls):
    drawing = "start s\nservice push topic=test.push each=names item=name\nend e\ns -> push -> e"
    started(office, drawing, names=["甲", "乙"])
    work(office)

    assert sorted(call.variables["name"] for call in calls) == ["乙", "甲"]


def test_an_invalid_payload_is_refused_where_it_is_added(session):
    with pytest.raises(Invalid):
        jobs.add(session, "test.push", {"x": "\x00"})
