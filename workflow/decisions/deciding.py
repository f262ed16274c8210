"""The decisions of one file, which may build on one another."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from workflow.decisions.problems import DecisionFailed
from workflow.decisions.tables import Outcome, Table
from workflow.errors import NotFound, Refusal
from workflow.expressions import Around, Expression


@dataclass(frozen=True)
class Literal:
    """A decision that is one expression."""

    name: str
    expression: Expression

    def decide(self, around: Around) -> Outcome:
        value = self.expression.evaluate(around)
        seen = {name: around.variables.get(name) for name in sorted(self.expression.names)}
        return Outcome(value, ({self.name: value},), False, seen, ())


@dataclass(frozen=True)
class Decision:
    """`names`: what other decisions call its result; `needs`: the ids of those it asks for, all the way down, each
    after those it needs itself."""

    id: str
    name: str
    logic: Table | Literal
    names: tuple[str, ...]
    needs: tuple[str, ...]


@dataclass(frozen=True)
class Decisions:
    """What stands in one file, by id."""

    by_id: Mapping[str, Decision]

    def decide(self, decision_id: str, around: Around) -> dict[str, Outcome]:
        """The outcome of a decision, last, after those of the decisions it needs; by id.

        Raises NotFound for an unknown id, DecisionFailed naming decision, row and column.
        """
        if decision_id not in self.by_id:
            raise NotFound("There is no decision “{name}”.", name=decision_id)
        known, outcomes = dict(around.variables), {}
        for each in (*self.by_id[decision_id].needs, decision_id):
            outcomes[each] = self._outcome(self.by_id[each], replace(around, variables=known))
            known.update(dict.fromkeys(self.by_id[each].names, outcomes[each].value))
        return outcomes

    def _outcome(self, decision: Decision, around: Around) -> Outcome:
        try:
            return decision.logic.decide(around)
        except Refusal as refused:
            raise DecisionFailed(
                "Decision “{decision}”: {reason}", decision=decision.name, reason=refused.sentence
            ) from refused


def mapped(outcome: Outcome, how: str | None) -> Any:
    """The result as a business rule task asks for it.

    None: as DMN defines it (a list only under R, O and C without aggregator; an object only with several outputs).
    singleEntry: one value of one row; singleResult: one row as an object; collectEntries: the values of one output as
    a list; resultList: the rows as objects (camunda:mapDecisionResult). Raises DecisionFailed when there is more.
    """
    if how is None:
        return outcome.value
    if how in ("singleEntry", "singleResult") and len(outcome.results) > 1:
        raise DecisionFailed("The task wants one result, but there are {count}.", count=len(outcome.results))
    if how in ("singleEntry", "collectEntries") and any(len(result) > 1 for result in outcome.results):
        raise DecisionFailed("The task wants one value, but each row gives several.")
    rows = [dict(result) for result in outcome.results]
    if how in ("singleEntry", "collectEntries"):
        rows = [next(iter(row.values())) for row in rows]
    return rows if how in ("collectEntries", "resultList") else rows[0] if rows else None
