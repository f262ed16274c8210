"""What asks nothing: groups, words, lines, space, and buttons."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from forms import markdown
from forms.component import Component
from forms.context import FormContext
from forms.element import Element, kind
from workflow.expressions import Expression


@kind("group")
class Group(Element):
    """Fields under one heading. Its fields' answers stand beside all others."""

    template = "group"

    def __init__(self, component: Component, children: Sequence[Element] = ()) -> None:
        super().__init__(component, children)
        if component.text("path"):
            raise component.wrong("A group with a path is not understood: leave its path empty.")


@kind("text")
class Text(Element):
    """Words in simple Markdown, with the values of expressions: `Opened by **{{ receiver }}**`."""

    template = "text"

    def __init__(self, component: Component, children: Sequence[Element] = ()) -> None:
        super().__init__(component, children)
        self.texts = component.labels("text")
        self.pieces = {
            language: [_piece(component, piece, place) for piece, place in markdown.places(text)]
            for language, text in self.texts.items()
        }

    def expressions(self) -> list[Expression]:
        pieces = [piece for pieces in self.pieces.values() for piece in pieces]
        return super().expressions() + [piece for piece in pieces if isinstance(piece, Expression)]

    def written(self, context: FormContext, scope: Mapping[str, Any]) -> Markup:
        """The words as HTML; nothing where they speak of values and none is known (a form for several tasks)."""
        pieces = self.pieces.get(context.language) or self.pieces["zh"]
        texts = [
            markdown.literal(context.evaluate(piece, scope)) if isinstance(piece, Expression) else piece
            for piece in pieces
        ]
        values = [text for text, piece in zip(texts, pieces, strict=True) if isinstance(piece, Expression)]
        return markdown.render("".join(texts)) if any(values) or not values else Markup()


@kind("separator")
class Separator(Element):
    template = "separator"


@kind("spacer")
class Spacer(Element):
    template = "spacer"


@kind("button")
class Button(Element):
    """Sends the form. `properties.outcome` is the task's outcome; with `properties.partial`, nothing is required
    (to hand back unfinished work). `action` reset empties what was typed."""

    template = "button"

    def __init__(self, component: Component, children: Sequence[Element] = ()) -> None:
        super().__init__(component, children)
        self.outcome = component.property("outcome")
        self.partial = component.property("partial") == "true"
        self.action = component.text("action", "submit")
        self.look = component.property("look")
        if self.action not in ("submit", "reset"):
            raise component.wrong("“{name}” must be submit or reset.", name="action")


def _piece(component: Component, piece: str, place: bool) -> "str | Expression":
    return component.expression(piece, "text") if place else piece
