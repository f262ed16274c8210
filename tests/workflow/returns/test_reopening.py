"""A closed case goes on at a step of it."""

import pytest
from sqlalchemy import select

from tests.workflow.returns.desk import SPLIT, sound, step, waiting
from tests.workflow.separation.guards import guards
from tests.workflow.world import begin, do, drawn, last, process
from workflow import definitions, operations, returns, separation
from workflow.errors import Conflict, Invalid, NotAllowed
from workflow.models import Case, ProcessInstance, Variable
from workflow.separation import agreements
from workflow.statuses import InstanceStatus

CHECKED = "start s\nuser a candidateGroups=registry\nuser b candidateGroups=registry\nuser c candidateGroups=registry\nend e\ns -> a -> b -> c -> e"
SOMETIMES = """
    start s
    user a candidateGroups=registry
    xor g
    user b candidateGroups=registry
    user c candidateGroups=registry
    end e
    s -> a -> g
    g -> b -> c -> e if large = true
    g -> c default
"""
APART = {"b": {"differentFrom": "a"}}


@pytest.fixture
def closed(session, clock, anna, bob):
    instance = begin(session, process(session, SPLIT))
    for activity in ("a", "b", "c"):
        do(session, instance, activity, anna, by=activity)
    do(session, instance, "d", bob, agreed=True)
    return instance


def case_of(session, instance) -> Case:
    return session.get_one(Case, instance.case_id)


def test_the_step_goes_to_who_did_it_and_the_case_is_open(session, closed, dora):
    made = returns.reopen(session, case_of(session, closed), dora, f"{closed.id}:d", "有遗漏")
    fresh = step(session, closed, "d")
    assert (fresh.assignee, returns.of(session, fresh).id) == ("bob", made.id)
    assert returns.answers(session, fresh) == {"agreed": True}
    assert (case_of(session, closed).closed_at, closed.status, closed.ended_at) == (None, InstanceStatus.RUNNING, None)
    assert last(session, closed, "reopened").data == {
        "reason": "有遗漏",
        "round": 2,
        "void": [last(session, closed, "completed", "d").data["task"]],
    }
    assert sound(session)


def test_it_is_searched_by_its_facts_again_and_closes_again(session, closed, anna, bob, dora):
    returns.reopen(session, case_of(session, closed), dora, f"{closed.id}:a", "有遗漏")
    assert all(session.scalars(select(Variable.live).where(Variable.instance_id == closed.id)))
    for activity in ("a", "b", "c", "d"):
        do(session, closed, activity, anna if activity == "a" else bob)
    assert case_of(session, closed).closed_at is not None
    assert sound(session)


def test_only_steps_where_the_process_may_stand_alone_are_offered(session, closed):
    assert [each.activity.id for each in returns.entrances(session, case_of(session, closed))] == ["a", "d"]


def test_only_those_entitled_reopen_and_say_why(session, closed, anna, dora):
    case = case_of(session, closed)
    with pytest.raises(NotAllowed):
        returns.reopen(session, case, anna, f"{closed.id}:d", "why")
    with pytest.raises(Invalid):
        returns.reopen(session, case, dora, f"{closed.id}:d", " ")
    with pytest.raises(Conflict, match="cannot go on at this step"):
        returns.reopen(session, case, dora, f"{closed.id}:b", "why")
    returns.reopen(session, case, dora, f"{closed.id}:d", "why")
    with pytest.raises(Conflict, match="The case is open"):
        returns.reopen(session, case, dora, f"{closed.id}:d", "why")


def test_what_was_ended_before_its_time_can_be_reopened_too(session, clock, anna, dora):
    instance = begin(session, process(session, SPLIT))
    do(session, instance, "a", anna)
    operations.cancel(session, instance, dora, "entered twice")
    returns.reopen(session, case_of(session, instance), dora, f"{instance.id}:a", "it was not")
    assert (waiting(session, instance), step(session, instance, "a").assignee) == (["a"], "anna")
    assert sound(session)


def test_what_others_called_is_no_entrance(session, clock, anna, dora):
    inner = "start s\nuser x candidateGroups=registry\nend e\ns -> x -> e"
    definitions.deploy(session, drawn(inner, "inner"), {}, "eve")
    outer = begin(
        session,
        process(session, "start s\ncall k calls=inner\nuser z candidateGroups=registry\nend e\ns -> k -> z -> e"),
    )
    called = session.scalars(select(ProcessInstance).where(ProcessInstance.parent_id == outer.id)).one()
    do(session, called, "x", anna)
    do(session, outer, "z", anna)
    assert [each.key for each in returns.entrances(session, case_of(session, outer))] == [f"{outer.id}:z"]
    returns.reopen(session, case_of(session, outer), dora, f"{outer.id}:z", "why")
    assert sound(session)


# Separation of duty


def test_behind_protected_work_that_was_not_done_it_is_opened_by_two(session, clock, anna, dora):
    guard, _other = guards(session)
    instance = begin(session, process(session, CHECKED, **APART))
    do(session, instance, "a", anna)
    operations.cancel(session, instance, dora, "entered twice")
    case, at = case_of(session, instance), f"{instance.id}:c"
    with pytest.raises(separation.NeedsAgreement, match="passes by “b”"), session.begin_nested():
        returns.reopen(session, case, dora, at, "it was not")
    asked = returns.ask_to_reopen(session, case, dora, at, "it was not")
    with pytest.raises(NotAllowed, match="a second person must agree"):
        agreements.agree(session, asked, dora)
    agreements.agree(session, asked, guard)
    assert waiting(session, instance) == ["c"]
    told = last(session, instance, "reopened")
    assert (told.actor, told.data["agreed_by"], told.data["reason"]) == ("dora", "gao", "it was not")
    assert sound(session)


def test_where_nothing_protected_is_left_behind_nobody_else_is_asked(session, clock, anna, bob, dora):
    instance = begin(session, process(session, CHECKED, **APART))
    do(session, instance, "a", anna)
    do(session, instance, "b", bob)
    operations.cancel(session, instance, dora, "entered twice")
    with pytest.raises(Conflict, match="nobody else need agree"):
        returns.ask_to_reopen(session, case_of(session, instance), dora, f"{instance.id}:c", "it was not")
    returns.reopen(session, case_of(session, instance), dora, f"{instance.id}:c", "it was not")
    assert waiting(session, instance) == ["c"]


@pytest.mark.parametrize(("large", "reached"), [(False, True), (True, False)])
def test_what_only_some_ways_do_is_asked_of_a_case_that_was_not_there(session, clock, anna, dora, large, reached):
    instance = begin(session, process(session, SOMETIMES, **APART))
    do(session, instance, "a", anna, large=large)
    operations.cancel(session, instance, dora, "entered twice")
    case, at = case_of(session, instance), f"{instance.id}:c"
    if reached:
        returns.reopen(session, case, dora, at, "it was not")
        assert waiting(session, instance) == ["c"]
    else:
        with pytest.raises(separation.NeedsAgreement, match="passes by “b”"):
            returns.reopen(session, case, dora, at, "it was not")


def test_what_was_made_void_counts_as_not_done(session, clock, anna, bob, dora):
    instance = begin(session, process(session, CHECKED, **APART))
    do(session, instance, "a", anna)
    do(session, instance, "b", bob)
    do(session, instance, "c", anna)
    returns.reopen(session, case_of(session, instance), dora, f"{instance.id}:a", "有遗漏")
    operations.cancel(session, instance, dora, "entered twice")
    with pytest.raises(separation.NeedsAgreement, match="passes by “a”、“b”"):
        returns.reopen(session, case_of(session, instance), dora, f"{instance.id}:c", "it was not")


def test_a_call_of_a_process_with_rules_is_not_passed_by_alone(session, clock, anna, dora):
    definitions.deploy(session, drawn(CHECKED, "inner", **APART), {}, "eve")
    outer = "start s\nuser a candidateGroups=registry\ncall k calls=inner\nuser z candidateGroups=registry\nend e\ns -> a -> k -> z -> e"
    instance = begin(session, process(session, outer))
    operations.cancel(session, instance, dora, "entered twice")
    with pytest.raises(separation.NeedsAgreement, match="passes by “k”"):
        returns.reopen(session, case_of(session, instance), dora, f"{instance.id}:z", "it was not")
