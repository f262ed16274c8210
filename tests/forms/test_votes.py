"""The buttons of a signing's form are votes the diagram counts."""

import pytest

from tests.forms.samples import content, own, select, text
from tests.workflow.world import drawn
from workflow.lint import Known, lint

DRAWING = "start s\nuser sign each=people item=who assignee=${who}{form}\nend e\ns -> sign -> e"
GOOD = text("opinion", properties={"label:en": "Opinion"})


def button(outcome=None, hide=None):
    said = {"properties": {"outcome": outcome}} if outcome else {}
    return {"type": "button", "label": "b", **said, **({"conditional": {"hide": hide}} if hide else {})}


def found(*components, votes=None, form=True):
    xml = drawn(
        DRAWING.replace("{form}", " formKey=vote" if form else ""),
        sign={"signing": "all", **({"signingVotes": votes} if votes else {})},
    )
    known = Known(forms={"vote": content(GOOD, *components)})
    return [each for each in lint(xml, known) if each.rule == "signing_votes"]


def said(*components, **more):
    return [(each.level.value, str(each.message)) for each in found(*components, **more)]


@pytest.mark.parametrize(
    ("components", "votes"),
    [
        ((button("agree"), button("refuse")), None),
        ((button("同意"), button("弃权")), None),
        ((), None),
        ((button(),), None),
        ((button("ok"), button("nok")), "ok=for, nok=against"),
        ((select("outcome", "ok", "nok"),), "ok=for, nok=against"),
        ((button("agree"), button("later", hide='=activity = "sign"')), None),
        (({"type": "select", "key": "outcome", "label": "o", "valuesKey": "kinds"},), "ok=for"),
    ],
)
def test_buttons_that_are_votes_are_not_spoken_of(components, votes):
    assert said(*components, votes=votes) == []


def test_a_button_nobody_can_count_is_an_error_with_what_to_do():
    (error,) = found(button("agree"), button("hold"))
    assert (error.element, error.level.value) == ("sign", "error")
    assert str(error.message) == "“hold” of vote.form is no vote: nobody knows how to count it."
    assert "Count it in “signingVotes” (like hold=abstain)" in str(error.fix)


def test_a_choice_nobody_can_count_is_one_too():
    assert said(select("outcome", "agree", "maybe"))[0][1].startswith("“maybe” of vote.form is no vote")


def test_a_button_that_only_comes_at_times_is_a_warning():
    assert said(button("agree"), button("hold", hide="=late"))[0][0] == "warning"


def test_a_vote_no_button_gives_is_a_warning():
    told = said(button("ok"), votes="ok=for, nok=against")
    assert told == [("warning", "“signingVotes” counts “nok”, but no button of vote.form gives it.")]


def test_a_form_with_which_nobody_could_agree_is_an_error():
    assert said(button("refuse"), button("abstain")) == [
        ("error", "No button of vote.form is a vote for: “sign” could never agree.")
    ]


@pytest.mark.parametrize("components", [(), (button(),)])
def test_votes_need_buttons(components):
    ((level, message),) = said(*components, votes="ok=for")
    assert level == "error" and "vote.form has no button with one" in message
    ((level, message),) = said(votes="ok=for", form=False)
    assert level == "error" and "“sign” asks for no form" in message


def test_a_step_that_is_no_signing_offers_what_it_likes():
    xml = drawn("start s\nuser a formKey=vote\nend e\ns -> a -> e")
    known = Known(forms={"vote": content(GOOD, button("hold"), own("user", "who"))})
    assert [each for each in lint(xml, known) if each.rule == "signing_votes"] == []


@pytest.mark.parametrize("form", [b"<html>", content(own("idnumber", "x"))])
def test_a_form_or_signing_that_cannot_be_read_is_told_by_its_own_rule(form):
    xml = drawn(DRAWING.replace("{form}", " formKey=vote"), sign={"signing": "all"})
    rules = {each.rule for each in lint(xml, Known(forms={"vote": form}))}
    assert "form" in rules and "signing_votes" not in rules
    wrong = drawn(DRAWING.replace("{form}", " formKey=vote"), sign={"signing": "every"})
    assert "signing_votes" not in {each.rule for each in lint(wrong, Known(forms={"vote": content(button("x"))}))}
