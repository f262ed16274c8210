"""How votes given together are counted: 会签 all, 或签 any, 票签 by a share, 依次 in turn. Pure: no process, no people.

The terms are said in the diagram by properties of a multi-instance user task (docs/human-tasks.md).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Any

from workflow.errors import Sentence, sentence

PROPERTY = "signing"
PROPERTIES = (
    "signing", "signingShare", "signingOf", "signingWeights", "signingQuorum", "signingHidden", "signingStops",
    "signingVotes", "signingTwice", "signingOpinion", "signingResult",
)  # fmt: skip
MOST_WEIGHT = 1_000_000


class Kind(StrEnum):
    ALL = "all"  # 会签: everybody agrees
    ANY = "any"  # 或签: one is enough
    VOTE = "vote"  # 票签: a share of the votes, or of their weights
    IN_TURN = "inTurn"  # 依次: everybody agrees, one after the other


class Side(StrEnum):
    FOR = "for"
    AGAINST = "against"
    ABSTAIN = "abstain"


class Result(StrEnum):
    AGREED = "agreed"
    REFUSED = "refused"
    UNDECIDED = "undecided"  # too few have voted for or against


SIDES: Mapping[str, Side] = {
    **dict.fromkeys(("approve", "approved", "agree", "agreed", "accept", "yes", "pass", "同意", "通过"), Side.FOR),
    **dict.fromkeys(
        ("reject", "rejected", "refuse", "refused", "disagree", "decline", "no", "不同意", "驳回", "反对"), Side.AGAINST
    ),
    **dict.fromkeys(("abstain", "弃权"), Side.ABSTAIN),
}


@dataclass(frozen=True)
class Share:
    """A part of a whole; `more`: more than that (">1/2"), else at least."""

    part: Fraction
    more: bool = False

    def reached(self, number: int, whole: int) -> bool:
        return number > self.part * whole if self.more else number >= self.part * whole


@dataclass(frozen=True)
class Terms:
    """What the diagram says of a signing. `sides`: outcome → what it counts as; `weights`: by login, or an expression
    giving that; `quorum`: how many, or which share of the signers, must vote for or against; `of_votes`: the share is
    one of the votes for or against, not of all signers; `opinion`: the answer that holds a voter's words."""

    kind: Kind
    share: Share | None = None
    of_votes: bool = False
    weights: Mapping[str, int] | str | None = None
    quorum: int | Share | None = None
    hidden: bool = False
    stops: bool = False
    sides: Mapping[str, Side] = field(default_factory=lambda: SIDES)
    twice: bool = False
    opinion: str = "opinion"
    result: str | None = None

    def side(self, outcome: str | None) -> Side | None:
        """What an outcome counts as; None when it is no vote. A form without buttons only agrees."""
        if outcome is None:
            return Side.FOR if self.sides is SIDES else None
        return self.sides.get(outcome)

    def said(self, side: Side) -> list[str]:
        """The outcomes that count as this."""
        return [outcome for outcome, its in self.sides.items() if its is side]


@dataclass(frozen=True)
class Tally:
    """Weights for, against and abstaining (1 for each person unless weights are drawn) of `total`; people: `voted` of
    `signers`. `result` as it would be if nobody else voted; `decided`: nothing can change it any more."""

    for_: int
    against: int
    abstain: int
    total: int
    voted: int
    signers: int
    quorum: bool
    result: Result
    decided: bool


class TermsRefused(Exception):
    """The properties make no terms; `problems`: (property, sentence)."""

    def __init__(self, problems: Sequence[tuple[str, Sentence]]) -> None:
        super().__init__("; ".join(str(said) for _, said in problems))
        self.problems = list(problems)


def count(terms: Terms, votes: Sequence[tuple[Side, int]], missing: Sequence[int]) -> Tally:
    """The votes, each with its weight, and the weights of those who have not voted."""
    ways = {_result(terms, [*votes, *((side, each) for each in missing)], len(missing) + len(votes)) for side in Side}
    signers = len(votes) + len(missing)
    return Tally(
        for_=_weight(votes, Side.FOR),
        against=_weight(votes, Side.AGAINST),
        abstain=_weight(votes, Side.ABSTAIN),
        total=sum(weight for _, weight in votes) + sum(missing),
        voted=len(votes),
        signers=signers,
        quorum=_quorum(terms, votes, signers),
        result=_result(terms, [*votes, *((Side.ABSTAIN, each) for each in missing)], signers),
        decided=len(ways) == 1,
    )


def _result(terms: Terms, votes: Sequence[tuple[Side, int]], signers: int) -> Result:
    """With every vote given. Monotone in each vote, so that what all missing votes alike cannot change, none can."""
    sides = {side for side, _ in votes} - {Side.ABSTAIN}
    if not sides or not _quorum(terms, votes, signers):
        return Result.UNDECIDED
    if terms.kind is Kind.ANY:
        agreed = Side.FOR in sides
    elif terms.kind is Kind.VOTE:
        whole = sum(weight for side, weight in votes if side is not Side.ABSTAIN or not terms.of_votes)
        if whole == 0:
            return Result.UNDECIDED
        share = terms.share or Share(Fraction(1))
        agreed = share.reached(_weight(votes, Side.FOR), whole)
    else:
        agreed = Side.AGAINST not in sides
    return Result.AGREED if agreed else Result.REFUSED


def _weight(votes: Sequence[tuple[Side, int]], counted: Side) -> int:
    return sum(weight for side, weight in votes if side is counted)


def _quorum(terms: Terms, votes: Sequence[tuple[Side, int]], signers: int) -> bool:
    voted = sum(side is not Side.ABSTAIN for side, _ in votes)
    if isinstance(terms.quorum, Share):
        return terms.quorum.reached(voted, signers)
    return voted >= (terms.quorum or 0)


def figures(tally: Tally) -> dict[str, Any]:
    """The numbers as variables and history keep them."""
    return {
        "result": tally.result.value,
        "for": tally.for_,
        "against": tally.against,
        "abstain": tally.abstain,
        "total": tally.total,
        "voted": tally.voted,
        "signers": tally.signers,
        "quorum": tally.quorum,
    }


def read(properties: Mapping[str, str]) -> Terms:
    """The terms said by the properties of an activity; raises TermsRefused naming each property that is wrong."""
    reading = _Reading(properties)
    kind = reading.one_of("signing", {each.value: each for each in Kind}, None)
    share = reading.parsed("signingShare", share_of)
    stops = {"yes": True, "true": True, "no": False, "false": False}
    terms = Terms(
        kind=kind or Kind.ALL,
        share=share,
        of_votes=reading.one_of("signingOf", {"signers": False, "votes": True}, False),
        weights=reading.parsed("signingWeights", _weights_of),
        quorum=reading.parsed("signingQuorum", _quorum_of),
        hidden=reading.one_of("signingHidden", stops, False),
        stops=reading.one_of("signingStops", stops, kind in (Kind.ANY, Kind.IN_TURN)),
        sides=reading.parsed("signingVotes", _sides_of) or SIDES,
        twice=reading.one_of("signingTwice", stops, False),
        opinion=properties.get("signingOpinion", "").strip() or "opinion",
        result=properties.get("signingResult", "").strip() or None,
    )
    if reading.problems:
        raise TermsRefused(reading.problems)
    return terms


class _Reading:
    """Reads properties one by one and keeps what is wrong with them."""

    def __init__(self, properties: Mapping[str, str]) -> None:
        self.properties = properties
        self.problems: list[tuple[str, Sentence]] = []

    def one_of(self, name: str, values: Mapping[str, Any], default: Any) -> Any:
        text = self.properties.get(name, "").strip()
        if text in values:
            return values[text]
        if text or name == PROPERTY:
            said = "“{property}” must be one of {values}, not “{text}”."
            self.problems.append((name, sentence(said, property=name, values=", ".join(values), text=text)))
        return default

    def parsed(self, name: str, parse: Any) -> Any:
        text = self.properties.get(name, "").strip()
        if not text:
            return None
        parsed = parse(text)
        if isinstance(parsed, Sentence):
            self.problems.append((name, parsed))
            return None
        return parsed


def share_of(text: str) -> Share | Sentence:
    """`2/3`, `0.5`, `60%`, `>1/2`; or the sentence saying why not."""
    found = re.fullmatch(r"(>?)\s*(?:(\d{1,9})\s*/\s*(\d{1,9})|(\d{1,9}(?:\.\d{1,9})?)\s*(%?))", text)
    if found is None or found[3] is not None and int(found[3]) == 0:
        return sentence("“{text}” is no share; write it like 2/3, 0.5, 60% or >1/2.", text=text[:80])
    part = Fraction(int(found[2]), int(found[3])) if found[2] else Fraction(found[4]) / (100 if found[5] else 1)
    more = found[1] == ">"
    if part > 1 or (part == 1 and more):
        return sentence("“{text}” is more than all; nobody could ever reach it.", text=text[:80])
    if part == 0 and not more:
        return sentence("“{text}” is reached without a single vote.", text=text[:80])
    return Share(part, more)


def _quorum_of(text: str) -> int | Share | Sentence:
    if re.fullmatch(r"\d{1,9}", text):
        return int(text) or sentence("“{text}” is reached without a single vote.", text=text)
    return share_of(text)


def _weights_of(text: str) -> Mapping[str, int] | str | Sentence:
    """`anna=2, bob=1`, or an expression."""
    if not re.fullmatch(r"[^\s=,，(]+\s*=\s*\d{1,9}(\s*[,，]\s*[^\s=,，(]+\s*=\s*\d{1,9})*", text):
        return text
    pairs = [[each.strip() for each in part.split("=")] for part in re.split("[,，]", text)]
    weights = {login: int(weight) for login, weight in pairs}
    if len(weights) < len(pairs):
        return sentence("Somebody has two weights in “{text}”.", text=text[:80])
    if max(weights.values()) > MOST_WEIGHT:
        return sentence("A weight is a whole number from 0 to {most}.", most=MOST_WEIGHT)
    return weights


def _sides_of(text: str) -> Mapping[str, Side] | Sentence:
    sides: dict[str, Side] = {}
    for part in re.split(r"[,，;；]", text):
        outcome, _, side = (each.strip() for each in part.partition("="))
        if not outcome or side not in tuple(Side):
            said = "“{text}” does not say which outcome counts as what; write it like agree=for, refuse=against."
            return sentence(said, text=text[:80])
        if outcome in sides:
            return sentence("“{outcome}” is counted twice.", outcome=outcome)
        sides[outcome] = Side(side)
    if Side.FOR not in sides.values():
        return sentence("No outcome counts as a vote for.")
    return sides
