"""fsck: silent on a sound office, and each kind of breach is named."""

import io

import pytest
from sqlalchemy import delete, update

from tests.workflow.world import begin, do, open_tasks, process
from workflow import files, fsck, instances, tasks
from workflow.clock import now
from workflow.identity import User
from workflow.models import (
    Case,
    HistoryEvent,
    Incident,
    Job,
    ProcessInstance,
    Subscription,
    TaskCandidate,
    Timer,
    UserTask,
)
from workflow.statuses import JobStatus, TaskStatus, TimerStatus

pytestmark = pytest.mark.usefixtures("clock")
EVERYTHING = """
    start s
    user first candidateGroups=registry
    and f
    user a candidateGroups=registry
    boundary late on=a timer=PT1H quiet
    user chase candidateGroups=registry
    service b topic=messages.deliver
    catch c message=paid
    user m times=2 candidateGroups=registry
    call d calls=inner
    and j
    end e
    end g
    s -> first -> f -> a -> j -> e
    f -> b -> j
    f -> c -> j
    f -> d -> j
    f -> m -> j
    late -> chase -> g
"""


def checks(session):
    session.flush()
    session.expire_all()
    return {problem.check for problem in fsck.run(session) if problem.check in OURS}


OURS = {
    "states",
    "completions",
    "histories",
    "waiting",
    "left_over",
    "failed_jobs",
    "candidates",
    "performers",
    "cases",
    "files",
    "file_answers",
}


@pytest.fixture
def busy(session, anna):
    """One process that waits for everything at once, and one that is over."""
    process(session, "start s\nuser i candidateGroups=registry\nend e\ns -> i -> e", key="inner")
    definition = process(session, EVERYTHING)
    over = begin(session, definition)
    instances.cancel(session, over, "eve", "")
    instance = begin(session, definition)
    do(session, instance, "first", anna)
    return instance


def test_a_sound_office_has_no_problems(session, busy, anna):
    tasks.claim(session, open_tasks(session, busy)["a"], anna)
    assert checks(session) == set()


def breach(session, statement):
    session.flush()
    session.execute(statement.execution_options(synchronize_session=False))


def test_a_task_without_token_and_a_token_without_task(session, busy):
    task = open_tasks(session, busy)["a"]
    breach(session, update(UserTask).where(UserTask.id == task.id).values(token_id="elsewhere"))

    said = [problem.sentence for problem in fsck.run(session) if problem.check == "states"]
    assert any("“a” waits for a user_task, but there is no row" in each for each in said)
    assert any("token elsewhere, but the process does not" in each for each in said)


@pytest.mark.parametrize("table", [Timer, Subscription, Job], ids=lambda table: table.__tablename__)
def test_a_wait_without_its_row(session, busy, table):
    breach(session, delete(table).where(table.instance_id == busy.id))
    assert "states" in checks(session)


def test_a_state_that_was_changed_or_is_of_another_revision(session, busy):
    breach(session, update(ProcessInstance).where(ProcessInstance.id == busy.id).values(revision=99))
    assert checks(session) == {"states"}


def test_a_completion_told_twice_or_never_or_of_an_open_task(session, busy):
    event = session.query(HistoryEvent).filter_by(kind="completed", activity_id="first").one()
    breach(session, update(HistoryEvent).where(HistoryEvent.id == event.id).values(kind="noted"))
    assert checks(session) == {"completions"}

    breach(session, update(HistoryEvent).where(HistoryEvent.id == event.id).values(kind="completed"))
    task = open_tasks(session, busy)["a"]
    told = update(HistoryEvent).where(HistoryEvent.token_id == task.token_id, HistoryEvent.kind == "entered")
    breach(session, told.values(kind="completed"))
    assert checks(session) == {"completions"}


def test_a_gap_in_the_history(session, busy):
    breach(session, delete(HistoryEvent).where(HistoryEvent.case_id == busy.case_id, HistoryEvent.seq == 2))
    assert "histories" in checks(session)


def test_a_process_that_waits_for_nothing(session, anna):
    instance = begin(session, process(session, "start s\nuser i candidateGroups=registry\nend e\ns -> i -> e"))
    task = open_tasks(session, instance)["i"]
    breach(session, update(UserTask).where(UserTask.id == task.id).values(status=TaskStatus.CANCELLED, ended_at=now()))
    assert {"waiting", "states"} <= checks(session)


def test_what_is_over_but_still_waits(session, busy):
    over = session.query(Timer).filter(Timer.instance_id == busy.id).one()
    breach(
        session, update(Timer).where(Timer.id == over.id).values(instance_id=busy.id - 1, status=TimerStatus.WAITING)
    )
    assert "left_over" in checks(session)


def test_a_failed_job_without_incident_and_an_incident_without_failed_job(session, busy):
    breach(session, update(Job).where(Job.instance_id == busy.id).values(status=JobStatus.FAILED))
    assert checks(session) == {"failed_jobs"}
    job = session.query(Job).filter(Job.instance_id == busy.id).one()
    session.add(Incident(job_id=job.id, message="x", opened_at=now()))
    assert checks(session) == set()
    session.add(Incident(job_id=job.id, message="x", opened_at=now()))
    assert checks(session) == {"failed_jobs"}


def test_an_ended_task_that_is_still_offered_and_a_wrong_queue(session, busy):
    first = session.query(UserTask).filter_by(activity_id="first", status=TaskStatus.COMPLETED).one()
    session.add(TaskCandidate(task_id=first.id, candidate="group:registry", due_at=now()))
    assert checks(session) == {"candidates"}
    breach(session, delete(TaskCandidate).where(TaskCandidate.task_id == first.id))
    breach(session, update(TaskCandidate).values(claimed=True))
    assert checks(session) == {"candidates"}


def test_a_task_nobody_can_do(session, busy, anna):
    task = tasks.claim(session, open_tasks(session, busy)["a"], anna)
    breach(session, update(User).where(User.name == "anna").values(active=False))
    assert checks(session) == {"performers"}
    breach(session, update(User).where(User.name == "anna").values(active=True))
    breach(session, update(UserTask).where(UserTask.id == task.id).values(assignee=None))
    breach(session, delete(TaskCandidate).where(TaskCandidate.task_id == task.id))
    assert checks(session) == {"performers"}


def test_a_closed_case_in_which_something_runs(session, busy):
    breach(session, update(Case).where(Case.id == busy.case_id).values(closed_at=now()))
    assert checks(session) == {"cases"}


def test_a_file_that_was_changed_or_lost_is_named(session, office):
    kept = [
        files.store(session, office.files, io.BytesIO(body), "a.pdf", "application/pdf", "anna")
        for body in (b"1", b"2")
    ]
    assert "files" not in checks(session)

    office.files.path(kept[0].sha256).write_bytes(b"x")
    office.files.path(kept[1].sha256).unlink()

    said = [problem.sentence for problem in fsck.run(session) if problem.check == "files"]
    assert any(f"File {kept[0].id} " in each and "have changed" in each for each in said)
    assert any(f"File {kept[1].id} " in each and "not in the store" in each for each in said)


def test_an_answer_that_names_no_file_is_named(session):
    instance = begin(session, process(session, "start s\nuser a candidateGroups=registry\nend e\ns -> a -> e"))
    instances.set_variables(session, instance, {"photos": [{"file": 4711, "sha256": "a", "name": "a.png"}]}, "anna")

    assert "file_answers" in checks(session)
