"""Straight back to me: an earlier step is corrected beside the process, and the sender's step waits."""

from datetime import timedelta

import pytest

from tests.workflow.returns.desk import REDO, STRAIGHT, back, correction, key_of, sound, step, timers, waiting
from tests.workflow.world import begin, do, last, open_tasks, process, told
from workflow import instances, operations, registry, returns, tasks
from workflow.errors import Conflict, Invalid, NotAllowed, TaskNotOpen
from workflow.identity import User
from workflow.models import UserTask
from workflow.statuses import TaskStatus

LINE = """
    start s
    user a candidateGroups=registry
    user b candidateGroups=registry
    user c candidateGroups=registry
    end e
    s -> a -> b -> c -> e
"""
WATCHED = LINE.replace("    end e\n", "    boundary w on=c timer=PT1H\n    end late\n    end e\n    w -> late\n")


@pytest.fixture
def at_c(session, anna, bob, clock):
    """anna did a, bob did b and holds c."""
    instance = begin(session, process(session, LINE))
    do(session, instance, "a", anna, number=1, name="李四")
    do(session, instance, "b", bob, outcome="agree", amount=300)
    tasks.claim(session, step(session, instance, "c"), bob)
    return instance


def test_whoever_did_the_step_gets_it_to_correct(session, at_c, anna, bob):
    back(session, step(session, at_c, "c"), bob, "a", STRAIGHT, marks=["name"])
    asked = correction(session, "a")
    assert (asked.assignee, asked.parent_id) == ("anna", step(session, at_c, "c").id)
    assert returns.answers(session, asked) == {"number": 1, "name": "李四"}
    assert returns.of(session, asked).marks == ["name"]
    assert sound(session)


def test_no_token_moves_and_the_senders_step_waits(session, at_c, bob):
    sender = step(session, at_c, "c")
    before = instances.state(at_c)
    back(session, sender, bob, "a", STRAIGHT)
    assert instances.state(at_c) == before
    with pytest.raises(Conflict, match="“c” waits until 安娜 has corrected “a”"):
        tasks.complete(session, sender, bob, {})
    assert sender.assignee == "bob"


def test_the_answer_is_written_and_told_and_the_sender_goes_on(session, at_c, anna, bob):
    sender = step(session, at_c, "c")
    back(session, sender, bob, "a", STRAIGHT)
    tasks.complete(session, correction(session, "a"), anna, {"number": 2, "name": "李四", "more": True})
    known = instances.variables(session, at_c)
    assert (known["number"], known["more"]) == (2, True)
    (asked,) = returns.sent_from(session, sender)
    assert asked.before == {"number": [1], "more": []}
    assert last(session, at_c, "completed", "a").data["corrects"]
    tasks.complete(session, sender, bob, {})
    assert waiting(session, at_c) == []
    assert sound(session)


def test_the_button_pressed_decides_nothing_anew(session, at_c, anna, bob):
    back(session, step(session, at_c, "c"), bob, "b", STRAIGHT)
    tasks.complete(session, correction(session, "b"), bob, {"amount": 5}, outcome="refuse")
    assert instances.variables(session, at_c)["outcome"] == "agree"


def test_a_corrected_step_shows_its_corrected_answers_the_next_time(session, at_c, anna, bob):
    sender = step(session, at_c, "c")
    back(session, sender, bob, "a", STRAIGHT)
    tasks.complete(session, correction(session, "a"), anna, {"number": 2})
    back(session, sender, bob, "a", STRAIGHT)
    assert returns.answers(session, correction(session, "a")) == {"number": 2, "name": "李四"}
    assert sound(session)


def test_two_steps_can_be_corrected_at_once_but_none_twice(session, at_c, anna, bob):
    sender = step(session, at_c, "c")
    back(session, sender, bob, "a", STRAIGHT)
    back(session, sender, bob, "b", STRAIGHT)
    with pytest.raises(Conflict, match="“a” is being corrected already"):
        back(session, sender, bob, "a", STRAIGHT)
    tasks.complete(session, correction(session, "a"), anna, {})
    with pytest.raises(Conflict, match="has corrected “b”"):
        tasks.complete(session, sender, bob, {})
    tasks.complete(session, correction(session, "b"), bob, {})
    tasks.complete(session, sender, bob, {})
    assert sound(session)


def test_a_correction_can_be_sent_on_straight_but_nothing_redone_from_it(session, at_c, anna, bob):
    sender = step(session, at_c, "c")
    back(session, sender, bob, "b", STRAIGHT)
    asked = correction(session, "b")
    with pytest.raises(Conflict, match="only be sent on straight"):
        back(session, asked, bob, "a", REDO)
    back(session, asked, bob, "a", STRAIGHT)
    with pytest.raises(Conflict, match="waits until 安娜"):
        tasks.complete(session, asked, bob, {})
    tasks.complete(session, correction(session, "a"), anna, {"number": 9})
    tasks.complete(session, asked, bob, {})
    tasks.complete(session, sender, bob, {})
    assert instances.variables(session, at_c)["number"] == 9
    assert sound(session)


def test_what_hangs_on_a_step_ends_with_it(session, clock, anna, bob, dora):
    instance = begin(session, process(session, WATCHED))
    do(session, instance, "a", anna)
    do(session, instance, "b", bob)
    tasks.claim(session, step(session, instance, "c"), bob)
    back(session, step(session, instance, "c"), bob, "b", STRAIGHT)
    back(session, correction(session, "b"), bob, "a", STRAIGHT)
    operations.cancel(session, instance, dora, "over")
    assert session.query(UserTask).filter(UserTask.status == TaskStatus.OPEN).count() == 0
    assert told(session, instance).count(("cancelled", "a")) == 1
    assert sound(session)


def test_the_timer_of_the_senders_step_goes_on(session, clock, anna, bob):
    instance = begin(session, process(session, WATCHED))
    do(session, instance, "a", anna)
    do(session, instance, "b", bob)
    (timer,) = timers(session, instance)
    tasks.claim(session, step(session, instance, "c"), bob)
    back(session, step(session, instance, "c"), bob, "a", STRAIGHT)
    assert [(each.id, each.due_at) for each in timers(session, instance)] == [(timer.id, timer.due_at)]


def test_who_is_gone_is_asked_for_nothing(session, at_c, anna, bob):
    session.get_one(User, "anna").active = False
    session.flush()
    back(session, step(session, at_c, "c"), bob, "a", STRAIGHT)
    asked = correction(session, "a")
    assert asked.assignee is None
    assert tasks.candidates(session, asked) == ["group:registry"]
    tasks.claim(session, asked, bob)
    tasks.complete(session, asked, bob, {})
    assert sound(session)


def test_the_sender_needs_no_answer_any_more(session, at_c, anna, bob):
    sender = step(session, at_c, "c")
    back(session, sender, bob, "a", STRAIGHT)
    asked = correction(session, "a")
    with pytest.raises(NotAllowed, match="is not yours"):
        returns.recall(session, asked, anna, "why")
    with pytest.raises(Invalid):
        returns.recall(session, asked, bob, " ")
    returns.recall(session, asked, bob, "it was right")
    with pytest.raises(TaskNotOpen):
        tasks.complete(session, asked, anna, {})
    with pytest.raises(TaskNotOpen):
        returns.recall(session, asked, bob, "again")
    tasks.complete(session, sender, bob, {})
    assert sound(session)


def test_a_correction_waits_while_its_process_is_suspended(session, at_c, anna, bob, dora):
    back(session, step(session, at_c, "c"), bob, "a", STRAIGHT)
    operations.suspend(session, at_c, dora, "a pause")
    with pytest.raises(Conflict, match="suspended"):
        tasks.complete(session, correction(session, "a"), anna, {})
    with pytest.raises(Conflict, match="suspended"):
        returns.send_back(session, step(session, at_c, "c"), bob, "x", REDO, "why")
    assert returns.targets(session, step(session, at_c, "c"), bob) == []


def test_a_condition_hears_of_what_was_corrected(session, clock, anna, bob):
    drawing = LINE.replace(
        "    end e\n",
        '    boundary x on=c conditional="number > 5" quiet\n    user d candidateGroups=registry\n    end f\n    end e\n    x -> d -> f\n',
    )
    instance = begin(session, process(session, drawing))
    do(session, instance, "a", anna, number=1)
    do(session, instance, "b", bob)
    tasks.claim(session, step(session, instance, "c"), bob)
    back(session, step(session, instance, "c"), bob, "a", STRAIGHT)
    tasks.complete(session, correction(session, "a"), anna, {"number": 6})
    assert waiting(session, instance) == ["c", "d"]
    assert sound(session)


def test_a_step_that_does_more_than_answer_a_form_is_not_corrected_beside(session, clock, anna, bob, monkeypatch):
    heard = []
    monkeypatch.setitem(registry.listeners, "test.heard", lambda *facts: heard.append(facts) or {"heard": len(heard)})
    instance = begin(session, process(session, LINE, a={"listener": "test.heard"}))
    do(session, instance, "a", anna)
    do(session, instance, "b", bob)
    sender = tasks.claim(session, step(session, instance, "c"), bob)
    with pytest.raises(Conflict, match="does more than answer a form"):
        back(session, sender, bob, "a", STRAIGHT)
    monkeypatch.setattr(registry, "repeatable", {"test.heard"})
    back(session, sender, bob, "a", STRAIGHT)
    tasks.complete(session, correction(session, "a"), anna, {})
    assert instances.variables(session, instance)["heard"] == 2


def test_only_who_holds_the_task_sends_it_back_and_says_why(session, at_c, anna, bob):
    sender = step(session, at_c, "c")
    key = key_of(session, sender, bob, "a")
    with pytest.raises(NotAllowed, match="is not yours"):
        returns.send_back(session, sender, anna, key, STRAIGHT, "why")
    with pytest.raises(Invalid):
        returns.send_back(session, sender, bob, key, STRAIGHT, "  ")
    with pytest.raises(Conflict, match="cannot be gone back to"):
        returns.send_back(session, sender, bob, "1:nowhere", STRAIGHT, "why")
    with pytest.raises(Invalid):
        returns.send_back(session, sender, bob, key, STRAIGHT, "why", [f"field{n}" for n in range(51)])
    assert returns.targets(session, sender, anna) == []


@pytest.mark.parametrize(
    "rule, wanted", [("none", []), ("starter", ["a"]), ("b", ["b"]), ("a, b", ["b", "a"]), ("", ["b", "a"])]
)
def test_the_diagram_says_where_a_step_may_be_sent_back_to(session, clock, anna, bob, rule, wanted):
    instance = begin(session, process(session, LINE, c={"sendBack": rule} if rule else {}))
    do(session, instance, "a", anna)
    do(session, instance, "b", bob)
    sender = tasks.claim(session, step(session, instance, "c"), bob)
    assert [each.activity.id for each in returns.targets(session, sender, bob)] == wanted


def test_a_send_back_raced_by_a_completion_is_told_so(office, clock, anna, bob):
    with office.database.transaction() as session:
        instance = begin(session, process(session, LINE))
        do(session, instance, "a", anna)
        do(session, instance, "b", bob)
        sender = tasks.claim(session, open_tasks(session, instance)["c"], bob)
        task_id, key = sender.id, key_of(session, sender, bob, "a")
    with office.database.reading() as session:
        seen = session.get_one(UserTask, task_id)
        session.expunge_all()
    with office.database.transaction() as session:
        tasks.complete(session, tasks.find(session, task_id, bob), bob, {})
    assert seen.status is TaskStatus.OPEN
    with pytest.raises(TaskNotOpen), office.database.transaction() as session:
        returns.send_back(session, session.merge(seen, load=False), bob, key, STRAIGHT, "why")
    with office.database.reading() as session:
        assert sound(session)


def test_time_passes_for_a_correction_as_for_the_step(session, clock, anna, bob):
    instance = begin(session, process(session, LINE, a={"dueDate": "P2D"}))
    do(session, instance, "a", anna)
    do(session, instance, "b", bob)
    clock.move(days=5)
    back(session, tasks.claim(session, step(session, instance, "c"), bob), bob, "a", STRAIGHT)
    asked = correction(session, "a")
    assert asked.due_at - asked.created_at == timedelta(days=2)
