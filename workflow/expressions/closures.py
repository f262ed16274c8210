"""The parts an expression is built from: each is a function of the world around it."""

import operator
from collections.abc import Callable
from typing import Any

from workflow.expressions import operators
from workflow.expressions.around import Around
from workflow.expressions.functions import plain
from workflow.expressions.problems import EvaluationFailed

Closure = Callable[[Around], Any]

_ORDER = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_ARITHMETIC = {
    "+": operators.add,
    "-": operators.subtract,
    "*": operators.multiply,
    "/": operators.divide,
    "%": operators.remainder,
}


def true(around: Around) -> bool:
    return True


def false(around: Around) -> bool:
    return False


def null(around: Around) -> None:
    return None


def constant(value: Any) -> Closure:
    return lambda around: value


def listed(entries: list[Closure]) -> Closure:
    return lambda around: [entry(around) for entry in entries]


def one_or_list(entries: list[Closure]) -> Closure:
    """What stands in brackets after `in`: `(1, 2)`, `(1)`, or `(names)` where names is a list."""
    if len(entries) != 1:
        return listed(entries)

    def entries_of(around: Around) -> Any:
        value = entries[0](around)
        return value if value is None or isinstance(value, list) else [value]

    return entries_of


def chosen(condition: Closure, yes: Closure, no: Closure) -> Closure:
    return lambda around: yes(around) if operators.holds(condition(around)) else no(around)


def both(left: Closure, right: Closure) -> Closure:
    return lambda around: operators.holds(left(around)) and operators.holds(right(around))


def either(left: Closure, right: Closure) -> Closure:
    return lambda around: operators.holds(left(around)) or operators.holds(right(around))


def binary(sign: str, left: Closure, right: Closure) -> Closure:
    if sign in ("and", "&&"):
        return both(left, right)
    if sign in ("or", "||"):
        return either(left, right)
    if sign in ("=", "=="):
        return lambda around: operators.same(left(around), right(around))
    if sign == "!=":
        return lambda around: not operators.same(left(around), right(around))
    if sign in _ORDER:
        return _compared(_ORDER[sign], left, right)
    calculate = _ARITHMETIC[sign]
    return lambda around: calculate(left(around), right(around), around.zone)


def _compared(order: Callable[[Any, Any], bool], left: Closure, right: Closure) -> Closure:
    def compare(around: Around) -> bool:
        pair = operators.ordered(left(around), right(around))
        return pair is not None and order(*pair)

    return compare


def member(value: Closure, entries: Closure) -> Closure:
    def member(around: Around) -> bool:
        among, wanted = entries(around), value(around)
        if among is None:
            return False
        if not isinstance(among, list):
            raise EvaluationFailed("“in” needs a list, not “{value}”; for texts use contains().", value=str(among)[:40])
        return any(operators.same(wanted, entry) for entry in among)

    return member


def called(name: str, arguments: list[Closure], built_in: Callable[..., Any] | None) -> Closure:
    def call(around: Around) -> Any:
        values = [argument(around) for argument in arguments]
        host = around.functions.get(name)
        if host is not None:
            return host(*map(plain, values))
        if built_in is None:
            raise EvaluationFailed("There is no function {function}().", function=name)
        return built_in(around, *values)

    return call
