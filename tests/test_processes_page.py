"""docs/processes.md is true: what it names exists, and it names every step of the diagrams."""

import re

import pytest

from tests.msgids import ROOT
from tests.processes.specification import NOT_HERE, ROWS
from tests.processes.table import SECTIONS, STEPS, covered, page, shown, steps, written
from workflow import engine

PAGE = (ROOT / "docs" / "processes.md").read_text("utf-8")
MADE = [(section, diagram) for section in SECTIONS for diagram in section.diagrams]
DIAGRAMS = [diagram for _, diagram in MADE]


def activities(name: str) -> dict[str, str]:
    model = engine.parse((ROOT / "bpmn" / f"{name}.bpmn").read_bytes())
    return {each.id: each.kind for each in model.activities.values()}


@pytest.mark.parametrize(("section", "diagram"), MADE, ids=lambda each: getattr(each, "title", each))
def test_tests_walk_through_every_step_of_the_diagram(section, diagram):
    walked = {element for row in covered(section).values() for element in row.elements}
    assert sorted(steps(diagram) - walked) == []


@pytest.mark.parametrize("section", SECTIONS, ids=lambda each: each.title)
def test_every_row_of_the_specification_has_an_element_and_a_test(section):
    assert [row for row, found in covered(section).items() if not (found.elements and found.tests)] == []


@pytest.mark.parametrize(("process", "row"), [(process, row) for process, rows in ROWS.items() for row in rows])
def test_no_row_of_the_step_tables_is_missing(process, row):
    rows = [(each, found) for each in SECTIONS if process in each.processes.split() for found in covered(each).items()]
    named = [(shown(each, its), found) for each, (its, found) in rows if row == its or row in its.split()]
    assert named
    for said, found in named:
        assert found.elements
        assert re.search(rf"^\| {re.escape(said)} \| .* \| `.*` \| `.*::.*` \|$", PAGE, re.MULTILINE)


def test_no_two_rows_of_the_page_bear_one_id():
    rows = [shown(section, row) for section in SECTIONS for row in section.rows]
    assert sorted(rows) == sorted(set(rows))


def test_every_diagram_and_every_process_of_the_specification_stands_on_the_page():
    assert sorted(DIAGRAMS) == sorted(path.stem for path in (ROOT / "bpmn").glob("*.bpmn"))
    there = {process for section in SECTIONS for process in section.processes.split()}
    assert there == set(ROWS)
    assert not there & set(NOT_HERE)


@pytest.mark.parametrize("section", SECTIONS, ids=lambda each: each.title)
def test_the_page_says_what_the_tests_cover(section):
    assert written(section) in PAGE, "make docs"


def test_writing_the_page_again_changes_nothing():
    assert page() == PAGE


def test_every_element_in_the_tables_exists():
    known = {id_ for name in DIAGRAMS for id_ in activities(name)}
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


@pytest.mark.parametrize("name", DIAGRAMS)
def test_every_element_is_named_in_both_languages(name):
    model = engine.parse((ROOT / "bpmn" / f"{name}.bpmn").read_bytes())
    silent = [
        each.id for each in model.activities.values() if each.kind in STEPS and not (each.name and each.names.get("en"))
    ]
    assert silent == []
