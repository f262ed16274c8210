"""What a process variable may hold: JSON that both databases keep unchanged.

NUL is refused by PostgreSQL, NaN and lone surrogates by one or the other; deep nesting breaks readers.
"""

import math
import re
from collections.abc import Mapping
from typing import Any

import orjson

from workflow.errors import Invalid, Sentence, sentence
from workflow.models.columns import LONGEST_WORD

DEEPEST = 20
LONGEST_NAME = 120
LARGEST = 2**63 - 1
_UNKEPT = re.compile("[\x00\ud800-\udfff]")


def check(values: Mapping[str, Any]) -> None:
    """Raises Invalid naming each variable that cannot be kept."""
    problems = {name: problem for name, value in values.items() if (problem := _problem(name, value)) is not None}
    if problems:
        raise Invalid({name: [said] for name, said in problems.items()})


def _problem(name: Any, value: Any) -> Sentence | None:
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME or not _kept_as_it_is(name, 0):
        return sentence("“{name}” cannot be the name of a variable.", name=str(name)[:LONGEST_NAME])
    if not _kept_as_it_is(value, 0):
        return sentence("The value of “{name}” cannot be kept: only text, whole numbers, yes/no and lists.", name=name)
    return None


def _kept_as_it_is(value: Any, depth: int) -> bool:
    if value is None or isinstance(value, bool):
        return True
    if isinstance(value, str):
        return _UNKEPT.search(value) is None
    if isinstance(value, int):
        return abs(value) <= LARGEST
    if isinstance(value, float):
        return math.isfinite(value)
    if depth >= DEEPEST:
        return False
    if isinstance(value, list):
        return all(_kept_as_it_is(each, depth + 1) for each in value)
    if isinstance(value, dict):
        keys = all(isinstance(key, str) and _kept_as_it_is(key, depth + 1) for key in value)
        return keys and all(_kept_as_it_is(each, depth + 1) for each in value.values())
    return False


def word(value: Any) -> str | None:
    """What lists search a value by: its text in small letters, cut to LONGEST_WORD; "" for what is empty. Of a list its
    texts and numbers, one on each line; None for what cannot be said so."""
    if isinstance(value, str):
        return value.strip().lower()[:LONGEST_WORD]
    if value is None or value in ([], {}):
        return ""
    if isinstance(value, list):
        return "\n".join(said for each in value if (said := word(each)) and not isinstance(each, list))[:LONGEST_WORD]
    return None if isinstance(value, dict) else orjson.dumps(value).decode()[:LONGEST_WORD]


def number(value: Any) -> float | None:
    """A number as lists compare it, None for anything else; whole numbers beyond 2^53 lose their last digits."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same JSON (in Python 1 == True; here they differ)."""
    return orjson.dumps(one) == orjson.dumps(other)
