"""Redo everything after: the process goes on from an earlier step once more."""

import pytest
from sqlalchemy import select

from tests.workflow.returns.desk import REDO, SPLIT, STRAIGHT, back, correction, key_of, sound, step, timers, waiting
from tests.workflow.world import begin, do, drawn, last, open_tasks, process, work
from workflow import cases, definitions, instances, registry, returns, tasks
from workflow.errors import Conflict
from workflow.identity import User
from workflow.models import ProcessInstance, UserTask
from workflow.statuses import InstanceStatus

LINE = """
    start s
    user a candidateGroups=registry
    service w topic=test.stamp
    user b candidateGroups=registry
    boundary t on=b timer=PT1H
    user c candidateGroups=registry
    end late
    end e
    s -> a -> w -> b -> c -> e
    t -> late
"""
VOTES = """
    start s
    user a candidateGroups=registry
    user v times=3 candidateGroups=registry
    user d candidateGroups=registry
    end e
    s -> a -> v -> d -> e
"""
OUTER = "start s\nuser a candidateGroups=registry\ncall k calls=inner\nuser z candidateGroups=registry\nend e\ns -> a -> k -> z -> e"
INNER = "start s\nuser x candidateGroups=registry\nuser y candidateGroups=registry\nend e\ns -> x -> y -> e"


@pytest.fixture
def stamps(monkeypatch):
    """How often the machine has stamped."""
    found = []
    monkeypatch.setitem(
        registry.service_tasks, "test.stamp", lambda session, work: found.append(1) or {"stamp": len(found)}
    )
    return found


def held(session, instance, activity, user) -> UserTask:
    return tasks.claim(session, step(session, instance, activity), user)


def at_b(office, anna) -> int:
    with office.database.transaction() as session:
        instance = begin(session, process(session, LINE))
        do(session, instance, "a", anna, number=1)
    work(office)
    return instance.id


def test_the_step_goes_to_who_did_it_with_what_was_answered(session, clock, anna, bob):
    instance = begin(session, process(session, SPLIT))
    do(session, instance, "a", anna, number=1)
    sender = held(session, instance, "b", bob)
    made = back(session, sender, bob, "a", REDO, marks=["number"])
    fresh = step(session, instance, "a")
    assert (fresh.assignee, returns.of(session, fresh).id, returns.answers(session, fresh)) == (
        "anna",
        made.id,
        {"number": 1},
    )
    assert waiting(session, instance) == ["a"]
    assert last(session, instance, "sent_back").data["round"] == 2
    assert returns.number(session, instance.case_id) == 2
    assert sound(session)


def test_branches_that_began_after_it_end_with_it(session, clock, anna, bob):
    instance = begin(session, process(session, SPLIT))
    do(session, instance, "a", anna)
    held(session, instance, "c", anna)
    back(session, held(session, instance, "b", bob), bob, "a", REDO)
    assert waiting(session, instance) == ["a"]
    for activity in ("a", "b", "c", "d"):
        do(session, instance, activity, anna)
    assert instance.status is InstanceStatus.COMPLETED
    assert sound(session)


def test_votes_are_void_and_given_anew(session, clock, anna, bob):
    instance = begin(session, process(session, VOTES))
    do(session, instance, "a", anna)
    for who in (anna, bob):
        do(session, instance, "v", who)
    back(session, held(session, instance, "v", bob), bob, "a", REDO)
    assert len(last(session, instance, "sent_back").data["void"]) == 3
    do(session, instance, "a", anna)
    assert waiting(session, instance) == ["v", "v", "v"]
    assert sound(session)


def test_several_who_signed_sign_again_each_for_their_own(session, clock, anna, bob):
    instance = begin(session, process(session, VOTES))
    do(session, instance, "a", anna)
    who = {1: anna, 2: bob, 3: anna}
    query = (
        select(UserTask).where(UserTask.instance_id == instance.id, UserTask.activity_id == "v").order_by(UserTask.id)
    )
    for task in session.scalars(query).all():
        tasks.complete(
            session,
            tasks.claim(session, task, who[task.local_variables["loopCounter"]]),
            who[task.local_variables["loopCounter"]],
            {},
        )
    back(session, held(session, instance, "d", bob), bob, "v", REDO)
    again = session.scalars(query.where(UserTask.completed_by.is_(None))).all()
    assert [each.assignee for each in again] == ["anna", "bob", "anna"]
    assert sound(session)


def test_machine_work_passed_again_is_done_again(office, clock, stamps, anna, bob):
    instance_id = at_b(office, anna)
    with office.database.transaction() as session:
        instance = session.get_one(ProcessInstance, instance_id)
        back(session, held(session, instance, "b", bob), bob, "a", REDO)
        assert timers(session, instance) == []
        assert instances.variables(session, instance)["stamp"] == 1
        do(session, instance, "a", anna)
    work(office)
    with office.database.reading() as session:
        assert instances.variables(session, session.get_one(ProcessInstance, instance_id))["stamp"] == 2
        assert len(timers(session, session.get_one(ProcessInstance, instance_id))) == 1
        assert sound(session)


def test_work_to_be_done_once_is_done_once(office, clock, stamps, monkeypatch, anna, bob):
    monkeypatch.setattr(registry, "once", {"test.stamp"})
    instance_id = at_b(office, anna)
    with office.database.transaction() as session:
        instance = session.get_one(ProcessInstance, instance_id)
        back(session, held(session, instance, "b", bob), bob, "a", REDO)
        do(session, instance, "a", anna)
    work(office)
    with office.database.reading() as session:
        instance = session.get_one(ProcessInstance, instance_id)
        assert (waiting(session, instance), len(stamps)) == (["b"], 1)
        assert last(session, instance, "completed", "w").data["once"]
        assert sound(session)


def test_from_a_called_process_to_a_step_of_its_caller(session, clock, anna, bob):
    definitions.deploy(session, drawn(INNER, "inner"), {}, "eve")
    outer = begin(session, process(session, OUTER))
    do(session, outer, "a", anna)
    inner = session.scalars(select(ProcessInstance).where(ProcessInstance.parent_id == outer.id)).one()
    do(session, inner, "x", anna)
    sender = held(session, inner, "y", bob)
    assert {each.activity.id for each in returns.targets(session, sender, bob)} == {"x", "a"}
    back(session, sender, bob, "a", REDO)
    assert (inner.status, waiting(session, outer)) == (InstanceStatus.CANCELLED, ["a"])
    do(session, outer, "a", anna)
    again = session.scalars(
        select(ProcessInstance).where(ProcessInstance.parent_id == outer.id).order_by(ProcessInstance.id)
    ).all()
    assert [each.status for each in again] == [InstanceStatus.CANCELLED, InstanceStatus.RUNNING]
    assert waiting(session, again[1]) == ["x"]
    assert sound(session)


def test_a_step_of_the_caller_is_corrected_while_the_called_process_waits(session, clock, anna, bob):
    definitions.deploy(session, drawn(INNER, "inner"), {}, "eve")
    outer = begin(session, process(session, OUTER))
    do(session, outer, "a", anna, number=1)
    inner = session.scalars(select(ProcessInstance).where(ProcessInstance.parent_id == outer.id)).one()
    sender = held(session, inner, "x", bob)
    back(session, sender, bob, "a", STRAIGHT)
    asked = correction(session, "a")
    assert asked.instance_id == outer.id
    tasks.complete(session, asked, anna, {"number": 2})
    assert instances.variables(session, outer)["number"] == 2
    tasks.complete(session, sender, bob, {})
    assert sound(session)


def test_what_a_round_made_void_is_no_target_any_more(session, clock, anna, bob):
    instance = begin(session, process(session, SPLIT))
    do(session, instance, "a", anna)
    do(session, instance, "b", bob)
    do(session, instance, "c", bob)
    back(session, held(session, instance, "d", bob), bob, "a", REDO)
    do(session, instance, "a", anna)
    sender = held(session, instance, "b", bob)
    assert [each.activity.id for each in returns.targets(session, sender, bob)] == ["a"]


def test_a_loop_twice_round_is_numbered(session, clock, anna, bob):
    instance = begin(session, process(session, SPLIT))
    for round_ in (1, 2, 3):
        assert returns.number(session, instance.case_id) == round_
        do(session, instance, "a", anna, number=round_)
        if round_ < 3:
            back(session, held(session, instance, "b", bob), bob, "a", REDO)
            assert returns.answers(session, step(session, instance, "a")) == {"number": round_}
    assert sound(session)


def test_what_cannot_be_redone_says_why(session, clock, anna, bob):
    instance = begin(session, process(session, SPLIT))
    do(session, instance, "a", anna)
    do(session, instance, "c", bob)
    sender = held(session, instance, "b", bob)
    target = next(each for each in returns.targets(session, sender, bob) if each.activity.id == "c")
    assert target.modes == [STRAIGHT]
    with pytest.raises(Conflict, match="wait for ever|cannot be reached"):
        back(session, sender, bob, "c", REDO)
    with pytest.raises(Conflict):
        returns.preview(session, sender, bob, target.key, REDO)


def test_who_has_left_does_not_get_it_again(session, clock, anna, bob):
    instance = begin(session, process(session, SPLIT))
    do(session, instance, "a", anna)
    session.get_one(User, "anna").active = False
    session.flush()
    back(session, held(session, instance, "b", bob), bob, "a", REDO)
    fresh = step(session, instance, "a")
    assert (fresh.assignee, tasks.candidates(session, fresh)) == (None, ["group:registry"])


def test_separation_looks_at_what_stands_in_whatever_round(session, clock, anna, bob):
    instance = begin(session, process(session, SPLIT, d={"differentFrom": "b"}))
    do(session, instance, "a", anna)
    do(session, instance, "b", bob)
    back(session, held(session, instance, "c", anna), anna, "a", REDO)
    for activity in ("a", "b", "c"):
        do(session, instance, activity, anna)
    assert "another person" in str(tasks.why_not(session, step(session, instance, "d"), anna))
    assert tasks.why_not(session, step(session, instance, "d"), bob) is None


def started(session, anna, drawing=SPLIT, **variables):
    """Begun by anna through a start form."""
    case = cases.open_case(session, f"件{len(variables)}", "一件事", "p", "anna")
    definition = process(session, drawing.replace("start s\n", "start s formKey=begin\n"))
    return instances.start(session, definition, case, "anna", variables)


@pytest.fixture
def with_form(session, monkeypatch):
    form = b'{"type":"default","components":[{"type":"textfield","key":"name","label":"n"}]}'
    deploy = definitions.deploy
    monkeypatch.setattr(
        definitions, "deploy", lambda s, xml, _resources, by, **more: deploy(s, xml, {"begin.form": form}, by, **more)
    )


def test_the_starter_corrects_the_start_form(session, with_form, clock, anna, bob):
    instance = started(session, anna, name="李四")
    do(session, instance, "a", bob)
    sender = held(session, instance, "b", bob)
    back(session, sender, bob, "s", STRAIGHT)
    asked = correction(session, "s")
    assert (asked.assignee, asked.form_key, returns.answers(session, asked)) == ("anna", "begin", {"name": "李四"})
    tasks.complete(session, asked, anna, {"name": "李五"})
    assert instances.variables(session, instance)["name"] == "李五"
    back(session, sender, bob, "s", STRAIGHT)
    assert returns.answers(session, correction(session, "s")) == {"name": "李五"}
    assert sound(session)


def test_from_the_start_form_everything_begins_anew_once_it_is_corrected(session, with_form, clock, anna, bob):
    instance = started(session, anna, name="李四")
    do(session, instance, "a", bob)
    back(session, held(session, instance, "b", bob), bob, "s", REDO)
    assert waiting(session, instance) == ["b", "c"]
    tasks.complete(session, correction(session, "s"), anna, {"name": "李五"})
    assert waiting(session, instance) == ["a"]
    assert list(open_tasks(session, instance)) == ["a"]
    assert sound(session)


def test_the_preview_says_what_would_come_of_it_and_does_nothing(session, clock, anna, bob):
    instance = begin(session, process(session, SPLIT))
    do(session, instance, "a", anna)
    held(session, instance, "c", anna)
    sender = held(session, instance, "b", bob)
    seen = instance.revision
    said = [str(each) for each in returns.preview(session, sender, bob, key_of(session, sender, bob, "a"), REDO).said]
    assert said[0] == "安娜 gets “a” with what was answered filled in."
    assert "“c” with 安娜 is withdrawn." in said
    straight = returns.preview(session, sender, bob, key_of(session, sender, bob, "a"), STRAIGHT).said
    assert "Nothing else moves" in str(straight[2])
    assert (instance.revision, waiting(session, instance)) == (seen, ["b", "c"])


def test_the_preview_counts_votes_work_and_called_processes(office, session, clock, stamps, anna, bob):
    definitions.deploy(session, drawn(INNER, "inner"), {}, "eve")
    outer = begin(session, process(session, OUTER))
    do(session, outer, "a", anna)
    inner = session.scalars(select(ProcessInstance).where(ProcessInstance.parent_id == outer.id)).one()
    sender = held(session, inner, "x", bob)
    said = [str(each) for each in returns.preview(session, sender, bob, key_of(session, sender, bob, "a"), REDO).said]
    assert any("The called process “inner” ends" in each for each in said)
    votes = begin(session, process(session, VOTES, "q"))
    do(session, votes, "a", anna)
    do(session, votes, "v", anna)
    sender = held(session, votes, "v", bob)
    said = [str(each) for each in returns.preview(session, sender, bob, key_of(session, sender, bob, "a"), REDO).said]
    assert "1 votes or answers given by several are void; the history keeps them." in said
