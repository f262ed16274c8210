"""Signings that do not fit together are refused at deployment, naming element and property."""

import pytest

from tests.workflow.world import drawn
from workflow.lint import Known, Level, lint

DRAWING = "start s\nuser sign {marker}\nend e\ns -> sign -> e"
MARKER = "each=people item=who assignee=${who}"


def said(marker=MARKER, known=None, level=Level.ERROR, **properties):
    properties = {name.replace("_", ":"): value for name, value in properties.items()}
    xml = drawn(DRAWING.replace("{marker}", marker), sign=properties)
    found = lint(xml, known or Known())
    return [str(each.message) for each in found if each.rule == "signing" and each.level is level]


@pytest.mark.parametrize(
    ("marker", "properties"),
    [
        (MARKER, {"signing": "all"}),
        (MARKER, {"signing": "any", "signingStops": "no"}),
        (MARKER, {"signing": "vote", "signingShare": "2/3", "signingHidden": "true"}),
        (MARKER, {"signing": "vote", "signingShare": ">1/2", "signingOf": "votes", "signingWeights": "weights"}),
        (f"{MARKER} sequential", {"signing": "inTurn"}),
        (f"{MARKER} sequential", {"signing": "any"}),
        ("each=\"['anna', 'bob']\" item=who assignee=${who}", {"signing": "all", "signingQuorum": "2"}),
    ],
)
def test_a_sound_signing_is_accepted(marker, properties):
    assert said(marker, **properties) == []


@pytest.mark.parametrize(
    ("marker", "properties", "sentence"),
    [
        ("", {"signing": "all"}, "needs the marker of a multi-instance"),
        ("loop=again max=3", {"signing": "all"}, "needs the marker of a multi-instance"),
        ("times=3 assignee=anna", {"signing": "all"}, "needs a list of sign-in names: “camunda:collection”"),
        ("each=people assignee=anna", {"signing": "all"}, "“camunda:elementVariable”"),
        ("each=people item=who assignee=anna", {"signing": "all"}, 'write camunda:assignee="${who}"'),
        (f'{MARKER} until="a = 1"', {"signing": "all"}, "take its completion condition away"),
        (f"{MARKER} times=3", {"signing": "all"}, "take the “loopCardinality” away"),
        (f"{MARKER} output=votes result=vote", {"signing": "all"}, "take its output collection away"),
        (MARKER, {"signing": "everybody"}, "Property “signing”: “signing” must be one of all, any, vote, inTurn"),
        (MARKER, {"signing": "inTurn"}, "needs the sequential marker"),
        (f"{MARKER} sequential", {"signing": "all"}, "one after the other is inTurn"),
        (MARKER, {"signing": "vote"}, "needs a share: the property “signingShare”"),
        (MARKER, {"signing": "vote", "signingShare": "4/3"}, "“signingShare”: “4/3” is more than all"),
        (MARKER, {"signing": "all", "signingShare": "1/2"}, "“signingShare” belongs to “signing” = vote only"),
        (MARKER, {"signing": "any", "signingWeights": "w"}, "“signingWeights” belongs to"),
        (MARKER, {"signing": "vote", "signingShare": "1", "signingWeights": "a b"}, "Property “signingWeights”:"),
        (MARKER, {"signing": "all", "signingHiden": "yes"}, "“signingHiden” is no property of a signing"),
        (MARKER, {"signingHidden": "yes"}, "says nothing without the property “signing”"),
        (MARKER, {"signing": "all", "signingHidden": "yes", "listener": "t"}, "the listener “t” would know"),
        ("each=[] item=who assignee=${who}", {"signing": "all"}, "The list of signers is empty"),
        ("each=[3] item=who assignee=${who}", {"signing": "all"}, "There is no user “3”"),
        ("each=\"['anna', 'anna']\" item=who assignee=${who}", {"signing": "all"}, "anna stands on the list of"),
        ("each=\"['zoe']\" item=who assignee=${who}", {"signing": "all"}, "There is no user “zoe”"),
        ("each=\"['anna']\" item=who assignee=${who}", {"signing": "all", "signingQuorum": "2"}, "2 must vote"),
        (
            "each=\"['anna']\" item=who assignee=${who}",
            {"signing": "vote", "signingShare": "1", "signingWeights": "bob=1"},
            "anna signs, but has no weight in “signingWeights”",
        ),
    ],
)
def test_a_wrong_signing_is_refused_by_name(marker, properties, sentence):
    found = said(marker, Known(users={"anna", "bob"}), **properties)
    assert any(sentence in each for each in found), found


def test_another_element_than_a_user_task_is_not_signed():
    xml = drawn("start s\nservice job topic=t each=people item=who\nend e\ns -> job -> e", job={"signing": "all"})
    assert [str(each.message) for each in lint(xml) if each.rule == "signing"][0].startswith("Only a user task")


def test_a_misspelt_property_is_answered_with_the_right_one():
    xml = drawn(DRAWING.replace("{marker}", MARKER), sign={"signing": "all", "signingHiden": "yes"})
    (found,) = [each for each in lint(xml) if each.rule == "signing" and each.level is Level.ERROR]
    assert found.element == "sign" and str(found.fix) == "Did you mean “signingHidden”?"


def test_a_result_nobody_looks_at_is_warned_of():
    assert "no condition looks at “sign_signing”" in said(level=Level.WARNING, signing="all")[0]
    assert said(level=Level.WARNING, signing="all", signingResult="votes") == []
