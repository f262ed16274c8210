"""Forms are judged before they are deployed."""

import pytest

from forms.lint import check_form, require
from tests.forms.samples import content, own, rows, text
from workflow.errors import DefinitionRefused
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


def test_a_form_that_cannot_be_used_stops_a_deployment_and_is_named():
    with pytest.raises(DefinitionRefused, match="bad.form was refused: There is no field kind") as refused:
        require({"good.form": content(text("a")), "table.dmn": b"<", "bad.form": content(own("idnumber", "x"))})
    assert str(refused.value.findings[0].message).startswith("bad.form x: There is no field kind “idnumber”.")


def test_warnings_stop_nothing():
    require({"good.form": content(text("a"))})
