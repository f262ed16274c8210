"""fsck names the row: whoever reads a finding knows where to look, and nothing else is accused."""

import pytest
from sqlalchemy import delete, insert, update

from tests.workflow.test_fsck import EVERYTHING, breach
from tests.workflow.world import begin, do, open_tasks, process
from workflow import fsck, instances, onlookers, registry, tasks
from workflow.clock import now
from workflow.identity import User
from workflow.models import (
    FAR,
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
from workflow.statuses import IncidentStatus, InstanceStatus, JobStatus, TaskStatus, TimerStatus

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def pair(session, anna):
    """Two sound instances of the same process: one will be hurt, the other must not be accused."""
    process(session, "start s\nuser i candidateGroups=registry\nend e\ns -> i -> e", key="inner")
    definition = process(session, EVERYTHING)
    both = [begin(session, definition) for _ in range(2)]
    for instance in both:
        do(session, instance, "first", anna)
    session.flush()
    return both


def only(session, check, *besides):
    """The sentences of one check; no other check (but those `besides`, which see it too) finds anything."""
    session.flush()
    session.expire_all()
    found = fsck.run(session)
    assert {problem.check for problem in found} == {check, *besides}
    return [problem.sentence for problem in found if problem.check == check]


def row(session, table, instance, **said):
    return session.query(table).filter_by(instance_id=instance.id, **said).first()


def test_nothing_is_found_before_anything_is_planted(session, pair):
    assert fsck.run(session) == []


def test_looking_changes_nothing(session, pair):
    before = session.query(HistoryEvent).count()
    fsck.run(session)
    assert not session.dirty and not session.new and session.query(HistoryEvent).count() == before


@pytest.mark.parametrize("kind", ["timer", "news", "job"])
def test_a_lost_row_is_named_with_its_instance_its_activity_and_its_token(session, pair, kind):
    hurt, table, activity = (
        pair[0],
        {"timer": Timer, "news": Subscription, "job": Job}[kind],
        {"timer": "late", "news": "c", "job": "b"}[kind],
    )
    lost = row(session, table, hurt)
    token_id = lost.token_id
    breach(session, delete(table).where(table.id == lost.id))
    said = only(session, "states")
    assert len(said) == 1
    assert f"Process instance {hurt.id} (p, revision {hurt.revision})" in said[0]
    assert f"“{activity}” waits for a {kind}" in said[0] and token_id in said[0]


def test_a_timer_row_of_another_moment_is_both_too_much_and_too_little(session, pair):
    breach(session, update(Timer).where(Timer.instance_id == pair[0].id).values(due_at=FAR))
    said = only(session, "states")
    assert len(said) == 2 and all(f"Process instance {pair[0].id} " in each for each in said)


def test_a_row_the_process_does_not_wait_for_is_named_by_its_token(session, pair):
    values = {
        "instance_id": pair[0].id,
        "token_id": "nobody",
        "activity_id": "c",
        "kind": "message",
        "name": "x",
        "correlation_key": "",
    }
    breach(session, insert(Subscription).values(**values))
    assert only(session, "states") == [
        f"Process instance {pair[0].id} (p, revision {pair[0].revision}): a news row waits for token nobody, but the process does not."
    ]


def test_a_state_copied_from_another_instance_does_not_open(session, pair):
    breach(session, update(ProcessInstance).where(ProcessInstance.id == pair[0].id).values(state=pair[1].state))
    said = only(session, "states")
    assert len(said) == 1 and f"Process instance {pair[0].id} " in said[0]


def test_a_state_of_the_revision_before_does_not_open(session, pair, anna):
    old = pair[0].state
    do(session, pair[0], "a", anna)
    breach(session, update(ProcessInstance).where(ProcessInstance.id == pair[0].id).values(state=old))
    assert f"Process instance {pair[0].id} " in only(session, "states")[0]


def test_a_completion_told_of_another_person_is_named_by_its_task(session, pair):
    done = row(session, UserTask, pair[0], activity_id="first")
    breach(session, update(UserTask).where(UserTask.id == done.id).values(completed_by="bob"))
    assert only(session, "completions", "claims") == [
        f"Task {done.id} “first” is completed, but the history tells it 0 times."
    ]


def test_a_task_the_history_calls_done_although_it_is_open_is_named(session, pair):
    task = open_tasks(session, pair[0])["a"]
    entered = update(HistoryEvent).where(HistoryEvent.token_id == task.token_id, HistoryEvent.kind == "entered")
    breach(session, entered.values(kind="completed"))
    assert only(session, "completions", "tokens") == [f"Task {task.id} “a” is not completed, but the history says so."]


@pytest.mark.parametrize("moved", ["the last", "the first"])
def test_a_history_with_a_gap_is_named_by_its_case(session, pair, moved):
    events = session.query(HistoryEvent).filter_by(case_id=pair[0].case_id).order_by(HistoryEvent.seq).all()
    event = events[-1] if moved == "the last" else events[0]
    breach(session, update(HistoryEvent).where(HistoryEvent.id == event.id).values(seq=1_000))
    assert only(session, "histories") == [
        f"Case {pair[0].case_id} has {len(events)} events, but the last is number 1000."
    ]


def test_an_instance_called_running_although_it_has_ended_waits_for_nothing(session, pair):
    instances.cancel(session, pair[0], "eve", "")
    alive = {"status": InstanceStatus.RUNNING, "ended_at": None}
    breach(session, update(ProcessInstance).where(ProcessInstance.id == pair[0].id).values(**alive))
    breach(session, update(Case).where(Case.id == pair[0].case_id).values(closed_at=None))
    assert only(session, "waiting") == [f"Process instance {pair[0].id} runs, but waits for nothing."]


def test_an_open_incident_is_a_reason_to_wait(session, pair):
    instances.cancel(session, pair[0], "eve", "")
    alive = {"status": InstanceStatus.RUNNING, "ended_at": None}
    breach(session, update(ProcessInstance).where(ProcessInstance.id == pair[0].id).values(**alive))
    breach(session, update(Case).where(Case.id == pair[0].case_id).values(closed_at=None))
    session.add(Incident(instance_id=pair[0].id, message="x", opened_at=now()))
    session.flush()
    assert fsck.run(session) == []


@pytest.mark.parametrize("table", [UserTask, Job, Timer])
def test_what_still_waits_in_something_over_is_named_by_table_and_row(session, pair, table):
    instances.cancel(session, pair[0], "eve", "")
    session.flush()
    left = session.query(table).filter_by(instance_id=pair[0].id).order_by(table.id.desc()).first()
    open_ = {
        UserTask: {"status": TaskStatus.OPEN, "ended_at": None},
        Job: {"status": JobStatus.WAITING},
        Timer: {"status": TimerStatus.WAITING},
    }
    breach(session, update(table).where(table.id == left.id).values(**open_[table]))
    session.expire_all()
    said = [problem.sentence for problem in fsck.run(session) if problem.check == "left_over"]
    assert said == [f"Process instance {pair[0].id} is over, but row {left.id} of {table.__tablename__} still waits."]


@pytest.mark.parametrize("incidents", [0, 2])
def test_a_failed_job_is_named_with_its_topic_and_how_many_incidents_it_has(session, pair, incidents):
    job = row(session, Job, pair[0])
    breach(session, update(Job).where(Job.id == job.id).values(status=JobStatus.FAILED))
    session.add_all(Incident(job_id=job.id, message="x", opened_at=now()) for _ in range(incidents))
    assert only(session, "failed_jobs") == [
        f"Job {job.id} (messages.deliver) is failed and has {incidents} open incidents."
    ]


def test_an_incident_of_a_job_that_has_not_failed_is_named(session, pair):
    job = row(session, Job, pair[0])
    session.add(Incident(job_id=job.id, message="x", opened_at=now()))
    assert only(session, "failed_jobs") == [f"Job {job.id} (messages.deliver) is waiting and has 1 open incidents."]


def test_a_resolved_incident_is_nothing_to_speak_of(session, pair):
    job = row(session, Job, pair[0])
    settled = {"status": IncidentStatus.RESOLVED, "resolved_at": now(), "resolved_by": "eve"}
    session.add(Incident(job_id=job.id, message="x", opened_at=now(), **settled))
    session.flush()
    assert fsck.run(session) == []


def test_an_ended_task_that_is_offered_is_named_with_to_whom(session, pair):
    done = row(session, UserTask, pair[0], activity_id="first")
    session.add(TaskCandidate(task_id=done.id, candidate="group:registry", due_at=FAR))
    assert only(session, "candidates") == [f"Task {done.id} is not open, but offered to group:registry."]


@pytest.mark.parametrize("claimed", [True, False])
def test_a_task_in_the_wrong_queue_is_named(session, pair, anna, claimed):
    task = open_tasks(session, pair[0])["a"]
    if claimed:
        tasks.claim(session, task, anna)
    breach(session, update(TaskCandidate).where(TaskCandidate.task_id == task.id).values(claimed=not claimed))
    assert only(session, "candidates") == [
        f"Task {task.id} stands in the wrong queue: its candidates do not know whether it is claimed."
    ]


def test_a_task_of_somebody_gone_is_named_with_the_person(session, pair, bob):
    task = tasks.claim(session, open_tasks(session, pair[0])["a"], bob)
    breach(session, update(User).where(User.name == "bob").values(active=False))
    assert only(session, "performers") == [f"Task {task.id} “a” is held by 鲍勃, who is no longer active."]


def test_a_task_for_nobody_is_named(session, pair):
    task = open_tasks(session, pair[0])["a"]
    breach(session, delete(TaskCandidate).where(TaskCandidate.task_id == task.id))
    onlookers.keep_up(session, task.case_id)
    assert only(session, "performers") == [f"Task {task.id} “a” is nobody's and offered to nobody."]


def test_a_closed_case_that_lives_is_named_by_its_key(session, pair):
    breach(session, update(Case).where(Case.id == pair[0].case_id).values(closed_at=now()))
    assert only(session, "cases") == [f"Case “{pair[0].case.business_key}” is closed, but a process runs in it."]


def test_every_breach_is_found_however_many_instances_are_read_at_a_time(session, pair, monkeypatch):
    monkeypatch.setattr(fsck.tokens, "PORTION", 1)
    assert fsck.run(session) == []
    breach(session, delete(Timer))
    assert len(only(session, "states")) == 2


def test_a_check_of_another_folder_is_run_with_the_others(session, monkeypatch):
    monkeypatch.setitem(registry.checks, "shelves", lambda session: ["Shelf 3 holds one dossier twice."])
    assert fsck.run(session) == [fsck.Problem("shelves", "Shelf 3 holds one dossier twice.")]
