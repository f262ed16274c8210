"""fsck sees what returns owe."""

import pytest

from tests.workflow.returns.desk import REDO, STRAIGHT, back, correction, step
from tests.workflow.world import begin, do, process
from workflow import fsck, rows, tasks
from workflow.clock import now
from workflow.models import Return, SupersededTask, UserTask
from workflow.statuses import TaskStatus

LINE = "start s\nuser a candidateGroups=registry\nuser b candidateGroups=registry\nend e\ns -> a -> b -> e"


@pytest.fixture
def at_b(session, clock, anna, bob):
    instance = begin(session, process(session, LINE))
    do(session, instance, "a", anna)
    tasks.claim(session, step(session, instance, "b"), bob)
    return instance


def said(session, *checks: str) -> str:
    session.flush()
    return " ".join(each.sentence for each in fsck.run(session) if each.check in checks)


def test_a_correction_outlives_no_step(session, at_b, bob):
    sender = step(session, at_b, "b")
    back(session, sender, bob, "a", STRAIGHT)
    assert said(session, "beside") == ""
    rows.change(session, UserTask, sender.id, status=TaskStatus.CANCELLED, ended_at=now())
    assert "the task it hangs on has ended" in said(session, "beside")


def test_every_correction_was_asked_for(session, at_b, bob):
    made = back(session, step(session, at_b, "b"), bob, "a", STRAIGHT)
    rows.change(session, Return, made.id, tokens={})
    assert f"Task {correction(session, 'a').id}" in said(session, "beside")


def test_only_what_was_done_is_made_void(session, at_b, bob):
    made = back(session, step(session, at_b, "b"), bob, "a", REDO)
    assert said(session, "rounds") == ""
    rows.add(session, SupersededTask, task_id=step(session, at_b, "a").id, return_id=made.id)
    assert "was never completed" in said(session, "rounds")


def test_a_return_belongs_to_its_case(session, at_b, clock, anna, bob):
    made = back(session, step(session, at_b, "b"), bob, "a", REDO)
    other = begin(session, process(session, LINE), "另一件")
    do(session, other, "a", anna)
    rows.change(session, Return, made.id, case_id=other.case_id)
    assert "by a return of another case" in said(session, "rounds")
    assert "from a task of another case" in said(session, "rounds")
