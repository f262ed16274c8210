"""What is sent to hurt: refused with a sentence or taken as plain text; always quickly."""

import pytest

from forms.compiler import compile_form
from tests.forms.samples import content, context, drawn, form, load, number, own, problems, rows, select, sent, text
from tests.work import within
from workflow import values
from workflow.errors import Invalid

NAUGHTY = [
    "undefined",
    "null",
    "None",
    "NaN",
    "Infinity",
    "true",
    "0",
    "-1",
    "1/0",
    "0x0",
    "1E+02",
    "$1.00",
    "\\",
    "''",
    '"',
    "' OR 1=1 -- 1",
    "1;DROP TABLE users",
    "<foo val=“bar” />",
    "</script><script>alert(1)</script>",
    "javascript:alert(1)",
    "{{7*7}}",
    "${7*7}",
    "#{7*7}",
    "%s%s%n",
    "%(x)s",
    "{0.__class__}",
    "{name}",
    "../../../etc/passwd",
    "$HOME",
    "`ls`",
    "__import__('os')",
    "=1+1",
    "@SUM(1)",
    "Ω≈ç√∫˜µ≤≥÷",
    "田中さんにあげて下さい",
    "ﬀﬃ",
    "\u200b",
    "e\u0301",
    "𠜎𠜱𠝹",
    "👾🙇💁",
    "🇺🇸🇷🇺",
    "١٢٣",
    "ثم نفس",
    "\u00a0",
    "‪‪test‪",
    "⁦test⁧",
    "Ṱ̺̺o͞",
    "\ufeff",
    "\ufffe",
    "\x00",
    "\x07",
    "\x1b[2J",
    "\ud800",
    "a\udfff",
    "\r\n\r\n",
    "con",
    "Ꞵ",
    "﷽",
    "x" * 10_000_000,
    "﹣１",
    "1,2,3",
    "-0",
    "½",
    "١",
    "²",
]
KINDS = [
    text("x"),
    {"type": "textarea", "key": "x"},
    number("x"),
    number("x", decimalDigits=2),
    own("money", "x"),
    own("partial-date", "x"),
    own("id-number", "x"),
    own("credit-code", "x"),
    own("barcode", "x"),
    {"type": "datetime", "key": "x"},
    {"type": "datetime", "key": "x", "subtype": "time"},
    {"type": "checkbox", "key": "x"},
    select("x", "a"),
    select("x", "a", type="radio"),
    select("x", "a", type="checklist"),
]


@pytest.mark.parametrize("component", KINDS, ids=lambda each: each.get("properties", {}).get("kind") or each["type"])
def test_naughty_text_is_refused_beside_its_field_or_kept_as_both_databases_can(component):
    made = form(component)
    for naughty in NAUGHTY:
        raw = sent(x=naughty)
        try:
            values.check(made.load(raw, None, context()))
        except Invalid as refused:
            assert list(refused.problems) == ["x"]
            assert all(str(said) for said in refused.problems["x"])
        drawn(made, made.typed(raw))
        values.check({"draft": made.typed(raw)})


def test_a_body_of_20_000_fields_is_read_with_little_work():
    made = form(text("x"))
    raw = sent(*[(f"f{i}", "v") for i in range(20_000)], x="1")
    assert within(100_000, lambda: made.load(raw, None, context())) == {"x": "1"}
    assert made.typed(raw) == {"x": ["1"]}


def test_a_field_sent_20_000_times_is_one_field():
    made = form(text("x"), select("c", "a", type="checklist"))
    raw = sent(*[("x", str(i)) for i in range(20_000)])
    assert within(1_000, lambda: made.load(raw, None, context())) == {"x": "19999"}
    raw = sent(*[("c", str(i)) for i in range(20_000)])
    assert "too many" in within(200_000, lambda: problems(made, *raw.items(multi=True)))["c"][0]


def test_a_list_of_20_000_rows_is_refused_with_little_work():
    made = form(rows("r", text("a")))
    raw = [pair for i in range(20_000) for pair in (("r", str(i)), (f"r.{i}.a", "v"))]
    assert within(300_000, lambda: problems(made, *raw)) == {"r": ["These are too many rows: at most 200."]}


def test_lists_in_lists_in_lists_stay_bounded():
    made = form(rows("a", rows("b", text("x"))))
    raw = [("a", str(i)) for i in range(201)] + [(f"a.{i}.b", str(j)) for i in range(201) for j in range(60)]
    within(1_000_000, lambda: problems(made, *raw))


def test_a_slow_pattern_cannot_be_written():
    made = form(text("x", validate={"pattern": r"[ab]*[ab]*[ab]*c"}))
    assert problems(made, x="ab" * 100)


def test_the_largest_form_is_compiled_and_drawn_with_little_work():
    made = within(400_000, lambda: form(*[text(f"f{i}", label="x" * 300) for i in range(300)]))
    within(400_000, lambda: drawn(made))


def test_a_name_in_braces_cannot_reach_into_a_sentence():
    told = problems(form(number("x", validate={"max": 1})), x="{0.__class__}")
    assert told["x"] == ["This is not a number."]


def test_labels_full_of_markup_are_words():
    made = form(text("x", label="<img src=x onerror=alert(1)>{{7*7}}${7*7}"))
    assert "<img src=x onerror=alert(1)>{{7*7}}${7*7}" in drawn(made).text_content()


@pytest.mark.parametrize(
    "raw",
    [
        b'{"components": [{"type": "textfield", "key": "a", "key": "b"}]}',
        b'{"components": [[]]}',
        b'{"components": [null, true, 1, "x"]}',
        b'{"components": [{"components": 1}]}',
        b'{"components": [{"type": "group", "components": "x"}]}',
        b'{"components":[{"type":"textfield","key":"a","values":1}]}',
        b'{"components":[{"type":"select","key":"a","values":{"a":1}}]}',
        b'{"components":[],"properties":7}',
        b'\xef\xbb\xbf{"components": []}',
        b'{"components": []}' + b" " * 100,
        b'{"components":[{"type":"text","text":7}]}',
    ],
)
def test_an_odd_file_is_a_form_or_an_invalid_one(raw):
    try:
        compile_form(raw)
    except Invalid as refused:
        assert str(refused)


def test_a_file_saved_by_an_editor_opens():
    """What the editor of form-js adds around the fields is read over."""
    raw = {
        "id": "Form_1",
        "exporter": {"name": "form-js", "version": "1.23.0"},
        "executionPlatform": "Camunda Platform",
    }
    assert form(
        {"type": "textfield", "id": "Field_1", "key": "name", "layout": {"row": "Row_1", "columns": None}}, **raw
    )
    assert content()


def test_values_round_trip_the_way_they_were_typed():
    for naughty in ("Ω≈ç√∫", "e\u0301", "𠜎𠜱", "👾", "\u00e9", "ﬀ"):
        assert load(form(text("x")), x=naughty) == {"x": naughty}
