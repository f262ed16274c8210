"""People relative to a case: its starter, a head, who did an earlier step, who was picked."""

import pytest

from tests.workflow.world import begin, do, drawn, open_tasks, process
from workflow import performers, tasks
from workflow.errors import DefinitionRefused
from workflow.identity import User
from workflow.incidents import CannotGoOn
from workflow.lint import Known, lint

pytestmark = pytest.mark.usefixtures("clock")
TWO = """
    start s
    user open candidateGroups=registry
    user check
    end e
    s -> open -> check -> e
"""


@pytest.fixture
def heads(session):
    """anna → bob → carl → dora"""
    for name, head in (("anna", "bob"), ("bob", "carl"), ("carl", "dora")):
        session.get_one(User, name).head = head
    session.flush()


def second(session, user, said: dict[str, str], **answers):
    """The second task of a case that anna started and `user` began."""
    instance = begin(session, process(session, TWO, check=said))
    do(session, instance, "open", user, **answers)
    return open_tasks(session, instance)["check"]


def test_the_starter_of_the_case(session, bob):
    assert second(session, bob, {"assignee": "${starter()}"}).assignee == "anna"


@pytest.mark.usefixtures("heads")
def test_the_head_of_the_starter_and_the_head_above(session, bob):
    assert second(session, bob, {"assignee": "${head(starter())}"}).assignee == "bob"
    assert second(session, bob, {"assignee": "${head(starter(), 3)}"}).assignee == "dora"


@pytest.mark.usefixtures("heads")
def test_a_head_who_has_left_is_stepped_over(session):
    session.get_one(User, "bob").active = False

    assert performers.heads(session, "anna").name == "carl"
    assert performers.heads(session, "anna", 2).name == "dora"


@pytest.mark.usefixtures("heads")
def test_above_the_highest_there_is_nobody_and_a_ring_of_heads_ends(session):
    assert performers.heads(session, "anna", 4) is None
    session.get_one(User, "dora").head = "anna"
    assert performers.heads(session, "anna", 9) is None
    assert performers.heads(session, None) is None


@pytest.mark.usefixtures("heads")
def test_a_head_stands_above_everybody_below(session, carl, dora, anna):
    assert performers.is_head_of(session, carl, "anna")
    assert performers.is_head_of(session, dora, "bob")
    assert not performers.is_head_of(session, anna, "bob")
    assert not performers.is_head_of(session, carl, None)


def test_levels_that_are_none_are_refused_in_the_words_of_the_step(session, bob):
    with pytest.raises(CannotGoOn, match="1 to 20 levels up"):
        second(session, bob, {"assignee": "${head('anna', 0)}"})


def test_who_did_an_earlier_step_does_this_one(session, bob):
    assert second(session, bob, {"assignee": "${performer('open')}"}).assignee == "bob"


def test_all_who_did_an_earlier_step_are_offered_this_one(session, bob):
    task = second(session, bob, {"candidateUsers": "${performers('open')}"})

    assert tasks.candidates(session, task) == ["user:bob"]


def test_who_was_picked_in_an_earlier_form(session, bob):
    assert second(session, bob, {"assignee": "${reviewer}"}, reviewer="carl").assignee == "carl"


def test_several_who_were_picked_are_offered_it(session, bob):
    task = second(session, bob, {"assignee": "${reviewers}"}, reviewers=["carl", "dora"])

    assert (task.assignee, tasks.candidates(session, task)) == (None, ["user:carl", "user:dora"])


def test_one_picked_from_a_list_has_it(session, bob):
    assert second(session, bob, {"assignee": "${reviewers}"}, reviewers=["carl"]).assignee == "carl"


def test_a_condition_may_ask_for_roles(session, anna, bob):
    drawing = """
        start s
        user open candidateGroups=registry
        xor g
        user own assignee=dora
        user other assignee=carl
        end e
        s -> open -> g
        g -> own if performer('open') = starter()
        g -> e default
        g -> other if performer('open') != starter()
        own -> e
        other -> e
    """
    instance = begin(session, process(session, drawing))
    do(session, instance, "open", bob)
    assert set(open_tasks(session, instance)) == {"other"}


def test_an_unknown_step_is_refused_with_what_was_meant(session):
    with pytest.raises(DefinitionRefused) as refused:
        process(session, TWO, check={"assignee": "${performer('opne')}"})

    (found,) = refused.value.findings
    assert (found.element, found.rule) == ("check", "unknown_step")
    assert str(found.message) == "There is no step “opne” that somebody could have done."
    assert str(found.fix) == "Did you mean “open”?"


@pytest.mark.parametrize(
    ("said", "message", "fix"),
    [
        ({"starterApproves": "heads"}, "“heads” is nothing that “starterApproves” can be.", "Did you mean “head”?"),
        ({"samePersonAgain": "twice"}, "“twice” is nothing that “samePersonAgain” can be.", None),
        ({"noPerformer": "anna"}, "“anna” is nothing that “noPerformer” can be.", "Did you mean “user:anna”?"),
        ({"noPerformer": "group:registri"}, "“group:registri” is nothing", "Did you mean “group:registry”?"),
    ],
)
def test_an_unknown_policy_is_refused_with_what_was_meant(said, message, fix):
    known = Known(users={"anna"}, groups={"registry"})
    xml = drawn(TWO, open=said, check={"candidateGroups": "registry"})

    (found,) = [each for each in lint(xml, known) if each.rule == "unknown_policy"]
    assert str(found.message).startswith(message)
    assert fix in (None, str(found.fix))
    assert found.fix is not None


def test_policies_that_are_known_pass():
    known = Known(users={"anna"}, groups={"registry"})
    said = {"noPerformer": "group:registry", "starterApproves": "skip", "samePersonAgain": "once"}
    xml = drawn(TWO, open=said, check={"candidateGroups": "registry", "noPerformer": "administrator"})

    assert [each for each in lint(xml, known) if each.rule == "unknown_policy"] == []
