"""A multi-instance user task whose runs are votes: it counts them, ends as its terms say and gives the result.

The terms are `workflow.voting`'s; what each kind means for people is in docs/human-tasks.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workflow import voting
from workflow.diagram.graph import Node
from workflow.engine.problems import EngineProblem
from workflow.engine.several import Several
from workflow.engine.specification import Specification, Way
from workflow.engine.token import Token
from workflow.expressions import Expression
from workflow.voting import Side, Tally, Terms

Vote = Mapping[str, Any]  # signer (whose seat), who, onBehalfOf, outcome, side, weight, opinion, at, token


class Signing(Several):
    """What is remembered besides: key (what it is called as long as it lasts), votes in the order they came, weights
    (login → weight, where drawn), twice (logins that stood more than once on the list). Without anybody on the list
    one run begins whose signer is null."""

    weights: Expression | None = None

    def __init__(self, specification: Specification, node: Node, name: str | None = None) -> None:
        super().__init__(specification, node, name)
        self.terms: Terms = voting.read(node.activity.properties)

    @property
    def variable(self) -> str:
        """Where the result stands afterwards."""
        return self.terms.result or f"{self.bpmn_id}_signing"

    def _update_hook(self, token: Token) -> bool:
        token.internal_data.update(key=token.id, votes=[])
        return super()._update_hook(token)

    def _items(self, token: Token) -> list[Any]:
        """The signers, each once; lists inside the list are taken apart."""
        listed = [each for each in _flat(super()._items(token)) if each not in (None, "")]
        if not all(isinstance(each, str) for each in listed):
            raise EngineProblem("“{activity}” needs a list of sign-in names.", activity_id=self.bpmn_id)
        signers = list(dict.fromkeys(listed))
        if twice := list(dict.fromkeys(each for each in signers if listed.count(each) > 1)):
            token.internal_data["twice"] = twice
        if self.terms.weights is not None:
            token.internal_data["weights"] = self._weights(token, signers)
        return signers or [None]

    def _weights(self, token: Token, signers: list[str]) -> dict[str, int]:
        given = self.drawn_weights(token)
        for signer in signers:
            _require_weight(self, signer, given.get(signer))
        return {signer: given[signer] for signer in signers}

    def drawn_weights(self, token: Token) -> Mapping[str, Any]:
        """login → weight, as the diagram gives them now."""
        weights = self.terms.weights
        given = token.workflow.evaluate(self.weights, token) if self.weights is not None else weights
        if not isinstance(given, Mapping):
            raise EngineProblem("The weights of “{activity}” are no table of names.", activity_id=self.bpmn_id)
        return given

    def join(self, token: Token, signer: Any, weight: int | None) -> None:
        """Let one more person be counted; raises EngineProblem for one who is there, or without a weight."""
        if not isinstance(signer, str) or not signer:
            raise EngineProblem("“{activity}” needs a list of sign-in names.", activity_id=self.bpmn_id)
        if signer in self.signers(token):
            raise EngineProblem("{person} signs here already.", activity_id=self.bpmn_id, person=signer)
        if self.terms.weights is not None:
            weight = self.drawn_weights(token).get(signer) if weight is None else weight
            _require_weight(self, signer, weight)
            token.internal_data["weights"][signer] = weight

    def signers(self, token: Token) -> list[Any]:
        """Everybody on the list now: who has voted, who may vote, who will."""
        voted = [vote["signer"] for vote in token.internal_data["votes"]]
        return [*voted, *(self.signer_of(run) for run in self.runs(token)), *self.pending(token)]

    def signer_of(self, run: Token) -> Any:
        """In whose seat a run is signed; None where the list was empty."""
        return run.data.get(self.loop.item)

    def weight(self, token: Token, signer: Any) -> int:
        return token.internal_data["weights"].get(signer, 0) if self.terms.weights is not None else 1

    def tally(self, token: Token) -> Tally:
        """The count as it stands."""
        votes = [(Side(vote["side"]), vote["weight"]) for vote in token.internal_data["votes"]]
        missing = [*(self.signer_of(run) for run in self.runs(token)), *self.pending(token)]
        return voting.count(self.terms, votes, [self.weight(token, signer) for signer in missing])

    def mark(self, run: Token, vote: Vote) -> None:
        """Keep what a person says before their run is done. Raises EngineProblem for an outcome that is no vote."""
        outcome = vote.get("outcome")
        side = self.terms.side(outcome)
        if side is None:
            raise EngineProblem(
                "“{outcome}” is no vote at “{activity}”.", activity_id=self.bpmn_id, outcome=outcome or ""
            )
        run.internal_data["vote"] = {"who": self.signer_of(run), **vote, "outcome": outcome, "side": side.value}

    def child_left(self, token: Token, child: Token) -> None:
        """A run that was skipped by hand abstains."""
        if child.task_spec is self.body:
            signer = self.signer_of(child)
            said = child.internal_data.get("vote") or {"who": None, "outcome": None, "side": Side.ABSTAIN.value}
            vote = {"signer": signer, **said, "weight": self.weight(token, signer), "token": child.id}
            token.internal_data["votes"].append(vote)
        super().child_left(token, child)

    def _enough(self, token: Token, child: Token) -> bool:
        return self.terms.stops and self.tally(token).decided

    def choose(self, token: Token) -> list[Way]:
        votes = token.internal_data["votes"]
        told = voting.figures(self.tally(token))
        closed = {"signing": token.internal_data["key"], "hidden": self.terms.hidden, **told}
        token.workflow.note("signing_closed", token, **closed, votes=[dict(vote) for vote in votes])
        kept = [{name: value for name, value in vote.items() if name != "token"} for vote in votes]
        token.workflow.changes[self.variable] = {**told, "votes": kept}
        token.workflow.unsettled = True
        return super().choose(token)


@dataclass(frozen=True)
class Seat:
    """Somebody who has not voted. `token_id`: the run that waits for them, None while it is not their turn;
    `behind`: the runs it waits for."""

    signer: str | None
    weight: int
    token_id: str | None = None
    behind: tuple[str, ...] = ()


@dataclass(frozen=True)
class Gathering:
    """A signing under way. `token_id` is the token around its runs, `key` its name as long as it lasts; `twice`: who
    stood more than once on the list."""

    token_id: str
    key: str
    activity_id: str
    terms: Terms
    votes: tuple[Vote, ...]
    seats: tuple[Seat, ...]
    tally: Tally
    twice: tuple[str, ...] = ()

    def holds(self, token_id: str) -> bool:
        """Whether a run, done or not, is one of this signing."""
        return any(token_id == seat.token_id for seat in self.seats) or any(
            token_id == vote["token"] for vote in self.votes
        )


def gathering(token: Token) -> Gathering:
    """What there is to see of a signing."""
    spec, memory = token.task_spec, token.internal_data
    counted = {run.internal_data["counter"]: run.id for run in spec.runs(token)}
    running = [
        Seat(signer, spec.weight(token, signer), run.id, tuple(counted[each] for each in behind))
        for run in spec.runs(token)
        for signer, behind in [(spec.signer_of(run), run.internal_data.get("behind", ()))]
    ]
    later = [Seat(signer, spec.weight(token, signer)) for signer in spec.pending(token)]
    return Gathering(
        token_id=token.id,
        key=memory["key"],
        activity_id=spec.bpmn_id,
        terms=spec.terms,
        votes=tuple(memory["votes"]),
        seats=(*running, *later),
        tally=spec.tally(token),
        twice=tuple(memory.get("twice", ())),
    )


def _flat(value: Any) -> list[Any]:
    return [each for item in value for each in (_flat(item) if isinstance(item, list) else [item])]


def _require_weight(spec: Signing, signer: str, weight: Any) -> None:
    if type(weight) is not int or not 0 <= weight <= voting.MOST_WEIGHT:
        raise EngineProblem(
            "{person} has no weight at “{activity}”: a whole number from 0 to 1000000 is needed.",
            activity_id=spec.bpmn_id,
            person=signer,
        )
