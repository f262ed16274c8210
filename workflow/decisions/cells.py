"""Compiles the cells of a DMN file and collects what is wrong with them, each by decision, row, column and id."""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from lxml import etree

from workflow.decisions.names import text
from workflow.errors import Refusal, Sentence, sentence
from workflow.expressions import Around, Expression, ExpressionRefused, compile, compile_test  # noqa: A004
from workflow.expressions.closures import null
from workflow.expressions.unary import check_exact
from workflow.lint.findings import Finding, error

RULE = "decision_table"
NOTHING = Expression("", frozenset(), frozenset(), null)  # an empty answer
_ANYWHEN = Around({}, datetime(2000, 1, 1, tzinfo=UTC))
_NAME = re.compile(r"[^\W\d]\w*")
_WORDS = {"true", "false", "null"}


@dataclass(frozen=True)
class Place:
    """Where in the file: the id to mark, and what people call it."""

    element: str
    decision: str
    row: int = 0
    column: str = ""

    def at(self, element: str | None, row: int = 0, column: str = "") -> "Place":
        return replace(self, element=element or self.element, row=row or self.row, column=column or self.column)

    def said(self, reason: Sentence) -> Sentence:
        facts = {"decision": self.decision, "row": self.row, "column": self.column, "reason": reason}
        if self.row and self.column:
            return sentence("Decision “{decision}”, row {row}, column “{column}”: {reason}", **facts)
        if self.row:
            return sentence("Decision “{decision}”, row {row}: {reason}", **facts)
        if self.column:
            return sentence("Decision “{decision}”, column “{column}”: {reason}", **facts)
        return sentence("Decision “{decision}”: {reason}", **facts)


class Cells:
    """Compiles cells; `findings` of those that cannot be used, `called` the functions of the house they call."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.called: list[tuple[Place, str]] = []

    def refuse(self, place: Place, reason: Sentence, fix: Sentence | None = None) -> None:
        self.findings.append(error(RULE, place.element, place.said(reason), fix))

    def test(self, cell: etree._Element, place: Place) -> Expression:
        """What a cell asks of its column's value."""
        return self._compiled(cell, compile_test, place)

    def expression(self, cell: etree._Element, place: Place) -> Expression:
        """An expression that must be there."""
        if not text(cell):
            self.refuse(place, sentence("There is no expression."))
            return NOTHING
        return self._compiled(cell, compile, place)

    def answer(self, cell: etree._Element, place: Place, names: Collection[str]) -> Expression:
        """What an output cell gives; null when it is empty. A bare name must be one of `names`: else it is a text
        whose quotes were forgotten."""
        written = text(cell)
        if written in ("", "-"):
            return NOTHING
        if _NAME.fullmatch(written) and written not in names and written not in _WORDS:
            said = sentence("“{name}” is neither a text in quotes nor something the table reads.", name=written[:80])
            self.refuse(place, said, sentence("Write “{text}”.", text=f'"{written[:80]}"'))
            return NOTHING
        return self._compiled(cell, compile, place)

    def constants(self, cell: etree._Element, place: Place) -> tuple[Any, ...]:
        """The values a list of allowed values names: `"a", "b"`."""
        try:
            found = compile(f"[{text(cell)}]")
            if not found.names and not found.functions:
                return tuple(found.evaluate(_ANYWHEN))
        except Refusal as refused:
            self._refuse_text(cell, place, refused.sentence)
            return ()
        self._refuse_text(cell, place, sentence("Here stand values only, such as “a”, “b”."))
        return ()

    def constant(self, expression: Expression) -> tuple[Any, ...]:
        """(value,) of an expression that reads and calls nothing; () of another."""
        if expression.names or expression.functions or "(" in expression.text:
            return ()
        return (expression.evaluate(_ANYWHEN),)

    def _compiled(self, cell: etree._Element, how: Any, place: Place) -> Expression:
        language = (cell.get("expressionLanguage") or "feel").casefold().rstrip("/")
        if not language.endswith("feel"):
            self.refuse(place, sentence("It is written in {language}; only FEEL is read.", language=language[:80]))
            return NOTHING
        try:
            check_exact(text(cell))
            compiled: Expression = how(text(cell))
        except ExpressionRefused as refused:
            self._refuse_text(cell, place, refused.sentence)
            return NOTHING
        self.called += [(place, name) for name in sorted(compiled.functions)]
        return compiled

    def _refuse_text(self, cell: etree._Element, place: Place, reason: Sentence) -> None:
        said = sentence("“{text}” cannot be used here: {reason}", text=text(cell)[:80], reason=reason)
        self.refuse(place, said)
