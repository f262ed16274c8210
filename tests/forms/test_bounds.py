"""Days, numbers and texts within bounds; bounds that make no sense are refused when the form is brought in."""

import pytest

from tests.forms.samples import context, form, load, number, own, problems, refusal, text

KINDS = {"day": {"type": "datetime", "key": "x"}, "partial": {"type": "textfield", "key": "x"}}


def bounded(kind, **bounds):
    properties = {"kind": "partial-date", **bounds} if kind == "partial" else bounds
    return {**KINDS[kind], "properties": properties}


@pytest.fixture
def around(session, anna, clock):
    """Today is 2026-07-01."""
    return context(session, anna)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("bounds", "good", "bad", "said"),
    [
        ({"max": "today"}, "2026-07-01", "2026-07-02", "This must not be after 2026-07-01."),
        ({"min": "today"}, "2026-07-01", "2026-06-30", "This must not be before 2026-07-01."),
        ({"min": "2020-01-01"}, "2020-01-01", "2019-12-31", "This must not be before 2020-01-01."),
        ({"max": "2020-01-01"}, "2020-01-01", "2020-01-02", "This must not be after 2020-01-01."),
        ({"min": "2020-01-01", "max": "2020-12-31"}, "2020-06-15", "2021-01-01", "This must not be after 2020-12-31."),
    ],
)
def test_a_day_on_the_bound_is_within_and_the_next_is_not(around, kind, bounds, good, bad, said):
    made = form(bounded(kind, **bounds))
    assert load(made, x=good, around=around) == {"x": good}
    assert problems(made, x=bad, around=around) == {"x": [said]}


@pytest.mark.parametrize(
    ("typed", "good"),
    [("2026", True), ("2026-07", True), ("2026-08", False), ("2027", False), ("2025-12", True), ("2026-07-02", False)],
)
def test_a_date_known_in_part_is_compared_as_far_as_it_is_known(around, typed, good):
    made = form(bounded("partial", max="today"))
    assert bool(problems(made, x=typed, around=around)) is not good


@pytest.mark.parametrize("kind", KINDS)
def test_a_bound_may_be_an_expression_over_other_answers(around, kind):
    made = form({"type": "datetime", "key": "began"}, bounded(kind, min="=began"))
    assert load(made, began="2026-06-01", x="2026-06-01", around=around)["x"] == "2026-06-01"
    assert problems(made, began="2026-06-02", x="2026-06-01", around=around) == {
        "x": ["This must not be before 2026-06-02."]
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_bound_that_is_not_known_yet_bounds_nothing(around, kind):
    made = form({"type": "datetime", "key": "began"}, bounded(kind, min="=began", max="=arrived"))
    assert load(made, began="", x="1999-01-01", around=around) == {"began": None, "x": "1999-01-01"}


def test_a_bound_that_is_an_expression_may_be_the_offices_today(around):
    made = form(bounded("day", max="=today()"))
    assert list(problems(made, x="2026-07-02", around=around)) == ["x"]
    assert load(made, x="2026-07-01", around=around)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bound", ["yesterday", "2026-13-01", "01.07.2026", "=1 +", "2026-02-30"])
@pytest.mark.parametrize("name", ["min", "max"])
def test_a_bound_that_is_no_day_is_refused_with_the_form(kind, bound, name):
    told = refusal(bounded(kind, **{name: bound}))
    assert list(told) == ["x"]
    assert f"“{name}”" in told["x"][0]


def test_passed_days_may_be_ruled_out_as_form_js_writes_it(around):
    made = form({"type": "datetime", "key": "x", "subtype": "date", "disallowPassedDates": True})
    assert list(problems(made, x="2026-06-30", around=around)) == ["x"]
    assert load(made, x="2026-07-01", around=around) == {"x": "2026-07-01"}


def test_a_time_of_day_is_not_compared_with_days(around):
    """The editor of form-js leaves disallowPassedDates behind when a date becomes a time."""
    made = form({"type": "datetime", "key": "x", "subtype": "time", "disallowPassedDates": True})
    assert load(made, x="08:00", around=around) == {"x": "08:00"}


def test_a_moment_is_bounded_by_days_of_the_office(around):
    made = form({"type": "datetime", "key": "x", "subtype": "datetime", "properties": {"max": "today"}})
    assert load(made, x="2026-07-01T23:59", around=around) == {"x": "2026-07-01T15:59:00+00:00"}
    assert list(problems(made, x="2026-07-02T00:00", around=around)) == ["x"]


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        (number("x", validate={"min": -3}), "-3", "-4"),
        (number("x", validate={"max": 0}), "0", "1"),
        (number("x", decimalDigits=1, validate={"min": "0.5"}), "0.5", "0.4"),
        (number("x", decimalDigits=2, validate={"max": 99.99}), "99.99", "100"),
        ({**own("money", "x"), "validate": {"min": 0}}, "0.00", "-0.01"),
        ({**own("money", "x"), "validate": {"max": 50_000}}, "50,000.00", "50,000.01"),
        (text("x", validate={"minLength": 2}), "欧阳", "欧"),
        (text("x", validate={"maxLength": 2}), "欧阳", "欧阳修"),
        (text("x", validate={"minLength": 2, "maxLength": 2}), " 欧阳 ", "阳"),
    ],
)
def test_the_bound_itself_is_allowed(field, good, bad):
    assert problems(form(field), x=good) == {}
    assert list(problems(form(field), x=bad)) == ["x"]


@pytest.mark.parametrize(
    "field",
    [
        number("x", validate={"min": 5, "max": 4}),
        text("x", validate={"minLength": 5, "maxLength": 4}),
        own("money", "x") | {"validate": {"min": 5, "max": 4}},
    ],
)
def test_bounds_nothing_can_meet_are_refused_with_the_form(field):
    assert list(refusal(field)) == ["x"]
