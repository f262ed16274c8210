"""What a case waits for and since when, in words."""

import pytest
from sqlalchemy import select

from tests.workflow.watchdog.office import CALLED, CALLER, FORKED, HEARD, HOUR, TIMED, WORKED
from tests.workflow.world import begin, do, process
from workflow import examination, incidents, jobs, operations, registry, tasks, why
from workflow.clock import now
from workflow.identity import User
from workflow.models import Job, ProcessInstance, UserTask
from workflow.statuses import JobStatus

EDGED = """
    start s
    user a name=甲 candidateGroups=registry
    boundary late name=逾期 on=a timer=PT2H
    end e
    s -> a -> e
    late -> e
"""
CONDITIONAL = """
    start s
    catch paid name=到账 conditional="v > 3"
    end e
    s -> paid -> e
"""


@pytest.fixture(autouse=True)
def worker(monkeypatch):
    def fail(session, work):
        raise ValueError("the province does not answer")

    monkeypatch.setitem(registry.service_tasks, "test.work", fail)


def running(session, drawing: str) -> ProcessInstance:
    with examination.here():
        return begin(session, process(session, drawing), v=2)


def said(session, instance: ProcessInstance) -> list[tuple[str, str]]:
    return [(each.kind, str(each.said)) for each in why.waiting(session, instance.case)]


def test_a_task_names_those_who_may_claim_it_and_then_who_has_it(session, clock):
    instance = running(session, EDGED)
    task, edge = why.waiting(session, instance.case)
    assert str(task.said) == "“甲” waits for somebody to claim it: 安娜、鲍勃"
    assert (task.people, task.holds_up, edge.holds_up) == (("anna", "bob"), True, False)
    assert task.since == now()
    tasks.claim(session, session.get_one(UserTask, task.task_id), session.get_one(User, "anna"))
    clock.move(hours=1)
    (task, _edge) = why.waiting(session, instance.case)
    assert (str(task.said), task.since) == ("“甲” is with 安娜", now() - HOUR)


def test_a_timer_tells_its_moment(session, clock):
    assert said(session, running(session, TIMED)) == [("timer", "“等候” comes at 2026-07-01 11:00")]
    (edge,) = [each for each in why.waiting(session, running(session, EDGED).case) if each.kind == "timer"]
    assert str(edge.said) == "“逾期” comes at 2026-07-01 11:00"
    assert edge.until is not None


def test_news_tell_their_message(session, clock):
    assert said(session, running(session, HEARD)) == [("message", "“等回函” waits for the message “reply”")]


def test_a_condition_is_told(session, clock):
    assert said(session, running(session, CONDITIONAL)) == [
        ("condition", "“到账” waits until its condition comes true")
    ]


def test_a_join_tells_that_it_waits_for_the_others(session, clock):
    instance = running(session, FORKED)
    do(session, instance, "a", session.get_one(User, "anna"))
    assert ("join", "“会合” waits for the ways beside it") in said(session, instance)


def test_a_called_process_is_told_with_what_it_waits_for_itself(session, clock):
    with examination.here():
        process(session, CALLED, "called")
    found = said(session, running(session, CALLER))
    assert found[0] == ("process", "“调用” waits for the process it has called: called")
    assert found[1][0] == "task" and found[1][1].startswith("“里面” waits for somebody")


def test_a_suspension_tells_by_whom_and_why(session, clock):
    instance = running(session, TIMED)
    operations.suspend(session, instance, session.get_one(User, "dora"), "审计")
    assert said(session, instance)[0] == ("suspended", "朵拉 has suspended it: 审计")


def test_machine_work_is_told_from_waiting_to_failed(session, clock):
    instance = running(session, WORKED)
    job = session.scalars(select(Job)).one()
    assert said(session, instance) == [("machine", "“上报” waits for a machine, since 2026-07-01 09:00")]
    job.attempts = 2
    assert "has failed 2 times; a machine tries again at" in said(session, instance)[0][1]
    job.status = JobStatus.RUNNING
    assert said(session, instance) == [("machine", "“上报” is being done by a machine")]
    job.status = JobStatus.FAILED
    incidents.open_(session, "the province does not answer", instance, "work", job)
    assert [kind for kind, _ in said(session, instance)] == ["machine", "incident"]
    job.token_id = "somebody else's"
    session.flush()
    assert "its job is lost" in said(session, instance)[0][1]


def test_a_failure_in_the_worker_is_told_as_it_is(sqlite_office, clock):
    with examination.here(), sqlite_office.database.transaction() as session:
        instance_id = begin(session, process(session, WORKED)).id
    jobs.sweep(sqlite_office.database)
    with sqlite_office.database.reading() as session:
        ((kind, text),) = said(session, session.get_one(ProcessInstance, instance_id))
    assert kind == "machine" and "failed 1 times" in text


def test_a_damaged_state_is_said_to_be_one(session, clock):
    instance = running(session, TIMED)
    instance.state = b"JL\x02nothing"
    session.flush()
    assert said(session, instance) == [("damaged", "The saved state of this process instance is damaged.")]


def test_a_case_that_is_over_waits_for_nothing(session, clock):
    instance = running(session, EDGED)
    do(session, instance, "a", session.get_one(User, "anna"))
    assert said(session, instance) == []
