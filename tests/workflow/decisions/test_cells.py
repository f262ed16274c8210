"""Cells of decision tables: each says what DMN says it means, or is refused by its place."""

import pytest

from tests.workflow.decisions.drawing import NOW, decided, dmn, refused
from workflow import decisions
from workflow.expressions import Around, ExpressionRefused, compile_test

HITS = [
    ("", 1), ("-", 1), ("-", None), (" - ", "x"),
    ("5", 5), ("5", 5.0), ("-5", -5), ("0.1", 0.1), ("1.50", 1.5), ("9007199254740993", 9007199254740993),
    ("< 5", 4), ("<= 5", 5), ("> 5", 6), (">= 5", 5), ("!= 5", 6), ("!= 5", None), ("= 5", 5), ("== 5", 5), ("< 0.3", 0.29),
    ("[1..5]", 1), ("[1..5]", 5), ("(1..5)", 2), ("]1..5[", 4), ("[1..5[", 1), ("(1..5]", 5), ("[-5..5]", -5),
    ("[1.5..2.5]", 2), ("[1..x]", 7), ('["a".."c"]', "b"), ("[x - 1..x + 1]", 8),
    ('"a"', "a"), ("'a'", "a"), ('"a", "b"', "b"), ("1, [5..6], > 9", 6), ("1, [5..6], > 9", 10), ('["a", "b"]', "b"),
    ('"档案"', "档案"), ('"say \\"no\\""', 'say "no"'), ('""', ""),
    ('not("a")', "b"), ('not("a", "b")', "c"), ("not(< 5)", 5), ("not([1..5])", 6), ("not(null)", 0), ("not(5)", None),
    ("true", True), ("false", False), ("null", None), ("not(true)", False), ("not(true)", None),
    ('date("2026-01-01")', "2026-01-01"), ('< date("2026-01-02")', "2026-01-01"), ('date("2026-01-01")', "2026-01-01T12:00:00+08:00"),
    ('[date("2026-01-01")..date("2026-12-31")]', "2026-12-31"), ("> today()", "2026-07-02"), ("<= today() + days(3)", "2026-07-04"),
    ('date and time("2026-01-01T00:00:00+08:00")', "2025-12-31T16:00:00Z"),
    ('> date and time("2026-01-01T00:00:00Z")', "2026-01-01T00:00:01Z"),
    ('duration("P3D")', "P3D"), ('>= duration("PT72H")', "P3D"), ('< duration("P1M")', "P29D"),
    ("? > 5 and ? < 9", 6), ("? % 2 = 0", 4), ('starts_with(?, "A")', "A1"), ('not(contains(?, "x"))', "abc"), ("? in names", "bob"),
    ("= x", 8), ("> x", 9),
]  # fmt: skip
MISSES = [
    ("5", 6), ("5", "5"), ("5", None), ("1", True), ("true", 1), ("true", "true"), ('"true"', True), ("null", False), ("null", 0), ("null", ""),
    ("< 5", 5), ("< 5", None), ("< 5", "4"), ("> 5", 5), ("!= 5", 5), ("0.1", 0.10000000000000002),
    ("9007199254740993", 9007199254740992), ("> 90071992547409.5", 90071992547409),
    ("[1..5]", 6), ("(1..5)", 1), ("(1..5)", 5), ("]1..5[", 5), ("[1..5)", 5), ("[5..1]", 3), ("[1..5]", None), ("[1..5]", "3"),
    ('"a"', "A"), ('"a"', "a "), ('"a", "b"', "c"), ('not("a")', "a"), ('not("a", "b")', "b"), ("not(null)", None), ("not([1..5])", 3),
    ('date("2026-01-01")', "2026-01-02"), ('< date("2026-01-02")', "2026-01-02"), ('< date("2026-01-02")', "soon"), ("not(-5)", -5),
    ('duration("P3D")', "P4D"), ("? > 5 and ? < 9", 9), ('contains(?, "x")', None), ("? in names", "carl"), ('"a"', ["a"]),
]  # fmt: skip


def hits(cell, value):
    return compile_test(cell).evaluate(Around({"?": value, "x": 8, "names": ["anna", "bob"]}, NOW))


@pytest.mark.parametrize(("cell", "value"), HITS)
def test_a_cell_hits(cell, value):
    assert hits(cell, value) is True


@pytest.mark.parametrize(("cell", "value"), MISSES)
def test_a_cell_misses(cell, value):
    assert hits(cell, value) is False


REFUSED = {
    "gold": "“gold” is a name; put a text in quotes",
    "档案": "is a name",
    '"a" "b"': "“b” is not expected here",
    '"a",': "ends too early",
    ", 5": "“,” is not expected here",
    "1..5": "“..” is not expected here",
    "[1..5": "missing before",
    "[1..": "ends too early",
    "]1..5": "missing before",
    "[..5]": "“[” is not used here",
    "not()": "“)” is not expected",
    "not(5": "“)” is missing",
    "x > 5": "write ? for that value",
    "5 or 6": "write ? for that value",
    "< 5 and > 3": "is not expected here",
    "<": "ends too early",
    "=> 5": "write >= instead",
    "5 5": "“5” is not expected here",
    '@"2026-01-01"': "“@” has no meaning",
    'matches(?, ".*") ^ 2': "is not used here",
    "string length(?) > 5": "“length” is not expected here",
    "order.amount > 5": "is not used here",
    "x[1]": "is not used here",
    "for y in x return y": "is not expected here",
    "function(a) a": "is not expected here",
    '"open': "no closing quote",
    "1.5.2": "is not a number",
    "007": "is not a number",
    "123456789012345.678": "has more than 15 digits",
    "1e5": "is not a number",
    "{a: 1}": "is not expected",
    "?.amount": "is not used here",
    "-, 5": "is not expected here",
    "5, -": "ends too early",
    "number(1, 2, 3, 4)": "takes 1 values",
    "?" * 41: "“:” is missing",
    "(" * 41 + "5" + ")" * 41: "nested more than",
    "5," * 1_000 + "5": "longer than",
}


@pytest.mark.parametrize("cell", REFUSED)
def test_a_cell_outside_the_subset_is_refused(cell):
    with pytest.raises(ExpressionRefused) as refusal:
        compile_test(cell)
    assert REFUSED[cell] in str(refusal.value)


def test_what_is_refused_says_decision_row_column_and_id():
    found = decisions.check(dmn(fee='UNIQUE | status || fee\n | "a" || 1\n | gold || 2'))
    assert [(each.element, each.rule) for each in found] == [("c-2-1", "decision_table")]
    assert str(found[0].message) == (
        "Decision “The fee”, row 2, column “status”: “gold” cannot be used here: “gold” is a name; put a text in quotes,"
        " and write “= gold” for the value of that name."
    )


def test_all_bad_cells_are_named_at_once():
    said = refused("UNIQUE | status || fee\n | gold || =\n | [1..2 || silver\n | 1 || )")
    assert [each.split(":")[0].removeprefix("Decision “The fee”, ") for each in said] == [
        "row 1, column “status”",
        "row 1, column “fee”",
        "row 2, column “status”",
        "row 2, column “fee”",
        "row 3, column “fee”",
    ]


def test_an_answer_without_quotes_is_taken_for_a_forgotten_text():
    found = decisions.check(dmn(fee="UNIQUE | status || fee\n | - || gold"))
    assert "“gold” is neither a text in quotes nor something the table reads" in str(found[0].message)
    assert str(found[0].fix) == 'Write “"gold"”.'
    assert decided("UNIQUE | amount || fee\n | - || amount", amount=7).value == 7


def test_answers_are_expressions_of_the_house():
    drawing = 'UNIQUE | amount || fee | day | text\n | - || amount * 2 | date("2026-07-01") + days(1) | "Fee " + amount'
    assert decided(drawing, amount=3).value == {"fee": 6, "day": "2026-07-02", "text": "Fee 3"}


def test_an_empty_answer_is_null():
    assert decided("UNIQUE | amount || fee | note\n | - || 1 | -", amount=3).value == {"fee": 1, "note": None}


def test_a_column_may_ask_an_expression_and_list_what_it_takes():
    drawing = 'UNIQUE | upper(status) among "A","B" || fee\n | "A" || 1\n | "B" || 2'
    assert decided(drawing, status="b").value == 2
    with pytest.raises(decisions.DecisionFailed, match="“C” is not among the values of column “upper"):
        decided(drawing, status="c")


def test_what_a_cell_cannot_calculate_is_told_by_row_and_column():
    drawing = "UNIQUE | amount || fee\n | > 0 || 1\n | - || amount - 1"
    with pytest.raises(
        decisions.DecisionFailed, match="“The fee”: Row 2, column “fee”: “many - 1” cannot be calculated"
    ):
        decided(drawing, amount="many")


def test_another_language_than_feel_is_refused():
    xml = dmn(fee="UNIQUE | amount || fee\n | - || 1").decode()
    said = refused(xml.replace("<inputExpression ", '<inputExpression expressionLanguage="javascript" ').encode())
    assert said == ["Decision “The fee”, column “amount”: It is written in javascript; only FEEL is read."]
    feel = xml.replace(
        "<inputExpression ", '<inputExpression expressionLanguage="https://www.omg.org/spec/DMN/20191111/FEEL/" '
    )
    assert refused(feel.encode()) == []


def test_a_function_the_house_does_not_have_is_named():
    content = dmn(fee="UNIQUE | amount || fee\n | > parametr(1) || today()")
    assert decisions.check(content) == []
    found = decisions.check(content, ["parameter"])
    assert [(str(each.message), str(each.fix)) for each in found] == [
        ("Decision “The fee”, row 1, column “amount”: There is no function parametr().", "Did you mean “parameter”?")
    ]
