"""A suspended process stands still, and nothing that comes meanwhile is lost."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.workflow.world import begin, do, last, open_tasks, process, work
from workflow import engine, fsck, history, instances, jobs, leases, messages, operations, suspensions, tasks, timers
from workflow.clock import now
from workflow.errors import BpmnError, Conflict
from workflow.models import Job, Message, ProcessInstance, Timer, UserTask
from workflow.registry import service_task
from workflow.statuses import InstanceStatus, JobStatus, MessageStatus, TimerStatus

pytestmark = pytest.mark.usefixtures("clock")

TASK = "start s\nuser a candidateGroups=registry\nend e\ns -> a -> e"
TIMED = """
    start s
    user a candidateGroups=registry
    boundary late on=a cycle=R5/PT1H quiet
    user remind candidateGroups=registry
    end e
    end f
    s -> a -> e
    late -> remind -> f
"""
CALLS = "start s\ncall c calls=q\nuser b candidateGroups=registry\nend e\ns -> c -> b -> e"
performed: list[int] = []


@service_task("test.suspended")
def _count(session, job):
    performed.append(job.job_id)
    if job.variables.get("fails"):
        raise BpmnError("E1")
    return {"done": True}


@pytest.fixture(autouse=True)
def _nothing_performed():
    performed.clear()


def started(office, drawing, **variables):
    """The id of an instance, committed."""
    with office.database.transaction() as session:
        return begin(session, process(session, drawing), **variables).id


def suspended(office, drawing, user, **variables):
    instance_id = started(office, drawing, **variables)
    with office.database.transaction() as session:
        operations.suspend(session, session.get_one(ProcessInstance, instance_id), user, "waits for the court")
    return instance_id


def resume(office, instance_id, user):
    with office.database.transaction() as session:
        operations.resume(session, session.get_one(ProcessInstance, instance_id), user, "the court has spoken")


def standing(office, instance_id):
    with office.database.reading() as session:
        instance = session.get_one(ProcessInstance, instance_id)
        return [each.activity_id for each in operations.standing(session, instance)]


# People


def test_its_tasks_stay_in_sight_but_cannot_be_claimed(session, dora, anna):
    instance = begin(session, process(session, TASK))
    task = open_tasks(session, instance)["a"]
    operations.suspend(session, instance, dora, "waits for the court")

    assert tasks.inbox(session, anna).rows == [task]
    assert str(tasks.why_not(session, task, anna)) == (
        "朵拉 has suspended this process: “waits for the court”. It goes on when it is resumed; nothing is lost."
    )
    with pytest.raises(Conflict, match="The process is suspended"):
        tasks.claim(session, task, anna)
    assert task.assignee is None

    operations.resume(session, instance, dora, "the court has spoken")
    assert tasks.why_not(session, task, anna) is None
    assert tasks.claim(session, task, anna).assignee == "anna"


def test_a_claimed_task_keeps_its_holder_and_draft_and_is_completed_later(office, dora, anna):
    instance_id = started(office, TASK)
    with office.database.transaction() as session:
        task = tasks.claim(session, open_tasks(session, session.get_one(ProcessInstance, instance_id))["a"], anna)
        operations.suspend(session, task.instance, dora, "waits for the court")
        tasks.save_draft(session, task, anna, {"note": ["half"]})
        assert tasks.claim(session, task, anna).assignee == "anna"
        task_id = task.id
    with pytest.raises(Conflict, match="is suspended"), office.database.transaction() as session:
        tasks.complete(session, session.get_one(UserTask, task_id), anna, {})

    resume(office, instance_id, dora)

    with office.database.transaction() as session:
        task = session.get_one(UserTask, task_id)
        assert (task.assignee, tasks.draft(session, task, anna).values) == ("anna", {"note": ["half"]})
        tasks.complete(session, task, anna, {})
        assert task.instance.status is InstanceStatus.COMPLETED


def test_suspending_and_resuming_are_told_with_reason_before_and_after(session, dora):
    instance = begin(session, process(session, TASK))
    operations.suspend(session, instance, dora, " waits for the court ")
    told = suspensions.suspension(session, instance)

    assert (told.at, told.by, told.reason) == (now(), "dora", "waits for the court")
    operations.resume(session, instance, dora, "the court has spoken")
    for kind, before, after in (("suspended", "running", "suspended"), ("resumed", "suspended", "running")):
        event = last(session, instance, kind)
        assert (event.actor, event.data["before"], event.data["after"]) == ("dora", before, after)
    assert suspensions.suspension(session, instance) is None


def test_what_is_suspended_already_or_not_at_all_says_so(session, dora):
    instance = begin(session, process(session, TASK))

    with pytest.raises(Conflict, match="not suspended"):
        operations.resume(session, instance, dora, "why")
    operations.suspend(session, instance, dora, "why")
    with pytest.raises(Conflict, match="suspended already"):
        operations.suspend(session, instance, dora, "why")
    assert [event.kind for event in history.timeline(session, instance.case)].count("suspended") == 1


# Called processes


def test_called_processes_follow(session, dora, anna):
    process(session, TASK, "q")
    caller = begin(session, process(session, CALLS))
    called = session.scalars(select(ProcessInstance).where(ProcessInstance.parent_id == caller.id)).one()

    with pytest.raises(Conflict, match="was called by another"):
        operations.suspend(session, called, dora, "why")
    operations.suspend(session, caller, dora, "waits for the court")
    assert called.status is InstanceStatus.SUSPENDED
    assert "waits for the court" in str(tasks.why_not(session, open_tasks(session, called)["a"], anna))
    assert last(session, caller, "suspended").data["called"] == [called.id]

    operations.resume(session, caller, dora, "go on")
    assert called.status is InstanceStatus.RUNNING
    do(session, called, "a", anna)
    assert list(open_tasks(session, caller)) == ["b"]


def test_what_a_moved_token_calls_in_a_suspended_process_stands_still_too(session, dora):
    process(session, TASK, "q")
    caller = begin(
        session, process(session, "start s\nuser a candidateGroups=registry\ncall c calls=q\nend e\ns -> a -> c -> e")
    )
    operations.suspend(session, caller, dora, "why")
    token_id = operations.standing(session, caller)[0].token_id

    operations.move(session, caller, dora, token_id, "c", "the right way")

    called = session.scalars(select(ProcessInstance).where(ProcessInstance.parent_id == caller.id)).one()
    assert (caller.status, called.status) == (InstanceStatus.SUSPENDED, InstanceStatus.SUSPENDED)
    operations.resume(session, caller, dora, "go on")
    assert called.status is InstanceStatus.RUNNING and not fsck.run(session)


def test_a_suspended_process_may_be_moved_and_ended(session, dora):
    instance = begin(session, process(session, TIMED))
    operations.suspend(session, instance, dora, "why")
    token_id = operations.standing(session, instance)[0].token_id

    operations.skip(session, instance, dora, token_id, "not needed")
    assert instance.status is InstanceStatus.COMPLETED

    other = begin(session, process(session, TIMED))
    operations.suspend(session, other, dora, "why")
    operations.cancel(session, other, dora, "entered twice")
    assert other.status is InstanceStatus.CANCELLED
    assert not fsck.run(session)


# Machines


def test_its_work_is_not_performed_until_it_is_resumed(office, dora, clock):
    instance_id = suspended(office, "start s\nservice j topic=test.suspended\nend e\ns -> j -> e", dora)

    jobs.sweep(office.database)
    clock.move(days=3)
    jobs.sweep(office.database)
    assert performed == []

    resume(office, instance_id, dora)
    work(office)
    assert len(performed) == 1
    with office.database.reading() as session:
        assert session.get_one(ProcessInstance, instance_id).status is InstanceStatus.COMPLETED


def test_work_put_off_is_done_at_once_after_the_resumption(office, dora, clock):
    instance_id = suspended(office, "start s\nservice j topic=test.suspended\nend e\ns -> j -> e", dora)
    jobs.sweep(office.database)
    with office.database.reading() as session:
        job = session.scalars(select(Job)).one()
        assert (job.status, job.attempts) == (JobStatus.WAITING, 0) and job.due_at > now()

    resume(office, instance_id, dora)

    assert work(office) == 1 and len(performed) == 1


def test_an_error_that_arrives_during_the_suspension_is_raised_again_after_it(office, dora):
    drawing = "start s\nservice j topic=test.suspended\nboundary b on=j error=E1\nend e\nend f\ns -> j -> e\nb -> f"
    instance_id = started(office, drawing, fails=True)
    with office.database.reading() as session:
        job_id = session.scalars(select(Job.id)).one()
    lease = leases.take(office.database, job_id)
    with office.database.transaction() as session:
        operations.suspend(session, session.get_one(ProcessInstance, instance_id), dora, "meanwhile")

    assert jobs._throw(office.database, lease, BpmnError("E1"))
    assert standing(office, instance_id) == ["j"]

    resume(office, instance_id, dora)
    work(office)
    assert len(performed) == 1 and standing(office, instance_id) == []


def test_its_timers_fire_once_after_the_resumption(office, dora, clock):
    instance_id = suspended(office, TIMED, dora)

    clock.move(hours=3, minutes=30)
    assert timers.fire_due(office.database) == 0
    resume(office, instance_id, dora)
    assert timers.fire_due(office.database) == 1
    assert timers.fire_due(office.database) == 0
    with office.database.reading() as session:
        assert sorted(each.status for each in session.scalars(select(Timer))) == [
            TimerStatus.FIRED,
            TimerStatus.WAITING,
        ]
    assert sorted(standing(office, instance_id)) == ["a", "remind"]


# News

PAID = "start s\ncatch m message=paid key=number\nend e\ns -> m -> e"


def test_a_message_is_kept_for_it(office, dora, clock):
    instance_id = suspended(office, PAID, dora, number="7")
    with office.database.transaction() as session:
        message = messages.receive(session, "paid", "7", {"amount": 3}, "m-1")
        assert message.status is MessageStatus.WAITING
    messages.sweep(office.database)
    assert standing(office, instance_id) == ["m"]

    resume(office, instance_id, dora)
    work(office)
    assert standing(office, instance_id) == []
    with office.database.reading() as session:
        assert instances.variables(session, session.get_one(ProcessInstance, instance_id))["amount"] == 3


def test_a_message_does_not_expire_while_who_waits_for_it_is_suspended(office, dora, clock):
    instance_id = suspended(office, PAID, dora, number="7")
    with office.database.transaction() as session:
        messages.receive(session, "paid", "7", {}, "m-1", ttl=timedelta(hours=1))
        messages.receive(session, "paid", "8", {}, "m-2", ttl=timedelta(hours=1))
    clock.move(days=40)
    messages.sweep(office.database)
    with office.database.reading() as session:
        kept = dict(session.execute(select(Message.message_id, Message.status)).all())
    assert kept == {"m-1": MessageStatus.WAITING, "m-2": MessageStatus.EXPIRED}

    resume(office, instance_id, dora)
    work(office)
    assert standing(office, instance_id) == []


def test_a_signal_reaches_it_after_the_resumption(office, dora, clock):
    instance_id = suspended(office, "start s\ncatch g signal=fire\nend e\ns -> g -> e", dora)
    with office.database.transaction() as session:
        assert messages.broadcast(session, "fire", {"where": "east"}) == 1
    jobs.sweep(office.database)
    assert standing(office, instance_id) == ["g"]

    resume(office, instance_id, dora)
    clock.move(minutes=2)
    work(office)
    assert standing(office, instance_id) == []


def test_news_by_hand_wait_for_the_resumption(session, dora):
    instance = begin(session, process(session, PAID), number="7")
    operations.suspend(session, instance, dora, "why")
    token_id = operations.standing(session, instance)[0].token_id

    with pytest.raises(Conflict, match="is suspended"):
        operations.send_message(session, instance, dora, token_id, {}, "told by telephone")


def test_a_condition_met_meanwhile_is_looked_at_after_the_resumption(session, dora):
    instance = begin(session, process(session, 'start s\ncatch c conditional="n > 1"\nend e\ns -> c -> e'), n=1)
    operations.suspend(session, instance, dora, "why")
    operations.change_variables(session, instance, dora, {"n": 2}, "it was two")
    assert instance.status is InstanceStatus.SUSPENDED

    operations.resume(session, instance, dora, "go on")

    assert instance.status is InstanceStatus.COMPLETED


def test_the_engine_knows_nothing_of_it(session, dora):
    instance = begin(session, process(session, TASK))
    before = instances.state(instance)
    operations.suspend(session, instance, dora, "why")

    assert instances.state(instance) == before
    assert engine.state_problems is not None and not fsck.run(session)


def test_fsck_sees_what_is_suspended_alone_or_by_nobody(session, dora):
    process(session, TASK, "q")
    caller = begin(session, process(session, CALLS))
    other = begin(session, process(session, TASK))
    operations.suspend(session, caller, dora, "why")
    called = session.scalars(select(ProcessInstance).where(ProcessInstance.parent_id == caller.id)).one()
    called.status, other.status = InstanceStatus.RUNNING, InstanceStatus.SUSPENDED

    assert [(problem.check, problem.sentence) for problem in fsck.run(session)] == [
        ("suspensions", f"Process instance {called.id} is running, but {caller.id}, which called it, is suspended."),
        ("suspensions", f"Process instance {other.id} is suspended, but the history does not say by whom."),
    ]
    assert suspensions.suspension(session, other).reason == ""
