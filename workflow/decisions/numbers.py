"""Sums and extremes of a column, exact: 0.1 and 0.2 make 0.3, as a person adds them."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from workflow.decisions.problems import DecisionFailed

AGGREGATIONS = ("SUM", "MIN", "MAX", "COUNT")
_HOW: dict[str, Callable[[Sequence[Decimal]], Decimal]] = {"SUM": sum, "MIN": min, "MAX": max}


def aggregated(how: str, entries: Sequence[tuple[int, Any]]) -> int | float | None:
    """Of (row, value) pairs; null of none, but COUNT gives 0. Raises DecisionFailed naming a row without a number."""
    if how == "COUNT":
        return len(entries)
    numbers = [_exact(row, value) for row, value in entries]
    return _plain(_HOW[how](numbers)) if numbers else None


def _exact(row: int, value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise DecisionFailed("Row {row} gives “{value}”, which is no number.", row=row, value=str(value)[:80])
    return Decimal(repr(value))


def _plain(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)
