"""Taking back one's own step while nobody has acted on it; the whole case, by who began it."""

import pytest
from sqlalchemy import select

from tests.workflow import made
from tests.workflow.returns.desk import REDO, SPLIT, back, sound, step, timers, waiting
from tests.workflow.world import begin, do, drawn, last, open_tasks, process, work
from workflow import definitions, footing, instances, operations, registry, returns, tasks
from workflow.around import asked
from workflow.errors import Conflict, Invalid, NotAllowed
from workflow.models import Case, Footing, ProcessInstance, UserTask
from workflow.statuses import InstanceStatus, TaskStatus

VOTES = 'start s\nuser v times=3 candidateGroups=registry until="nrOfCompletedInstances >= 2"\nuser d candidateGroups=registry\nend e\ns -> v -> d -> e'
WATCHED = "start s\nuser a candidateGroups=registry\nboundary t on=a timer=PT1H quiet\nend late\nuser b candidateGroups=registry\nend e\ns -> a -> b -> e\nt -> late"
STAMPED = "start s\nuser a candidateGroups=registry\nservice w topic=test.stamp\nuser b candidateGroups=registry\nend e\ns -> a -> w -> b -> e"
SENDING = "start s\nuser a candidateGroups=registry\nthrow t signal=gone\nuser b candidateGroups=registry\nend e\ns -> a -> t -> b -> e"
OUTER = "start s\nuser a candidateGroups=registry\ncall k calls=inner\nuser z candidateGroups=registry\nend e\ns -> a -> k -> z -> e"
INNER = "start s\nuser x candidateGroups=registry\nend e\ns -> x -> e"


def done(session, instance, activity) -> UserTask:
    mine = (
        UserTask.instance_id == instance.id,
        UserTask.activity_id == activity,
        UserTask.status == TaskStatus.COMPLETED,
    )
    return session.scalars(select(UserTask).where(*mine).order_by(UserTask.id.desc())).first()


def withdrawn(session, instance, activity, user) -> UserTask:
    return returns.withdraw(session, done(session, instance, activity), user, "按错了")


def inner_of(session, outer) -> ProcessInstance:
    return session.scalars(select(ProcessInstance).where(ProcessInstance.parent_id == outer.id)).one()


def test_the_step_is_open_again_with_its_answers_and_all_is_as_before(session, clock, anna):
    instance = begin(session, process(session, SPLIT), number=1)
    do(session, instance, "a", anna, outcome="agree", number=2, more=True)
    fresh = withdrawn(session, instance, "a", anna)
    assert (fresh.assignee, waiting(session, instance)) == ("anna", ["a"])
    assert instances.variables(session, instance) == {"number": 1}
    assert returns.answers(session, fresh) == {"number": 2, "more": True, "outcome": "agree"}
    assert last(session, instance, "taken_back").data["reason"] == "按错了"
    assert sound(session)
    tasks.complete(session, fresh, anna, {"number": 3})
    assert waiting(session, instance) == ["b", "c"]
    assert sound(session)


def test_at_a_join_the_other_branch_waits_again(session, clock, anna, bob):
    instance = begin(session, process(session, SPLIT))
    do(session, instance, "a", anna)
    do(session, instance, "b", bob)
    do(session, instance, "c", anna)
    withdrawn(session, instance, "c", anna)
    assert waiting(session, instance) == ["c"]
    do(session, instance, "c", anna)
    do(session, instance, "d", anna)
    assert sound(session)


def test_a_claim_on_what_was_there_before_does_not_matter(session, clock, anna, bob):
    instance = begin(session, process(session, SPLIT))
    do(session, instance, "a", anna)
    do(session, instance, "b", anna)
    tasks.claim(session, step(session, instance, "c"), bob)
    withdrawn(session, instance, "b", anna)
    assert open_tasks(session, instance)["c"].assignee == "bob"
    assert sound(session)


def test_whoever_claimed_what_came_of_it_has_acted_on_it(session, clock, anna, bob):
    instance = begin(session, process(session, SPLIT))
    do(session, instance, "a", anna)
    tasks.claim(session, step(session, instance, "b"), bob)
    with pytest.raises(Conflict, match="鲍勃 has acted on “b” since"):
        withdrawn(session, instance, "a", anna)
    tasks.release(session, step(session, instance, "b"), bob)
    with pytest.raises(Conflict):
        withdrawn(session, instance, "a", anna)


def test_whoever_completed_something_since_has_gone_on(session, clock, anna, bob):
    instance = begin(session, process(session, SPLIT))
    do(session, instance, "a", anna)
    do(session, instance, "b", anna)
    do(session, instance, "c", bob)
    with pytest.raises(Conflict, match="鲍勃 has completed “c” since"):
        withdrawn(session, instance, "b", anna)


def test_who_answered_a_question_since_is_named_with_the_question(session, clock, anna, bob):
    instance = begin(session, process(session, SPLIT))
    do(session, instance, "a", anna)
    tasks.claim(session, step(session, instance, "b"), anna)
    asked_ = asked.ask(session, step(session, instance, "b"), anna, bob, "在哪里？")
    tasks.complete(session, asked_, bob, {"answer": "在二库"})
    with pytest.raises(Conflict, match="“在哪里？” since"):
        withdrawn(session, instance, "a", anna)


def test_whoever_has_begun_to_type_has_begun(session, clock, anna, bob):
    instance = begin(
        session,
        process(session, "start s\nuser a candidateGroups=registry\nuser b assignee=bob\nend e\ns -> a -> b -> e"),
    )
    do(session, instance, "a", anna)
    tasks.save_draft(session, step(session, instance, "b"), bob, {"x": ["1"]})
    session.flush()
    with pytest.raises(Conflict, match="鲍勃 has begun “b”"):
        withdrawn(session, instance, "a", anna)


def test_only_who_did_it_takes_it_back_and_says_why(session, clock, anna, bob):
    instance = begin(session, process(session, SPLIT))
    do(session, instance, "a", anna)
    task = done(session, instance, "a")
    with pytest.raises(Conflict, match="Only 安娜"):
        returns.withdraw(session, task, bob, "why")
    with pytest.raises(Invalid):
        returns.withdraw(session, task, anna, "")
    with pytest.raises(Conflict, match="is not completed"):
        returns.withdraw(session, step(session, instance, "b"), anna, "why")


def test_votes_that_ended_with_the_last_one_are_asked_for_again(session, clock, anna, bob):
    instance = begin(session, process(session, VOTES))
    first, second, third = session.scalars(
        select(UserTask).where(UserTask.instance_id == instance.id).order_by(UserTask.id)
    ).all()
    tasks.claim(session, third, bob)
    for task, who in ((first, anna), (second, bob)):
        tasks.complete(session, tasks.claim(session, task, who), who, {})
    assert waiting(session, instance) == ["d"]
    returns.withdraw(session, second, bob, "why")
    assert waiting(session, instance) == ["v", "v"]
    assert all(each.assignee == "bob" for each in open_tasks(session, instance).values())
    do(session, instance, "v", bob)
    assert waiting(session, instance) == ["d"]
    assert sound(session)


def test_timers_wait_again_for_their_old_time(session, clock, anna):
    instance = begin(session, process(session, WATCHED))
    (before,) = timers(session, instance)
    do(session, instance, "a", anna)
    clock.move(minutes=10)
    withdrawn(session, instance, "a", anna)
    (after,) = timers(session, instance)
    assert (before.id != after.id, before.due_at) == (True, after.due_at)
    assert sound(session)


def test_machine_work_not_begun_is_called_off_and_done_work_counts(office, clock, monkeypatch, anna):
    monkeypatch.setitem(registry.service_tasks, "test.stamp", lambda session, work: {"stamp": 1})
    with office.database.transaction() as session:
        instance = begin(session, process(session, STAMPED))
        do(session, instance, "a", anna)
        withdrawn(session, instance, "a", anna)
        assert sound(session)
        do(session, instance, "a", anna)
        instance_id = instance.id
    work(office)
    with office.database.transaction() as session, pytest.raises(Conflict, match="The machine has done “w” since"):
        withdrawn(session, session.get_one(ProcessInstance, instance_id), "a", anna)


def test_what_was_sent_is_sent(session, clock, anna):
    instance = begin(session, process(session, SENDING))
    do(session, instance, "a", anna)
    with pytest.raises(Conflict, match="“t” has been sent since"):
        withdrawn(session, instance, "a", anna)


def test_the_last_step_opens_the_case_again(session, clock, anna):
    instance = begin(session, process(session, INNER.replace("inner", "p"), x={"caseTitle": "完成了"}))
    do(session, instance, "x", anna)
    case = session.get_one(Case, instance.case_id)
    assert (instance.status, case.title) == (InstanceStatus.COMPLETED, "完成了")
    withdrawn(session, instance, "x", anna)
    assert (instance.status, instance.ended_at, case.closed_at, case.title) == (
        InstanceStatus.RUNNING,
        None,
        None,
        "一件事",
    )
    assert sound(session)
    do(session, instance, "x", anna)
    assert case.closed_at is not None
    assert sound(session)


def test_a_called_process_that_ended_runs_again_for_its_caller(session, clock, anna):
    definitions.deploy(session, drawn(INNER, "inner"), {}, "eve")
    outer = begin(session, process(session, OUTER))
    do(session, outer, "a", anna)
    inner = inner_of(session, outer)
    do(session, inner, "x", anna, answer=1)
    assert instances.variables(session, outer)["answer"] == 1
    withdrawn(session, inner, "x", anna)
    assert (inner.status, waiting(session, inner), waiting(session, outer)) == (InstanceStatus.RUNNING, ["x"], [])
    assert "answer" not in instances.variables(session, outer)
    assert sound(session)
    do(session, inner, "x", anna, answer=2)
    assert (waiting(session, outer), instances.variables(session, outer)["answer"]) == (["z"], 2)
    assert sound(session)


def test_a_called_process_that_began_ends_again_unless_somebody_acted_in_it(session, clock, anna, bob):
    definitions.deploy(session, drawn(INNER, "inner"), {}, "eve")
    outer = begin(session, process(session, OUTER))
    do(session, outer, "a", anna)
    inner = inner_of(session, outer)
    withdrawn(session, outer, "a", anna)
    assert inner.status is InstanceStatus.CANCELLED
    assert sound(session)
    do(session, outer, "a", anna)
    again = session.scalars(
        select(ProcessInstance).where(ProcessInstance.parent_id == outer.id).order_by(ProcessInstance.id.desc())
    ).first()
    tasks.claim(session, step(session, again, "x"), bob)
    with pytest.raises(Conflict, match="鲍勃 has acted on “x” since"):
        withdrawn(session, outer, "a", anna)


def test_a_step_that_does_more_than_answer_a_form_is_not_taken_back(session, clock, anna, monkeypatch):
    monkeypatch.setitem(registry.listeners, "test.heard", lambda *facts: {})
    instance = begin(session, process(session, SPLIT, a={"listener": "test.heard"}))
    do(session, instance, "a", anna)
    with pytest.raises(Conflict, match="does more than answer a form"):
        withdrawn(session, instance, "a", anna)
    monkeypatch.setattr(registry, "repeatable", {"test.heard"})
    withdrawn(session, instance, "a", anna)
    assert sound(session)


def test_not_while_suspended_and_not_twice(session, clock, anna, dora):
    instance = begin(session, process(session, SPLIT))
    do(session, instance, "a", anna)
    operations.suspend(session, instance, dora, "a pause")
    with pytest.raises(Conflict, match="suspended"):
        withdrawn(session, instance, "a", anna)
    operations.resume(session, instance, dora, "on")
    task = done(session, instance, "a")
    with pytest.raises(Conflict, match="has acted on"):
        returns.withdraw(session, task, anna, "why")


def test_what_was_taken_back_cannot_be_taken_back_again(session, clock, anna):
    instance = begin(session, process(session, SPLIT))
    do(session, instance, "a", anna)
    task = done(session, instance, "a")
    returns.withdraw(session, task, anna, "why")
    with pytest.raises(Conflict):
        returns.withdraw(session, task, anna, "why")


def test_what_was_sent_back_since_has_gone_on(session, clock, anna, bob):
    instance = begin(session, process(session, SPLIT))
    do(session, instance, "a", anna)
    do(session, instance, "b", anna)
    back(session, tasks.claim(session, step(session, instance, "c"), bob), bob, "a", REDO)
    with pytest.raises(Conflict, match="gone on since"):
        withdrawn(session, instance, "b", anna)


def test_what_is_too_old_is_forgotten(office, clock, anna):
    with office.database.transaction() as session:
        instance = begin(session, process(session, SPLIT))
        do(session, instance, "a", anna)
    assert footing.forget(office.database) == 0
    clock.move(days=8)
    assert footing.forget(office.database) == 1
    with office.database.transaction() as session, pytest.raises(Conflict, match="gone on since"):
        withdrawn(session, session.get_one(ProcessInstance, instance.id), "a", anna)


def test_one_row_is_kept_for_each_instance(session, clock, anna):
    instance = begin(session, process(session, SPLIT))
    for activity in ("a", "b", "c"):
        do(session, instance, activity, anna)
    kept = session.scalars(select(Footing)).one()
    assert (kept.instance_id, kept.task_id) == (instance.id, done(session, instance, "c").id)


def test_who_began_the_case_withdraws_it(session, clock, anna, bob):
    instance = begin(session, process(session, SPLIT))
    case = session.get_one(Case, instance.case_id)
    with pytest.raises(NotAllowed, match="Only 安娜, who began the case"):
        returns.withdraw_case(session, case, bob, "why")
    with pytest.raises(Invalid):
        returns.withdraw_case(session, case, anna, "")
    returns.withdraw_case(session, case, anna, "不需要了")
    assert (instance.status, case.closed_at is not None) == (InstanceStatus.CANCELLED, True)
    assert last(session, instance, "withdrawn").data["reason"] == "不需要了"
    with pytest.raises(NotAllowed, match="closed"):
        returns.withdraw_case(session, case, anna, "again")
    assert sound(session)


def test_the_diagram_may_keep_who_began_it_from_withdrawing(session, clock, anna):
    instance = begin(session, process(session, SPLIT, s={"withdraw": "never"}))
    with pytest.raises(NotAllowed, match="diagram does not let"):
        returns.withdraw_case(session, session.get_one(Case, instance.case_id), anna, "why")


def test_a_machine_s_case_is_nobody_s_to_withdraw(session, clock, anna):
    case = made.case(session)
    assert "who began the case" in str(returns.why_not_the_case(session, case, anna))


def test_what_a_later_step_of_the_same_person_moved_on_is_not_taken_back(session, clock, anna):
    """The called process stands where the step left it, but its caller has gone on and ended."""
    process(session, INNER, "inner")
    beside = OUTER.replace("s -> a -> k -> z -> e", "and f\nand j\ns -> f\nf -> k -> j\nf -> a -> z -> j\nj -> e")
    outer = begin(session, process(session, beside))
    inner = inner_of(session, outer)
    do(session, inner, "x", anna)
    for activity in ("a", "z"):
        do(session, outer, activity, anna)
    assert outer.status is InstanceStatus.COMPLETED
    with pytest.raises(Conflict, match="has completed “a” since"):
        withdrawn(session, inner, "x", anna)
    assert sound(session)
