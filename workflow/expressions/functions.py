"""The built-in functions: name → f(zone and now, *arguments). Pure; each as slow as its arguments are long."""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from workflow.expressions import operators, times
from workflow.expressions.around import Around
from workflow.expressions.problems import EvaluationFailed
from workflow.expressions.times import Duration

_NUMBER = re.compile(r"-?\d{1,18}(\.\d{1,9})?", re.ASCII)
BUILT_IN: dict[str, tuple[int, int, Callable[..., Any]]] = {}  # name → fewest and most arguments, function


def _built_in(fewest: int, most: int | None = None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def keep(function: Callable[..., Any]) -> Callable[..., Any]:
        BUILT_IN[function.__name__.rstrip("_")] = (fewest, fewest if most is None else most, function)
        return function

    return keep


@_built_in(1)
def lower(around: Around, text: Any) -> Any:
    return text.lower() if isinstance(text, str) else _null_or_fail("lower", text)


@_built_in(1)
def upper(around: Around, text: Any) -> Any:
    return text.upper() if isinstance(text, str) else _null_or_fail("upper", text)


@_built_in(1)
def trim(around: Around, text: Any) -> Any:
    return text.strip() if isinstance(text, str) else _null_or_fail("trim", text)


@_built_in(1)
def count(around: Around, value: Any) -> Any:
    """How many entries a list or object has, or characters a text; 0 for null."""
    if value is None:
        return 0
    return len(value) if isinstance(value, (str, list, dict)) else _null_or_fail("count", value)


BUILT_IN["len"] = BUILT_IN["count"]


@_built_in(2)
def contains(around: Around, whole: Any, part: Any) -> bool:
    """Whether a text has this part, or a list this entry."""
    if isinstance(whole, list):
        return any(operators.same(entry, part) for entry in whole)
    return isinstance(whole, str) and isinstance(part, str) and part in whole


@_built_in(2)
def starts_with(around: Around, text: Any, part: Any) -> bool:
    return isinstance(text, str) and isinstance(part, str) and text.startswith(part)


@_built_in(2)
def ends_with(around: Around, text: Any, part: Any) -> bool:
    return isinstance(text, str) and isinstance(part, str) and text.endswith(part)


@_built_in(2)
def field(around: Around, thing: Any, name: Any) -> Any:
    """The value of this name in an object; null when there is none."""
    return thing.get(name) if isinstance(thing, dict) and isinstance(name, str) else None


@_built_in(2)
def item(around: Around, entries: Any, number: Any) -> Any:
    """The entry of a list, counted from 1, or from the end by -1; null when there is none."""
    if not isinstance(entries, list) or type(number) is not int or not 1 <= abs(number) <= len(entries):
        return None
    return entries[number - 1 if number > 0 else number]


@_built_in(1, 50)
def coalesce(around: Around, *values: Any) -> Any:
    """The first value that is not null."""
    return next((value for value in values if value is not None), None)


@_built_in(1, 50)
def min_(around: Around, *values: Any) -> Any:
    return _extreme("min", values, lambda best, other: other < best)


@_built_in(1, 50)
def max_(around: Around, *values: Any) -> Any:
    return _extreme("max", values, lambda best, other: other > best)


@_built_in(1)
def sum_(around: Around, values: Any) -> Any:
    """The sum of a list of numbers; nulls are left out."""
    total: Any = 0
    for value in _list("sum", values):
        total = operators.subtract(total, operators.negate(0 if value is None else value), around.zone)
    return total


@_built_in(1)
def any_(around: Around, values: Any) -> bool:
    return any(value is True for value in _list("any", values))


@_built_in(1)
def all_(around: Around, values: Any) -> bool:
    return all(value is True for value in _list("all", values))


@_built_in(1)
def abs_(around: Around, number: Any) -> Any:
    return -number if _less_than_zero("abs", number) else number


@_built_in(1, 2)
def round_(around: Around, number: Any, digits: Any = 0) -> Any:
    """Half to even; `digits` after the point, 0 to 9."""
    _less_than_zero("round", number)
    if type(digits) is not int or not 0 <= digits <= 9:
        return _null_or_fail("round", digits)
    if number is None:
        return None
    rounded = round(Decimal(repr(number)), digits)
    return float(rounded) if digits and isinstance(number, float) else int(rounded)


@_built_in(1)
def number(around: Around, text: Any) -> Any:
    """The number a text writes; null when it is none."""
    if isinstance(text, (int, float)):
        return text
    if not isinstance(text, str) or _NUMBER.fullmatch(text.strip()) is None:
        return None
    return float(text) if "." in text else int(text)


@_built_in(1)
def string(around: Around, value: Any) -> Any:
    """The value as text: numbers in digits, days and moments in ISO 8601."""
    if isinstance(value, (list, dict)):
        return _null_or_fail("string", value)
    return value if value is None or isinstance(value, str) else str(plain(value)).replace("True", "true")


@_built_in(0)
def now(around: Around) -> datetime:
    return around.now.astimezone(around.zone)


@_built_in(0)
def today(around: Around) -> date:
    return around.now.astimezone(around.zone).date()


@_built_in(1)
def date_(around: Around, text: Any) -> Any:
    """The day that YYYY-MM-DD or a moment says; null for null."""
    value = times.parse_day(text) or times.parse_moment(text, around.zone) if isinstance(text, str) else text
    if isinstance(value, datetime):
        return value.astimezone(around.zone).date()
    return value if isinstance(value, date) else _null_or_fail("date", text)


@_built_in(1)
def moment(around: Around, text: Any) -> Any:
    """The moment an ISO 8601 text says; of a day, its beginning."""
    value = times.parse(text, around.zone) if isinstance(text, str) else text
    if isinstance(value, date) and not isinstance(value, datetime):
        return times.at_start_of(value, around.zone)
    return value if isinstance(value, datetime) else _null_or_fail("moment", text)


@_built_in(1)
def duration(around: Around, text: Any) -> Any:
    """The duration an ISO 8601 text says: P3D, PT90M, P1M."""
    value = times.parse_duration(text) if isinstance(text, str) else text
    return value if isinstance(value, Duration) else _null_or_fail("duration", text)


@_built_in(1)
def minutes(around: Around, number: Any) -> Any:
    return _span("minutes", number, 60)


@_built_in(1)
def hours(around: Around, number: Any) -> Any:
    return _span("hours", number, 3600)


@_built_in(1)
def days(around: Around, number: Any) -> Any:
    """So many days as a duration; of a duration, how many whole days it has."""
    if isinstance(number, Duration) and not number.months:
        return int(number.seconds / 86_400)
    return _span("days", number, 86_400)


@_built_in(1)
def months(around: Around, number: Any) -> Any:
    return Duration(number, 0) if type(number) is int and abs(number) < 12_000 else _null_or_fail("months", number)


def plain(value: Any) -> Any:
    """The value as JSON knows it: days, moments and durations become ISO 8601 text."""
    if isinstance(value, (date, Duration)):
        return value.isoformat()
    if isinstance(value, list):
        return [plain(entry) for entry in value]
    return value


def _span(name: str, number: Any, seconds: int) -> Any:
    if type(number) is not int or abs(number) > 4_000_000_000 // seconds * 60:
        return _null_or_fail(name, number)
    return Duration(0, number * seconds)


def _extreme(name: str, values: tuple[Any, ...], better: Callable[[Any, Any], bool]) -> Any:
    several = values[0] if len(values) == 1 and isinstance(values[0], list) else values
    best = None
    for value in several:
        if value is None:
            continue
        pair = (value, value) if best is None else operators.ordered(best, value)
        if pair is None:
            _null_or_fail(name, value)
        elif best is None or better(*pair):
            best = value
    return best


def _list(name: str, values: Any) -> list[Any]:
    return values if isinstance(values, list) else _null_or_fail(name, values) or []


def _less_than_zero(name: str, number: Any) -> bool:
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        _null_or_fail(name, number)
        return False
    return number < 0


def _null_or_fail(name: str, value: Any) -> None:
    if value is not None:
        raise EvaluationFailed("{function}() cannot take “{value}”.", function=name, value=str(value)[:40])
