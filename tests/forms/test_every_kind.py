"""What holds for every kind of field alike: locked, hidden, in a row, in a draft, as a default, in either language."""

import pytest

from tests.forms.samples import (
    ID_NO,
    context,
    drawn,
    form,
    load,
    number,
    own,
    problems,
    required,
    rows,
    select,
    sent,
    text,
)

# name: (the field, what is typed, its value, what is wrong, what stands in it for reading)
KINDS = {
    "textfield": (text("x"), "张三", "张三", "a\nb", "张三"),
    "e-mail": (text("x", validate={"validationType": "email"}), "a@b.cn", "a@b.cn", "a@b", "a@b.cn"),
    "telephone": (text("x", validate={"validationType": "phone"}), "010-5555", "010-5555", "call", "010-5555"),
    "textarea": ({"type": "textarea", "key": "x"}, "一\n二", "一\n二", "x" * 20_001, "一\n二"),
    "number": (number("x"), "-7", -7, "7.5", "-7"),
    "decimal": (number("x", decimalDigits=2), "3.5", "3.50", "3.456", "3.50"),
    "money": (own("money", "x"), "1,234.50", 123450, "1.234", "1,234.50"),
    "date": ({"type": "datetime", "key": "x"}, "2026年7月1日", "2026-07-01", "2026-02-30", "2026-07-01"),
    "time": ({"type": "datetime", "key": "x", "subtype": "time"}, "9:05", "09:05", "24:00", "09:05"),
    "partial-date": (own("partial-date", "x"), "1998.9", "1998-09", "1998-13", "1998-09"),
    "id-number": (own("id-number", "x"), ID_NO.lower(), ID_NO, ID_NO[:-1] + "1", ID_NO),
    "credit-code": (
        own("credit-code", "x"),
        "91110000600037341l",
        "91110000600037341L",
        "911100006000373410",
        "91110000600037341L",
    ),
    "barcode": (own("barcode", "x"), "ee123456789cn", "EE123456789CN", "a\x00", "EE123456789CN"),
    "checkbox": ({"type": "checkbox", "key": "x"}, "true", True, "yes", "Yes"),
    "select": (select("x", "a", "b"), "b", "b", "c", "B"),
    "radio": (select("x", "a", "b", type="radio"), "b", "b", "c", "B"),
    "checklist": (select("x", "a", "b", type="checklist"), "b", ["b"], "c", "B"),
    "taglist": (select("x", "a", "b", type="taglist"), "b", ["b"], "c", "B"),
}
EMPTY = {"checkbox": False, "checklist": [], "taglist": []}
BACK = {"type": "button", "label": "back", "properties": {"outcome": "back", "partial": "true"}}

every_kind = pytest.mark.parametrize("kind", KINDS)


def component(kind, **more):
    return {**KINDS[kind][0], "label": "问", **more}


@every_kind
def test_a_locked_field_takes_nothing_and_stays_out_of_the_answers(kind):
    _field, typed, value, wrong, _read = KINDS[kind]
    made = form(required(component(kind, readonly="=locked")), text("y"))
    around = context(variables={"locked": True, "x": value})
    for forged in (typed, wrong, ""):
        assert load(made, x=forged, y="1", around=around) == {"y": "1"}


@every_kind
def test_a_locked_field_shows_its_value_as_words(kind):
    _field, _typed, value, _wrong, read = KINDS[kind]
    page = drawn(form(component(kind, readonly=True)), around=context(variables={"x": value}))
    assert page.xpath(".//output")[0].text_content() == read
    assert page.xpath(".//*[@name='x']") == []


@every_kind
def test_a_hidden_field_is_never_asked_for_nor_believed(kind):
    _field, typed, value, wrong, _read = KINDS[kind]
    made = form(required(component(kind, conditional={"hide": "=hidden"})), text("y"))
    around = context(variables={"hidden": True, "x": value})
    for forged in (typed, wrong, ""):
        assert load(made, x=forged, y="1", around=around) == {"y": "1"}
    assert drawn(made, around=around).xpath(".//*[@name='x']") == []


@every_kind
def test_a_row_takes_the_same_answers_as_the_form(kind):
    _field, typed, value, _wrong, _read = KINDS[kind]
    made = form(rows("r", component(kind), text("y")))
    assert load(made, ("r", "0"), ("r.0.x", typed), ("r.0.y", "1")) == {"r": [{"x": value, "y": "1"}]}
    assert load(made, ("r", "0"), ("r.0.x", ""), ("r.0.y", "1")) == {"r": [{"x": EMPTY.get(kind), "y": "1"}]}


@every_kind
def test_a_wrong_answer_in_a_row_is_told_with_its_row(kind):
    _field, typed, _value, wrong, _read = KINDS[kind]
    made = form(rows("r", component(kind)))
    told = problems(made, ("r", "0"), ("r", "4"), ("r.0.x", typed), ("r.4.x", wrong))
    assert list(told) == ["r.4.x"]
    assert told["r.4.x"] == problems(form(component(kind)), x=wrong)["x"]


@every_kind
def test_unfinished_work_may_be_handed_back_but_not_wrong_work(kind):
    _field, typed, value, wrong, _read = KINDS[kind]
    made = form(required(component(kind)), BACK)
    assert load(made, x="", outcome="back") == {"outcome": "back"}
    assert load(made, x=typed, outcome="back") == {"x": value, "outcome": "back"}
    assert list(problems(made, x=wrong, outcome="back")) == ["x"]


@every_kind
def test_what_a_draft_keeps_is_sent_again_as_the_same_value(kind):
    _field, typed, value, _wrong, _read = KINDS[kind]
    made = form(component(kind))
    draft = made.typed(sent(x=typed))
    assert draft == {"x": [typed]}
    assert made.load(draft, None, context()) == {"x": value}


@every_kind
def test_a_draft_wins_over_the_value_of_the_process(kind):
    _field, typed, value, _wrong, _read = KINDS[kind]
    made, around = form(component(kind)), context(variables={"x": value})
    emptied = made.typed(sent(x=""))
    assert stands(drawn(made, emptied, around=around)) == []
    assert stands(drawn(made, made.typed(sent(x=typed)), around=around)) == [typed]


@every_kind
def test_a_default_stands_in_a_fresh_field_until_a_value_is_there(kind):
    _field, _typed, value, _wrong, _read = KINDS[kind]
    made = form(component(kind, defaultValue=value))
    shown = made.fields["x"].show(value, context())
    assert stands(drawn(made)) == shown
    assert made.load({"x": shown}, None, context()) == {"x": value}
    assert stands(drawn(made, {"x": [""]})) == []


@every_kind
@pytest.mark.parametrize(("language", "label"), [("zh", "姓"), ("en", "Family name")])
def test_a_label_and_its_hint_are_in_the_readers_language(kind, language, label):
    field = component(kind)
    field["properties"] = {
        **field.get("properties", {}),
        "label:en": "Family name",
        "description:en": "As on the paper",
    }
    page = drawn(form({**field, "label": "姓", "description": "照证件填"}), around=context(language=language))
    assert label in page.text_content()
    assert ("As on the paper" if language == "en" else "照证件填") in page.text_content()
    assert ("姓" if language == "en" else "Family name") not in page.text_content()


@every_kind
def test_a_condition_sees_the_value_not_what_was_typed(kind):
    _field, typed, value, wrong, _read = KINDS[kind]
    made = form(component(kind), text("why", conditional={"hide": "=x != expected"}))
    around = context(variables={"expected": value})
    assert load(made, x=typed, why="seen", around=around) == {"x": value, "why": "seen"}
    assert "why" not in load(made, x="", why="forged", around=around)
    assert list(problems(made, x=wrong, why="forged", around=around)) == ["x"]


@every_kind
def test_a_value_that_must_agree_is_compared_as_a_value(kind):
    _field, typed, value, _wrong, _read = KINDS[kind]
    field = component(kind)
    field["properties"] = {**field.get("properties", {}), "mustEqual": "=recorded"}
    assert load(form(field), x=typed, around=context(variables={"recorded": value})) == {"x": value}
    told = problems(form(field), x=typed, around=context(variables={"recorded": "another"}))
    assert told["x"] == ["This does not agree with what is recorded. Please compare and type it again."]


@every_kind
def test_a_form_for_reading_sends_nothing_and_takes_nothing(kind):
    _field, typed, value, wrong, _read = KINDS[kind]
    made, around = form(required(component(kind))), context(variables={"x": value}, read_only=True)
    assert drawn(made, around=around).xpath(".//input|.//select|.//textarea|.//button") == []
    assert load(made, x=typed, around=around) == load(made, x=wrong, around=around) == {}


@every_kind
@pytest.mark.parametrize("odd", [7, True, "text", ["a", 1], {"a": 1}, [], {}, "\u202e<b>", -1])
def test_a_variable_of_another_kind_is_drawn_without_harm(kind, odd):
    """Another version of the process may have left anything under the same name."""
    made = form(component(kind))
    for read_only in (False, True):
        page = drawn(made, around=context(variables={"x": odd}, read_only=read_only))
        assert page.xpath(".//b") == []


def stands(page):
    """What stands in the inputs of x, as a browser would send it; nothing for empty ones."""
    found = page.xpath(".//*[@name='x' and (@checked or not(@type='checkbox' or @type='radio' or @type='hidden'))]")
    held = []
    for each in found:
        if each.tag == "select":
            held += each.xpath("./option[@selected]/@value")
        elif each.tag == "textarea":
            held.append((each.text or "").removeprefix("\n"))
        else:
            held.append(each.get("value", ""))
    return [value for value in held if value]
