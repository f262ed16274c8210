"""Whatever a kind accepts it shows, and what it shows it accepts again as the same value."""

from hypothesis import given
from hypothesis import strategies as st

from forms.sent import Sent, clean, keepable
from tests.forms.samples import context, form, number, own, rows, sent, text
from workflow import values
from workflow.errors import Invalid

ANYTHING = st.text(st.characters(codec=None), max_size=60)
VALUES = {
    "money": (own("money", "x"), st.integers(-(10**14), 10**14)),
    "number": (number("x"), st.integers(-(2**53) + 1, 2**53 - 1)),
    "decimal": (number("x", decimalDigits=2), st.decimals(-(10**12), 10**12, places=2).map(lambda n: f"{n:.2f}")),
    "day": ({"type": "datetime", "key": "x"}, st.dates().map(str).filter(lambda day: day >= "1880")),
    "partial": (
        own("partial-date", "x"),
        st.dates().map(str).filter(lambda d: d >= "1880").flatmap(lambda d: st.sampled_from([d[:4], d[:7], d])),
    ),
    "time": ({"type": "datetime", "key": "x", "subtype": "time"}, st.times().map(lambda t: t.strftime("%H:%M"))),
    "tick": ({"type": "checkbox", "key": "x"}, st.booleans()),
}


@given(st.data())
def test_a_value_shown_and_sent_again_is_the_same_value(data):
    for component, made_of in VALUES.values():
        field, value = form(component).fields["x"], data.draw(made_of)
        shown = field.show(value, context())
        assert form(component).load(sent(*[("x", each) for each in ["", *shown]]), None, context()) == {"x": value}


@given(ANYTHING)
def test_any_text_is_kept_as_a_variable_can_be_or_refused_beside_its_field(typed):
    try:
        values.check(form(text("x")).load(sent(x=typed), None, context()))
    except Invalid as refused:
        assert list(refused.problems) == ["x"]


@given(ANYTHING)
def test_any_draft_can_be_kept(typed):
    values.check({"draft": form(text("x"), rows("r", text("a"))).typed(sent(("r", typed), ("r.0.a", typed), x=typed))})


@given(ANYTHING)
def test_what_is_clean_stays_clean(typed):
    try:
        cleaned = clean(typed)
    except Invalid:
        return
    assert clean(cleaned) == cleaned == keepable(cleaned)


@given(st.dictionaries(ANYTHING, st.lists(ANYTHING, max_size=4), max_size=8))
def test_whatever_names_are_sent_only_the_forms_come_through(raw):
    made = form(text("x"), number("n"), rows("r", text("a")))
    assert Sent.of(raw).texts.keys() == raw.keys()
    try:
        assert made.load(raw, None, context()).keys() <= {"x", "n", "r"}
    except Invalid as refused:
        assert {path.partition(".")[0] for path in refused.problems} <= {"x", "n", "r"}
