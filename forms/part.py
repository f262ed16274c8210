"""Elements that are asked together (a whole form, or one row of a list) and the marshmallow schema of their answers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields

from forms.context import FormContext
from forms.element import UNSENT, Element, Field
from forms.sent import Sent
from workflow.errors import Invalid, Sentence, sentence
from workflow.expressions import Expression

REQUIRED = sentence("Please fill this in.")
Messages = Mapping[str, Any]  # key → sentences, or row → key → sentences


class Answer(fields.Field):
    """A field's place in the schema: marshmallow asks, the field converts."""

    def __init__(self, asked: Field) -> None:
        required: Any = [REQUIRED]
        super().__init__(required=asked.required, allow_none=True, error_messages={"required": required})
        self.asked = asked

    def _deserialize(self, value: Any, attr: Any, data: Any, **_kwargs: Any) -> Any:
        if value == self.asked.empty:
            return value
        try:
            return self.asked.convert(value)
        except Invalid as refused:
            raise ValidationError(sentences(refused)) from None


@dataclass
class Asked:
    """What is asked of one person at one moment, and what was sent for it."""

    data: dict[str, Any] = field(default_factory=dict)  # gathered, for the schema
    computed: dict[str, Any] = field(default_factory=dict)  # values of computed fields
    hidden: set[str] = field(default_factory=set)
    locked: set[str] = field(default_factory=set)  # shown for reading only
    scope: dict[str, Any] = field(default_factory=dict)  # what expressions see
    values: dict[str, Any] = field(default_factory=dict)  # what stands in a field before anything is typed
    partial: bool = False  # True: what is required may be left out


class Part:
    """Fields by key, in the order in which their expressions can be evaluated."""

    def __init__(self, elements: Sequence[Element]) -> None:
        self.elements = elements
        self.fields = {each.key: each for each in _fields(elements, [])}
        self.order = self._order()
        self.needed = {name for each in _all(elements) for name in each.needs()}
        answers = {key: Answer(each) for key, each in self.fields.items() if not each.computed}
        self.schema: type[Schema] = Schema.from_dict(answers)

    def _order(self) -> list[Field]:
        needs = {key: each.needs() & self.fields.keys() - {key} for key, each in self.fields.items()}
        try:
            return [self.fields[key] for key in TopologicalSorter(needs).static_order()]
        except CycleError as ring:
            keys = ring.args[1]
            said = sentence("These fields wait for one another in a circle: {keys}.", keys=", ".join(keys))
            raise Invalid({keys[0]: [said]}) from None

    def ask(
        self,
        sent: Sent,
        prefix: str,
        context: FormContext,
        outer: Mapping[str, Any],
        known: Mapping[str, Any],
        partial: bool = False,
    ) -> Asked:
        """Decide what is hidden and what is locked, and gather the rest.

        `outer`: variables expressions see; `known`: the values the fields have so far (variables, or the row).
        """
        asked = Asked(scope=dict(outer), partial=partial)
        for each in self.order:
            key = each.key
            asked.values[key] = asked.scope[key] = initial(each, known, context, asked.scope)
            if is_hidden(each, context, asked.scope):
                asked.hidden.add(key)
                asked.scope[key] = None
            elif each.computed:
                asked.computed[key] = asked.scope[key] = asked.values[key] = each.compute(context, asked.scope)
            elif context.read_only or context.decides(each.read_only, asked.scope):
                asked.locked.add(key)
            else:
                self._gather(each, asked, sent, prefix + key, context)
        return asked

    def _gather(self, each: Field, asked: Asked, sent: Sent, name: str, context: FormContext) -> None:
        given = each.gather(sent, name, context, asked)
        if given is UNSENT:
            return
        if each.key in self.needed:
            asked.scope[each.key] = _converted(each, given)
        if not (each.required and given == each.empty):
            asked.data[each.key] = given

    def load(self, asked: Asked) -> dict[str, Any]:
        """The answers by key; raises marshmallow's ValidationError with what was right in `valid_data`."""
        excluded = (asked.hidden | asked.locked) & self.schema._declared_fields.keys()
        return self.schema(exclude=excluded, unknown=EXCLUDE, partial=asked.partial).load(asked.data) | asked.computed

    def check(self, values: Mapping[str, Any], context: FormContext, scope: Mapping[str, Any]) -> dict[str, Any]:
        """The answers the world agrees with; raises ValidationError."""
        return self._each(values, lambda asked, value: asked.check(value, context, scope))

    def confirm(self, values: Mapping[str, Any], context: FormContext) -> dict[str, Any]:
        """The answers with what people vouched for; raises ValidationError."""
        return self._each(values, lambda asked, value: asked.confirm(value, context))

    def settle(self, values: Mapping[str, Any], context: FormContext) -> dict[str, Any]:
        """What is to be kept of the answers."""
        settled = self._each(values, lambda asked, value: asked.settle(value, context))
        return {key: value for key, value in settled.items() if self.fields[key].stored}

    def _each(self, values: Mapping[str, Any], act: Callable[[Field, Any], Any]) -> dict[str, Any]:
        done, messages = {}, {}
        for key, value in values.items():
            try:
                done[key] = value if self.fields[key].skips(value) else act(self.fields[key], value)
            except Invalid as refused:
                messages[key] = sentences(refused)
            except ValidationError as refused:
                messages[key] = refused.messages
        if messages:
            raise ValidationError(messages, valid_data=done)
        return done


def sentences(refused: Invalid) -> list[Sentence]:
    """Everything a refusal says, whichever field it names."""
    return [said for all_said in refused.problems.values() for said in all_said] or [refused.sentence]


def flatten(messages: Messages, prefix: str = "") -> Iterator[tuple[str, list[Sentence]]]:
    """Nested messages as field paths: `persons.0.name`."""
    for key, said in messages.items():
        if isinstance(said, Mapping):
            yield from flatten(said, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", list(said)


def is_hidden(element: Element, context: FormContext, scope: Mapping[str, Any]) -> bool:
    return any(context.decides(hide, scope) for hide in element.hides)


def initial(asked: Field, known: Mapping[str, Any], context: FormContext, scope: Mapping[str, Any]) -> Any:
    """What stands in a field before anything is typed: the value it has, or else its default."""
    value = known.get(asked.key)
    if value is not None:
        return value
    return context.evaluate(asked.default, scope) if isinstance(asked.default, Expression) else asked.default


def _converted(asked: Field, given: Any) -> Any:
    """The value for other fields' conditions; None while it is wrong."""
    try:
        return asked.empty if given == asked.empty else asked.convert(given)
    except (Invalid, ValidationError):
        return None


def _fields(elements: Sequence[Element], hides: list[Expression]) -> Iterator[Field]:
    """The fields of this part, those inside groups too, each with the conditions of the groups around it."""
    for element in elements:
        element.hides = hides + element.hides
        if isinstance(element, Field):
            yield element
        else:
            yield from _fields(element.children, element.hides)


def _all(elements: Sequence[Element]) -> Iterator[Element]:
    for element in elements:
        yield element
        yield from _all(element.children)
