"""Turns the text of an expression into one closure. A Pratt parser: each sign has a binding power.

    if … then … else | a ? b : c      1   (right)
    or  ||                            2
    and &&                            3
    not !                             4
    = == != < <= > >= in              5
    + -                               6
    * / %                             7
    - (sign)                          8

V. R. Pratt, Top Down Operator Precedence, POPL 1973.
"""

from workflow.expressions import closures, operators
from workflow.expressions.closures import Closure
from workflow.expressions.functions import BUILT_IN
from workflow.expressions.problems import ExpressionRefused
from workflow.expressions.tokens import INSTEAD, NOT_NAMES, Token, tokens

DEPTH_LIMIT, NODE_LIMIT, LENGTH_LIMIT = 40, 500, 2_000
POWER = {
    "?": 1,
    "or": 2,
    "||": 2,
    "and": 3,
    "&&": 3,
    "=": 5,
    "==": 5,
    "!=": 5,
    "<": 5,
    "<=": 5,
    ">": 5,
    ">=": 5,
    "in": 5,
    "+": 6,
    "-": 6,
    "*": 7,
    "/": 7,
    "%": 7,
}


class Grammar:
    """Reads one expression. After `read`, `names` are its variables, `functions` the functions it calls, `said` those
    whose first argument is a text, with that text."""

    def __init__(self, text: str) -> None:
        if len(text) > LENGTH_LIMIT:
            raise ExpressionRefused("The expression is longer than {limit} characters.", limit=LENGTH_LIMIT)
        self.tokens, self.at, self.depth, self.nodes = tokens(text), 0, 0, 0
        self.names: set[str] = set()
        self.functions: set[str] = set()
        self.said: set[tuple[str, str]] = set()

    def read(self) -> Closure:
        """The whole text as a closure; raises ExpressionRefused."""
        if self.token.kind == "end":
            raise ExpressionRefused("The expression is empty.")
        whole = self._expression(0)
        if self.token.kind != "end":
            raise self._unexpected()
        return whole

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def _next(self) -> Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def _take(self, *values: str) -> bool:
        if self.token.kind in ("sign", "word") and self.token.value in values:
            self.at += 1
            return True
        return False

    def _expect(self, value: str) -> None:
        if not self._take(value):
            raise self._unexpected(value)

    def _expression(self, power: int) -> Closure:
        self.depth += 1
        if self.depth > DEPTH_LIMIT:
            raise ExpressionRefused("The expression is nested more than {limit} levels deep.", limit=DEPTH_LIMIT)
        left = self._beginning()
        while self.token.kind in ("sign", "word") and POWER.get(self.token.value, 0) > power:
            left = self._continued(left, self._next().value)
        self.depth -= 1
        return left

    def _beginning(self) -> Closure:
        self._count()
        token = self._next()
        if token.kind == "number":
            return closures.constant(float(token.value) if "." in token.value else int(token.value))
        if token.kind == "text":
            return closures.constant(token.value)
        if token.kind == "name":
            return self._call(token.value) if self._take("(") else self._variable(token.value)
        reader = (
            {
                "true": closures.true,
                "false": closures.false,
                "null": closures.null,
                "(": self._bracketed,
                "[": self._list,
                "-": self._minus,
                "not": self._not,
                "!": self._not,
                "if": self._if,
            }.get(token.value)
            if token.kind != "end"
            else None
        )
        if reader is None:
            self.at -= 1
            raise self._unexpected()
        return reader if reader in (closures.true, closures.false, closures.null) else reader()

    def _count(self) -> None:
        self.nodes += 1
        if self.nodes > NODE_LIMIT:
            raise ExpressionRefused("The expression has more than {limit} parts.", limit=NODE_LIMIT)

    def _variable(self, name: str) -> Closure:
        if name in NOT_NAMES:
            self.at -= 1
            raise self._unexpected()
        self.names.add(name)
        return lambda around: around.variables.get(name)

    def _bracketed(self) -> Closure:
        inner = self._expression(0)
        self._expect(")")
        return inner

    def _list(self) -> Closure:
        return closures.listed(self._until("]"))

    def _until(self, closing: str) -> list[Closure]:
        entries: list[Closure] = []
        while not self._take(closing):
            if entries:
                self._expect(",")
            entries.append(self._expression(0))
        return entries

    def _minus(self) -> Closure:
        value = self._expression(7)
        return lambda around: operators.negate(value(around))

    def _not(self) -> Closure:
        value = self._expression(4)
        return lambda around: not operators.holds(value(around))

    def _if(self) -> Closure:
        condition = self._expression(1)
        self._expect("then")
        yes = self._expression(1)
        self._expect("else")
        return closures.chosen(condition, yes, self._expression(0))

    def _continued(self, left: Closure, sign: str) -> Closure:
        self._count()
        if sign == "?":
            yes = self._expression(0)
            self._expect(":")
            return closures.chosen(left, yes, self._expression(0))
        if sign == "in":
            return self._in(left)
        right = self._expression(POWER[sign])
        if POWER[sign] == 5 and POWER.get(self.token.value, 0) == 5 and self.token.kind != "text":
            raise ExpressionRefused("Comparisons cannot be chained; write “a < b and b < c”.")
        return closures.binary(sign, left, right)

    def _in(self, left: Closure) -> Closure:
        if self._take("("):
            entries = self._until(")")
            return closures.member(left, closures.one_or_list(entries))
        if self._take("["):
            if self._take("]"):
                return closures.member(left, closures.listed([]))
            first = self._expression(0)
            if self._take(".."):
                last = self._expression(0)
                self._expect("]")
                return closures.both(closures.binary(">=", left, first), closures.binary("<=", left, last))
            entries = [first] if self._take("]") else [first, *self._rest_of_list()]
            return closures.member(left, closures.listed(entries))
        return closures.member(left, self._expression(POWER["in"]))

    def _rest_of_list(self) -> list[Closure]:
        self._expect(",")
        return self._until("]")

    def _call(self, name: str) -> Closure:
        first = self.token
        arguments = self._until(")")
        self.functions.add(name)
        if first.kind == "text":
            self.said.add((name, str(first.value)))
        built_in = BUILT_IN.get(name)
        if built_in is not None and not built_in[0] <= len(arguments) <= built_in[1]:
            raise ExpressionRefused(
                "{function}() takes {expected} values, not {given}.",
                function=name,
                expected=_span(*built_in[:2]),
                given=len(arguments),
            )
        return closures.called(name, arguments, built_in[2] if built_in else None)

    def _unexpected(self, wanted: str | None = None) -> ExpressionRefused:
        token = self.token
        before = self.tokens[self.at - 1] if self.at else None
        for suspect in (token, before):
            if suspect and suspect.kind in ("name", "sign") and suspect.value in INSTEAD:
                return ExpressionRefused(
                    "“{sign}” is not used here; write {instead} instead.",
                    sign=suspect.value,
                    instead=INSTEAD[suspect.value],
                )
        if wanted:
            return ExpressionRefused("“{wanted}” is missing before “{found}”.", wanted=wanted, found=str(token))
        if token.kind == "end":
            return ExpressionRefused("The expression ends too early.")
        return ExpressionRefused("“{found}” is not expected here.", found=str(token)[:40])


def _span(fewest: int, most: int) -> str:
    return str(fewest) if fewest == most else f"{fewest}–{most}"
