"""Choosing: one, several, or yes."""

from collections.abc import Mapping, Sequence
from typing import Any

from forms import choices
from forms.choices import Choice
from forms.component import Component
from forms.context import FormContext
from forms.element import UNSENT, Element, Field, kind
from forms.sent import Sent, clean
from workflow.errors import Invalid
from workflow.expressions import Expression


@kind("checkbox")
class Checkbox(Field):
    """Yes or no. `required`: only yes will do."""

    template = "checkbox"
    empty = False
    longest = 10

    def gather(self, sent: Sent, name: str, context: FormContext, asked: Any) -> Any:
        given = super().gather(sent, name, context, asked)
        return False if given == "false" else given

    def convert(self, given: str) -> bool:
        if given != "true":
            raise Invalid(message="This can only be ticked or not.")
        return True

    def show(self, value: Any, context: FormContext) -> list[str]:
        return ["true"] if value is True or value == "true" else []

    def display(self, value: Any, context: FormContext, scope: Mapping[str, Any]) -> str:
        return context.say("Yes") if value is True else context.say("No")


class Choosing(Field):
    """Chooses among `values`, the list in the variable `valuesKey`, the list `valuesExpression` gives, or the
    choices a provider offers (`properties.choices`)."""

    longest = 200

    def __init__(self, component: Component, children: Sequence[Element] = ()) -> None:
        super().__init__(component, children)
        self.fixed = choices.read(component.list("values"))
        self.variable = component.text("valuesKey")
        self.listed = component.condition("valuesExpression")
        self.source = component.property("choices")
        if not (self.fixed or self.variable or self.listed or self.source):
            raise component.wrong("This has nothing to choose from: give “values”, “valuesKey” or “choices”.")
        if self.source and self.source.partition(":")[0] not in choices.providers:
            raise component.wrong("There are no choices “{name}”.", name=self.source)

    def expressions(self) -> list[Expression]:
        return super().expressions() + ([self.listed] if self.listed else [])

    def options(self, context: FormContext, scope: Mapping[str, Any]) -> list[Choice]:
        """What may be chosen now."""
        if self.source:
            return choices.offered(self.source, context)
        if self.listed:
            return choices.read(context.evaluate(self.listed, scope))
        return choices.read(scope.get(self.variable)) if self.variable else self.fixed

    def check(self, value: Any, context: FormContext, scope: Mapping[str, Any]) -> Any:
        offered = {choice.value for choice in self.options(context, scope)}
        if not offered.issuperset(value if isinstance(value, list) else [value]):
            raise Invalid(message="This is not one of the choices.")
        return super().check(value, context, scope)

    def display(self, value: Any, context: FormContext, scope: Mapping[str, Any]) -> str:
        labels = {choice.value: choice.said(context.language) for choice in self.options(context, scope)}
        chosen = value if isinstance(value, list) else [value]
        comma = ", " if context.language == "en" else "、"
        return comma.join(labels.get(str(each), str(each)) for each in chosen if each is not None)


@kind("select")
class Select(Choosing):
    """One of many, in a drop-down list."""

    template = "select"


@kind("radio")
class Radio(Choosing):
    """One of a few, all in sight."""

    template = "radio"


@kind("checklist", "taglist")
class Checklist(Choosing):
    """Any number of them; a list among the answers. A taglist is drawn the same way."""

    template = "checklist"
    empty: list[str] = []

    def gather(self, sent: Sent, name: str, context: FormContext, asked: Any) -> Any:
        return sent.many(name) if name in sent else UNSENT

    def convert(self, given: list[str]) -> list[str]:
        if len(given) > choices.MOST:
            raise Invalid(message="These are too many: at most {most}.", most=choices.MOST)
        return list(dict.fromkeys(clean(each, self.longest) for each in given))

    def show(self, value: Any, context: FormContext) -> list[str]:
        return [str(each) for each in value] if isinstance(value, list) else super().show(value, context)
