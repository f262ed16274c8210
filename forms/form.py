"""A compiled form: loads answers, keeps drafts, draws itself."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup
from marshmallow import ValidationError

from forms import rendering
from forms.context import FormContext
from forms.element import Element, Field
from forms.kinds.layout import Button
from forms.part import Asked, Part, flatten, is_hidden
from forms.sent import Sent
from workflow.errors import Invalid, Sentence, sentence

OUTCOME = "outcome"
Problems = dict[str, list[Sentence]]


class Form:
    """A form of one file. Immutable; shared between requests."""

    def __init__(self, titles: Mapping[str, str], part: Part) -> None:
        self.titles = titles
        self.part = part
        self.buttons = [each for each in _walk(part.elements) if isinstance(each, Button)]
        self._suggested = {each.suggest for each in _walk(part.elements) if isinstance(each, Field)} - {""}

    @property
    def fields(self) -> dict[str, Field]:
        """The fields by key; a list of rows is one field."""
        return self.part.fields

    def elements(self) -> Iterator[Element]:
        """Everything in it, groups and rows before what is in them."""
        return _walk(self.part.elements)

    def title(self, language: str) -> str:
        return (self.titles.get("en") if language == "en" else "") or self.titles.get("zh", "")

    def load(self, raw: Any, files: Any, context: FormContext) -> dict[str, Any]:
        """The answers as JSON values by key, `outcome` among them if a button says one.

        `raw` and `files` are MultiDicts of a request. Nothing comes through but what the form asks of this person
        now: hidden, read-only and unknown names are dropped. Raises Invalid({field path: sentences}).
        """
        return self.settle(self.check(raw, files, context), context)

    def check(self, raw: Any, files: Any, context: FormContext) -> dict[str, Any]:
        """The first half of `load`: everything checked, passwords counted, no file kept yet. Raises as `load` does."""
        sent = Sent.of(raw, files)
        problems: Problems = {}
        button = self._button(sent, context, problems)
        asked = self._ask(sent, context, partial=button is not None and button.partial)
        values = _step(problems, lambda: self.part.load(asked))
        unsure = dict.fromkeys(asked.data.keys() - values.keys())
        scope = {**asked.scope, **values, **unsure}
        values = _step(problems, lambda: self.part.check(values, context, scope))
        if not problems:
            values = _step(problems, lambda: self.part.confirm(values, context))
        if problems:
            raise Invalid(problems)
        return values | ({OUTCOME: button.outcome} if button and button.outcome else {})

    def settle(self, checked: Mapping[str, Any], context: FormContext) -> dict[str, Any]:
        """The second half of `load`: keep the files of what `check` gave. Refuses nothing."""
        pressed = {} if OUTCOME in self.fields else {OUTCOME: checked[OUTCOME]} if OUTCOME in checked else {}
        asked = {key: value for key, value in checked.items() if key in self.fields}
        return self.part.settle(asked, context) | pressed

    def suggests(self, source: str) -> bool:
        """Whether one of its fields offers these choices while typing."""
        return source in self._suggested

    def typed(self, raw: Any) -> dict[str, list[str]]:
        """What a draft keeps of what was typed: the texts of this form's inputs, no files and no passwords."""
        sent = rendering.rearranged(Sent.of(raw))
        return {name: texts for each in self.fields.values() for name, texts in each.keep(sent, each.key).items()}

    def rearranges(self, raw: Any) -> bool:
        """Whether the button pressed only adds or removes a row: draw the form anew with `typed(raw)`."""
        return bool(Sent.of(raw).one(rendering.ROWS))

    def render(
        self,
        values: Mapping[str, Any] | None,
        problems: Mapping[str, Sequence[Sentence]] | None,
        context: FormContext,
        focus: bool = True,
    ) -> Markup:
        """The fields as HTML, without the <form> around them.

        `values` is what was typed (a draft, or `typed(request.form)` of a refused request); None for a fresh form.
        `focus`: put the cursor into the first field, or the first with a problem.
        """
        sent = Sent.of(values)
        return rendering.render(self.part, self._ask(sent, context), sent, problems or {}, context, focus)

    def _ask(self, sent: Sent, context: FormContext, partial: bool = False) -> Asked:
        outer = {**context.variables, OUTCOME: self._outcome(sent)} if self.buttons else context.variables
        return self.part.ask(sent, "", context, outer, context.variables, partial)

    def _outcome(self, sent: Sent) -> str | None:
        """The outcome pressed, for conditions: "only when handing back"."""
        pressed = sent.one(OUTCOME)
        return pressed if pressed in {button.outcome for button in self.buttons} else None

    def _button(self, sent: Sent, context: FormContext, problems: Problems) -> Button | None:
        """The button pressed; the only one if there is but one; None if the form has none."""
        offered = [each for each in self.buttons if each.outcome and not is_hidden(each, context, context.variables)]
        if OUTCOME in self.fields or not offered:
            return None
        pressed = [each for each in offered if each.outcome == sent.one(OUTCOME)]
        if not pressed and OUTCOME not in sent and len(offered) == 1:
            return offered[0]
        if not pressed:
            problems[OUTCOME] = [sentence("Please choose one of the buttons of this form.")]
            return None
        return pressed[0]


def _step(problems: Problems, act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What a step gives, or what was right in it; what was wrong goes to `problems`."""
    try:
        return act()
    except ValidationError as refused:
        for path, said in flatten(refused.messages_dict):
            problems.setdefault(path, []).extend(said)
        return dict(refused.valid_data or {})  # type: ignore[arg-type]


def _walk(elements: Sequence[Element]) -> Iterator[Element]:
    for each in elements:
        yield each
        yield from _walk(each.children)
