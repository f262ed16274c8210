"""Compiles the texts of diagrams, forms and decision tables. Terminating, bounded, without any access to Python."""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from workflow.expressions.around import Around
from workflow.expressions.functions import BUILT_IN, plain
from workflow.expressions.grammar import Closure, Grammar
from workflow.expressions.problems import EvaluationFailed, ExpressionRefused

_WRAPPER = re.compile(r"\s*[$#]\{(.*)\}\s*", re.DOTALL)
_PLACE = re.compile(r"[$#]\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled text. `names`: the variables it reads; `functions`: the named functions of the host it calls; `said`:
    the functions called with a text first, and that text."""

    text: str
    names: frozenset[str]
    functions: frozenset[str]
    closure: Closure = field(repr=False, compare=False)
    said: frozenset[tuple[str, str]] = frozenset()

    def evaluate(self, around: Around) -> Any:
        """A JSON value (days, moments and durations as ISO 8601 text); raises EvaluationFailed."""
        try:
            return plain(self.closure(around))
        except (OverflowError, ValueError, TypeError, RecursionError):
            raise EvaluationFailed("“{text}” gives no result for these values.", text=self.text[:80]) from None


@lru_cache(maxsize=4096)
def compile(text: str) -> Expression:  # noqa: A001 - the contract's name
    """The expression a text writes, bare or as `${…}`, `#{…}` or `=…`; raises ExpressionRefused with a sentence."""
    grammar = Grammar(_unwrapped(text))
    closure = grammar.read()
    return Expression(
        text, frozenset(grammar.names), frozenset(grammar.functions - BUILT_IN.keys()), closure, frozenset(grammar.said)
    )


@lru_cache(maxsize=4096)
def compile_value(text: str) -> Expression:
    """An attribute that is plain text unless it says otherwise: `anna` is the text, `${initiator}` and `=initiator`
    are expressions, `Pack ${number}` is text with places (null leaves the place empty)."""
    if text.startswith("=") or _is_one_place(text):
        return compile(text)
    if _PLACE.search(text) is None:
        return Expression(text, frozenset(), frozenset(), lambda around: text)
    parts = [compile(part) if place else part for part, place in _parts(text)]
    return _joined(text, parts)


def _unwrapped(text: str) -> str:
    found = _WRAPPER.fullmatch(text)
    if found:
        return found.group(1)
    stripped = text.lstrip()
    return stripped[1:] if stripped.startswith("=") and not stripped.startswith("==") else text


def _is_one_place(text: str) -> bool:
    found = _WRAPPER.fullmatch(text)
    return found is not None and "{" not in found.group(1)


def _parts(text: str) -> list[tuple[str, bool]]:
    pieces = _PLACE.split(text)
    return [(piece, index % 2 == 1) for index, piece in enumerate(pieces) if piece or index % 2]


def _joined(text: str, parts: "list[Expression | str]") -> Expression:
    inner = [part for part in parts if isinstance(part, Expression)]

    def join(around: Around) -> str:
        values = [part if isinstance(part, str) else part.evaluate(around) for part in parts]
        return "".join("" if value is None else str(value) for value in values)

    names = frozenset().union(*(part.names for part in inner))
    functions, said = (
        frozenset().union(*each) for each in zip(*((part.functions, part.said) for part in inner), strict=True)
    )
    return Expression(text, names, functions, join, said)


__all__ = ["Expression", "ExpressionRefused", "compile", "compile_value"]
