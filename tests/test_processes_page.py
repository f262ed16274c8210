"""docs/processes.md is true: what it names exists, and it names every step of the diagrams."""

import re

import pytest

from tests.msgids import ROOT
from workflow import engine

PAGE = (ROOT / "docs" / "processes.md").read_text("utf-8")
STEPS = {"userTask", "serviceTask", "boundaryEvent", "endEvent", "startEvent", "intermediateCatchEvent"}
NAMED = {
    name: set(re.findall(r"`(\w+)`", part))
    for name, part in zip(("receipt", "day-close"), PAGE.split("\n## ")[1:], strict=True)
}


def activities(name: str) -> dict[str, str]:
    model = engine.parse((ROOT / "bpmn" / f"{name}.bpmn").read_bytes())
    return {each.id: each.kind for each in model.activities.values()}


@pytest.mark.parametrize("name", NAMED)
def test_the_page_names_every_step_of_the_diagram(name):
    assert sorted(id_ for id_, kind in activities(name).items() if kind in STEPS and id_ not in NAMED[name]) == []


def test_every_element_in_the_tables_exists():
    known = activities("receipt") | activities("day-close")
    cells = [line.split("|")[3] for line in PAGE.splitlines() if line.startswith("| ") and "::" in line]
    assert sorted(id_ for cell in cells for id_ in re.findall(r"`([\w.]+)`", cell) if id_ not in known) == []


def test_every_test_in_the_tables_exists():
    tests = {path.name: path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py")}
    lost = [
        f"{file}::{test}"
        for file, test in re.findall(r"`(test_\w+\.py)::(\w+)`", PAGE)
        if f"def {test}(" not in tests.get(file, "")
    ]
    assert lost == []


@pytest.mark.parametrize("name", NAMED)
def test_every_element_is_named_in_both_languages(name):
    model = engine.parse((ROOT / "bpmn" / f"{name}.bpmn").read_bytes())
    silent = [
        each.id for each in model.activities.values() if each.kind in STEPS and not (each.name and each.names.get("en"))
    ]
    assert silent == []
