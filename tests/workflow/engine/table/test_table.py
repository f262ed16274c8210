"""Every row of docs/bpmn.md is true, and no element of the standard is missing from it."""

import pytest

from tests.workflow.engine.table import standard
from tests.workflow.engine.table.case import Case
from tests.workflow.engine.table.writing import CASES, PAGE, page
from workflow import engine
from workflow.errors import DefinitionRefused
from workflow.lint import Level

RUNS = [case for case in CASES if not case.refused]
REFUSED = [case for case in CASES if case.refused]


@pytest.mark.parametrize("case", RUNS, ids=lambda case: case.name)
def test_it_runs_as_the_standard_says(case: Case):
    assert [f"{finding.element}: {finding.message}" for finding in case.findings()] == []
    run = case.play()
    if case.completed is not None:
        assert [name for kind, name in run.history if kind == "completed"] == case.completed.split()
    if case.cancelled is not None:
        assert sorted(name for kind, name in run.history if kind == "cancelled") == sorted(case.cancelled.split())
    if case.thrown is not None:
        assert tuple(f"{thrown.kind} {thrown.name}" for thrown in run.thrown) == case.thrown
    if case.warned:
        assert case.warned in [str(finding.message) for finding in case.findings(Level.WARNING)]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.name)
def test_it_is_refused_with_this_sentence(case: Case):
    assert (case.where, case.refused) in [(finding.element, str(finding.message)) for finding in case.findings()]
    with pytest.raises(DefinitionRefused):
        engine.parse(case.file, known=case.known)


def test_no_element_of_the_standard_is_missing_from_the_table():
    told = {(case.of, case.at) for case in CASES}
    assert standard.rows() - told == set()


def test_every_row_has_a_name_of_its_own():
    names = [case.name for case in CASES]
    assert sorted(set(names)) == sorted(names)


def test_the_page_is_what_would_be_written():
    assert PAGE.read_text("utf-8") == page(), "run `make docs`"
