"""Text of one line or many, codes from a scanner, and numbers with a check character."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from archive import credit_codes, id_numbers, scans
from forms import choices
from forms.component import Component
from forms.context import FormContext
from forms.element import Element, Field, kind
from forms.sent import LONGEST, clean, half
from workflow.errors import Invalid, sentence

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_PHONE = re.compile(r"\+?[\d][\d -]{5,18}\d")
LONGEST_LINE = 500
LONGEST_PATTERN = 200


@kind("textfield")
class TextLine(Field):
    """One line of text. `validate`: minLength, maxLength, pattern, validationType email or phone.

    The property `suggest` names choices that are offered while typing ("units"); any other text may be typed as well.
    """

    template = "textfield"
    many_lines = False

    def __init__(self, component: Component, children: Sequence[Element] = ()) -> None:
        super().__init__(component, children)
        most = LONGEST if self.many_lines else LONGEST_LINE
        self.longest = min(component.whole("validate.maxLength", most, least=1) or most, LONGEST)
        self.shortest = component.whole("validate.minLength", 0) or 0
        component.require_order("validate.minLength", self.shortest, "validate.maxLength", self.longest)
        self.pattern = _pattern(component)
        self.pattern_said = component.property("patternMessage")
        self.suggest = component.property("suggest")
        if self.suggest and self.suggest.partition(":")[0] not in choices.providers:
            raise component.wrong("There are no choices “{name}”.", name=self.suggest)
        self.form = component.text("validate.validationType")
        self.input_type = {"email": "email", "phone": "tel"}.get(self.form, "text")

    def convert(self, given: str) -> str:
        text = clean(given, self.longest)
        if "\n" in text and not self.many_lines:
            raise Invalid(message="This must be one line.")
        if len(text) < self.shortest:
            raise Invalid(message="This is too short: at least {least} characters.", least=self.shortest)
        if self.pattern and not self.pattern.fullmatch(text):
            raise self._unlike_pattern()
        return self._of_form(text)

    def _unlike_pattern(self) -> Invalid:
        """In the modeller's words, if there are any."""
        if self.pattern_said:
            return Invalid(message="{said}", said=self.pattern_said)
        return Invalid(message="This is not written as it should be.")

    def _of_form(self, text: str) -> str:
        if self.form == "email" and not _EMAIL.fullmatch(half(text)):
            raise Invalid(message="This is not an e-mail address.")
        if self.form == "phone" and not _PHONE.fullmatch(half(text)):
            raise Invalid(message="This is not a telephone number.")
        return half(text) if self.form in ("email", "phone") else text


@kind("textarea")
class TextArea(TextLine):
    """Text of many lines."""

    template = "textarea"
    many_lines = True


class Code(TextLine):
    """Text in which full-width signs, blanks and small letters mean nothing."""

    def convert(self, given: str) -> str:
        return super().convert(scans.normalise(clean(given, self.longest)))

    def attributes(self) -> dict[str, Any]:
        return super().attributes() | {"spellcheck": "false", "autocapitalize": "characters", "class": "code"}


@kind("barcode")
class Barcode(Code):
    """What a scanner reads. Enter, which scanners send at the end, goes on to the next field."""

    def attributes(self) -> dict[str, Any]:
        return super().attributes() | {"data-scan": ""}


@kind("id-number")
class IdNumber(Code):
    """A citizen's ID number (GB 11643), as its 18 characters. With the property `idKind` naming another field, that
    field's answer says what paper the number is from (archive.id_numbers.IdKind)."""

    def __init__(self, component: Component, children: Sequence[Element] = ()) -> None:
        super().__init__(component, children)
        self.paper = component.property("idKind")

    def convert(self, given: str) -> str:
        text = clean(given, 40)
        return super().convert(text) if self.paper else id_numbers.check(text)

    def check(self, value: Any, context: FormContext, scope: Mapping[str, Any]) -> Any:
        number = id_numbers.check_kind(scope.get(self.paper), value) if self.paper else value
        return super().check(number, context, scope)


@kind("credit-code")
class CreditCode(Code):
    """A unified social credit code (GB 32100-2015), as its 18 characters."""

    def convert(self, given: str) -> str:
        return credit_codes.check(clean(given, 40))


@kind("same-as")
class SameAs(Field):
    """A second typing of another field (`sameAs`); both must agree. Not among the answers."""

    template = "textfield"
    stored = False

    def __init__(self, component: Component, children: Sequence[Element] = ()) -> None:
        super().__init__(component, children)
        self.target_key = component.property("sameAs")

    def bind(self, siblings: Mapping[str, Field]) -> None:
        target = siblings.get(self.target_key)
        if target is None or target is self:
            said = sentence("“{name}” names the field “{key}”, which is not here.", name="sameAs", key=self.target_key)
            raise Invalid({self.place: [said]})
        self.target = target
        self.required = self.required or target.required

    def convert(self, given: str) -> Any:
        try:
            return self.target.convert(given)
        except Invalid:
            raise Invalid(message="The two are not the same. Please compare with the paper.") from None

    def skips(self, value: Any) -> bool:
        return False

    def check(self, value: Any, context: FormContext, scope: Mapping[str, Any]) -> Any:
        if scope.get(self.target_key) not in (None, value):
            raise Invalid(message="The two are not the same. Please compare with the paper.")
        return value

    def attributes(self) -> dict[str, Any]:
        return super().attributes() | {"data-no-paste": "", "class": "code"}

    def show(self, value: Any, context: FormContext) -> list[str]:
        """Never filled in by the machine: it is typed or it is nothing."""
        return []


def _pattern(component: Component) -> re.Pattern[str] | None:
    text = component.text("validate.pattern")
    if not text:
        return None
    if len(text) > LONGEST_PATTERN or not _quick(text):
        raise component.wrong(
            "“{name}” could take for ever: repeat nothing that itself repeats or chooses.", name="validate.pattern"
        )
    try:
        return re.compile(text)
    except re.error as error:
        said = "“{name}” is not a pattern: {reason}"
        raise component.wrong(said, name="validate.pattern", reason=str(error)) from None


def _quick(pattern: str) -> bool:
    """Whether matching takes at most cubic time: no repeated group varies in itself, no reference back, and no more
    than three open repeats."""
    plain = re.sub(r"\\\d", "(V)*", pattern)
    plain = re.sub(r"\\.|\[(?:\\.|[^\]])*\]", "x", plain)
    if len(re.findall(r"[*+]|\{\d*,\}", plain)) > 3:
        return False
    while group := re.search(r"\(([^()]*)\)([*+{]?)", plain):
        varies = bool(re.search(r"[*+?{|V]", group[1].removeprefix("?:")))
        if varies and group[2]:
            return False
        plain = plain[: group.start()] + ("V" if varies else "x") + group[2] + plain[group.end() :]
    return True
