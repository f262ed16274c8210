"""What the model says when a step comes to the starter alone, or to somebody who has given an opinion before."""

import pytest

from tests.workflow.world import begin, do, last, open_tasks, process
from workflow import fsck, history, instances
from workflow.identity import User
from workflow.models import UserTask
from workflow.statuses import InstanceStatus, TaskStatus

pytestmark = pytest.mark.usefixtures("clock")
CHAIN = """
    start s
    user apply assignee=${starter()}
    user first
    user second
    user third
    end e
    s -> apply -> first -> second -> third -> e
"""


@pytest.fixture
def under_carl(session):
    session.get_one(User, "anna").head = "carl"
    session.flush()


def chain(session, key="p", whole=None, **said):
    """A case of anna's: she has applied, the rest is as `said`; `whole` stands on the process."""
    definition = process(session, CHAIN, key, **said, **({key: whole} if whole else {}))
    return begin(session, definition)


def applied(session, anna, whole=None, **said):
    instance = chain(session, whole=whole, **said)
    do(session, instance, "apply", anna, "submit")
    return instance


def standing(session, instance):
    """step → who has it, of what is open."""
    return {name: task.assignee for name, task in open_tasks(session, instance).items()}


def done(session, instance, activity) -> UserTask:
    return session.query(UserTask).filter_by(instance_id=instance.id, activity_id=activity).one()


EVERY = {"first": {"assignee": "bob"}, "second": {"assignee": "carl"}, "third": {"assignee": "dora"}}


def test_without_a_policy_everybody_is_asked(session, anna):
    instance = applied(session, anna, first={"assignee": "anna"}, second={"assignee": "anna"}, third=EVERY["third"])
    do(session, instance, "first", anna, "approve")

    assert standing(session, instance) == {"second": "anna"}


def test_what_the_starter_would_approve_alone_goes_to_their_head(session, anna, under_carl):
    first = {"assignee": "anna", "starterApproves": "head"}
    instance = applied(session, anna, **{**EVERY, "first": first})

    assert standing(session, instance) == {"first": "carl"}
    told = last(session, instance, "redirected")
    assert (told.data["before"], told.data["to"]) == ("anna", "carl")
    assert "would approve it alone, so it came to their head" in told.data["why"][0]


def test_who_has_no_head_does_not_approve_their_own_either(session, anna):
    first = {"assignee": "anna", "starterApproves": "head"}
    instance = applied(session, anna, **{**EVERY, "first": first})

    assert standing(session, instance) == {"first": None}
    assert last(session, instance, "redirected").data["offered"] == ["group:director"]


def test_what_the_starter_would_approve_alone_is_skipped_and_told(session, anna):
    first = {"assignee": "anna", "starterApproves": "skip", "skipOutcome": "approve"}
    instance = applied(session, anna, **{**EVERY, "first": first})

    assert standing(session, instance) == {"second": "carl"}
    told = last(session, instance, "completed", "first")
    assert (told.actor, told.data["person"], told.data["outcome"]) == ("system", "anna", "approve")
    assert told.data["passed"][0] == "{person} started the case and would approve it alone: skipped."
    assert instances.variables(session, instance)["outcome"] == "approve"


def test_the_only_member_of_a_group_approves_alone(session, eve):
    """eve is the only one of the group admin."""
    definition = process(session, CHAIN, **{**EVERY, "first": {"candidateGroups": "admin", "starterApproves": "skip"}})
    instance = begin(session, definition)
    instance.case.opened_by = "eve"
    task = open_tasks(session, instance)["apply"]
    assert task.assignee == "anna"
    do(session, instance, "apply", session.get_one(User, "anna"))

    assert standing(session, instance) == {"second": "carl"}


def test_with_colleagues_who_could_do_it_nothing_is_skipped(session, anna):
    first = {"candidateGroups": "registry", "starterApproves": "skip"}

    assert standing(session, applied(session, anna, **{**EVERY, "first": first})) == {"first": None}


def test_a_policy_of_the_process_leaves_the_step_drawn_for_the_starter_alone(session, anna):
    instance = chain(session, whole={"starterApproves": "skip"}, **{**EVERY, "first": {"assignee": "anna"}})
    assert standing(session, instance) == {"apply": "anna"}

    do(session, instance, "apply", anna)
    assert standing(session, instance) == {"second": "carl"}


def test_a_step_s_own_word_goes_before_that_of_the_process(session, anna):
    first = {"assignee": "anna", "starterApproves": "self"}
    instance = applied(session, anna, {"starterApproves": "skip"}, **{**EVERY, "first": first})

    assert standing(session, instance) == {"first": "anna"}


def test_once_an_opinion_given_anywhere_before_stands(session, anna, bob, carl):
    said = {"first": {"assignee": "bob"}, "second": {"assignee": "carl"}, "third": {"assignee": "bob"}}
    instance = applied(session, anna, {"samePersonAgain": "once"}, **said)
    do(session, instance, "first", bob, "approve", opinion="同意")
    do(session, instance, "second", carl, "refer")

    assert session.get_one(type(instance), instance.id).status is InstanceStatus.COMPLETED
    passed = done(session, instance, "third")
    assert (passed.status, passed.completed_by, passed.outcome) == (TaskStatus.COMPLETED, "bob", "approve")
    assert passed.passed_over
    assert passed.remark == ["Approved already at “{step}” by {person}.", {"person": "鲍勃", "step": "first"}]
    assert list(fsck.run(session)) == []


def test_adjacent_only_the_opinion_just_before_stands(session, anna, bob, carl):
    said = {"first": {"assignee": "bob"}, "second": {"assignee": "carl"}, "third": {"assignee": "bob"}}
    instance = applied(session, anna, {"samePersonAgain": "adjacent"}, **said)
    do(session, instance, "first", bob, "approve")
    do(session, instance, "second", carl, "approve")

    assert standing(session, instance) == {"third": "bob"}


def test_two_steps_of_one_person_side_by_side_are_asked_once(session, anna, bob):
    said = {"first": {"assignee": "bob"}, "second": {"assignee": "bob"}, "third": {"assignee": "dora"}}
    instance = applied(session, anna, {"samePersonAgain": "adjacent"}, **said)
    do(session, instance, "first", bob, "approve")

    assert standing(session, instance) == {"third": "dora"}


def test_filling_in_the_application_is_no_opinion(session, anna):
    said = {**EVERY, "first": {"assignee": "anna"}}
    instance = applied(session, anna, {"samePersonAgain": "once"}, **said)

    assert standing(session, instance) == {"first": "anna"}


def test_a_step_without_an_outcome_is_no_opinion(session, anna, bob):
    said = {"first": {"assignee": "bob"}, "second": {"assignee": "bob"}, "third": {"assignee": "dora"}}
    instance = applied(session, anna, {"samePersonAgain": "once"}, **said)
    do(session, instance, "first", bob)

    assert standing(session, instance) == {"second": "bob"}


def test_who_is_kept_from_a_step_is_not_passed_over_in_it(session, anna, bob):
    second = {"assignee": "bob", "differentFrom": "first"}
    said = {"first": {"assignee": "bob"}, "second": second, "third": {"assignee": "dora"}}
    instance = applied(session, anna, {"samePersonAgain": "once"}, **said)
    do(session, instance, "first", bob, "approve")

    assert standing(session, instance) == {"second": "bob"}


def test_a_loop_of_steps_that_are_passed_over_comes_to_rest(session, bob):
    """Each step is passed over once in one go; then its person is asked."""
    drawing = """
        start s
        user a assignee=bob
        user b assignee=bob
        end e
        xor g
        s -> a -> b -> g
        g -> a default
        g -> e if finished = true
    """
    instance = begin(session, process(session, drawing, p={"samePersonAgain": "once"}))
    do(session, instance, "a", bob, "approve")

    assert standing(session, instance) == {"a": "bob"}
    kinds = [event.activity_id for event in history.timeline(session, instance.case) if "passed" in event.data]
    assert kinds == ["b"]
