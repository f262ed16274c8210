"""Who may do a task, why this person may not, in the words of the refusal, and who could change that."""

import pytest

from tests.workflow.world import begin, do, open_tasks, process
from workflow import examination, operations, tasks, why
from workflow.errors import Refusal
from workflow.identity import User

TWO = """
    start s
    user open name=开包 candidateGroups=registry
    user check name=核对 candidateGroups=registry
    end e
    s -> open -> check -> e
"""
ACTORS = ("anna", "bob", "carl", "dora", "eve", "removed")
STATES = ("free", "claimed", "second", "suspended", "ended", "named")


@pytest.fixture
def instance(session, clock):
    with examination.here():
        return begin(session, process(session, TWO, check={"differentFrom": "open"}))


def refusal(act) -> str | None:
    try:
        act()
    except Refusal as refused:
        return str(refused.sentence)
    return None


def bring(session, instance, state: str):
    """The task as it is in this state."""
    anna, dora = session.get_one(User, "anna"), session.get_one(User, "dora")
    task = open_tasks(session, instance)["open"]
    if state in ("second", "ended", "named"):
        do(session, instance, "open", anna)
        task = task if state == "ended" else open_tasks(session, instance)["check"]
    if state == "claimed":
        tasks.claim(session, task, anna)
    if state == "named":
        tasks.claim(session, task, session.get_one(User, "bob"))
    if state == "suspended":
        operations.suspend(session, instance, dora, "Audit")
    return task


def actor(session, name: str) -> User:
    user = session.get_one(User, "bob" if name == "removed" else name)
    user.active = name != "removed"
    return user


@pytest.mark.parametrize("state", STATES)
def test_the_answer_is_the_sentence_of_the_refusal_for_every_actor(session, instance, state):
    task = bring(session, instance, state)
    for name in ACTORS:
        user = actor(session, name)
        said = why.answer(session, task, user)
        with session.begin_nested() as tried:
            refused = refusal(lambda user=user: tasks.claim(session, task, user))
            tried.rollback()
        session.refresh(task)
        if task.assignee == user.name:
            continue  # claiming one's own again changes nothing
        expected = str(said.refused) if said.refused else None
        if state == "suspended" and expected != refused:
            assert "suspended" in expected, name
            continue  # told with who and why
        assert refused == expected, (state, name)
        assert (user in said.may) == (refused is None), (state, name)


def test_who_may_hand_over_and_the_refusal_of_who_may_not(session, instance):
    task = bring(session, instance, "claimed")
    bob, dora = session.get_one(User, "bob"), session.get_one(User, "dora")
    act = next(each for each in why.task_acts(session, task, bob) if each.key == "assign")
    assert str(act.answer.refused) == refusal(lambda: tasks.assign(session, task, bob, bob, "x"))
    assert {each.name for each in act.answer.may} == {"anna", "dora"}
    assert next(each for each in why.task_acts(session, task, dora) if each.key == "assign").answer.refused is None


def test_to_whom_it_is_offered_and_who_of_them_may(session, instance):
    task = bring(session, instance, "second")
    found = why.doers(session, task)
    assert (found.holder, [group.key for group in found.groups]) == (None, ["registry"])
    assert [each.name for each in found.may] == ["bob"]
    assert why.doers(session, bring_over(session, instance)).may == ()


def bring_over(session, instance):
    return tasks.complete(
        session,
        tasks.claim(session, open_tasks(session, instance)["check"], session.get_one(User, "bob")),
        session.get_one(User, "bob"),
        {},
    )


def ways(session, task, name: str) -> dict[str, set[str]]:
    said = why.answer(session, task, session.get_one(User, name)).ways
    return {str(way.said): {each.name for each in way.holders.people} for way in said}


def test_a_stranger_learns_who_hands_out_work_and_who_says_who_is_in_the_group(session, instance):
    found = ways(session, bring(session, instance, "free"), "carl")
    assert found["Can hand it over to somebody else"] == {"dora"}
    assert found["Can make you a member of 档案室"] == {"dora", "eve"}


def test_a_colleague_learns_who_has_it_and_could_give_it(session, instance):
    found = ways(session, bring(session, instance, "claimed"), "bob")
    assert found["Can hand it over to you, or put it back"] == {"anna", "dora"}


def test_whom_a_rule_excludes_learns_that_nobody_sets_it_aside_and_who_may_instead(session, instance):
    (said, people), *more = ways(session, bring(session, instance, "second"), "anna").items()
    assert said.startswith("A rule of separation stands against it")
    assert (people, more) == ({"bob"}, [])


def test_in_a_suspended_process_one_learns_who_can_resume_it(session, instance):
    found = ways(session, bring(session, instance, "suspended"), "anna")
    assert found["Can let the process go on"] == {"dora"}


@pytest.mark.parametrize("name", ["anna", "dora"])
def test_what_may_be_done_to_a_process_is_what_is_not_refused(session, instance, name):
    user = session.get_one(User, name)
    acts = {each.key: each.answer for each in why.process_acts(session, instance, user)}
    assert set(acts) == {"suspend", "change", "move", "cancel"}
    refused = refusal(lambda: operations.suspend(session, instance, user, "Audit"))
    assert (str(acts["suspend"].refused) if acts["suspend"].refused else None) == refused
    assert [each.name for each in acts["suspend"].may] == ["dora"]
    assert "suspend" not in {each.key for each in why.process_acts(session, instance, user)} or name == "anna"
