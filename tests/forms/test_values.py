"""What people type becomes JSON values, or a sentence beside the field."""

import pytest

from tests.forms.samples import ID_NO, context, form, load, number, own, problems, required, select, text

A_DAY = {"type": "datetime", "key": "x", "subtype": "date"}
A_TIME = {"type": "datetime", "key": "x", "subtype": "time"}
TWO = ("a", "b")

GOOD = [
    (text("x"), "  张三 ", "张三"),
    (text("x"), "👩‍👩‍👧 ﷽ Ω", "👩‍👩‍👧 ﷽ Ω"),
    (text("x"), "<script>alert(1)</script>", "<script>alert(1)</script>"),
    (text("x", validate={"pattern": "[A-Z]{2}[0-9]+"}), "AB12", "AB12"),
    (text("x", validate={"maxLength": 3}), "张三丰", "张三丰"),
    (text("x", validate={"validationType": "email"}), "a@b.cn", "a@b.cn"),
    (text("x", validate={"validationType": "phone"}), "１３８００００００００", "13800000000"),
    ({"type": "textarea", "key": "x"}, "one\r\ntwo", "one\ntwo"),
    (number("x"), "１２３", 123),
    (number("x"), "-7", -7),
    (number("x"), "1,234,567", 1234567),
    (number("x"), "9007199254740991", 9007199254740991),
    (number("x", decimalDigits=2), "3.5", "3.50"),
    (own("money", "x"), "12,345.67", 1234567),
    (own("money", "x"), "￥１２", 1200),
    (own("money", "x"), "0.07元", 7),
    (own("money", "x"), "-3.5", -350),
    (A_DAY, "2026-07-01", "2026-07-01"),
    (A_DAY, "2026年7月1日", "2026-07-01"),
    (A_DAY, "20260701", "2026-07-01"),
    (A_DAY, "2026/7/1", "2026-07-01"),
    (A_TIME, "9:05", "09:05"),
    (A_TIME, "23：59", "23:59"),
    (own("partial-date", "x"), "1998", "1998"),
    (own("partial-date", "x"), "1998.9", "1998-09"),
    (own("partial-date", "x"), "1998年9月", "1998-09"),
    (own("partial-date", "x"), "199809", "1998-09"),
    (own("partial-date", "x"), "１９９８－０９－０１", "1998-09-01"),
    (own("partial-date", "x"), "2000-02-29", "2000-02-29"),
    (own("id-number", "x"), "110105 19491231 002x", ID_NO),
    (own("id-number", "x"), "１１０１０５１９４９１２３１００２Ｘ", ID_NO),
    (own("credit-code", "x"), "91110000600037341l", "91110000600037341L"),
    (own("barcode", "x"), " ee123456789cn\t\r\n", "EE123456789CN"),
    (own("barcode", "x"), "K01－03", "K01-03"),
    ({"type": "checkbox", "key": "x"}, "true", True),
    ({"type": "checkbox", "key": "x"}, "", False),
    (select("x", *TWO), "b", "b"),
    (select("x", *TWO, type="radio"), "a", "a"),
    (select("x", *TWO, type="checklist"), "a", ["a"]),
    (select("x", *TWO, type="taglist"), "", []),
]


@pytest.mark.parametrize(("component", "typed", "value"), GOOD, ids=lambda each: str(each)[:40])
def test_what_is_typed_becomes_a_value(component, typed, value):
    assert load(form(component), x=typed) == {"x": value}


BAD = [
    (text("x"), "a\nb", "one line"),
    (text("x"), "a" * 501, "too long"),
    (text("x", validate={"minLength": 3}), "ab", "too short"),
    (text("x", validate={"pattern": "[A-Z]+"}), "ab", "not written as it should be"),
    (
        text("x", validate={"pattern": "[A-Z]+"}, properties={"patternMessage": "只用 {大写} 字母。"}),
        "ab",
        "只用 {大写} 字母。",
    ),
    (text("x", validate={"validationType": "email"}), "a@b", "not an e-mail"),
    (text("x", validate={"validationType": "phone"}), "call me", "not a telephone"),
    ({"type": "textarea", "key": "x"}, "x" * 20_001, "too long"),
    (number("x"), "twelve", "not a number"),
    (number("x"), "1.5", "whole number"),
    (number("x"), "1e5", "not a number"),
    (number("x"), "NaN", "not a number"),
    (number("x"), "Infinity", "not a number"),
    (number("x"), "1" * 400, "too long"),
    (number("x"), "12,34", "not a number"),
    (number("x"), "٣", "not a number"),
    (number("x"), "9007199254740993", "from"),
    (number("x", validate={"min": 1, "max": 5}), "6", "from 1 to 5"),
    (number("x", decimalDigits=2), "1.234", "decimal places: at most 2"),
    (own("money", "x"), "1.234", "at most 2"),
    (own("money", "x"), "十二元", "not a number"),
    (own("money", "x"), "99999999999999999", "This"),
    (A_DAY, "2026-02-30", "no such day"),
    (A_DAY, "2026-07", "whole date"),
    (A_DAY, "yesterday", "not a date"),
    (A_DAY, "0001-01-01", "too long ago"),
    (A_TIME, "25:00", "not a time"),
    (A_TIME, "9", "not a time"),
    (own("partial-date", "x"), "1998-13", "no such day"),
    (own("partial-date", "x"), "98", "not a date"),
    (own("id-number", "x"), "110105194912310021", "check character"),
    (own("id-number", "x"), "11010519491231002", "18 characters"),
    (own("credit-code", "x"), "911100006000373410", "credit code"),
    ({"type": "checkbox", "key": "x"}, "maybe", "ticked or not"),
    (select("x", *TWO), "c", "not one of the choices"),
    (select("x", *TWO, type="radio"), "<b>", "not one of the choices"),
    (select("x", *TWO, type="checklist"), "c", "not one of the choices"),
    (text("x"), "a\x00b", "not text"),
    (text("x"), "\ud800", "not text"),
    (text("x"), "\x1b[31m", "not text"),
    (text("x"), "abc\u202etxt.exe", "reading direction"),
    (own("barcode", "x"), "a\x00", "not text"),
    (own("id-number", "x"), "\x00" * 18, "not text"),
    (number("x"), "\x000", "not text"),
]


@pytest.mark.parametrize(("component", "typed", "said"), BAD, ids=lambda each: ascii(each)[:40])
def test_what_is_wrong_is_told_beside_its_field(component, typed, said):
    told = problems(form(component), x=typed)
    assert list(told) == ["x"]
    assert said in told["x"][0]


@pytest.mark.parametrize(
    "component",
    [
        text("x"),
        {"type": "textarea", "key": "x"},
        number("x"),
        own("money", "x"),
        A_DAY,
        A_TIME,
        own("partial-date", "x"),
        own("id-number", "x"),
        own("credit-code", "x"),
        own("barcode", "x"),
        select("x", *TWO),
        select("x", *TWO, type="radio"),
    ],
)
def test_what_is_left_empty_is_null_unless_it_is_required(component):
    assert load(form(component), x="  ") == {"x": None}
    assert problems(form(required(component)), x="  ") == {"x": ["Please fill this in."]}
    assert problems(form(required(component))) == {"x": ["Please fill this in."]}


def test_what_was_not_on_the_screen_is_not_among_the_answers():
    assert load(form(text("x"), number("y")), y="1") == {"y": 1}


def test_a_required_tick_must_be_ticked():
    made = form(required({"type": "checkbox", "key": "x"}))
    assert problems(made, x="") == {"x": ["Please fill this in."]}
    assert load(made, ("x", ""), ("x", "true")) == {"x": True}


def test_a_required_checklist_needs_one():
    assert problems(form(required(select("x", *TWO, type="checklist"))), x="") == {"x": ["Please fill this in."]}


def test_a_checklist_gives_each_choice_once_in_the_order_sent():
    assert load(form(select("x", *TWO, type="checklist")), ("x", "b"), ("x", "a"), ("x", "b")) == {"x": ["b", "a"]}


def test_the_last_of_an_input_sent_twice_counts():
    assert load(form(text("x")), ("x", "one"), ("x", "two")) == {"x": "two"}


def test_only_fields_of_the_form_come_through():
    assert load(form(text("x")), x="1", assignee="eve", status="completed", x2="y", **{"x.y": "z"}) == {"x": "1"}


def test_a_read_only_field_ignores_what_was_sent():
    for locked in (
        {"readonly": True},
        {"disabled": True},
        {"properties": {"readonly": "true"}},
        {"readonly": "=locked"},
    ):
        made = form(text("x", validate={"required": True}, **locked), text("y"))
        assert load(made, x="forged", y="1", around=context(variables={"x": "kept", "locked": True})) == {"y": "1"}


def test_a_field_is_read_only_only_while_its_expression_says_so():
    made = form(text("x", readonly="=locked"))
    assert load(made, x="typed", around=context(variables={"locked": False})) == {"x": "typed"}


def test_in_a_form_for_reading_nothing_is_taken():
    assert load(form(text("x"), required(number("y"))), x="1", y="2", around=context(read_only=True)) == {}


def test_a_second_typing_must_agree_and_is_not_kept():
    made = form(own("id-number", "id_no"), own("same-as", "again", sameAs="id_no"))
    assert load(made, id_no=ID_NO, again="１１０１０５１９４９１２３１００２x") == {"id_no": ID_NO}
    for again in ("110105194912310038", "x", ""):
        assert list(problems(made, id_no=ID_NO, again=again)) == ["again"]


def test_a_second_typing_is_required_when_the_first_is():
    made = form(own("id-number", "id_no", required=True), own("same-as", "again", sameAs="id_no"))
    assert problems(made, id_no=ID_NO)["again"] == ["Please fill this in."]


def test_a_wrong_first_typing_is_told_once():
    made = form(own("id-number", "id_no"), own("same-as", "again", sameAs="id_no"))
    assert list(problems(made, id_no="123", again=ID_NO)) == ["id_no"]


def test_a_value_that_must_equal_an_expression():
    made = form(own("barcode", "label", mustEqual="=dossier_no"))
    around = context(variables={"dossier_no": "YX-1"})
    assert load(made, label="yx-1", around=around) == {"label": "YX-1"}
    told = problems(made, label="YX-2", around=around)
    assert "does not agree" in told["label"][0]
    assert "YX-1" not in told["label"][0]


def test_a_value_may_have_to_equal_another_field():
    made = form(text("a"), text("b", properties={"mustEqual": "=a"}))
    assert load(made, a="1", b="1") == {"a": "1", "b": "1"}
    assert list(problems(made, a="1", b="2")) == ["b"]


def test_choices_come_from_a_variable():
    made = form({"type": "select", "key": "x", "valuesKey": "people"})
    around = context(variables={"people": ["anna", {"value": "bob", "label": "鲍勃"}, {"no": 1}, 7]})
    assert load(made, x="bob", around=around) == {"x": "bob"}
    assert load(made, x="7", around=around) == {"x": "7"}
    assert problems(made, x="carl", around=around)
    assert problems(made, x="anna")


def test_choices_come_from_an_expression():
    made = form({"type": "radio", "key": "x", "valuesExpression": '=["a", "b"]'})
    assert load(made, x="b") == {"x": "b"}


def test_a_computed_field_is_worked_out_whatever_was_sent():
    made = form(number("a"), number("b"), {"type": "expression", "key": "sum", "expression": "=a + b"})
    assert load(made, a="1", b="2", sum="99") == {"a": 1, "b": 2, "sum": 3}
    assert load(made, a="1", b="") == {"a": 1, "b": None, "sum": None}


def test_the_button_pressed_is_the_outcome():
    made = form(
        text("x"), *[{"type": "button", "label": o, "properties": {"outcome": o}} for o in ("approve", "reject")]
    )
    assert load(made, x="1", outcome="reject") == {"x": "1", "outcome": "reject"}
    for forged in ({}, {"outcome": "release"}):
        assert list(problems(made, x="1", **forged)) == ["outcome"]


def test_the_only_button_need_not_be_named():
    made = form({"type": "button", "label": "OK", "properties": {"outcome": "ok"}})
    assert load(made) == {"outcome": "ok"}


def test_a_field_may_be_the_outcome():
    assert load(form(select("outcome", "yes", "no", type="radio")), outcome="no") == {"outcome": "no"}


def test_a_partial_button_requires_nothing_but_refuses_what_is_wrong():
    back = {"type": "button", "label": "back", "properties": {"outcome": "back", "partial": "true"}}
    done = {"type": "button", "label": "done", "properties": {"outcome": "done"}}
    made = form(required(text("x")), number("n"), back, done)
    assert load(made, x="", n="1", outcome="back") == {"n": 1, "outcome": "back"}
    assert list(problems(made, x="", n="1", outcome="done")) == ["x"]
    assert list(problems(made, x="", n="z", outcome="back")) == ["n"]


def test_every_problem_of_a_form_is_told_at_once():
    made = form(required(text("a")), number("b"), select("c", "x"), own("id-number", "d"))
    assert set(problems(made, a="", b="z", c="y", d="1")) == {"a", "b", "c", "d"}
