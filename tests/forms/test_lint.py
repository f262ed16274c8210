"""Forms are judged before they are deployed."""

from forms.lint import check_form
from tests.forms.samples import content, own, rows, text
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
