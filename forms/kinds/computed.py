"""What the form works out, or shows, by itself."""

from collections.abc import Mapping, Sequence
from typing import Any

from forms.component import Component
from forms.context import FormContext
from forms.element import Element, Field, kind
from workflow.expressions import Expression
from workflow.kept_sentences import spoken


@kind("expression")
class Computed(Field):
    """The value of `expression`, for reading; among the answers, worked out again when the form is sent."""

    template = "read"
    computed = True

    def __init__(self, component: Component, children: Sequence[Element] = ()) -> None:
        super().__init__(component, children)
        text = component.text("expression")
        if not text:
            raise component.wrong("“{name}” is missing.", name="expression")
        self.expression = component.expression(text, "expression")
        self.as_money = component.property("format") == "money"

    def expressions(self) -> list[Expression]:
        return [*super().expressions(), self.expression]

    def compute(self, context: FormContext, scope: Mapping[str, Any]) -> Any:
        return context.evaluate(self.expression, scope)

    def display(self, value: Any, context: FormContext, scope: Mapping[str, Any]) -> str:
        if self.as_money and isinstance(value, int):
            return f"{value / 100:,.2f}"
        if isinstance(value, bool):
            return _said(value, context)
        return super().display(value, context, scope)


@kind("table")
class Table(Element):
    """Shows the list `dataSource` gives, a column for each of `columns` (key, label, "label:en"). A sentence kept among
    the values (workflow.kept_sentences) is said in the reader's language."""

    template = "table"

    def __init__(self, component: Component, children: Sequence[Element] = ()) -> None:
        super().__init__(component, children)
        self.source = component.expression(component.text("dataSource", "null"), "dataSource")
        columns = [each for each in component.list("columns") if isinstance(each, Mapping) and "key" in each]
        if not columns:
            raise component.wrong("This table has no columns.")
        self.columns_shown = [
            (str(each["key"]), {"zh": str(each.get("label", "")), "en": str(each.get("label:en", ""))})
            for each in columns[:20]
        ]

    def expressions(self) -> list[Expression]:
        return [*super().expressions(), self.source]

    def lines(self, context: FormContext, scope: Mapping[str, Any]) -> list[list[str]]:
        """The rows as texts, at most 500."""
        found = context.evaluate(self.source, scope)
        rows = [row for row in found if isinstance(row, Mapping)] if isinstance(found, list) else []
        return [[_said(row.get(key), context) for key, _label in self.columns_shown] for row in rows[:500]]

    def headings(self, language: str) -> list[str]:
        return [(labels["en"] if language == "en" else "") or labels["zh"] or key for key, labels in self.columns_shown]


def _said(value: Any, context: FormContext) -> str:
    match value:
        case bool():
            return context.say("Yes") if value else context.say("No")
        case [str(), dict()]:
            return context.translate(spoken(value))
    return _text(value)


def _text(value: Any) -> str:
    return "" if value is None else "、".join(map(_text, value)) if isinstance(value, list) else str(value)
