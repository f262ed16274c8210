"""The documents of the engine say what it does."""

import re
from pathlib import Path

import pytest

from tests.workflow.engine.drawing import bpmn
from workflow import engine
from workflow.diagram import names
from workflow.errors import DefinitionRefused
from workflow.expressions import BUILT_IN, ExpressionRefused
from workflow.expressions import compile as compile_expression
from workflow.lint import lint

DOCS = Path(__file__).parent.parent.parent / "docs"
BPMN = (DOCS / "bpmn.md").read_text("utf-8")
EXPRESSIONS = (DOCS / "expressions.md").read_text("utf-8")
COLUMNS = ["start", "catch", "throw", "end", "boundary", "quiet"]
MARKS = {
    "none": "",
    "message": "message=m",
    "timer: date, duration": "timer=PT1H",
    "timer: cycle": "cycle=R/P1D",
    "signal": "signal=m",
    "error": "error=m",
    "escalation": "escalation=m",
    "link": "link=m",
    "terminate": "terminate",
    "conditional": "conditional",
    "compensation": "compensate",
    "cancel": "cancel",
}


def _places():
    for line in BPMN.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        kinds = [kind for kind in ([cells[0]] if cells[0] in MARKS else cells[0].split(", ")) if kind in MARKS]
        if len(cells) == 7:
            yield from ((kind, column, cell) for kind in kinds for column, cell in zip(COLUMNS, cells[1:], strict=True))


def _drawing(kind, column):
    mark = MARKS[kind]
    lines = {
        "start": f"start s {mark}\nuser a\nend e\ns -> a -> e",
        "end": f"start s\nuser a\nend e {mark}\ns -> a -> e",
        "catch": f"start s\ncatch x {mark}\nend e\ns -> x -> e",
        "throw": f"start s\nthrow x {mark}\nend e\ns -> x -> e",
        "boundary": f"start s\nuser a\nend e\nboundary b on=a {mark}\ns -> a -> e\nb -> e",
        "quiet": f"start s\nuser a\nend e\nboundary b on=a {mark} quiet\ns -> a -> e\nb -> e",
    }[column]
    if kind == "link" and column == "throw":
        return "start s\nthrow x link=m\ncatch y link=m\nend e\ns -> x\ny -> e"
    if kind == "link" and column == "catch":
        return "start s\nthrow y link=m\ncatch x link=m\nend e\ns -> y\nx -> e"
    return lines


@pytest.mark.parametrize(("kind", "column", "cell"), list(_places()))
def test_the_table_of_events_is_true(kind, column, cell):
    errors = [finding for finding in lint(bpmn(_drawing(kind, column))) if finding.level == "error"]
    assert bool(errors) == (cell.startswith(("refused", "–"))), f"{kind} {column} {cell}: {errors}"


def test_the_table_of_events_is_whole():
    assert len(list(_places())) == len(MARKS) * len(COLUMNS)


def test_every_element_of_the_standard_is_in_the_table():
    choreography = {"choreographyTask", "callChoreography", "subChoreography", "implicitThrowEvent"}
    for kind in names.ACTIVITIES | names.GATEWAYS - choreography:
        assert f"`{kind}`" in BPMN


def test_every_built_in_function_is_documented():
    documented = set(re.findall(r"`?(\w+)\(", EXPRESSIONS))
    assert set(BUILT_IN) <= documented


def test_what_is_said_not_to_be_there_is_refused_and_what_to_write_is_accepted():
    rows = [
        line.split("|")[1:3] for line in EXPRESSIONS.split("## Not there")[1].splitlines() if line.startswith("| `")
    ]
    for wrong, right in rows:
        for text in re.findall(r"`([^`]+)`", wrong):
            with pytest.raises(ExpressionRefused):
                compile_expression(text)
        for text in re.findall(r"`([^`]+)`", right):
            compile_expression(text)


def test_a_refused_file_names_its_first_reason():
    with pytest.raises(DefinitionRefused, match="Scripts are not run"):
        engine.parse(bpmn("start s\nscript x\nend e\ns -> x -> e"))
