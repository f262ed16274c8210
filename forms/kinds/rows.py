"""Lists of rows, each row a small form of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from marshmallow import ValidationError

from forms.component import Component
from forms.context import FormContext
from forms.element import UNSENT, Element, Field, kind
from forms.part import Asked, Part
from forms.sent import Sent
from workflow.errors import Invalid

MOST_ROWS = 200


class Row(dict[str, Any]):
    """The answers of one row, with the number it was drawn under and what it keeps of fields only shown."""

    def __init__(self, answers: Mapping[str, Any], number: int, kept: Mapping[str, Any]) -> None:
        super().__init__(answers)
        self.number = number
        self.kept = kept


@kind("dynamiclist")
class Rows(Field):
    """A list of objects, named by its `path`. `defaultRepetitions` rows to begin with; `allowAddRemove` false keeps
    their number; properties `minRows` and `maxRows`. Rows left blank are dropped.

    An input named as the list holds the numbers of its rows (`persons=0`, `persons=2`); theirs are `persons.0.name`.
    """

    template = "rows"
    empty: list[Any] = []

    def __init__(self, component: Component, children: Sequence[Element] = ()) -> None:
        super().__init__(component, children)
        if not children:
            raise component.wrong("This list has no fields.")
        self.part = Part(children)
        self.begin = component.whole("defaultRepetitions", 1) or 0
        self.least = component.whole("properties.minRows", 0) or 0
        self.required = self.required or self.least > 0  # none at all are too few
        self.most = min(component.whole("properties.maxRows", MOST_ROWS, least=1) or MOST_ROWS, MOST_ROWS)
        self.growing = component.read("allowAddRemove") is not False
        self.as_table = component.property("look") == "table"

    def needs(self) -> set[str]:
        """What its own expressions read, and those of its rows beyond the row."""
        inner = {name for each in self.part.elements for name in each.needs()}
        return super().needs() | (inner - self.part.fields.keys())

    def numbers(self, sent: Sent, name: str) -> list[int]:
        """The numbers of the rows on the screen, at most one too many."""
        sane = (text for text in sent.many(name)[: self.most + 1] if text.isascii() and text.isdigit())
        return list(dict.fromkeys(int(text) for text in sane if len(text) < 6))

    def keep(self, sent: Sent, name: str) -> dict[str, list[str]]:
        if name not in sent:
            return {}
        numbers = self.numbers(sent, name)
        kept = {name: ["", *map(str, numbers)]}
        for number in numbers:
            for each in self.part.fields.values():
                kept |= each.keep(sent, f"{name}.{number}.{each.key}")
        return kept

    def rows(self, sent: Sent, name: str, context: FormContext, asked: Asked) -> list[tuple[int, Asked]]:
        """Every row on the screen, or of the value before anything is typed, with what is asked in it."""
        value = asked.values.get(self.key)
        known = [row if isinstance(row, Mapping) else {} for row in value] if isinstance(value, list) else []
        locked = self.key in asked.locked
        around = replace(context, read_only=True) if locked else context
        typed = name in sent and not locked
        numbers = self.numbers(sent, name) if typed else range(len(known) or (0 if locked else self.begin))
        return [
            (number, self.part.ask(sent, f"{name}.{number}.", around, asked.scope, _at(known, number), asked.partial))
            for number in numbers
        ]

    def gather(self, sent: Sent, name: str, context: FormContext, asked: Asked) -> Any:
        if name not in sent:
            return UNSENT
        rows = self.rows(sent, name, context, asked)
        return [(number, row) for number, row in rows if row.locked or any(row.data.values())]

    def convert(self, given: list[tuple[int, Asked]]) -> list[Row]:
        if len(given) > self.most:
            raise Invalid(message="These are too many rows: at most {most}.", most=self.most)
        if len(given) < self.least:
            raise Invalid(message="These are too few rows: at least {least}.", least=self.least)
        rows, messages = [], {}
        for number, asked in given:
            kept = {key: asked.values[key] for key in asked.locked}
            try:
                rows.append(Row(self.part.load(asked), number, kept))
            except ValidationError as refused:
                messages[number] = refused.messages
                rows.append(Row(refused.valid_data, number, kept))  # type: ignore[arg-type]
        if messages:
            raise ValidationError(messages, valid_data=rows)
        return rows

    def check(self, value: list[Row], context: FormContext, scope: Mapping[str, Any]) -> Any:
        return self._each(value, lambda row: self.part.check(row, context, {**scope, **row.kept, **row}))

    def confirm(self, value: list[Row], context: FormContext) -> Any:
        return self._each(value, lambda row: self.part.confirm(row, context))

    def settle(self, value: list[Row], context: FormContext) -> Any:
        return [{**row.kept, **row} for row in self._each(value, lambda row: self.part.settle(row, context))]

    def _each(self, rows: list[Row], act: Any) -> list[Row]:
        done, messages = [], {}
        for row in rows:
            try:
                done.append(Row(act(row), row.number, row.kept))
            except ValidationError as refused:
                messages[row.number] = refused.messages
                done.append(Row(refused.valid_data, row.number, row.kept))  # type: ignore[arg-type]
        if messages:
            raise ValidationError(messages, valid_data=done)
        return done


def _at(known: Sequence[Mapping[str, Any]], number: int) -> Mapping[str, Any]:
    return known[number] if number < len(known) else {}
