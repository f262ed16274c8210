"""The documents of the engine say what it does."""

import re
from pathlib import Path

import pytest

from tests.workflow.engine.drawing import bpmn
from workflow import engine
from workflow.errors import DefinitionRefused
from workflow.expressions import BUILT_IN, ExpressionRefused
from workflow.expressions import compile as compile_expression

DOCS = Path(__file__).parent.parent.parent / "docs"
EXPRESSIONS = (DOCS / "expressions.md").read_text("utf-8")


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
