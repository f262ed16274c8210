"""A form file becomes a form, or is refused with sentences that name the component."""

import pytest

from forms.compiler import compile_form
from forms.element import kinds
from tests.forms.samples import content, form, number, own, refusal, rows, select, text
from workflow.errors import Invalid


def said(raw):
    with pytest.raises(Invalid) as refused:
        compile_form(raw)
    return str(refused.value.problems[""][0])


def test_a_form_knows_its_fields_and_title():
    made = form(text("name"), number("age"), id="register", properties={"title": "登记", "title:en": "Register"})
    assert list(made.fields) == ["name", "age"]
    assert made.title("zh") == "登记"
    assert made.title("en") == "Register"


def test_a_form_without_a_title_is_called_by_its_id():
    assert form(id="register").title("en") == "register"


def test_the_same_content_is_compiled_once():
    assert compile_form(content(text("a"))) is compile_form(content(text("a")))


def test_what_is_not_json_is_refused():
    assert said(b"{").startswith("This form file is not JSON")
    assert said(b"\xff\xfe").startswith("This form file is not JSON")
    assert said(b"").startswith("This form file is not JSON")


def test_nan_and_lone_surrogates_are_not_json():
    assert "not JSON" in said(b'{"components": [NaN]}')
    assert "not JSON" in said(b'{"components": [{"label": "\\ud800"}]}')


def test_a_file_without_components_is_refused():
    for raw in (b"[]", b"null", b"{}", b'{"components": {}}', b'"x"'):
        assert "no list of components" in said(raw)


def test_a_file_above_500_kb_is_refused():
    assert "too large" in said(b" " * 500_001)


def test_a_file_nested_500_deep_is_refused():
    raw = b'{"components":[' + b'{"type":"group","components":[' * 500 + b"]}" * 500 + b"]}"
    with pytest.raises(Invalid) as refused:
        compile_form(raw)
    assert "nested too deeply" in str(refused.value)


def test_a_file_nested_beyond_the_reader_is_refused():
    assert "not JSON" in said(b"[" * 100_000)


def test_20_000_fields_are_refused():
    assert "too many fields" in refusal(*[text(f"f{i}") for i in range(5_000)])[""][0]


def test_300_fields_are_taken_and_301_are_not():
    assert len(form(*[text(f"f{i}") for i in range(300)]).fields) == 300
    assert "" in refusal(*[text(f"f{i}") for i in range(301)])


def test_an_unknown_kind_is_refused_with_the_nearest_known_one():
    assert refusal({"type": "textfeld", "key": "name"}) == {
        "name": ["There is no field kind “textfeld”. Did you mean “textfield”?"]
    }
    assert "Did you mean “id-number”?" in refusal(own("idnumber", "id_no"))["id_no"][0]


def test_an_unknown_kind_far_from_all_is_refused_plainly():
    assert refusal({"type": "zzz", "key": "z"}) == {"z": ["There is no field kind “zzz”."]}


def test_a_component_without_a_key_is_named_by_its_place():
    assert list(refusal(text("a"), {"type": "textfield"})) == ["2"]


@pytest.mark.parametrize("kind", ["html", "iframe", "image", "script"])
def test_what_could_bring_in_strange_pages_is_refused(kind):
    assert "not allowed" in refusal({"type": kind, "key": "x"})["x"][0]


@pytest.mark.parametrize("key", ["", "a.b", "a-b", "1a", "a b", "x" * 65, "__class__", "_rows", "csrf_token", "user"])
def test_a_key_that_cannot_be_a_variable_is_refused(key):
    assert refusal(text(key))


def test_chinese_keys_are_taken():
    assert "姓名" in form(text("姓名")).fields


def test_a_key_used_twice_is_refused_even_in_another_group():
    group = {"type": "group", "components": [text("name")]}
    assert refusal(text("name"), group) == {"name": ["The key “name” is used twice."]}


def test_a_row_may_use_a_key_of_the_form():
    assert form(text("name"), rows("people", text("name")))


def test_two_fields_of_one_row_may_not_share_a_key():
    assert "used twice" in refusal(rows("people", text("name"), number("name")))["name"][0]


def test_every_problem_is_told_at_once():
    assert set(refusal(text("a", label=[]), {"type": "x", "key": "b"}, text("c", validate=[]), 7)) == {
        "a",
        "b",
        "c",
        "4",
    }


def test_a_condition_that_does_not_compile_names_the_field_and_the_place():
    told = refusal(text("a", conditional={"hide": "= import os"}))["a"][0]
    assert told.startswith("“conditional.hide” is not an expression:")


@pytest.mark.parametrize(
    "more",
    [
        {"defaultValue": "=1 +"},
        {"readonly": "=("},
        {"properties": {"mustEqual": "=("}},
        {"properties": {"readonly": "=)"}},
    ],
)
def test_no_expression_escapes_the_compiler(more):
    assert "is not an expression" in refusal(text("a", **more))["a"][0]


def test_fields_that_wait_for_each_other_are_refused():
    told = refusal(text("a", conditional={"hide": "=b = 1"}), text("b", conditional={"hide": "=a = 1"}))
    assert "in a circle" in str(told)


def test_a_second_typing_must_name_a_field():
    assert "which is not here" in refusal(own("same-as", "again", sameAs="id_no"))["again"][0]
    assert "which is not here" in refusal(own("same-as", "again", sameAs="again"))["again"][0]


def test_a_choice_without_choices_is_refused():
    assert "nothing to choose" in refusal(select("a"))["a"][0]
    assert (
        "There are no choices “nowhere”"
        in refusal({"type": "select", "key": "a", "properties": {"choices": "nowhere"}})["a"][0]
    )


@pytest.mark.parametrize("pattern", ["(a+)+", "(a|a)*b", "(", r"(a)\1", ".*.*.*.*x", "((a+)b)*", "x" * 300])
def test_a_pattern_that_is_wrong_or_could_take_for_ever_is_refused(pattern):
    assert refusal(text("a", validate={"pattern": pattern}))


@pytest.mark.parametrize("pattern", [r"\d{6}", r"[A-Z]{2}\d+", r"(EE|MM)\d{9}CN", r"[^*+]+", r"(?:ab)?c", r"\(x\)"])
def test_an_ordinary_pattern_is_taken(pattern):
    assert form(text("a", validate={"pattern": pattern}))


@pytest.mark.parametrize(
    "wrong",
    [
        text("a", label={"zh": 1}),
        text("a", properties=[]),
        text("a", validate={"required": "perhaps"}),
        text("a", validate={"maxLength": "many"}),
        text("a", validate={"maxLength": 0}),
        text("a", defaultValue={"x": 1}),
        number("a", validate={"min": "low"}),
        number("a", validate={"max": "NaN"}),
        number("a", decimalDigits=99),
        {"type": "datetime", "key": "a", "subtype": "moon"},
        own("signature", "a", of="nobody"),
        {"type": "expression", "key": "a"},
        {"type": "table", "dataSource": "=x"},
        rows("a"),
        text("a", label="x" * 6000),
        {"type": "group", "path": "address", "components": []},
        {"type": "button", "action": "explode"},
        rows("a", text("b"), properties={"maxRows": "many"}),
        {"type": ["textfield"], "key": "a"},
        {"type": "textfield", "key": ["a"]},
        text("a", layout=3),
        own("textfield", "a", suggest="nowhere"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_with_a_sentence(wrong):
    assert refusal(wrong)


def test_every_kind_is_known_by_name():
    assert {
        "textfield",
        "textarea",
        "number",
        "checkbox",
        "checklist",
        "radio",
        "select",
        "taglist",
        "datetime",
        "text",
        "group",
        "separator",
        "spacer",
        "dynamiclist",
        "table",
        "filepicker",
        "expression",
        "button",
        "money",
        "partial-date",
        "id-number",
        "credit-code",
        "dossier",
        "position",
        "barcode",
        "user",
        "group-picker",
        "photo",
        "signature",
        "same-as",
    } <= kinds.keys()


def test_the_group_picker_is_asked_for_as_group():
    assert form(own("group", "team")).fields["team"].kind == "group-picker"
