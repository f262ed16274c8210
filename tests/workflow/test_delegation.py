"""Delegate and get back: another does the work, who delegated it completes it."""

import pytest

from tests.workflow import made
from tests.workflow.world import REVIEW, begin, do, last, open_tasks, process
from workflow import fsck, history, tasks
from workflow.errors import NotAllowed, TaskNotOpen
from workflow.identity import User

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def held(session, anna):
    """anna has a task."""
    return tasks.claim(session, made.task(session), anna)


def test_the_delegate_need_not_be_a_candidate_and_may_see_the_case(session, held, anna, carl):
    tasks.delegate(session, held, anna, carl, "你熟悉这批材料")

    assert (held.assignee, held.delegated_by) == ("carl", "anna")
    assert tasks.find(session, held.id, carl) is held
    told = history.timeline(session, held.case)[-1]
    assert (told.kind, told.person) == ("delegated", "安娜")
    assert told.data == {"task": held.id, "to": "carl", "reason": "你熟悉这批材料"}


def test_the_delegate_does_not_complete_it_and_reads_why(session, held, anna, carl):
    tasks.delegate(session, held, anna, carl)

    said = "“核对” was delegated to you by 安娜: give it back when you are done, and they complete it."
    assert str(tasks.why_not(session, held, carl)) == said


def test_what_the_delegate_entered_stands_in_the_delegator_s_form(session, held, anna, carl):
    tasks.save_draft(session, held, anna, {"seen": ["旧"]})
    tasks.delegate(session, held, anna, carl)
    tasks.save_draft(session, held, carl, {"seen": ["齐全"]})
    tasks.give_back(session, held, carl, "已核对")

    assert (held.assignee, held.delegated_by, held.prepared_by) == ("anna", None, ["carl"])
    assert tasks.draft(session, held, anna).values == {"seen": ["齐全"]}
    assert tasks.draft(session, held, carl) is None
    told = history.timeline(session, held.case)[-1]
    assert (told.kind, told.data["before"], told.data["to"], told.data["reason"]) == (
        "handed_back",
        "carl",
        "anna",
        "已核对",
    )


def test_the_delegator_s_own_entry_is_kept_when_the_delegate_entered_nothing(session, held, anna, carl):
    tasks.save_draft(session, held, anna, {"seen": ["旧"]})
    tasks.delegate(session, held, anna, carl)
    tasks.give_back(session, held, carl)

    assert tasks.draft(session, held, anna).values == {"seen": ["旧"]}


def test_the_completion_names_the_delegate_too(session, anna, carl):
    instance = begin(session, process(session, REVIEW))
    task = tasks.claim(session, open_tasks(session, instance)["open"], anna)
    tasks.delegate(session, task, anna, carl)
    with pytest.raises(NotAllowed, match="was delegated to you by 安娜"):
        tasks.complete(session, task, carl, {})
    tasks.give_back(session, task, carl)
    tasks.complete(session, task, anna, {"seen": "齐全"})

    assert (task.completed_by, task.prepared_by) == ("anna", ["carl"])
    assert last(session, instance, "completed", "open").data["prepared_by"] == ["carl"]
    assert list(fsck.run(session)) == []


def test_the_delegator_takes_it_back(session, held, anna, carl):
    tasks.delegate(session, held, anna, carl)
    tasks.give_back(session, held, anna, "不用了")

    assert held.assignee == "anna"
    assert history.timeline(session, held.case)[-1].kind == "recalled"


def test_what_was_delegated_is_neither_released_nor_handed_over_nor_delegated_again(session, held, anna, bob, carl):
    tasks.delegate(session, held, anna, bob)

    for move in (
        lambda: tasks.release(session, held, bob),
        lambda: tasks.assign(session, held, bob, anna),
        lambda: tasks.delegate(session, held, bob, carl),
    ):
        with pytest.raises(NotAllowed, match="give it back instead"):
            move()


def test_only_who_holds_it_delegates_and_only_they_two_end_it(session, held, anna, bob, carl, dora):
    with pytest.raises(NotAllowed, match="is not yours; claim it first"):
        tasks.delegate(session, held, dora, carl)
    tasks.delegate(session, held, anna, carl)
    with pytest.raises(NotAllowed, match="is not yours"):
        tasks.give_back(session, held, bob)
    assert tasks.give_back(session, held, dora).assignee == "anna"
    with pytest.raises(NotAllowed, match="was not delegated"):
        tasks.give_back(session, held, anna)


def test_nobody_delegates_to_themselves_or_to_who_has_left(session, held, anna):
    with pytest.raises(NotAllowed, match="You have it already"):
        tasks.delegate(session, held, anna, anna)
    bob = session.get_one(User, "bob")
    bob.active = False
    with pytest.raises(NotAllowed, match="鲍勃 is no longer active"):
        tasks.delegate(session, held, anna, bob)


def test_an_ended_task_is_neither_delegated_nor_given_back(session, anna, carl):
    task = made.task(session, completed_by="anna")

    for move in (lambda: tasks.delegate(session, task, anna, carl), lambda: tasks.give_back(session, task, anna)):
        with pytest.raises(TaskNotOpen):
            move()


@pytest.mark.parametrize(("first", "holder", "delegate"), [("carl", "anna", "carl"), ("bob", "bob", "carl")])
def test_a_rule_of_separation_asks_about_both(session, first, holder, delegate):
    """Who opened it may neither check it for another nor have another check it for them."""
    drawing = REVIEW.replace("open candidateGroups=registry", f"open assignee={first}").replace(
        "check candidateGroups=registry", f"check assignee={holder}"
    )
    instance = begin(session, process(session, drawing, check={"differentFrom": "open"}))
    do(session, instance, "open", session.get_one(User, first))
    task = open_tasks(session, instance)["check"]

    with pytest.raises(NotAllowed, match="another person"):
        tasks.delegate(session, task, session.get_one(User, holder), session.get_one(User, delegate))


def test_who_prepared_an_act_stands_behind_it(session, anna, bob, carl):
    """carl has prepared the opening, so carl may not check it."""
    drawing = REVIEW.replace("check candidateGroups=registry", "check")
    said = {"differentFrom": "open", "candidateUsers": "carl,bob"}
    instance = begin(session, process(session, drawing, check=said))
    task = tasks.claim(session, open_tasks(session, instance)["open"], anna)
    tasks.delegate(session, task, anna, carl)
    tasks.give_back(session, task, carl)
    tasks.complete(session, task, anna, {})
    check = open_tasks(session, instance)["check"]

    assert "another person" in str(tasks.why_not(session, check, carl))
    assert tasks.why_not(session, check, bob) is None


def test_when_the_delegator_has_left_it_is_the_delegate_s_own(session, held, anna, carl):
    tasks.delegate(session, held, anna, carl)
    session.get_one(User, "anna").active = False
    tasks.give_back(session, held, carl)

    assert (held.assignee, held.delegated_by, held.prepared_by) == ("carl", None, [])
    assert held.remark == ["{person}, who delegated this, is no longer here: it is yours now.", {"person": "安娜"}]
    assert tasks.why_not(session, held, carl) is None


def test_a_head_hands_over_what_their_people_have_in_hand(session, held, carl, bob):
    with pytest.raises(NotAllowed, match="is not yours"):
        tasks.assign(session, held, carl, bob)
    session.get_one(User, "anna").head = "carl"
    session.flush()

    assert tasks.assign(session, held, carl, bob, "安娜请假").assignee == "bob"
