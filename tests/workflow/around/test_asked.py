"""Ad-hoc tasks: a colleague is asked for something that is not drawn; and what must be ticked off."""

from datetime import timedelta

import pytest

from tests.workflow.world import REVIEW, begin, do, open_tasks, process
from workflow import engine, fsck, history, instances, operations, tasks, upgrades
from workflow.around import asked, checklists, notices
from workflow.clock import now
from workflow.errors import Conflict, Invalid, NotAllowed, NotFound, TaskNotOpen
from workflow.identity import User
from workflow.models import ProcessInstance, UserTask
from workflow.statuses import NoticeKind, TaskKind, TaskStatus, UpgradeStatus


@pytest.fixture
def step(session, clock, anna):
    """anna has the first step of a review."""
    instance = begin(session, process(session, REVIEW))
    return tasks.claim(session, open_tasks(session, instance)["open"], anna)


def state_of(session, task):
    return instances.state(session.get_one(ProcessInstance, task.instance_id))


def test_a_colleague_is_asked_and_answers_without_touching_the_process(session, step, anna, bob):
    before = state_of(session, step)
    task = asked.ask(session, step, anna, bob, "这份材料\n是原件吗？", now() + timedelta(days=2))

    assert (task.kind, task.assignee, task.name, task.parent_id) == (
        TaskKind.ADHOC,
        "bob",
        "这份材料 是原件吗？",
        step.id,
    )
    assert [each.id for each in tasks.inbox(session, bob, "mine").rows] == [task.id]
    tasks.complete(session, task, bob, {"answer": "是原件"})

    assert state_of(session, step) == before
    assert [(each.status, what.answer) for each, what in asked.of(session, step)] == [(TaskStatus.COMPLETED, "是原件")]
    assert [(each.kind, each.said) for each in notices.of(session, anna)] == [(NoticeKind.REPLIED, "是原件")]
    session.flush()
    assert fsck.run(session) == []


def test_who_is_asked_sees_the_case_from_then_on(session, step, anna, carl):
    with pytest.raises(NotFound):
        tasks.find(session, step.id, carl)
    asked.ask(session, step, anna, carl, "请核实地址")

    assert tasks.find(session, step.id, carl) is step


def test_an_answer_goes_into_no_variable(session, step, anna, bob):
    task = asked.ask(session, step, anna, bob, "?")
    tasks.complete(session, task, bob, {"answer": "好"})

    assert "answer" not in instances.variables(session, step.instance)


def test_the_step_waits_for_an_answer_it_needs(session, step, anna, bob):
    task = asked.ask(session, step, anna, bob, "有几页？", awaited=True)
    with pytest.raises(Conflict, match="“open” waits for the answer to “有几页？”"):
        tasks.complete(session, step, anna, {})
    tasks.complete(session, task, bob, {"answer": "12"})

    assert tasks.complete(session, step, anna, {}).status is TaskStatus.COMPLETED


def test_what_the_step_need_not_wait_for_is_withdrawn_with_it(session, step, anna, bob):
    task = asked.ask(session, step, anna, bob, "顺便问一句")
    tasks.complete(session, step, anna, {})
    session.refresh(task)

    assert task.status is TaskStatus.CANCELLED
    assert tasks.inbox(session, bob, "mine").rows == []
    with pytest.raises(TaskNotOpen):
        tasks.complete(session, task, bob, {"answer": "晚了"})
    session.flush()
    assert fsck.run(session) == []


def test_what_was_asked_ends_with_the_case(session, step, anna, bob, dora):
    task = asked.ask(session, step, anna, bob, "有几页？", awaited=True)
    operations.cancel(session, step.instance, dora, "不办了")
    session.refresh(task)

    assert task.status is TaskStatus.CANCELLED
    assert "cancelled" in [event.kind for event in history.timeline(session, step.case)]
    session.flush()
    assert fsck.run(session) == []


def test_a_question_is_taken_back_by_who_asked(session, step, anna, bob):
    task = asked.ask(session, step, anna, bob, "有几页？", awaited=True)
    with pytest.raises(NotAllowed, match="Only who asked"):
        asked.withdraw(session, task, bob, "不想答")
    asked.withdraw(session, task, anna, "找到了")

    assert history.timeline(session, step.case)[-1].data["reason"] == "找到了"
    with pytest.raises(TaskNotOpen):
        asked.withdraw(session, task, anna, "")
    assert tasks.complete(session, step, anna, {}).status is TaskStatus.COMPLETED


def test_only_who_has_the_step_asks_from_it(session, step, bob, carl, dora):
    with pytest.raises(NotAllowed, match="not yours"):
        asked.ask(session, step, bob, carl, "?")

    assert asked.ask(session, step, dora, carl, "?").assignee == "carl"


def test_nobody_asks_from_what_they_were_asked_nor_from_what_is_over(session, step, anna, bob, carl):
    task = asked.ask(session, step, anna, bob, "?")
    with pytest.raises(NotAllowed, match="itself something you were asked"):
        asked.ask(session, task, bob, carl, "?")
    tasks.complete(session, step, anna, {})
    with pytest.raises(TaskNotOpen):
        asked.ask(session, step, anna, bob, "?")


@pytest.mark.parametrize(
    ("to", "question", "days", "field"),
    [
        ("bob", "  ", 1, "question"),
        ("bob", "x" * 2001, 1, "question"),
        ("anna", "?", 1, "to"),
        ("bob", "?", 0, "due_at"),
    ],
)
def test_a_question_says_what_is_wrong_with_it(session, step, anna, to, question, days, field):
    with pytest.raises(Invalid) as wrong:
        asked.ask(session, step, anna, session.get_one(User, to), question, now() + timedelta(days=days))

    assert list(wrong.value.problems) == [field]
    assert asked.of(session, step) == []


def test_who_has_left_is_not_asked(session, step, anna):
    bob = session.get_one(User, "bob")
    bob.active = False
    with pytest.raises(Invalid) as wrong:
        asked.ask(session, step, anna, bob, "?")

    assert "no longer active" in str(wrong.value.problems["to"][0])


def test_one_step_asks_so_many_and_no_more(session, step, anna, bob):
    for _ in range(asked.MOST):
        asked.ask(session, step, anna, bob, "?")
    with pytest.raises(Invalid):
        asked.ask(session, step, anna, bob, "?")


def test_nothing_is_asked_while_the_process_stands_still(session, step, anna, bob, dora):
    operations.suspend(session, step.instance, dora, "等等")

    with pytest.raises(Conflict, match="suspended"):
        asked.ask(session, step, anna, bob, "?")


def test_the_engine_knows_nothing_of_what_is_asked(session, step, anna, bob):
    task = asked.ask(session, step, anna, bob, "?")
    model = step.definition
    waits = engine.waits_of(engine.prepare(model.xml, model.key), state_of(session, step))

    assert task.token_id not in {wait.token_id for wait in waits}
    do(session, step.instance, "open", anna)
    assert "check" in open_tasks(session, step.instance)


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("核对身份证*\n扫描", [("核对身份证", True), ("扫描", False)]),
        ("a; b*；；c ", [("a", False), ("b", True), ("c", False)]),
        (" ;\n* ", []),
    ],
)
def test_a_drawn_checklist_is_read(text, items):
    assert checklists.read(text) == items


@pytest.fixture
def listed(session, clock, anna):
    """anna has a step with a checklist, one item of which is required."""
    definition = process(session, REVIEW, open={"checklist": "核对身份证*;扫描"})
    return tasks.claim(session, open_tasks(session, begin(session, definition))["open"], anna)


def test_a_step_is_completed_when_what_is_required_is_ticked_off(session, listed, anna):
    first, second = checklists.of(session, listed)
    with pytest.raises(Conflict, match="must be ticked off: .*核对身份证"):
        tasks.complete(session, listed, anna, {})
    checklists.tick(session, listed, anna, first.id)

    assert tasks.complete(session, listed, anna, {}).status is TaskStatus.COMPLETED
    assert (first.done_by, second.done_by) == ("anna", None)


def test_a_tick_is_taken_back_and_told(session, listed, anna):
    item = checklists.of(session, listed)[0]
    for done in (True, True, False):
        checklists.tick(session, listed, anna, item.id, done)

    assert item.done_at is None
    told = [event.kind for event in history.timeline(session, listed.case)]
    assert told[-2:] == ["item_done", "item_undone"]


def test_items_are_added_and_removed_by_hand_but_not_those_drawn(session, listed, anna):
    item = checklists.add(session, listed, anna, " 打电话\n给单位 ", required=True)
    with pytest.raises(NotAllowed, match="asked for by the diagram"):
        checklists.remove(session, listed, anna, checklists.of(session, listed)[0].id)

    assert item.text == "打电话 给单位"
    checklists.remove(session, listed, anna, item.id)
    assert len(checklists.of(session, listed)) == 2


def test_who_does_not_have_the_task_changes_nothing_of_its_list(session, listed, bob):
    item = checklists.of(session, listed)[0]
    for act in (
        lambda: checklists.tick(session, listed, bob, item.id),
        lambda: checklists.add(session, listed, bob, "x"),
        lambda: checklists.remove(session, listed, bob, item.id),
    ):
        with pytest.raises(NotAllowed, match="claim it first"):
            act()


@pytest.mark.parametrize("text", ["", " \n", "x" * 201])
def test_an_item_is_some_words(session, listed, anna, text):
    with pytest.raises(Invalid):
        checklists.add(session, listed, anna, text)


def test_an_item_of_another_task_is_not_found(session, listed, step, anna):
    with pytest.raises(NotFound):
        checklists.tick(session, step, anna, checklists.of(session, listed)[0].id)


def test_a_list_has_an_end(session, listed, anna):
    for number in range(checklists.MOST - 2):
        checklists.add(session, listed, anna, f"{number}")
    with pytest.raises(Invalid):
        checklists.add(session, listed, anna, "一件太多")


def test_the_token_of_what_is_asked_is_its_own(session, step, anna, bob):
    tokens = {asked.ask(session, step, anna, bob, "?").token_id for _ in range(3)}

    assert len(tokens) == 3
    assert session.get_one(UserTask, step.id).token_id not in tokens


def test_what_is_asked_goes_along_to_another_version_and_back(session, step, anna, bob, dora):
    task = asked.ask(session, step, anna, bob, "?", awaited=True)
    newer = process(session, REVIEW, check={"nothing": "new"})
    plan = upgrades.plan(session, step.definition, newer)
    moved = upgrades.perform(session, plan, step.instance, dora, "新版")
    session.flush()
    assert (moved.status, task.definition_id) == (UpgradeStatus.DONE, newer.id)
    assert fsck.run(session) == []
    upgrades.undo(session, moved, dora, "还是旧版")
    session.flush()

    assert task.definition_id == step.definition_id
    assert fsck.run(session) == []
    assert tasks.complete(session, task, bob, {"answer": "!"}).status is TaskStatus.COMPLETED
