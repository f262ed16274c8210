"""What is asked depends on what was answered; the server decides."""

import pytest

from tests.forms.samples import context, drawn, form, load, number, own, problems, required, rows, select, text
from workflow import registry

WHY = required(text("why", conditional={"hide": '=seal != "broken"'}))
SEAL = select("seal", "whole", "broken", type="radio")


def names(page):
    return list(dict.fromkeys(page.xpath(".//input[@type!='hidden']/@name|.//select/@name|.//textarea/@name")))


def test_a_hidden_field_is_neither_required_nor_taken():
    assert load(form(SEAL, WHY), seal="whole", why="forged") == {"seal": "whole"}


def test_a_field_that_shows_is_required_again():
    made = form(SEAL, WHY)
    assert problems(made, seal="broken", why="") == {"why": ["Please fill this in."]}
    assert load(made, seal="broken", why="wet") == {"seal": "broken", "why": "wet"}


def test_the_order_of_the_fields_does_not_matter():
    assert load(form(WHY, SEAL), seal="whole", why="forged") == {"seal": "whole"}


def test_a_hidden_field_is_not_drawn_and_appears_with_what_was_typed():
    made = form(SEAL, WHY)
    assert names(drawn(made)) == ["seal"]
    assert names(drawn(made, {"seal": "broken"})) == ["seal", "why"]


def test_hidden_is_a_chain():
    made = form(
        select("a", "y", "n"),
        select("b", "y", "n", conditional={"hide": '=a != "y"'}),
        text("c", conditional={"hide": '=b != "y"'}),
    )
    assert load(made, a="n", b="y", c="forged") == {"a": "n"}
    assert load(made, a="y", b="y", c="seen") == {"a": "y", "b": "y", "c": "seen"}


def test_a_hidden_group_hides_all_in_it():
    group = {
        "type": "group",
        "label": "G",
        "conditional": {"hide": "=small"},
        "components": [
            required(text("a")),
            {"type": "group", "components": [required(text("b"))]},
            {"type": "text", "text": "words"},
        ],
    }
    hidden, shown = context(variables={"small": True}), context(variables={"small": False})
    assert load(form(group), a="1", b="2", around=hidden) == {}
    assert drawn(form(group), around=hidden).xpath(".//fieldset|.//p") == []
    assert load(form(group), a="1", b="2", around=shown) == {"a": "1", "b": "2"}


def test_a_condition_may_ask_the_process_the_task_and_the_person():
    made = form(text("a", conditional={"hide": '=not (user = "anna" and activity = null and kind = "GRAD")'}))
    assert load(made, a="1", around=context(variables={"kind": "GRAD"})) == {"a": "1"}
    assert load(made, a="1", around=context(variables={"kind": "UNIT"})) == {}


def test_a_condition_that_cannot_be_told_hides_nothing():
    for hide in ('=nothing + 1 > "x"', "=3", '="yes"'):
        assert load(form(text("a", conditional={"hide": hide})), a="1") == {"a": "1"}


def test_a_wrong_answer_counts_as_none_for_conditions():
    made = form(number("n"), text("a", conditional={"hide": "=n = null"}))
    assert set(problems(made, n="x", a="1")) == {"n"}


def test_an_answer_counts_even_before_it_is_saved_and_over_the_variable():
    made = form(SEAL, WHY)
    assert names(drawn(made, around=context(variables={"seal": "broken"}))) == ["seal", "why"]
    assert names(drawn(made, {"seal": "whole"}, around=context(variables={"seal": "broken"}))) == ["seal"]


def test_a_condition_may_ask_the_button_pressed():
    buttons = [{"type": "button", "label": o, "properties": {"outcome": o}} for o in ("done", "back")]
    made = form(required(text("reason", conditional={"hide": '=outcome != "back"'})), *buttons)
    assert load(made, outcome="done") == {"outcome": "done"}
    assert list(problems(made, outcome="back")) == ["reason"]


def test_a_hidden_button_cannot_be_pressed():
    made = form(
        {"type": "button", "label": "A", "properties": {"outcome": "a"}, "conditional": {"hide": "=locked"}},
        {"type": "button", "label": "B", "properties": {"outcome": "b"}},
    )
    assert list(problems(made, outcome="a", around=context(variables={"locked": True}))) == ["outcome"]


def test_a_row_has_conditions_of_its_own():
    made = form(
        select("kind", "x", "y"),
        rows(
            "r",
            select("seal", "whole", "broken"),
            required(text("why", conditional={"hide": '=seal != "broken"'})),
            text("also", conditional={"hide": '=kind = "x"'}),
        ),
    )
    assert load(
        made,
        ("r", "0"),
        ("r", "1"),
        ("r.0.seal", "whole"),
        ("r.1.seal", "broken"),
        ("r.1.why", "wet"),
        ("r.0.also", "forged"),
        kind="x",
    ) == {"kind": "x", "r": [{"seal": "whole"}, {"seal": "broken", "why": "wet"}]}
    assert list(problems(made, ("r", "0"), ("r", "1"), ("r.0.seal", "whole"), ("r.1.seal", "broken"), kind="x")) == [
        "r.1.why"
    ]


def test_a_default_follows_other_answers():
    made = form(
        own("money", "price"),
        number("n"),
        {"type": "expression", "key": "sum", "expression": "=price * n", "properties": {"format": "money"}},
    )
    page = drawn(made, {"price": "1,000.50", "n": "3"})
    assert page.xpath(".//output/text()") == ["3,001.50"]


@pytest.fixture
def known_function():
    registry.functions["half_of"] = lambda session, number: number // 2
    yield
    del registry.functions["half_of"]


def test_functions_of_the_house_may_be_called(known_function):
    made = form({"type": "expression", "key": "x", "expression": "=half_of(n)"}, number("n"))
    assert load(made, n="10") == {"x": 5, "n": 10}
