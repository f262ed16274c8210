"""What the operators of the language mean. Nothing here loops longer than its values are long."""

from datetime import date, datetime, timedelta, tzinfo
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from workflow.expressions import times
from workflow.expressions.problems import EvaluationFailed
from workflow.expressions.times import Duration

NUMBER_LIMIT = 10**18
TEXT_LIMIT = 10_000


def same(left: Any, right: Any) -> bool:
    """Equality as JSON means it: true is not 1. A text equals a day or moment that it writes."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, (date, Duration)) or isinstance(right, (date, Duration)):
        pair = _comparable(left, right)
        return pair is not None and pair[0] == pair[1]
    return bool(left == right)


def ordered(left: Any, right: Any) -> tuple[Any, Any] | None:
    """The two values in a form Python can order, or None when they have no order (then every comparison is false)."""
    kind = type(left)
    if kind is type(right) and kind in (int, str, float):
        return left, right
    if _is_number(left) and _is_number(right):
        return left, right
    if isinstance(left, (date, Duration)) or isinstance(right, (date, Duration)):
        return _comparable(left, right)
    return None


def _comparable(left: Any, right: Any) -> tuple[Any, Any] | None:
    zone = _zone_of(left) or _zone_of(right)
    left, right = _time(left, zone), _time(right, zone)
    if isinstance(left, Duration) and isinstance(right, Duration):
        return _length(left), _length(right)
    if not isinstance(left, date) or not isinstance(right, date):
        return None
    if isinstance(left, datetime) != isinstance(right, datetime):
        return _day(left, zone), _day(right, zone)
    return left, right


def _zone_of(value: Any) -> tzinfo | None:
    return value.tzinfo if isinstance(value, datetime) else None


def _time(value: Any, zone: tzinfo | None) -> Any:
    return times.parse(value, zone or times.UTC) if isinstance(value, str) else value


def _day(value: date, zone: tzinfo | None) -> date:
    return value.astimezone(zone).date() if isinstance(value, datetime) else value


def _length(duration: Duration) -> float:
    return duration.months * 30.436875 * 86_400 + duration.seconds  # mean Gregorian month


def holds(value: Any) -> bool:
    """The truth of a condition: null counts as false; anything else but true and false is refused."""
    if value is True or value is False:
        return value
    if value is None:
        return False
    raise EvaluationFailed("A condition must give true or false, not “{value}”.", value=str(value)[:40])


def add(left: Any, right: Any, zone: tzinfo) -> Any:
    """Numbers are added, texts joined, durations added to days, moments and durations; null gives null."""
    if isinstance(left, str) and isinstance(right, str):
        return _bounded_text(left + right)
    if isinstance(left, str) and _is_number(right) or _is_number(left) and isinstance(right, str):
        return _bounded_text(f"{left}{right}")
    if isinstance(left, Duration) and not isinstance(right, Duration):
        left, right = right, left
    if isinstance(right, Duration):
        return _moved(left, right, zone)
    return _arithmetic(left, right, "+", lambda a, b: a + b)


def subtract(left: Any, right: Any, zone: tzinfo) -> Any:
    """Numbers; a duration from a day, moment or duration; a day from a day (→ duration)."""
    if isinstance(right, Duration):
        return _moved(left, -right, zone)
    if isinstance(left, date) or isinstance(right, date):
        pair = _comparable(left, right)
        if pair is None:
            return None if left is None or right is None else _no(left, right, "-")
        gap: timedelta = pair[0] - pair[1]
        return Duration(0, gap.days * 86_400 + gap.seconds)
    return _arithmetic(left, right, "-", lambda a, b: a - b)


def multiply(left: Any, right: Any, zone: tzinfo) -> Any:
    return _arithmetic(left, right, "*", lambda a, b: a * b)


def divide(left: Any, right: Any, zone: tzinfo) -> Any:
    """Exact whole number when there is one; null when divided by 0."""
    if right == 0:
        return None
    return _arithmetic(left, right, "/", lambda a, b: a // b if a % b == 0 and type(a) is type(b) is int else a / b)


def remainder(left: Any, right: Any, zone: tzinfo) -> Any:
    if right == 0:
        return None
    return _arithmetic(left, right, "%", _remainder)


def negate(value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, Duration) or _is_number(value):
        return -value
    return _no(value, "", "-")


def _moved(start: Any, step: Duration, zone: tzinfo) -> Any:
    if start is None:
        return None
    if isinstance(start, str):
        start = times.parse(start, zone)
    if isinstance(start, Duration):
        return Duration(start.months + step.months, start.seconds + step.seconds)
    if not isinstance(start, date):
        return _no(start, step.isoformat(), "+")
    try:
        return times.later(start, step, zone)
    except (OverflowError, ValueError):
        raise EvaluationFailed("A day outside the years 1 to 9999 came out.") from None


def _arithmetic(left: Any, right: Any, sign: str, how: Any) -> Any:
    if left is None or right is None:
        return None
    if not (_is_number(left) and _is_number(right)):
        return _no(left, right, sign)
    if isinstance(left, float) or isinstance(right, float):
        result = float(how(_exact(left), _exact(right)))
    else:
        result = how(left, right)
    if not -NUMBER_LIMIT < result < NUMBER_LIMIT:
        raise EvaluationFailed("A number of more than 18 digits came out.")
    return result


def _exact(number: int | float) -> Decimal:
    """The number as it is written: 0.1 is a tenth, and 0.1 + 0.2 is 0.3."""
    return Decimal(repr(number))


def _remainder(left: Any, right: Any) -> Any:
    """What is left when whole steps of `right` are taken away; of the sign of `right`, for fractions too."""
    return left - right * (left / right).to_integral_value(ROUND_FLOOR) if isinstance(left, Decimal) else left % right


def _no(left: Any, right: Any, sign: str) -> Any:
    raise EvaluationFailed(
        "“{left} {sign} {right}” cannot be calculated.", left=str(left)[:40], sign=sign, right=str(right)[:40]
    )


def _bounded_text(text: str) -> str:
    if len(text) > TEXT_LIMIT:
        raise EvaluationFailed("A text of more than {limit} characters came out.", limit=TEXT_LIMIT)
    return text


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
