"""What a list asks of a variable: equals, contains, lies between, is empty …; in sentences and as SQL."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isnan
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from workflow import marks, values
from workflow.errors import Invalid, Sentence, sentence
from workflow.models import Variable

VARIABLES = Variable.__table__  # its own columns are much quicker put together than the ORM's
MOST_CONDITIONS = 10
MOST_VALUES = 50  # of "one of"
_PARTS = re.compile(r"\s*[,，、;；\n]\s*")
_SPAN = re.compile(r"\s*(?:\.\.|…|~|～|至)\s*")


class Operator(StrEnum):
    IS = "is"
    CONTAINS = "contains"
    STARTS = "starts"
    BETWEEN = "between"  # both ends belong to it; either may be left open
    ONE_OF = "oneof"
    EMPTY = "empty"  # not there, no text, null, an empty list
    FILLED = "filled"


@dataclass(frozen=True)
class Condition:
    """`texts`: what was typed, taken apart: one text; the two ends of BETWEEN ("" is open); the values of ONE_OF."""

    variable: str
    operator: Operator
    texts: tuple[str, ...] = ()

    @property
    def typed(self) -> str:
        """The texts as a person types them."""
        return (".." if self.operator is Operator.BETWEEN else ", ").join(self.texts)


def condition(variable: str, operator: str, typed: str = "") -> Condition:
    """A condition from what was typed: "3..7" for BETWEEN, "a, b" for ONE_OF. Raises Invalid with a sentence."""
    variable = variable.strip()
    if problem := _problem(variable, operator):
        raise Invalid({variable: [problem]})
    asked = Operator(operator)
    if asked in (Operator.EMPTY, Operator.FILLED):
        return Condition(variable, asked)
    texts = _taken_apart(asked, typed)
    if not any(texts):
        raise Invalid({variable: [sentence("The filter on “{variable}” says no value.", variable=variable)]})
    if len(texts) > (MOST_VALUES if asked is Operator.ONE_OF else 2):
        raise Invalid({variable: [sentence("The filter on “{variable}” has too many values.", variable=variable)]})
    return Condition(variable, asked, texts)


def _problem(variable: str, operator: str) -> Sentence | None:
    if not 0 < len(variable) <= values.LONGEST_NAME or "\x00" in variable:
        return sentence("“{name}” cannot be the name of a variable.", name=variable[: values.LONGEST_NAME])
    if operator not in set(Operator):
        return sentence("There is no way to filter called “{operator}”.", operator=operator)
    return None


def _taken_apart(operator: Operator, typed: str) -> tuple[str, ...]:
    typed = typed.replace("\x00", "").strip()
    if operator is Operator.ONE_OF:
        return tuple(dict.fromkeys(part for part in _PARTS.split(typed) if part))
    if operator is Operator.BETWEEN:
        ends = _SPAN.split(typed)
        return tuple(ends) if len(ends) > 1 else (typed, typed)
    return (typed,)


def fulfilled(asked: Condition, instance_id: ColumnElement[int]) -> ColumnElement[bool]:
    """The condition for the variables of one instance. Said as a subquery for one value, which no planner turns into
    a join: the variable is looked up where the row stands."""
    there = VARIABLES.c
    wanted = Operator.FILLED if asked.operator is Operator.EMPTY else asked.operator
    here = and_(there.instance_id == instance_id, there.name == asked.variable, _value(there, wanted, asked.texts))
    found = select(there.name).where(here).correlate_except(VARIABLES).scalar_subquery()
    return found.is_(None) if asked.operator is Operator.EMPTY else found.is_not(None)


def by_index(asked: Condition, columns: Any = VARIABLES.c) -> ColumnElement[bool] | None:
    """The condition on the rows of `variables` themselves, as its indexes answer it; None for "is empty"."""
    if asked.operator is Operator.EMPTY:
        return None
    return and_(columns.name == asked.variable, columns.live, _value(columns, asked.operator, asked.texts))


def is_quick(asked: Condition) -> bool:
    """Whether the index leads to the very rows, without looking at all of that name."""
    return asked.operator in (Operator.IS, Operator.ONE_OF, Operator.STARTS, Operator.BETWEEN)


def _value(columns: Any, operator: Operator, texts: Sequence[str]) -> ColumnElement[bool]:
    words = [values.word(text) or "" for text in texts]
    match operator:
        case Operator.IS:
            return columns.word == words[0]
        case Operator.ONE_OF:
            return columns.word.in_(words)
        case Operator.STARTS:
            return and_(columns.word >= words[0], columns.word < words[0] + LAST)
        case Operator.CONTAINS:
            return columns.word.contains(words[0], autoescape=True)
        case Operator.BETWEEN:
            return _between(columns, texts, words)
    return or_(columns.word.is_(None), columns.word != "")


def marks_of(asked: Condition) -> list[str] | None:
    """Marks (workflow.marks) one of which every instance has that it lets through; None for what has none."""
    words = [values.word(text) or "" for text in asked.texts]
    match asked.operator:
        case Operator.IS | Operator.ONE_OF if all(words):
            return marks.equal(asked.variable, words)
        case Operator.STARTS:
            return marks.between_words(asked.variable, words[0], words[0])
        case Operator.BETWEEN if (ends := _numbers(asked.texts)) is not None:
            return None if any(map(isnan, filter(None, ends))) else marks.among(asked.variable, *ends)
        case Operator.BETWEEN:
            return marks.between_words(asked.variable, *words)
    return None


LAST = "\U0010ffff"  # behind every character


def _between(columns: Any, texts: Sequence[str], words: Sequence[str]) -> ColumnElement[bool]:
    """Numbers as numbers, all else (days, moments) in the order of their characters; the day at the end is whole."""
    if (numbers := _numbers(texts)) is not None:
        bounds = (columns.number >= low for low in numbers[:1] if low is not None)
        return and_(*bounds, *(columns.number <= high for high in numbers[1:] if high is not None))
    low, high = words
    return and_(columns.word >= (low or " "), *([columns.word < high + LAST] if high else []))


def _numbers(texts: Sequence[str]) -> list[float | None] | None:
    """The ends of a range of numbers, None for an open one; None for a range of something else."""
    numbers = [_number(text) for text in texts]
    said = all(text == "" or number is not None for text, number in zip(texts, numbers, strict=True))
    return numbers if said else None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def is_there(session: Session, variable: str) -> bool:
    """Whether any case that is not over has a variable of this name."""
    query = select(Variable.name).where(Variable.name == variable, Variable.live, Variable.word.is_not(None))
    return session.scalar(query.limit(1)) is not None
