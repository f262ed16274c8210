"""What a form is made of: elements, which are drawn, and fields, which are elements that ask for a value.

A kind is a subclass registered by `@kind("name")`: what it converts, checks and shows, and a template
`forms/templates/<template>.html`. The steps of an answer, each only when nothing was wrong before it:

    gather → convert   text to a JSON value; knows nothing but the field. Pure.
    check              against the world: choices, dossiers, free positions. Looks only; also when others are wrong.
    confirm            passwords; a wrong one is counted.
    settle             what is kept: files. Refuses nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, TypeVar

from forms.component import Component
from forms.context import FormContext
from forms.sent import LONGEST, Sent, clean, keepable
from workflow.errors import Invalid
from workflow.expressions import Expression

Made = TypeVar("Made", bound=type["Element"])
kinds: dict[str, type["Element"]] = {}
UNSENT: Any = object()  # nothing was sent under the field's name


def kind(*names: str) -> Callable[[Made], Made]:
    """Register a class for these values of `type` or `properties.kind`."""

    def keep(element: Made) -> Made:
        for name in names:
            if kinds.setdefault(name, element) is not element:
                raise ValueError(f"the kind {name!r} is registered twice")
        return element

    return keep


class Element:
    """Something a form draws."""

    template: ClassVar[str] = ""

    def __init__(self, component: Component, children: Sequence["Element"] = ()) -> None:
        self.key = component.key
        self.place = component.place
        self.kind = component.kind
        self.children = list(children)
        self.labels = component.labels("label")
        self.descriptions = component.labels("description")
        self.row = component.text("layout.row")
        self.columns = component.whole("layout.columns")
        hide = component.condition("conditional.hide")
        self.hides: list[Expression] = [hide] if hide else []  # its own and those of the groups around it

    def label(self, language: str) -> str:
        return _in(self.labels, language)

    def description(self, language: str) -> str:
        return _in(self.descriptions, language)

    def needs(self) -> set[str]:
        """The names its expressions read."""
        return {name for expression in self.expressions() for name in expression.names}

    def expressions(self) -> list[Expression]:
        return list(self.hides)


class Field(Element):
    """An element that asks for a value. Its answer stands under `key` among the answers."""

    empty: ClassVar[Any] = None  # the answer when everything typed was erased
    stored: ClassVar[bool] = True  # False: checked, but not among the answers
    computed: ClassVar[bool] = False  # True: never sent, made by `compute`
    input_type: ClassVar[str] = "text"
    input_mode: ClassVar[str] = ""
    longest: int = LONGEST
    suggest: str = ""  # the choices offered while typing
    suggests_at_once: ClassVar[bool] = False  # True: some of them before anything is typed

    def __init__(self, component: Component, children: Sequence[Element] = ()) -> None:
        super().__init__(component, children)
        self.key = component.require_key()
        self.required = component.flag("validate.required")
        self.read_only = component.flag_or_condition("disabled", "readonly", "properties.readonly")
        self.default = self._default(component)
        must = component.property("mustEqual")
        self.must_equal = component.expression(must, "mustEqual") if must else None
        self.placeholder = component.property("placeholder")
        self.autocomplete = component.property("autocomplete", "off")
        self.before, self.after = component.text("appearance.prefixAdorner"), component.text("appearance.suffixAdorner")

    def _default(self, component: Component) -> Any:
        value = component.read("defaultValue")
        if isinstance(value, str) and value.startswith("="):
            return component.expression(value, "defaultValue")
        if value is not None and not isinstance(value, str | int | bool | list):
            raise component.wrong("“{name}” cannot be used as a default value.", name="defaultValue")
        return value

    def bind(self, siblings: Mapping[str, "Field"]) -> None:
        """Find the other fields this one speaks of; raises Invalid if they are not there."""

    def expressions(self) -> list[Expression]:
        asked = (self.read_only, self.default, self.must_equal)
        return super().expressions() + [each for each in asked if isinstance(each, Expression)]

    def inputs(self, name: str) -> list[str]:
        """The names of the inputs a draft may keep, when the field itself is drawn as `name`."""
        return [name]

    def keep(self, sent: Sent, name: str) -> dict[str, list[str]]:
        """What a draft keeps of it; {} when it was not on the screen."""
        return {
            each: [keepable(text, self.longest) for text in sent.texts[each]]
            for each in self.inputs(name)
            if each in sent
        }

    def gather(self, sent: Sent, name: str, context: FormContext, asked: Any) -> Any:
        """What was typed, still as text; UNSENT if the field was not on the screen, `empty` if nothing is left.

        `asked` is the part being asked (forms.part.Asked), for fields that hold parts themselves.
        """
        if name not in sent:
            return UNSENT
        return sent.one(name) if sent.one(name).strip() else self.empty

    def convert(self, given: Any) -> Any:
        """The JSON value of what was gathered; raises Invalid."""
        return clean(given, self.longest)

    def compute(self, context: FormContext, scope: Mapping[str, Any]) -> Any:
        """The value of a computed field."""
        raise NotImplementedError

    def skips(self, value: Any) -> bool:
        """Whether there is nothing to check or settle."""
        return bool(value == self.empty)

    def check(self, value: Any, context: FormContext, scope: Mapping[str, Any]) -> Any:
        """The value, if the world agrees with it; raises Invalid. `scope`: variables and answers by name."""
        if self.must_equal and value != context.evaluate(self.must_equal, scope):
            raise Invalid(message="This does not agree with what is recorded. Please compare and type it again.")
        return value

    def confirm(self, value: Any, context: FormContext) -> Any:
        """The value once a person vouched for it; raises Invalid."""
        return value

    def settle(self, value: Any, context: FormContext) -> Any:
        """The value to keep, after what has an effect was done."""
        return value

    def show(self, value: Any, context: FormContext) -> list[str]:
        """A JSON value as the texts its inputs hold; the reverse of `convert`."""
        return [] if value is None else [str(value)]

    def display(self, value: Any, context: FormContext, scope: Mapping[str, Any]) -> str:
        """A JSON value for reading."""
        return "、".join(self.show(value, context))

    def attributes(self) -> dict[str, Any]:
        """What its input is told, beside name, id and what every input has."""
        told = {
            "type": self.input_type,
            "inputmode": self.input_mode,
            "autocomplete": self.autocomplete,
            "placeholder": self.placeholder,
        }
        return {name: value for name, value in told.items() if value}

    def typed(self, sent: Sent, name: str, value: Any, context: FormContext) -> list[str]:
        """What its inputs hold: what was typed, or else the value."""
        return sent.many(name) if name in sent else self.show(value, context)


def _in(texts: Mapping[str, str], language: str) -> str:
    return (texts.get("en") if language == "en" else "") or texts.get("zh", "") or texts.get("en", "")
