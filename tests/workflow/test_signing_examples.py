"""The examples of docs/human-tasks.md are deployed without a word from lint, and do what their names say."""

import pytest

from tests.test_house import CHECKOUT
from tests.workflow.signatures import holders, vote
from tests.workflow.world import begin
from workflow import definitions, fsck, instances, lint

EXAMPLES = CHECKOUT / "docs" / "examples"
KINDS = ("all", "any", "vote", "in-turn")
FORM = {"signing-opinion.form": (EXAMPLES / "signing-opinion.form").read_bytes()}


@pytest.fixture
def office(sqlite_office):
    """What is drawn means the same on either database."""
    return sqlite_office


def diagram(kind):
    return (EXAMPLES / f"signing-{kind}.bpmn").read_bytes()


def played(session, people, kind, said):
    """The result when these people say this in this order."""
    definition = definitions.deploy(session, diagram(kind), FORM, "eve")
    instance = begin(session, definition, reviewers=["bob", "anna"])
    for name, outcome in said.items():
        vote(session, instance, getattr(people, name), outcome)
    assert holders(session, instance) == [] and fsck.run(session) == []
    return instances.variables(session, instance)["review_signing"]


@pytest.mark.parametrize("kind", KINDS)
def test_lint_has_nothing_to_say(session, kind):
    known = definitions.known(session, FORM)
    assert [str(found.message) for found in lint.lint(diagram(kind), known)] == []


@pytest.mark.parametrize(
    ("kind", "said", "result"),
    [
        ("all", {"anna": "agree", "bob": "agree"}, "agreed"),
        ("all", {"anna": "refuse", "bob": "agree"}, "refused"),
        ("any", {"bob": "agree"}, "agreed"),
        ("any", {"bob": "refuse", "anna": "refuse"}, "refused"),
        ("vote", {"dora": "agree", "anna": "refuse", "bob": "agree"}, "agreed"),
        ("vote", {"dora": "abstain", "anna": "abstain", "bob": "agree"}, "undecided"),
        ("in-turn", {"bob": "agree", "anna": "agree"}, "agreed"),
        ("in-turn", {"bob": "refuse"}, "refused"),
    ],
)
def test_an_example_ends_as_people_say(session, people, kind, said, result):
    assert played(session, people, kind, said)["result"] == result
