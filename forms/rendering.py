"""Draws a form: decides what stands where, and leaves the HTML to forms/templates."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain, groupby
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from forms import choices
from forms.context import FormContext
from forms.element import Element, Field
from forms.kinds.choosing import Choosing
from forms.kinds.computed import Table
from forms.kinds.layout import Button, Text
from forms.kinds.rows import Rows
from forms.kinds.several_people import PeoplePicker, Person
from forms.kinds.uploads import FilePicker
from forms.part import Asked, Part, is_hidden
from forms.sent import Sent
from workflow.errors import Sentence

ROWS = "_rows"  # the name of the buttons that add and remove rows
Problems = Mapping[str, Sequence[Sentence]]


@dataclass
class Shown:
    """One element as the templates draw it."""

    element: Element
    name: str = ""
    label: str = ""
    hint: str = ""
    typed: list[str] = field(default_factory=list)
    value: Any = None
    read: str | None = None  # for reading only: its text
    problems: list[str] = field(default_factory=list)
    options: list[tuple[str, str]] = field(default_factory=list)  # value, label
    attributes: dict[str, Any] = field(default_factory=dict)
    people: list[Person] = field(default_factory=list)
    lines: list[list["Shown"]] = field(default_factory=list)  # of a group
    rows: list[tuple[int, list[list["Shown"]]]] = field(default_factory=list)
    next_row: int = 0
    words: Markup = Markup()
    locked: bool = False
    links: list[tuple[str, str]] = field(default_factory=list)  # files already there: address, name
    suggest: str = ""  # the choices offered while typing
    headings: list[str] = field(default_factory=list)  # of a table
    table: list[list[str]] = field(default_factory=list)

    @property
    def id(self) -> str:
        return "f-" + self.name.replace(".", "-")

    @property
    def is_button(self) -> bool:
        return isinstance(self.element, Button)

    @property
    def template(self) -> str:
        return "read.html" if self.read is not None else f"{self.element.template}.html"

    @property
    def first(self) -> str:
        """What was typed into the only input, for templates with one."""
        return self.typed[-1] if self.typed else ""


def render(part: Part, asked: Asked, sent: Sent, problems: Problems, context: FormContext, focus: bool) -> Markup:
    """The fields as HTML; see Form.render."""
    drawing = _Drawing(sent, problems, context)
    lines = drawing.lines(part, part.elements, asked, "")
    if focus and not context.read_only:
        drawing.put_cursor(lines)
    redrawn = bool(context.draft_url) and not context.read_only
    page = _templates().get_template("form.html")
    return Markup(
        page.render(lines=lines, summary=drawing.summary(lines), context=context, say=context.say, redrawn=redrawn)
    )


class _Drawing:
    def __init__(self, sent: Sent, problems: Problems, context: FormContext) -> None:
        self.sent, self.problems, self.context = sent, problems, context

    def lines(self, part: Part, elements: Sequence[Element], asked: Asked, prefix: str) -> list[list[Shown]]:
        """The visible elements, side by side those of one layout row, and buttons that follow each other."""
        visible = [each for each in elements if not is_hidden(each, self.context, asked.scope)]
        numbered = groupby(enumerate(visible), key=lambda pair: pair[1].row or pair[0])
        drawn = [[self.shown(part, each, asked, prefix) for _number, each in line] for _row, line in numbered]
        return list(_gathered(kept for line in drawn if (kept := [each for each in line if self.tells(each)])))

    def tells(self, shown: Shown) -> bool:
        """Whether there is something to see: an empty field asks, but tells a mere reader nothing."""
        if not self.context.read_only or not isinstance(shown.element, Field):
            return True
        return bool(shown.read or shown.links or shown.rows or shown.table)

    def shown(self, part: Part, element: Element, asked: Asked, prefix: str) -> Shown:
        language = self.context.language
        shown = Shown(element, prefix + element.key, element.label(language), element.description(language))
        if isinstance(element, Field):
            self.fill(shown, element, part, asked)
        else:
            shown.lines = self.lines(part, element.children, asked, prefix)
        if isinstance(element, Text):
            shown.words = element.written(self.context, asked.scope)
        if isinstance(element, Table):
            shown.headings, shown.table = element.headings(language), element.lines(self.context, asked.scope)
        return shown

    def fill(self, shown: Shown, asked_field: Field, part: Part, asked: Asked) -> None:
        """Put in what was typed, or the value; and everything its kind wants drawn."""
        name, key, context = shown.name, asked_field.key, self.context
        shown.value = asked.values.get(key)
        shown.problems = [context.translate(said) for said in self.problems.get(name, ())]
        if isinstance(asked_field, FilePicker):
            shown.links = asked_field.links(shown.value, context)
        if isinstance(asked_field, Rows):
            return self.fill_rows(shown, asked_field, asked)
        if key in asked.locked or asked_field.computed:
            shown.read = asked_field.display(shown.value, context, asked.scope) if shown.value is not None else ""
            return None
        shown.typed = asked_field.typed(self.sent, name, shown.value, context)
        shown.attributes = self.attributes(shown, asked_field, key in part.needed)
        if suggest := asked_field.suggest:
            shown.suggest = suggest
            if asked_field.suggests_at_once:
                shown.options = [(c.value, c.said(context.language)) for c in choices.offered(suggest, context)]
            shown.attributes["list"] = f"{shown.id}-list"
        if isinstance(asked_field, PeoplePicker):
            shown.people = asked_field.offered(shown.typed, context, asked.scope)
        elif isinstance(asked_field, Choosing):
            offered = asked_field.options(context, asked.scope)
            shown.options = [(choice.value, choice.said(context.language)) for choice in offered]
        return None

    def fill_rows(self, shown: Shown, rows: Rows, asked: Asked) -> None:
        made = rows.rows(self.sent, shown.name, self.context, asked)
        shown.rows = [
            (number, self.lines(rows.part, rows.part.elements, row, f"{shown.name}.{number}.")) for number, row in made
        ]
        known = len(shown.value) if isinstance(shown.value, list) else 0
        shown.next_row = max([known - 1, *(number for number, _row in made)], default=-1) + 1
        shown.locked = rows.key in asked.locked

    def attributes(self, shown: Shown, asked_field: Field, refreshes: bool) -> dict[str, Any]:
        described = [f"{shown.id}-hint"] * bool(shown.hint) + [f"{shown.id}-problems"] * bool(shown.problems)
        told = {
            "aria-describedby": " ".join(described) or None,
            "aria-invalid": "true" if shown.problems else None,
            "aria-required": "true" if asked_field.required else None,
            "data-refresh": "" if refreshes and self.context.draft_url else None,
        }
        return asked_field.attributes() | {name: value for name, value in told.items() if value is not None}

    def put_cursor(self, lines: list[list[Shown]]) -> None:
        asking = [each for each in _flat(lines) if each.attributes]
        wrong = [each for each in asking if each.problems]
        for each in (wrong or asking)[:1]:
            each.attributes["autofocus"] = ""

    def summary(self, lines: list[list[Shown]]) -> list[tuple[str, str, str]]:
        """Every problem as (id to jump to, label, sentence); those of no visible field too."""
        drawn = {each.name: each for each in _flat(lines)}
        return [
            (
                drawn[name].id if name in drawn else "",
                drawn[name].label if name in drawn else "",
                self.context.translate(said),
            )
            for name, all_said in self.problems.items()
            for said in all_said
        ]


def _gathered(lines: Iterable[list[Shown]]) -> Iterator[list[Shown]]:
    """Buttons that follow each other stand in one line, whatever rows the modeller gave them."""
    for buttons, following in groupby(lines, key=lambda line: all(each.is_button for each in line)):
        together = list(following)
        yield from [list(chain(*together))] if buttons else together


def rearranged(sent: Sent) -> Sent:
    """What was sent, after the button that adds (`add:persons:3`) or removes (`remove:persons:1`) a row was pressed."""
    act, _colon, rest = sent.one(ROWS).partition(":")
    name, _colon, number = rest.rpartition(":")
    if act not in ("add", "remove") or not number.isdecimal() or name not in sent:
        return sent
    numbers = [each for each in sent.texts[name] if each != number]
    return Sent({**sent.texts, name: [*numbers, number] if act == "add" else numbers}, sent.files)


def _flat(lines: list[list[Shown]]) -> Iterator[Shown]:
    for line in lines:
        for shown in line:
            yield shown
            yield from _flat(shown.lines)
            for _number, row in shown.rows:
                yield from _flat(row)


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("forms"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
