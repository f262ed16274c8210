"""DMN files: decisions that need one another, the three namespaces, and files made to harm."""

from pathlib import Path

import pytest

from tests.workflow.decisions.drawing import DMN_1_3, NOW, decided, dmn, refused
from workflow import decisions
from workflow.errors import DefinitionRefused, NotFound
from workflow.expressions import Around

SEASON = 'FIRST | month || season\n | [4..9] || "summer"\n | - || "winter"'
FEE = (
    'UNIQUE | season | amount || fee\n | "summer" | - || 1\n | "winter" | < 5 || base\n | "winter" | >= 5 || 20',
    "season",
    "base",
)


@pytest.mark.parametrize(
    "namespace",
    [
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
    ],
)
def test_dmn_1_1_to_1_3_are_read(namespace):
    assert decided(dmn(namespace=namespace, fee="UNIQUE | a || fee\n | 1 || 7"), a=1).value == 7


def test_a_file_as_dmn_js_writes_it_is_read():
    content = f"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="{DMN_1_3}" xmlns:dmndi="https://www.omg.org/spec/DMN/20191111/DMNDI/" xmlns:camunda="http://camunda.org/schema/1.0/dmn"
    id="dish" name="Dish" namespace="http://camunda.org/schema/1.0/dmn" exporter="dmn-js" exporterVersion="16">
  <decision id="dish-decision" name="菜"><decisionTable id="t">
    <input id="i" label="季节"><inputExpression id="e" typeRef="string"><text>season</text></inputExpression></input>
    <input id="j" label="人数"><inputExpression id="k" typeRef="integer"><text>guests</text></inputExpression></input>
    <output id="o" label="菜" name="dish" typeRef="string" /><annotation name="why" />
    <rule id="r"><description>人多</description><inputEntry id="c"><text>"冬"</text></inputEntry>
      <inputEntry id="d"><text>&gt;= 4</text></inputEntry><outputEntry id="f"><text>"火锅"</text></outputEntry>
      <annotationEntry><text>warm</text></annotationEntry></rule>
    <rule id="s"><inputEntry id="g"><text>"冬"</text></inputEntry><inputEntry id="h"><text /></inputEntry>
      <outputEntry id="l"><text>"面"</text></outputEntry></rule>
  </decisionTable></decision><dmndi:DMNDI><dmndi:DMNDiagram /></dmndi:DMNDI></definitions>"""
    assert decisions.ids(content.encode()) == ("dish-decision",)
    assert decided(content.encode(), "dish-decision", season="冬", guests=2).value == "面"
    with pytest.raises(decisions.DecisionFailed, match="Decision “菜”: Only one row may hit, but rows 1, 2 do"):
        decided(content.encode(), "dish-decision", season="冬", guests=4)


def test_a_decision_is_asked_after_those_it_needs():
    content = dmn(fee=FEE, season=SEASON, base="3 + 4")
    outcomes = decisions.read(content).decide("fee", Around({"month": 12, "amount": 2}, NOW))
    assert {name: outcome.value for name, outcome in outcomes.items()} == {"season": "winter", "base": 7, "fee": 7}
    assert list(outcomes)[-1] == "fee"
    assert outcomes["fee"].inputs == {"season": "winter", "amount": 2}


def test_what_others_do_not_need_is_not_asked():
    content = dmn(fee=FEE, season=SEASON, base="3 + 4", broken='1 - "x"')
    assert set(decisions.read(content).decide("fee", Around({"month": 5}, NOW))) == {"season", "base", "fee"}


def test_a_result_is_also_known_by_the_name_of_its_variable():
    content = dmn(fee=("UNIQUE | saison || fee\n | = saison || saison", "season"), season='"summer"').decode()
    content = content.replace('name="The season">', 'name="The season"><variable name="saison"/>')
    assert decided(content.encode()).value == "summer"


def test_a_result_needed_twice_is_made_once():
    """A ladder of pairs: without it 2^30 askings."""
    ladder = {"d0": "1"} | {f"d{n}": (f"d{n - 1} + d{n - 1}", f"d{n - 1}", f"d{n - 1}") for n in range(1, 31)}
    assert decided(dmn(**ladder), "d30").value == 2**30


def test_what_a_needed_decision_cannot_say_names_that_decision():
    with pytest.raises(decisions.DecisionFailed, match="Decision “The base”: “1 - x” cannot be calculated"):
        decided(dmn(fee=FEE, season=SEASON, base='1 - "x"'), month=1)


def test_an_unknown_decision_is_not_found():
    with pytest.raises(NotFound, match="no decision “fees”"):
        decided(dmn(fee="1"), "fees")


BAD = {
    "not DMN": (b"<x/>", "The file is not a DMN 1.1, 1.2 or 1.3 file."),
    "another version": (dmn(namespace="https://example.org/DMN/", fee="1"), "The file is not a DMN"),
    "not XML": (b"<definitions", "not well-formed XML"),
    "empty": (b"", "The file is empty"),
    "no decision": (dmn(), "There is no decision in the file."),
    "circle": (dmn(a=("b", "b"), b=("a", "a")), "These decisions need one another in a circle: "),
    "itself": (dmn(a=("1", "a")), "These decisions need one another in a circle: a."),
    "needs nobody": (dmn(fee=("1", "season")), "Decision “fee” needs “season”, which is not in the file."),
    "needs another file": (dmn(fee=("1", "other.dmn#season")), "needs “other.dmn#season”"),
    "no id": (dmn(fee="1").replace(b' id="fee"', b""), "Each decision needs an id of its own"),
    "the same id": (dmn(fee="1", fie="2").replace(b'"fie"', b'"fee"'), "“fee” is none"),
    "nothing in it": (dmn(fee="1").replace(b"literalExpression", b"question"), "neither a table nor an expression"),
    "a context": (
        dmn(fee="1").replace(b"literalExpression", b"context"),
        "Only tables and expressions are used, not “context”",
    ),
    "an invocation": (dmn(fee="1").replace(b"literalExpression", b"invocation"), "not “invocation”"),
    "a knowledge model": (
        dmn(fee="1").replace(b"<literal", b"<knowledgeRequirement/><literal", 1),
        "Business knowledge models are not used",
    ),
    "an empty expression": (dmn(fee="1").replace(b"<text>1</text>", b"<text/>"), "There is no expression."),
    "an empty column": (
        dmn(fee="UNIQUE | a || fee\n | - || 1").replace(b"<text>a</text>", b""),
        "There is no expression.",
    ),
    "a column's own name": (
        dmn(fee="UNIQUE | a || fee\n | - || 1").replace(
            b'<input id="in-1"', b'<input xmlns:c="http://camunda.org/schema/1.0/dmn" c:inputVariable="x" id="in-1"'
        ),
        "column “a”: The value of the column has no name of its own; write ? for it.",
    ),
    "a missing cell": (
        dmn(fee="UNIQUE | a | b || fee\n | - | - || 1").replace(
            b'<inputEntry id="c-1-2"><text>-</text></inputEntry>', b""
        ),
        "row 1: The row has not one cell in each column.",
    ),
    "no output name": (
        dmn(fee="UNIQUE | a || fee | day\n | - || 1 | 2").replace(b'name="day"', b""),
        "The output column has no name.",
    ),
    "a DOCTYPE": (b'<!DOCTYPE d [<!ENTITY e "x">]>' + dmn(fee="1"), "DOCTYPE"),
    "too many decisions": (dmn(**{f"d{n}": "1" for n in range(101)}), "more than 100 decisions"),
    "too many rows": (dmn(fee="FIRST | a || fee" + "\n | 1 || 1" * 2_001), "more than 2000 rows"),
    "too many words": (dmn(fee="FIRST | a || fee" + f'\n | 1 || "{"x" * 1_900}"' * 160), "more than 300000 characters"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_with_a_sentence(name):
    content, said = BAD[name]
    assert any(said in each for each in refused(content)), refused(content)
    with pytest.raises(DefinitionRefused):
        decisions.read(content)


HOSTILE = [
    '__import__("os").system("true")', '"".__class__', "().__class__.__bases__", "open('/etc/passwd')", "eval('1')", "lambda: 1", "x := 1",
    "[y for y in x]", "*x", "`id`", "$(id)", "{{ x }}", "{% x %}", "a; b", "exec('1')", "@x", "\x00", "globals()", "x.y.z", "1 if x else 2",
    "#{T(java.lang.Runtime)}", "function(x) x", "if x then", "=" * 100, "not(" * 500, "(" * 5_000, "[" * 5_000, "-" * 5_000, "9" * 400,
]  # fmt: skip


@pytest.mark.parametrize("cell", HOSTILE)
def test_nothing_in_a_cell_reaches_python(cell):
    """Refused, or a name and a function nobody has: nothing of it is ever called."""
    content = dmn(fee=f"FIRST | x || fee\n | {cell.replace('|', '/')} || 1")
    found = decisions.check(content.replace(b"\x00", b"&#0;"), functions=[])
    assert found
    assert all(str(each.message) for each in found)


def test_a_table_as_large_as_may_be_is_read_and_asked():
    rows = "".join(f'\n | {n} | not("{n}") | ]{n}..{n + 5}[ || {n}' for n in range(1_900))
    content = dmn(fee=f"COLLECT+SUM | a | b | c || fee{rows}")
    assert decided(content, a=7, b="x", c=9).value == 7


def test_the_same_file_is_read_once():
    content = dmn(fee="UNIQUE | a || fee\n | 1 || 7")
    assert decisions.read(content) is decisions.read(bytes(content))


EXAMPLE = """FIRST | kind | pages | due || days
    | "original"       | -          | -                    || 0
    | "copy", "scan"   | > 200      | -                    || 10
    | not("original")  | [50..200]  | < date("2027-01-01") || 20
    |                  |            |                      || 30
"""


@pytest.mark.parametrize(
    ("kind", "pages", "due", "days"),
    [
        ("original", 500, None, 0),
        ("scan", 201, None, 10),
        ("scan", 50, "2026-05-01", 20),
        ("scan", 50, "2027-01-01", 30),
        (None, 60, "2026-05-01", 20),
        ("copy", None, None, 30),
    ],
)
def test_the_example_of_the_page_is_true(kind, pages, due, days):
    assert decided(EXAMPLE, kind=kind, pages=pages, due=due).value == days
    page = (Path(__file__).parents[3] / "docs/decision-tables.md").read_text()
    for cell in ('`"copy", "scan"`', '`not("original")`', "`[50..200]`", '`< date("2027-01-01")`'):
        assert cell in page
