"""Days, times and moments, and dates of which only the year or the month is known."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from forms.component import Component
from forms.context import FormContext
from forms.element import Element, Field, kind
from forms.sent import clean, half
from workflow import office
from workflow.errors import Invalid
from workflow.expressions import Expression

_DAY = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?|年)?", re.ASCII)
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::00)?", re.ASCII)
EARLIEST = 1880
Bound = str | Expression  # a day, "today", an expression for a day; "": none


@kind("datetime")
class DateTime(Field):
    """`subtype` date: a day `2026-07-01`; time: `09:30`; datetime: a moment in UTC, typed on the office's clock.

    Days may be bounded by the properties `min` and `max`: a day, "today", or an expression; `disallowPassedDates`
    is `min` today.
    """

    template = "textfield"
    longest = 40

    def __init__(self, component: Component, children: Sequence[Element] = ()) -> None:
        super().__init__(component, children)
        self.subtype = component.text("subtype", "date")
        if self.subtype not in ("date", "time", "datetime"):
            raise component.wrong("“{name}” must be date, time or datetime.", name="subtype")
        if not self.labels["zh"]:
            self.labels = {
                "zh": component.text("timeLabel" if self.subtype == "time" else "dateLabel"),
                "en": self.labels["en"],
            }
        self.input_type = {"datetime": "datetime-local"}.get(self.subtype, self.subtype)
        self.earliest, self.latest = ("", "") if self.subtype == "time" else _bounds(component)

    def expressions(self) -> list[Expression]:
        return super().expressions() + _expressions(self)

    def convert(self, given: str) -> str:
        """What was typed in ISO 8601; a moment still without its zone, which `settle` adds."""
        text = half(clean(given, self.longest))
        if self.subtype == "date":
            return _whole_day(text)
        if self.subtype == "time":
            return _time(text)
        day, _blank, clock = text.replace("T", " ").partition(" ")
        return f"{_whole_day(day)}T{_time(clock.strip())}"

    def check(self, value: Any, context: FormContext, scope: Mapping[str, Any]) -> Any:
        _check_bounds(self, value, context, scope)
        return super().check(value, context, scope)

    def settle(self, value: Any, context: FormContext) -> Any:
        if self.subtype != "datetime":
            return value
        zone = office.of(context.session).settings.zone
        return datetime.fromisoformat(value).replace(tzinfo=zone).astimezone(UTC).isoformat()

    def show(self, value: Any, context: FormContext) -> list[str]:
        if self.subtype != "datetime" or not isinstance(value, str):
            return super().show(value, context)
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            return [value]
        local = office.of(context.session).local(at) if at.tzinfo else at
        return [local.strftime("%Y-%m-%dT%H:%M")]

    def display(self, value: Any, context: FormContext, scope: Mapping[str, Any]) -> str:
        return super().display(value, context, scope).replace("T", " ")


@kind("partial-date")
class PartialDate(Field):
    """A year, a year and month, or a day — as much as the papers say: `1998`, `1998-09`, `1998-09-01`.

    1998.9, 1998年9月, 199809, 1998/9/1 are understood. `min`, `max` as for days.
    """

    template = "textfield"
    input_mode = "numeric"
    longest = 40

    def __init__(self, component: Component, children: Sequence[Element] = ()) -> None:
        super().__init__(component, children)
        self.earliest, self.latest = _bounds(component)
        self.placeholder = self.placeholder or "YYYY-MM-DD"

    def expressions(self) -> list[Expression]:
        return super().expressions() + _expressions(self)

    def convert(self, given: str) -> str:
        return partial_date(half(clean(given, self.longest)))

    def check(self, value: Any, context: FormContext, scope: Mapping[str, Any]) -> Any:
        _check_bounds(self, value, context, scope)
        return super().check(value, context, scope)


def partial_date(text: str) -> str:
    """YYYY, YYYY-MM or YYYY-MM-DD; raises Invalid."""
    plain = text.replace(" ", "")
    if re.fullmatch(r"\d{6}|\d{8}", plain, re.ASCII):
        plain = "-".join(part for part in (plain[:4], plain[4:6], plain[6:]) if part)
    found = _DAY.fullmatch(plain)
    if not found:
        raise Invalid(message="This is not a date. Write it as 2026, 2026-07 or 2026-07-01.")
    parts = [int(part) for part in found.groups() if part]
    try:
        date(*(parts + [1, 1])[:3])
    except ValueError:
        raise Invalid(message="There is no such day.") from None
    if parts[0] < EARLIEST:
        raise Invalid(message="This is too long ago: the year must be at least {year}.", year=EARLIEST)
    return "-".join([f"{parts[0]:04}", *(f"{part:02}" for part in parts[1:])])


def _whole_day(text: str) -> str:
    day = partial_date(text)
    if len(day) != 10:
        raise Invalid(message="Please give the whole date: year, month and day.")
    return day


def _time(text: str) -> str:
    found = _TIME.fullmatch(text)
    try:
        return time(int(found[1]), int(found[2])).isoformat("minutes") if found else _no_time()
    except ValueError:
        return _no_time()


def _no_time() -> str:
    raise Invalid(message="This is not a time. Write it as 09:30.")


def _bounds(component: Component) -> tuple[Bound, Bound]:
    """`min` and `max`; form-js's disallowPassedDates is a `min` of today."""
    passed = "today" if component.flag("disallowPassedDates") else ""
    return _bound(component, "min") or passed, _bound(component, "max")


def _bound(component: Component, name: str) -> Bound:
    text = component.property(name).strip()
    if text.startswith("="):
        return component.expression(text, name)
    try:
        return text if text in ("", "today") else partial_date(text)
    except Invalid:
        raise component.wrong("“{name}” must be a day, today, or an expression.", name=name) from None


def _expressions(asked: "DateTime | PartialDate") -> list[Expression]:
    return [bound for bound in (asked.earliest, asked.latest) if isinstance(bound, Expression)]


def _check_bounds(asked: "DateTime | PartialDate", value: str, context: FormContext, scope: Mapping[str, Any]) -> None:
    """Compare as far as both dates are known: 2026 is not after 2026-07."""
    for bound, wrong in ((asked.earliest, -1), (asked.latest, 1)):
        limit = _limit(bound, context, scope)
        length = min(len(limit), len(value))
        order = (value[:length] > limit[:length]) - (value[:length] < limit[:length])
        if order == wrong:
            template = "This must not be before {day}." if wrong < 0 else "This must not be after {day}."
            raise Invalid(message=template, day=limit)


def _limit(bound: Bound, context: FormContext, scope: Mapping[str, Any]) -> str:
    """The day a bound means now; "" while there is none."""
    if bound == "today":
        return office.of(context.session).today().isoformat()
    day = context.evaluate(bound, scope) if isinstance(bound, Expression) else bound
    return day[:10] if isinstance(day, str) and _DAY.match(day) else ""
