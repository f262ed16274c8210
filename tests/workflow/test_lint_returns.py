"""What lint says of where a step may be sent back to."""

import pytest

from tests.workflow.world import drawn
from workflow.lint import Level, lint

LINE = "start s\nuser a\nservice w topic=t\nuser b\nend e\ns -> a -> w -> b -> e"


def said(**properties) -> list[tuple[str, str, Level]]:
    found = lint(drawn(LINE, **properties))
    return [(each.element, str(each.message), each.level) for each in found if each.rule in ("send_back", "withdraw")]


@pytest.mark.parametrize("rule", ["none", "starter", "a", "s", "s, a"])
def test_these_may_be_said(rule):
    assert said(b={"sendBack": rule}) == []


def test_what_is_no_step_people_do_is_refused_with_advice():
    ((element, message, level),) = said(b={"sendBack": "a, w"})
    assert (element, level) == ("b", Level.ERROR)
    assert message == "“b” may be sent back to “w”, which is no step people do."
    (finding,) = [each for each in lint(drawn(LINE, b={"sendBack": "startr"})) if each.rule == "send_back"]
    assert str(finding.fix) == "Did you mean “starter”?"


def test_nothing_goes_back_to_itself():
    assert said(b={"sendBack": "b"})[0][1] == "“b” cannot be sent back to itself."


def test_on_what_people_do_not_do_it_says_nothing():
    assert said(w={"sendBack": "a"}) == [
        ("w", "“w” is no step people do, so “sendBack” says nothing there.", Level.WARNING)
    ]


@pytest.mark.parametrize("element, word, refused", [("s", "never", False), ("s", "no", True), ("a", "never", True)])
def test_withdraw_is_never_and_said_of_a_start(element, word, refused):
    assert bool(said(**{element: {"withdraw": word}})) is refused
