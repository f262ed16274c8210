"""Every paper of Annex D of the dossier's life has a template, is filled in and can be read, and is issued by its process."""

import ast
import io
from typing import Any

import pytest
from docx import Document as WordFile

from archive.documents import KINDS, TEMPLATES
from tests.archive.annex_d import MARKS, PAGE, PAPERS, number, page
from tests.archive.templates import facts_for
from tests.msgids import ROOT
from workflow.documents import filled

BY_KIND = {paper.kind: paper for paper in PAPERS}


def text_of(content: bytes) -> str:
    word = WordFile(io.BytesIO(content))
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in word.paragraphs), *cells])


def told_apart(value: Any, place: str, known: dict[str, str]) -> Any:
    """The same facts, each text a sign of its own; `known`: sign -> its place among the facts."""
    if isinstance(value, list):
        return [told_apart(each, place, known) for each in value]
    if isinstance(value, dict):
        return {name: told_apart(each, f"{place}.{name}", known) for name, each in value.items()}
    sign = chr(0x9000 + len(known))
    known[sign] = place
    return sign


@pytest.mark.parametrize("kind", BY_KIND)
def test_each_fact_a_template_names_is_read_from_the_paper(kind):
    known: dict[str, str] = {}
    facts = {name: told_apart(value, name, known) for name, value in facts_for(kind).items()}
    text = text_of(filled((TEMPLATES / f"{kind}.docx").read_bytes(), facts))

    assert known
    assert [place for sign, place in known.items() if sign not in text] == []


@pytest.mark.parametrize("kind", BY_KIND)
def test_a_paper_has_its_parts_and_its_number(kind):
    text = text_of((TEMPLATES / f"{kind}.docx").read_bytes())
    assert [part for part in BY_KIND[kind].parts if part not in text] == []
    assert ("{{ number }}" in text) == bool(number(kind)) or kind == "catalogue"
    assert MARKS.get(kind, "") in number(kind)


@pytest.mark.parametrize("kind", BY_KIND)
def test_a_scenario_lets_its_process_fill_it_in(kind):
    file, _, test = BY_KIND[kind].test.partition("::")
    source = (ROOT / "tests" / "processes" / file).read_text("utf-8")
    found = [each for each in ast.parse(source).body if isinstance(each, ast.FunctionDef) and each.name == test]
    assert len(found) == 1
    named = {each.value for each in ast.walk(ast.parse(source)) if isinstance(each, ast.Constant)}
    assert kind in named or kind == "day"  # the day's only paper, read by statistics() of that file

    issued = [f'"{kind}"' in path.read_text("utf-8") for path in (ROOT / "archive").rglob("*.py")]
    assert sum(issued) > 1, "the kind, and who issues it"


def test_annex_d_is_whole():
    assert set(BY_KIND) <= set(KINDS)
    assert set(MARKS) <= set(BY_KIND)
    assert sorted(path.stem for path in TEMPLATES.glob("*.docx")) == sorted(KINDS)


def test_writing_the_page_again_changes_nothing():
    assert page() == PAGE.read_text("utf-8"), "make docs"
