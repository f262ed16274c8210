"""Forms are judged before they are deployed."""

from forms.lint import check_form
from tests.forms.samples import content, own, rows, text
from tests.workflow.engine.drawing import bpmn
from workflow.lint import Known, lint
from workflow.lint.findings import Level

GOOD = text("a", properties={"label:en": "A"})


def said(*components):
    return [(found.element, found.level.value, str(found.message)) for found in check_form(content(*components))]


def test_a_good_form_has_no_findings():
    assert said(GOOD) == []


def test_a_file_that_is_no_form_is_one_error():
    (found,) = check_form(b"<html>")
    assert (found.element, found.level, found.rule) == ("", Level.ERROR, "form")


def test_unknown_kinds_wrong_conditions_and_double_keys_are_errors():
    found = said(own("idnumber", "x"), text("c", conditional={"hide": "=("}), GOOD, GOOD)
    assert {(element, level) for element, level, _ in found} == {("x", "error"), ("c", "error"), ("a", "error")}


def test_a_function_nobody_has_is_an_error_with_advice():
    (found,) = check_form(content({**GOOD, "conditional": {"hide": "=lowr(a) = 1"}}))
    assert "lowr()" in str(found.message)
    assert "lower" in str(found.fix)


def test_a_missing_label_is_a_warning_in_rows_too():
    found = said({**rows("r", {"type": "textfield", "key": "n"}), "properties": {"label:en": "R"}}, text("a"))
    assert [(element, level) for element, level, _ in found] == [("n", "warning"), ("a", "warning")]


def judged(drawing, **contents):
    """What lint says of a diagram that names forms."""
    found = lint(bpmn(drawing), Known(forms=contents))
    return [(each.element, each.level.value, str(each.message)) for each in found if each.rule == "form"]


TWO_STEPS = "start s formKey=good\nuser a formKey=bad\nuser b formKey=bad\nend e\ns -> a -> b -> e"


def test_a_form_that_cannot_be_used_is_an_error_of_the_diagram_that_names_it():
    said_of = judged(TWO_STEPS, good=content(GOOD), bad=content(own("idnumber", "x")), other=b"<")
    assert [(element, level) for element, level, _said in said_of if level == "error"] == [("a", "error")]
    assert said_of[0][2].startswith("bad.form x: There is no field kind “idnumber”.")


def test_a_start_form_is_judged_too():
    assert judged("start s formKey=good\nuser a\nend e\ns -> a -> e", good=b"<")[0][:2] == ("s", "error")


def test_warnings_of_a_form_are_warnings_of_the_diagram():
    assert {level for _element, level, _said in judged(TWO_STEPS, good=content(GOOD), bad=content(text("a")))} == {
        "warning"
    }


def test_where_only_names_are_known_no_form_is_judged():
    assert [f for f in lint(bpmn(TWO_STEPS), Known(forms={"good", "bad"})) if f.rule == "form"] == []
