"""Whole numbers, decimals and money."""

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from forms.component import Component
from forms.context import FormContext
from forms.element import Element, Field, kind
from forms.sent import clean, half
from workflow.errors import Invalid

MOST = 2**53 - 1  # what every reader of JSON keeps exactly
MOST_FEN = 10**15
_NUMBER = re.compile(r"[+-]?\d{1,18}(\.\d{1,10})?", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)


@kind("number")
class Number(Field):
    """A whole number. With `decimalDigits`, the text of a decimal number with that many places: "12.50".

    `validate`: min, max.
    """

    template = "textfield"
    input_mode = "numeric"
    longest = 60

    def __init__(self, component: Component, children: Sequence[Element] = ()) -> None:
        super().__init__(component, children)
        self.places = component.whole("decimalDigits", 0) or 0
        if self.places > 10:
            raise component.wrong("“{name}” must be at most {most}.", name="decimalDigits", most=10)
        self.least, self.most = _bound(component, "validate.min"), _bound(component, "validate.max")
        component.require_order("validate.min", self.least, "validate.max", self.most)
        self.input_mode = "decimal" if self.places else "numeric"

    def convert(self, given: str) -> int | str:
        number = _decimal(clean(given, self.longest), self.places)
        self._within(number)
        return f"{number:.{self.places}f}" if self.places else int(number)

    def _within(self, number: Decimal) -> None:
        least, most = (-MOST if self.least is None else self.least), (MOST if self.most is None else self.most)
        if not least <= number <= most:
            raise Invalid(message="This must be from {least} to {most}.", least=f"{least:,f}", most=f"{most:,f}")


@kind("money")
class Money(Number):
    """An amount in yuan as people write it; a whole number of fen among the answers. min and max are in yuan."""

    input_mode = "decimal"

    def __init__(self, component: Component, children: Sequence[Element] = ()) -> None:
        super().__init__(component, children)
        self.input_mode = "decimal"
        self.before = self.before or "¥"

    def convert(self, given: str) -> int:
        yuan = _decimal(clean(given, self.longest).lstrip("¥￥").removesuffix("元"), 2)
        self._within(yuan)
        if abs(yuan) * 100 > MOST_FEN:
            raise Invalid(message="This amount is too large.")
        return int(yuan * 100)

    def show(self, value: Any, context: FormContext) -> list[str]:
        return [f"{Decimal(value) / 100:,.2f}"] if isinstance(value, int) else super().show(value, context)


def _decimal(text: str, places: int) -> Decimal:
    """The number people wrote, in half or full width, with or without thousands commas; raises Invalid."""
    plain = half(text).replace(" ", "").replace("−", "-")
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    if not _NUMBER.fullmatch(plain):
        raise Invalid(message="This is not a number.")
    if len(plain.partition(".")[2]) > places:
        if places == 0:
            raise Invalid(message="This must be a whole number.")
        raise Invalid(message="This has too many decimal places: at most {most}.", most=places)
    return Decimal(plain)


def _bound(component: Component, name: str) -> Decimal | None:
    text = component.text(name)
    if not text:
        return None
    try:
        bound = Decimal(text)
    except InvalidOperation:
        bound = Decimal("nan")
    if not bound.is_finite():
        raise component.wrong("“{name}” must be a number.", name=name)
    return bound
