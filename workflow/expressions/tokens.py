"""Cuts the text of an expression into tokens."""

import re
from dataclasses import dataclass

from workflow.expressions.problems import ExpressionRefused

WORDS = {"and", "or", "not", "in", "if", "then", "else", "true", "false", "null"}
NOT_NAMES = {"True", "False", "None", "AND", "OR", "NOT"}
INSTEAD: dict[str, str] = {
    "eq": "=",
    "ne": "!=",
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
    "is": "=",
    "empty": "x = null",
    "div": "/",
    "mod": "%",
    "True": "true",
    "False": "false",
    "None": "null",
    "AND": "and",
    "OR": "or",
    "NOT": "not",
    "&": "and",
    "|": "or",
    "**": "x * x",
    "//": "/",
    "=>": ">=",
    "=<": "<=",
    "<>": "!=",
    "~": "not",
    "^": "x * x",
    "===": "=",
    "!==": "!=",
    ".": 'field(object, "name")',
    "[": "item(list, 1)",
    "between": "x >= 1 and x <= 5",
    "some": "any(list)",
    "every": "all(list)",
    "instanceof": 'x = "…"',
    "+=": "x + 1",
    ";": "and",
}
_PATTERN = re.compile(
    r"""\s*(?:
    (?P<number>(?:0|[1-9]\d{0,17})(?:\.\d{1,9})?(?:(?=\.\.)|(?![\w.]*\w)))
    |(?P<text>"(?:[^"\\\n]|\\["'\\nt])*"|'(?:[^'\\\n]|\\["'\\nt])*')
    |(?P<name>date[ ]and[ ]time(?=\()|[^\W\d]\w*)
    |(?P<sign>===|!==|==|!=|<>|<=|>=|=>|=<|&&|\|\||\*\*|//|\+=|\.\.|[-+*/%<>=!()\[\],?:.&|~^{};])
    )""",
    re.VERBOSE,
)
_ESCAPES = {"\\n": "\n", "\\t": "\t"}
_FEEL_NAMES = {"date and time": "moment"}


@dataclass(frozen=True, slots=True)
class Token:
    """kind: number, text, name, word, sign or end; value: as written (text: without quotes)."""

    kind: str
    value: str

    def __str__(self) -> str:
        return self.value or "the end"


def tokens(text: str) -> list[Token]:
    """All tokens and one `end`; raises ExpressionRefused at the first sign that does not belong."""
    found, at = [], 0
    while text[at:].strip():
        match = _PATTERN.match(text, at)
        if match is None:
            raise _unreadable(text, at)
        kind, value = str(match.lastgroup), match.group(str(match.lastgroup))
        if kind == "name" and value in WORDS:
            kind = "word"
        found.append(Token(kind, _unquoted(value) if kind == "text" else _FEEL_NAMES.get(value, value)))
        at = match.end()
    return [*found, Token("end", "")]


def _unquoted(value: str) -> str:
    return re.sub(r"\\.", lambda part: _ESCAPES.get(part.group(), part.group()[1]), value[1:-1])


def _unreadable(text: str, at: int) -> ExpressionRefused:
    rest = text[at:].strip()
    if rest[0] in "\"'":
        return ExpressionRefused("The text that begins at {rest} has no closing quote.", rest=rest[:40])
    if rest[0].isdigit():
        return ExpressionRefused(
            "“{rest}” is not a number (at most 18 digits, and 9 after the point); put texts in quotes, and days in"
            ' date("2026-07-01").',
            rest=rest[:40],
        )
    return ExpressionRefused("“{sign}” has no meaning in an expression.", sign=rest[0])
