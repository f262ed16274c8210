"""Counting votes, held against an oracle that tries every way the missing votes may go."""

import os
import random
from fractions import Fraction
from itertools import product

import pytest

from workflow import voting
from workflow.voting import Kind, Result, Share, Side, Terms, count, read

FOR, AGAINST, ABSTAIN = Side
SAMPLES = int(os.environ.get("SIGNING_SAMPLES", "150"))


def oracle(terms: Terms, votes: list[tuple[Side, int]]) -> Result:
    """The result of a whole ballot, written down a second time from the words of docs/human-tasks.md."""
    yes = [weight for side, weight in votes if side == "for"]
    no = [weight for side, weight in votes if side == "against"]
    spoken = len(yes) + len(no)
    needed = terms.quorum or 0
    if isinstance(needed, Share):
        ratio = Fraction(spoken, len(votes)) if votes else Fraction(0)
        enough = ratio > needed.part if needed.more else ratio >= needed.part
    else:
        enough = spoken >= needed
    if not enough or spoken == 0:
        return Result.UNDECIDED
    if terms.kind in (Kind.ALL, Kind.IN_TURN):
        return Result.REFUSED if no else Result.AGREED
    if terms.kind is Kind.ANY:
        return Result.AGREED if yes else Result.REFUSED
    whole = sum(yes) + sum(no) if terms.of_votes else sum(weight for _, weight in votes)
    if not whole:
        return Result.UNDECIDED
    ratio = Fraction(sum(yes), whole)
    reached = ratio > terms.share.part if terms.share.more else ratio >= terms.share.part
    return Result.AGREED if reached else Result.REFUSED


def some_terms(chance: random.Random) -> Terms:
    share = Share(Fraction(chance.randint(1, 4), 4), more=False)
    if share.part < 1 and chance.random() < 0.4:
        share = Share(share.part, more=True)
    quorum = chance.choice([None, None, 1, 2, 3, 9, Share(Fraction(1, 2)), Share(Fraction(2, 3), more=True)])
    return Terms(chance.choice(list(Kind)), share=share, of_votes=chance.random() < 0.5, quorum=quorum)


@pytest.mark.parametrize("seed", range(8))
def test_a_count_is_what_every_way_of_the_missing_votes_says(seed):
    chance = random.Random(seed)
    for _ in range(SAMPLES):
        terms, weighted = some_terms(chance), chance.random() < 0.5
        weights = [chance.choice([0, 1, 1, 2, 5]) if weighted else 1 for _ in range(chance.randint(1, 5))]
        given = chance.randint(0, len(weights))
        votes = [(chance.choice(list(Side)), weight) for weight in weights[:given]]
        tally = count(terms, votes, weights[given:])
        ends = {
            oracle(terms, [*votes, *zip(rest, weights[given:], strict=True)])
            for rest in product(Side, repeat=len(weights) - given)
        }
        assert tally.decided == (len(ends) == 1), (terms, votes, weights[given:])
        if tally.decided:
            assert {tally.result} == ends
        assert (tally.for_ + tally.against + tally.abstain) == sum(weight for _, weight in votes)


@pytest.mark.parametrize(
    ("kind", "sides", "result"),
    [
        ("all", [FOR, FOR, FOR], "agreed"),
        ("all", [FOR, AGAINST, FOR], "refused"),
        ("all", [FOR, ABSTAIN, FOR], "agreed"),
        ("all", [ABSTAIN, ABSTAIN], "undecided"),
        ("any", [AGAINST, FOR], "agreed"),
        ("any", [AGAINST, AGAINST], "refused"),
        ("any", [AGAINST, ABSTAIN], "refused"),
        ("any", [ABSTAIN], "undecided"),
        ("inTurn", [FOR, FOR], "agreed"),
        ("inTurn", [FOR, AGAINST], "refused"),
        ("vote", [FOR, FOR, AGAINST], "agreed"),
        ("vote", [FOR, AGAINST, AGAINST], "refused"),
        ("vote", [FOR, FOR, ABSTAIN, ABSTAIN], "refused"),
    ],
)
def test_a_ballot_has_this_result(kind, sides, result):
    terms = read({"signing": kind, "signingShare": "2/3"})
    assert count(terms, [(side, 1) for side in sides], []).result == result


def test_a_share_of_the_votes_leaves_out_who_abstains():
    terms = read({"signing": "vote", "signingShare": "2/3", "signingOf": "votes"})
    assert count(terms, [(FOR, 1), (FOR, 1), (ABSTAIN, 1), (ABSTAIN, 1)], []).result == "agreed"


def test_more_than_half_is_not_half():
    half = [(FOR, 1), (AGAINST, 1)]
    assert count(read({"signing": "vote", "signingShare": ">1/2"}), half, []).result == "refused"
    assert count(read({"signing": "vote", "signingShare": "50%"}), half, []).result == "agreed"


def test_weights_count_and_people_make_the_quorum():
    terms = read({"signing": "vote", "signingShare": "0.6", "signingQuorum": "2"})
    tally = count(terms, [(FOR, 6), (ABSTAIN, 2)], [2])
    assert (tally.for_, tally.abstain, tally.total, tally.voted, tally.signers) == (6, 2, 10, 2, 3)
    assert not tally.quorum and tally.result == "undecided" and not tally.decided
    assert count(terms, [(FOR, 6), (ABSTAIN, 2), (AGAINST, 2)], []).result == "agreed"


@pytest.mark.parametrize(
    ("text", "part", "more"),
    [("2/3", Fraction(2, 3), False), ("0.5", Fraction(1, 2), False), ("60%", Fraction(3, 5), False)]
    + [("> 1/2", Fraction(1, 2), True), ("1", Fraction(1), False), ("100%", Fraction(1), False), (">0", 0, True)],
)
def test_a_share_is_written_like_this(text, part, more):
    assert voting.share_of(text) == Share(Fraction(part), more)


@pytest.mark.parametrize(
    "text", ["3/2", "1.2", "120%", ">1", "0", "0/3", "1/0", "half", "-1", "1e3", "", "²/3", "1/2/3"]
)
def test_what_is_no_share_is_refused_with_a_sentence(text):
    refused = voting.share_of(text)
    assert not isinstance(refused, Share) and str(refused)


@pytest.mark.parametrize(
    ("properties", "names"),
    [
        ({"signing": "some"}, ["signing"]),
        ({"signing": "vote", "signingShare": "3/2"}, ["signingShare"]),
        ({"signing": "all", "signingHidden": "maybe", "signingStops": "x"}, ["signingHidden", "signingStops"]),
        ({"signing": "all", "signingQuorum": "0"}, ["signingQuorum"]),
        ({"signing": "all", "signingVotes": "a=for, a=against"}, ["signingVotes"]),
        ({"signing": "all", "signingVotes": "a=against"}, ["signingVotes"]),
        ({"signing": "all", "signingVotes": "a"}, ["signingVotes"]),
        ({"signing": "vote", "signingOf": "people"}, ["signingOf"]),
        ({"signing": "vote", "signingWeights": "anna=1, anna=2"}, ["signingWeights"]),
        ({"signing": "vote", "signingWeights": "anna=9999999"}, ["signingWeights"]),
    ],
)
def test_wrong_properties_are_all_named(properties, names):
    with pytest.raises(voting.TermsRefused) as refused:
        read(properties)
    assert [name for name, _ in refused.value.problems] == names


def test_one_is_enough_and_a_refusal_in_turn_end_it_early_unless_the_diagram_says_otherwise():
    assert [read({"signing": kind}).stops for kind in ("all", "any", "vote", "inTurn")] == [False, True, False, True]
    assert read({"signing": "any", "signingStops": "no"}).stops is False


def test_outcomes_count_as_the_diagram_says():
    terms = read({"signing": "all", "signingVotes": "ok=for，back=against; none=abstain"})
    assert [terms.side(outcome) for outcome in ("ok", "back", "none", "agree", None)] == [
        FOR,
        AGAINST,
        ABSTAIN,
        None,
        None,
    ]
    plain = read({"signing": "all"})
    assert [plain.side(outcome) for outcome in ("agree", "驳回", "弃权", None)] == [FOR, AGAINST, ABSTAIN, FOR]
    assert terms.said(AGAINST) == ["back"]


def test_weights_are_written_out_or_computed():
    assert read({"signing": "vote", "signingWeights": "anna=2， 李=1"}).weights == {"anna": 2, "李": 1}
    assert read({"signing": "vote", "signingWeights": "${weights}"}).weights == "${weights}"
