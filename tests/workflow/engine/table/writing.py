"""Writes docs/bpmn.md from the table of cases: `make docs`."""

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from tests.workflow.engine.table import activities, around, errors, flows, languages, messages, timers
from tests.workflow.engine.table.case import Case
from tests.workflow.engine.table.standard import EVENTS, PLACES

DOCS = Path(__file__).resolve().parents[4] / "docs"
PAGE = DOCS / "bpmn.md"
HERE = Path(__file__).parent
SECTIONS = {
    "Activities": activities.CASES,
    "Gateways and sequence flows": flows.CASES,
    "Events": [*messages.CASES, *timers.CASES, *errors.CASES],
    "Data, people, pools, artifacts, the file": around.CASES,
    "Expressions": languages.CASES,
}
CASES = [case for cases in SECTIONS.values() for case in cases]
RUNS, REFUSED = "●", "·"


def page() -> str:
    """The whole page."""
    head, tail = ((HERE / name).read_text("utf-8").strip() for name in ("head.md", "tail.md"))
    sections = [f"## {title}\n\n{_section(cases)}" for title, cases in SECTIONS.items()]
    return "\n\n".join([head, _overview(), *sections, tail]) + "\n"


def _overview() -> str:
    """Events at a glance."""
    runs = {(case.of, case.at) for case in CASES if not case.refused}
    lines = [f"| event ({RUNS} runs, {REFUSED} refused) | " + " | ".join(PLACES) + " |", "|-|" + ":-:|" * len(PLACES)]
    for kind in EVENTS:
        marks = (RUNS if (kind, place) in runs else REFUSED for place in PLACES)
        lines.append(f"| {kind} | " + " | ".join(marks) + " |")
    return "\n".join(lines)


def _section(cases: Iterable[Case]) -> str:
    lines = ["| element | where | | test |", "|-|-|-|-|"]
    for _, group in groupby(cases, key=lambda case: case.of):
        lines += map(_row, group)
    return "\n".join(lines)


def _row(case: Case) -> str:
    element = f"`{case.of}`" if case.of.isalpha() and not case.of.islower() else case.of
    where = ": ".join(part for part in (case.at, case.variant) if part)
    return f"| {element} | {where} | {_said(case)} | `{case.name}` |".replace("\n", " ")


def _said(case: Case) -> str:
    if case.refused:
        return f"**refused:** {case.refused}".replace("|", "\\|")
    said = f"runs: {case.says}" if case.says else "runs"
    return f"{said} (warned: {case.warned})" if case.warned else said


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
