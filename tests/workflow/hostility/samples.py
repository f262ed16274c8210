"""Every hostile sample as something to do, and how it must end: refused, stopped, or harmless; never executed.

refused   a sentence before anything ran
stopped   begun, and ended by a bound, with a sentence
harmless  run to its end within the bounds, as it only looks dangerous
"""

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

from docx import Document

from tests.workflow.engine.drawing import bpmn
from tests.workflow.hostile import FILES, Files
from tests.workflow.hostility.models import MODELS
from tests.workflow.hostility.templates import TEMPLATES
from tests.workflow.hostility.texts import TEXTS
from workflow import decisions, documents, lint, simulation
from workflow.documents import TemplateRefused
from workflow.errors import DefinitionRefused
from workflow.expressions import Around, EvaluationFailed, ExpressionRefused, compile_value
from workflow.expressions import compile as compile_expression
from workflow.simulation import Ended

REFUSED, STOPPED, HARMLESS, EXECUTED = "refused", "stopped", "harmless", "executed"
NOW = datetime(2026, 7, 1, 1, tzinfo=UTC)
SEEN = {"x": 5, "name": "王芳", "people": ["anna", "bob"], "pack": {"no": 1}, "big": "a" * 6_000, "done": True}
LARGEST_VALUE = 20_000  # characters of a value as JSON
FACTS = {"name": "王芳", "rows": [{"no": 1, "name": "甲"}], "x": 5}


@dataclass(frozen=True)
class Sample:
    """`act` gives the verdict."""

    kind: str
    name: str
    act: Callable[[], str]


def samples() -> Iterator[Sample]:
    """All of them."""
    for text in TEXTS:
        name = text[:60]
        yield Sample("condition", name, lambda text=text: evaluated(lambda: compile_expression(text)))
        yield Sample(
            "attribute", name, lambda text=text: evaluated(lambda: compile_value(f"Pack ${{{text}}} of ${{x}}"))
        )
        yield Sample("table cell", name, lambda text=text: asked(text))
    for text in TEMPLATES:
        yield Sample("template", text[:60], lambda text=text: filled(text))
    for name, (files, _element, _said) in FILES.items():
        yield Sample("file", name, lambda files=files: judged(files))
    for name, (drawing, answers) in MODELS.items():
        yield Sample("model", name, lambda drawing=drawing, answers=answers: played(drawing, answers))


def evaluated(compiled: Callable[[], Any]) -> str:
    """The verdict on an expression: what it gives must be plain and small."""
    try:
        expression = compiled()
    except ExpressionRefused:
        return REFUSED
    try:
        found = expression.evaluate(Around(SEEN, NOW, {}))
    except EvaluationFailed:
        return STOPPED
    return HARMLESS if len(json.dumps(found)) <= LARGEST_VALUE else EXECUTED


def asked(text: str) -> str:
    """The verdict on a cell of a decision table, from its file on."""
    if "\x00" in text:
        return REFUSED  # no XML file can hold it
    file = decisions.check(TABLE.format(cell=escape(text)).encode("utf-8", errors="replace"), ())
    if file:
        return REFUSED
    made = decisions.read(TABLE.format(cell=escape(text)).encode())
    try:
        made.decide("d", Around(SEEN, NOW, {}))
    except decisions.DecisionFailed:
        return STOPPED
    return HARMLESS


def filled(text: str) -> str:
    """The verdict on a Word template."""
    document, kept = Document(), io.BytesIO()
    document.add_paragraph(text)
    document.save(kept)
    try:
        made = documents.render(kept.getvalue(), FACTS)
    except TemplateRefused as refused:
        return STOPPED if "takes more than" in str(refused) else REFUSED
    said = "\n".join(paragraph.text for paragraph in Document(io.BytesIO(made)).paragraphs)
    leaked = any(word in said for word in ("<class", "<function", "root:", "uid=", "<module", "built-in"))
    return EXECUTED if leaked or len(said) > 5_000_000 else HARMLESS


def judged(files: Files) -> str:
    """The verdict on a file that must be refused."""
    forms = {name.removesuffix(".form"): content for name, content in files.items() if name.endswith(".form")}
    known = lint.Known(
        groups={"registry"}, users=set(), forms=forms, topics=set(), listeners=set(), processes=set(), functions=set()
    )
    try:
        lint.require(files["bad.bpmn"], known)
    except DefinitionRefused:
        return REFUSED
    return EXECUTED


def played(drawing: str | bytes, answers: dict[str, Any]) -> str:
    """The verdict on a diagram tried out from its beginning to where it must wait."""
    xml = bpmn(drawing) if isinstance(drawing, str) else drawing
    told = simulation.simulate(simulation.Script(xml), json.dumps({"now": "2026-07-01T09:00", **answers}).encode())
    return {Ended.REFUSED: REFUSED, Ended.INCIDENT: STOPPED}.get(told.state, HARMLESS)


TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="t" name="t" namespace="t">
<decision id="d" name="d"><decisionTable id="dt" hitPolicy="FIRST">
<input id="i"><inputExpression id="ie"><text>x</text></inputExpression></input><output id="o" name="y"/>
<rule id="r"><inputEntry id="e"><text>{cell}</text></inputEntry><outputEntry id="u"><text>1</text></outputEntry></rule>
</decisionTable></decision></definitions>"""
