"""What a cell of a decision table asks of its column's value: the unary tests of FEEL, in our own expressions.

    -                     anything (an empty cell, too)
    "a", "b"              one of these; a list counts as its entries
    < 5   >= x   != "a"   compared with the value
    [1..5]  (1..5)  ]1..5[  between, ends included or not
    not(…)                none of these
    ? …                   an expression in which ? is the value

Source: DMN 1.3 (OMG formal/21-02-02), 7.3.3 and 10.3.1.2, grammar rules 7 to 17.
"""

from functools import lru_cache
from typing import Any

from workflow.expressions import closures, operators
from workflow.expressions.around import Around
from workflow.expressions.closures import Closure
from workflow.expressions.functions import BUILT_IN
from workflow.expressions.grammar import Grammar
from workflow.expressions.language import Expression
from workflow.expressions.problems import ExpressionRefused
from workflow.expressions.tokens import tokens

VALUE = "?"  # the variable that holds the column's value
COMPARED = 5  # the binding power of comparisons: an end of a range is an expression that binds tighter
_SIGNS = ("<", "<=", ">", ">=", "=", "==", "!=")
_ANYTHING = ("", "-")
_AFTER = (",", ")", "")  # what may follow a test
_REFUSED_SENTENCES = {
    "bare": "“{name}” is a name; put a text in quotes, and write “= {name}” for the value of that name.",
    "other": "This compares something, but not the value of the column; write ? for that value.",
}


@lru_cache(maxsize=4096)
def compile_test(text: str) -> Expression:
    """The test a cell writes: true or false for the value in the variable `?`; raises ExpressionRefused."""
    if text.strip() in _ANYTHING:
        return Expression(text, frozenset(), frozenset(), closures.true)
    check_exact(text)
    tests = Tests(text)
    closure = tests.read()
    return Expression(text, frozenset(tests.names - {VALUE}), frozenset(tests.functions - BUILT_IN.keys()), closure)


class Tests(Grammar):
    """Reads the tests of one cell."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.asked = False  # whether the test being read says `?`

    def read(self) -> Closure:
        if self.token.value == "not" and self.tokens[self.at + 1].value == "(":
            self.at += 2
            inside = self._tests(")")
            self._expect(")")
            whole: Closure = lambda around: not inside(around)  # noqa: E731 - one line says it
        else:
            whole = self._tests("")
        if self.token.kind != "end":
            raise self._unexpected()
        return whole

    def _tests(self, closing: str) -> Closure:
        found = [self._test()]
        while self._take(","):
            found.append(self._test())
        return found[0] if len(found) == 1 else lambda around: any(test(around) for test in found)

    def _test(self) -> Closure:
        if self.token.kind == "sign" and self.token.value in _SIGNS:
            sign = self._next().value
            return closures.binary(sign, _value, self._end())
        return self._range() or self._equal()

    def _end(self) -> Closure:
        return self._expression(COMPARED)

    def _range(self) -> Closure | None:
        """`[a..b]` with its variants; None (and nothing read) when it is something else that begins with a bracket."""
        start, opening = self.at, self.token.value
        if self.token.kind != "sign" or opening not in ("[", "(", "]"):
            return None
        self._next()
        if opening == "[" and self._take("]"):
            self.at = start
            return None
        first = self._end()
        if not self._take(".."):
            self.at = start
            return None
        last, closing = self._end(), self.token.value
        if not self._take("]", ")", "["):
            raise self._unexpected("]")
        above = closures.binary(">=" if opening == "[" else ">", _value, first)
        below = closures.binary("<=" if closing == "]" else "<", _value, last)
        return closures.both(above, below)

    def _equal(self) -> Closure:
        start, first, self.asked = self.at, self.token, False
        whole = self._expression(0)
        if self.asked:
            return lambda around: operators.holds(whole(around))
        if self.at == start + 1 and first.kind == "name" and self.token.value in _AFTER:
            raise ExpressionRefused(_REFUSED_SENTENCES["bare"], name=first.value)
        stop, self.at = self.at, start
        wanted = self._end()
        if self.at != stop:
            raise ExpressionRefused(_REFUSED_SENTENCES["other"])
        return lambda around: _is_one_of(_value(around), wanted(around))

    def _beginning(self) -> Closure:
        if self.token.kind == "sign" and self.token.value == VALUE:
            self._count()
            self._next()
            self.asked = True
            return _value
        return super()._beginning()


def _value(around: Around) -> Any:
    return around.variables.get(VALUE)


def _is_one_of(value: Any, wanted: Any) -> bool:
    return operators.same(value, wanted) or (
        isinstance(wanted, list) and any(operators.same(value, each) for each in wanted)
    )


def check_exact(text: str) -> None:
    """Numbers mean what is written, digit by digit. A fraction is kept in binary; one of more digits than come back as
    they were written (15) is refused: raises ExpressionRefused."""
    for token in tokens(text):
        digits = token.value.replace(".", "").strip("0") if token.kind == "number" and "." in token.value else ""
        if len(digits) > 15:
            raise ExpressionRefused(
                "“{number}” has more than 15 digits; it cannot be kept exactly.", number=token.value
            )
