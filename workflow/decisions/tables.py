"""A decision table: which of its rules hit, and what comes of that under its hit policy.

Source: DMN 1.3 (OMG formal/21-02-02), 8.2.8 and 8.2.11.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from workflow.decisions.numbers import aggregated
from workflow.decisions.problems import DecisionFailed
from workflow.errors import Refusal
from workflow.expressions import Around, Expression, holds
from workflow.expressions.operators import same
from workflow.expressions.unary import VALUE


class Policy(StrEnum):
    UNIQUE = "UNIQUE"  # at most one rule hits
    ANY = "ANY"  # several may hit, all with the same outputs
    FIRST = "FIRST"  # the first that hits, in the order of the table
    PRIORITY = "PRIORITY"  # the one whose output stands first in the list of output values
    RULE_ORDER = "RULE ORDER"  # all, in the order of the table
    OUTPUT_ORDER = "OUTPUT ORDER"  # all, in the order of the output values
    COLLECT = "COLLECT"  # all, or their sum, smallest, largest or number


SEVERAL = (Policy.RULE_ORDER, Policy.OUTPUT_ORDER, Policy.COLLECT)  # these give a list
RANKED = (Policy.PRIORITY, Policy.OUTPUT_ORDER)  # these need the list of output values


@dataclass(frozen=True)
class Input:
    """A column that is asked. `allowed`: a test every value must pass."""

    label: str
    expression: Expression
    allowed: Expression | None = None


@dataclass(frozen=True)
class Output:
    """A column that answers. `ranked`: the values it may give, most important first; empty when any."""

    name: str
    label: str
    ranked: tuple[Any, ...] = ()
    otherwise: Expression | None = None  # what it gives when no rule hits


@dataclass(frozen=True)
class Rule:
    number: int  # the row as people count, from 1
    id: str
    tests: tuple[Expression, ...]
    answers: tuple[Expression, ...]


@dataclass(frozen=True)
class Hit:
    """A rule that hit: its row and what it gives, by output name."""

    row: int
    rule: str
    outputs: Mapping[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What a decision came to. `results`: what is left of the hits under the policy, one object each, by output name;
    `several`: whether the policy gives a list; `value`: the result as DMN defines it."""

    value: Any
    results: tuple[Mapping[str, Any], ...]
    several: bool
    inputs: Mapping[str, Any]
    hits: tuple[Hit, ...]


@dataclass(frozen=True)
class Table:
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
    policy: Policy = Policy.UNIQUE
    aggregation: str | None = None  # SUM MIN MAX COUNT

    def decide(self, around: Around) -> Outcome:
        """Ask every column once, then the rules; raises DecisionFailed."""
        asked = [(column, self._asked(column, around)) for column in self.inputs]
        sights = [replace(around, variables={**around.variables, VALUE: value}) for _column, value in asked]
        found = self._hits(sights, around)
        hits = tuple([next(found, None)] if self.policy is Policy.FIRST else found)
        return self._outcome({column.label: value for column, value in asked}, tuple(filter(None, hits)), around)

    def _asked(self, column: Input, around: Around) -> Any:
        value = _evaluated(column.expression, around, column.label, 0)
        if column.allowed is not None:
            sight = replace(around, variables={**around.variables, VALUE: value})
            if not _evaluated(column.allowed, sight, column.label, 0):
                raise DecisionFailed(
                    "“{value}” is not among the values of column “{column}”.",
                    value=str(value)[:80],
                    column=column.label,
                )
        return value

    def _hits(self, sights: list[Around], around: Around) -> Iterator[Hit]:
        for rule in self.rules:
            tests = zip(rule.tests, sights, self.inputs, strict=True)
            if all(holds(_evaluated(test, sight, column.label, rule.number)) for test, sight, column in tests):
                yield Hit(rule.number, rule.id, self._given(rule, around))

    def _given(self, rule: Rule, around: Around) -> dict[str, Any]:
        given = {}
        for column, answer in zip(self.outputs, rule.answers, strict=True):
            value = _evaluated(answer, around, column.label, rule.number)
            if column.ranked and value is not None and _rank(column, value) == len(column.ranked):
                raise DecisionFailed(
                    "Row {row} gives “{value}”, which is not among the values of column “{column}”.",
                    row=rule.number,
                    value=str(value)[:80],
                    column=column.label,
                )
            given[column.name] = value
        return given

    def _outcome(self, inputs: Mapping[str, Any], hits: tuple[Hit, ...], around: Around) -> Outcome:
        results = self._results(hits, around)
        several = self.policy in SEVERAL and self.aggregation is None
        values = [self._value(result) for result in results]
        value = values if several else values[0] if values else None
        return Outcome(value, results, several, inputs, hits)

    def _value(self, result: Mapping[str, Any]) -> Any:
        return next(iter(result.values())) if len(self.outputs) == 1 or self.aggregation else dict(result)

    def _results(self, hits: tuple[Hit, ...], around: Around) -> tuple[Mapping[str, Any], ...]:
        if self.aggregation is not None:
            name = self.outputs[0].name
            return ({name: aggregated(self.aggregation, [(hit.row, hit.outputs[name]) for hit in hits])},)
        if not hits:
            return self._otherwise(around)
        found = [hit.outputs for hit in hits]
        if self.policy is Policy.UNIQUE and len(hits) > 1:
            raise DecisionFailed("Only one row may hit, but rows {rows} do.", rows=_rows(hits))
        if self.policy is Policy.ANY and not all(same(found[0], other) for other in found):
            raise DecisionFailed("Rows {rows} hit and do not say the same.", rows=_rows(hits))
        if self.policy in RANKED:
            found.sort(key=self._ranks)
        return tuple(found if self.policy in SEVERAL else found[:1])

    def _otherwise(self, around: Around) -> tuple[Mapping[str, Any], ...]:
        if all(column.otherwise is None for column in self.outputs):
            return ()
        given = {
            column.name: column.otherwise and _evaluated(column.otherwise, around, column.label, 0)
            for column in self.outputs
        }
        return (given,)

    def _ranks(self, outputs: Mapping[str, Any]) -> tuple[int, ...]:
        return tuple(_rank(column, outputs[column.name]) for column in self.outputs if column.ranked)


def _rank(column: Output, value: Any) -> int:
    return next((rank for rank, each in enumerate(column.ranked) if same(each, value)), len(column.ranked))


def _rows(hits: tuple[Hit, ...]) -> str:
    return ", ".join(str(hit.row) for hit in hits)


def _evaluated(expression: Expression, around: Around, column: str, row: int) -> Any:
    """Row 0: not in a row."""
    try:
        return expression.evaluate(around)
    except Refusal as refused:
        raise DecisionFailed(
            "Row {row}, column “{column}”: {reason}" if row else "Column “{column}”: {reason}",
            row=row,
            column=column,
            reason=refused.sentence,
        ) from refused
