"""Signing together in the engine: each kind in every order of votes, and people added and taken out at random."""

import os
import random
from itertools import permutations, product

import pytest

from tests.workflow.engine.ballots import Ballot
from tests.workflow.engine.drawing import Run
from tests.workflow.world import drawn
from workflow import engine
from workflow.engine import EngineProblem, TokenGone
from workflow.statuses import SignerPlace
from workflow.voting import Side

SHARE = int(os.environ.get("SIGNING_SHARE", "24"))  # one of so many of the table is looked at; 1: all
WALKS = int(os.environ.get("SIGNING_WALKS", "16"))
DRAWING = """
    start s
    user sign each=people item=who assignee=${who} MORE
    boundary late on=sign timer=P3D quiet
    user remind
    end r
    end e
    s -> sign -> e
    late -> remind -> r
"""
OUTCOMES = {"for": "agree", "against": "refuse", "abstain": "abstain"}
SIDES = {"agree": Side.FOR, "refuse": Side.AGAINST, "abstain": Side.ABSTAIN}


class Signed(Run):
    """A run of a signing: people vote, join and leave by name."""

    def __init__(self, names, sequential=False, drawing=DRAWING, weights=None, **properties):
        drawing = drawing.replace("MORE", "sequential" if sequential else "")
        super().__init__(drawn(drawing, sign=properties), people=names, weights=weights)

    def token(self, name):
        waits = [wait for wait in self.step.waits if wait.activity_id == "sign"]
        return next(wait.token_id for wait in waits if wait.variables["who"] == name)

    def say(self, name, outcome="agree", **vote):
        vote = {"outcome": outcome, "at": "now", **vote}
        return self._take(engine.complete(self.model, self.state, self.token(name), self.around, vote))

    def add(self, name, seen_from, where="beside", weight=None):
        token = self.token(seen_from)
        return self._take(engine.add_run(self.model, self.state, token, name, SignerPlace(where), self.around, weight))

    def out(self, name):
        return self._take(engine.remove_run(self.model, self.state, self.token(name), self.around))

    def strike(self, name):
        token = self.gathering.token_id
        return self._take(engine.remove_run(self.model, self.state, token, self.around, name))

    @property
    def gathering(self):
        found = engine.gatherings(self.model, self.state)
        return found[0] if found else None

    @property
    def asked(self):
        return sorted(wait.variables["who"] for wait in self.step.waits if wait.activity_id == "sign")

    @property
    def result(self):
        return self.variables["sign_signing"]


def agrees(run, ballot):
    """The engine and the simple account stand at the same place."""
    assert (run.gathering is None) == ballot.closed
    if ballot.closed:
        told = run.result
        assert [(vote["signer"], vote["side"]) for vote in told["votes"]] == ballot.votes
        assert told["result"] == ballot.result and told["voted"] == len(ballot.votes)
        assert told["signers"] == len(ballot.there)
        return
    seats = run.gathering.seats
    assert run.asked == ballot.asked
    assert sorted(seat.signer for seat in seats if seat.token_id and not seat.behind) == ballot.free
    assert sorted(seat.signer for seat in seats if seat.token_id is None) == ballot.later
    assert [(vote["signer"], vote["side"]) for vote in run.gathering.votes] == ballot.votes
    assert run.gathering.tally.decided == (len(ballot.possible()) == 1)


TABLE = [
    (kind, sequential, stops, sides, order)
    for kind, sequential in (("all", False), ("any", False), ("vote", False), ("inTurn", True), ("any", True))
    for stops in (False, True)
    for number in (1, 2, 3)
    for sides in product(OUTCOMES, repeat=number)
    for order in permutations(range(number))
    if not sequential or list(order) == sorted(order)
]


def test_every_order_of_every_vote_ends_as_it_should():
    for kind, sequential, stops, sides, order in TABLE[::SHARE]:
        names = ["anna", "bob", "carl"][: len(sides)]
        said = {"signing": kind, "signingStops": "yes" if stops else "no"}
        run = Signed(names, sequential, **said, **({"signingShare": "2/3"} if kind == "vote" else {}))
        ballot = Ballot(kind, names, sequential, stops)
        for at in order:
            if ballot.closed:
                break
            run.say(names[at], OUTCOMES[sides[at]])
            ballot.say(names[at], sides[at])
            agrees(run, ballot)
        assert ballot.closed and run.finished


@pytest.mark.parametrize("seed", range(WALKS))
def test_people_join_and_leave_at_random(seed):
    chance = random.Random(seed)
    names = [f"p{number}" for number in range(chance.randint(1, 4))]
    kind = chance.choice(["all", "any", "vote", "inTurn"])
    sequential = kind == "inTurn" or (kind != "all" and chance.random() < 0.4)
    stops, quorum = chance.random() < 0.6, chance.choice([0, 2])
    said = {"signing": kind, "signingStops": "yes" if stops else "no", **({"signingQuorum": "2"} if quorum else {})}
    run = Signed(names, sequential, **said, **({"signingShare": "2/3"} if kind == "vote" else {}))
    ballot, fresh = Ballot(kind, names, sequential, stops, quorum=quorum), 10
    agrees(run, ballot)
    for _ in range(25):
        if ballot.closed:
            break
        move = chance.choice(["say", "say", "add", "out", "strike", "remind"])
        if move == "say":
            name, side = chance.choice(ballot.free), chance.choice(["for", "for", "against", "abstain"])
            run.say(name, OUTCOMES[side])
            ballot.say(name, side)
        elif move == "add" and len(ballot.there) < 7:
            seen_from, where, fresh = chance.choice(ballot.asked), chance.choice(list(SignerPlace)), fresh + 1
            run.add(f"p{fresh}", seen_from, where.value)
            ballot.add(f"p{fresh}", seen_from, where.value)
        elif move == "out" and len(ballot.there) > 1:
            name = chance.choice(ballot.asked)
            run.out(name)
            ballot.out(name)
        elif move == "strike" and ballot.later:
            name = chance.choice(ballot.later)
            run.strike(name)
            ballot.out(name)
        elif move == "remind" and "late" in run.open:
            run.happen("late")
        agrees(run, ballot)


def test_the_result_stands_in_a_variable_with_the_votes_in_their_order():
    run = Signed(["anna", "bob"], signing="all", signingResult="review")
    run.say("bob", "refuse", who="dora", onBehalfOf="bob", opinion="缺页")
    run.say("anna", "abstain")
    votes = run.variables["review"].pop("votes")
    assert run.variables["review"] == {
        "result": "refused", "for": 0, "against": 1, "abstain": 1, "total": 2, "voted": 2, "signers": 2, "quorum": True,
    }  # fmt: skip
    assert votes[0] == {
        "signer": "bob", "who": "dora", "onBehalfOf": "bob", "outcome": "refuse", "side": "against", "weight": 1,
        "opinion": "缺页", "at": "now",
    }  # fmt: skip
    assert (votes[1]["signer"], votes[1]["who"]) == ("anna", "anna")


def test_the_closing_is_a_happening_that_names_the_votes_by_their_tokens():
    run = Signed(["anna"], signing="any")
    token = run.token("anna")
    run.say("anna")
    closed = next(each for each in run.happenings if each.kind == "signing_closed")
    assert closed.activity_id == "sign" and closed.data["result"] == "agreed"
    assert closed.data["votes"][0]["token"] == token


def test_a_gateway_behind_it_sees_the_result():
    run = Signed(
        ["anna"],
        drawing="""
        start s
        user sign each=people item=who assignee=${who}
        xor g
        user file
        user mend
        end e
        end f
        s -> sign -> g
        g -> file if field(sign_signing, "result") = "agreed"
        g -> mend default
        file -> e
        mend -> f
    """,
        signing="all",
    )
    assert run.say("anna", "refuse").open == ["mend"]


def test_the_others_need_not_sign_when_one_is_enough_and_their_tasks_go():
    run = Signed(["anna", "bob", "carl"], signing="any")
    run.say("bob")
    assert run.finished and run.count("cancelled", "sign") == 2
    assert run.result["voted"] == 1 and run.result["signers"] == 3


def test_the_list_may_be_a_list_of_lists_and_each_signs_once():
    run = Signed(["anna", ["bob", "anna"], [], None, "bob"], signing="all")
    assert run.asked == ["anna", "bob"] and run.gathering.twice == ("anna", "bob")


@pytest.mark.parametrize("names", [[], [None], [[], ""]])
def test_an_empty_list_is_somebody_s_task_all_the_same(names):
    run = Signed(names, signing="all")
    assert run.asked == [None]
    run.say(None, who="eve")
    assert run.finished and run.result["votes"][0]["who"] == "eve"


@pytest.mark.parametrize("names", ["anna", 3, [3], [{"login": "anna"}], None])
def test_what_is_no_list_of_names_is_refused_in_a_sentence(names):
    with pytest.raises(EngineProblem, match="“sign” needs a list"):
        Signed(names, signing="all")


def test_weights_are_taken_from_the_diagram_at_the_beginning():
    weights = {"anna": 2, "bob": 1, "carl": 4}
    run = Signed(["anna", "bob"], weights=weights, signing="vote", signingShare="4/7", signingWeights="weights")
    run.add("carl", "bob")
    run.variables["weights"] = {}
    run.say("carl").say("bob", "refuse").say("anna", "refuse")
    assert (run.result["for"], run.result["against"], run.result["result"]) == (4, 3, "agreed")


@pytest.mark.parametrize("weight", [None, -1, True, "2", 1.5, 1_000_001])
def test_who_has_no_weight_is_named(weight):
    with pytest.raises(EngineProblem, match="bob has no weight at “sign”"):
        Signed(
            ["anna", "bob"],
            weights={"anna": 1, "bob": weight},
            signing="vote",
            signingShare="1",
            signingWeights="weights",
        )


def test_weights_that_are_no_table_are_refused():
    with pytest.raises(EngineProblem, match="The weights of “sign” are no table of names"):
        Signed(["anna", "bob"], weights=[1, 2], signing="vote", signingShare="1", signingWeights="weights")


def test_an_added_signer_needs_a_weight_where_weights_are_drawn():
    run = Signed(["anna", "bob"], signing="vote", signingShare="1/2", signingWeights="anna=2, bob=1")
    with pytest.raises(EngineProblem, match="carl has no weight"):
        run.add("carl", "anna")
    run.add("carl", "anna", weight=5)
    assert run.gathering.tally.total == 8


def test_who_is_there_already_is_not_added():
    run = Signed(["anna", "bob"], sequential=True, signing="inTurn")
    for name in ("anna", "bob"):
        with pytest.raises(EngineProblem, match=f"{name} signs here already"):
            run.add(name, "anna")


def test_an_outcome_that_is_no_vote_is_refused():
    with pytest.raises(EngineProblem, match="“maybe” is no vote at “sign”"):
        Signed(["anna"], signing="all").say("anna", "maybe")


def test_who_has_asked_another_before_waits_for_them():
    run = Signed(["anna", "bob"], signing="all")
    run.add("carl", "anna", "before")
    with pytest.raises(EngineProblem, match="waits for those who were asked before"):
        run.say("anna")
    run.say("carl").say("anna").say("bob")
    assert [vote["signer"] for vote in run.result["votes"]] == ["carl", "anna", "bob"]


def test_who_was_asked_before_and_is_taken_out_holds_nobody_up():
    run = Signed(["anna"], signing="all").add("carl", "anna", "before").out("carl").say("anna")
    assert run.finished


def test_the_last_one_is_not_taken_out():
    run = Signed(["anna"], signing="all")
    with pytest.raises(EngineProblem, match="“sign” would have nobody left"):
        run.out("anna")


def test_taking_out_the_last_who_is_missing_closes_it():
    run = Signed(["anna", "bob"], signing="all").say("anna").out("bob")
    assert run.finished and run.result["result"] == "agreed" and run.result["signers"] == 1


def test_who_is_not_on_the_list_is_not_taken_off_it():
    with pytest.raises(TokenGone):
        Signed(["anna", "bob"], signing="all").strike("carl")


def test_a_vote_skipped_by_hand_abstains():
    run = Signed(["anna", "bob"], signing="all")
    run._take(engine.skip(run.model, run.state, run.token("anna"), run.around))
    run.say("bob")
    assert [vote["side"] for vote in run.result["votes"]] == ["abstain", "for"]


def test_what_interrupts_a_signing_leaves_no_result():
    run = Signed(["anna", "bob"], drawing=DRAWING.replace("quiet", ""), signing="all").say("anna").happen("late")
    assert "sign_signing" not in run.variables and run.open == ["remind"]


def test_without_a_vote_given_the_outcome_is_the_variable_s():
    run = Signed(["anna"], signing="all")
    run.do("sign", outcome="refuse")
    assert run.result["result"] == "refused" and run.result["votes"][0]["who"] == "anna"


PLAIN = """
    start s
    user m each=people item=who MORE output=votes result=vote until="UNTIL"
    end e
    s -> m -> e
"""


def plain(names, sequential=False, until="false"):
    return Run(PLAIN.replace("MORE", "sequential" if sequential else "").replace("UNTIL", until), people=names)


def joined(run, nth, item, where):
    token = run.wait("m", nth).token_id
    return run._take(engine.add_run(run.model, run.state, token, item, SignerPlace(where), run.around))


def left(run, nth):
    return run._take(engine.remove_run(run.model, run.state, run.wait("m", nth).token_id, run.around))


@pytest.mark.parametrize("sequential", [False, True])
def test_outputs_of_any_multi_instance_stand_in_the_order_of_their_counters(sequential):
    run = plain(["a", "b"], sequential)
    joined(run, 0, "c", "after")
    said = 0
    while not run.finished:
        said += 1
        run.do("m", vote=f"{run.wait('m').variables['who']}{said}")
    assert sorted(run.variables["votes"]) == (["a1", "b3", "c2"] if sequential else ["a1", "b2", "c3"])


def test_what_was_taken_out_leaves_no_hole_in_the_outputs():
    run = plain(["a", "b", "c"])
    left(run, 1)
    run.do("m", vote=1).do("m", vote=3)
    assert run.variables["votes"] == [1, 3]


def test_a_removal_may_be_what_was_missing_for_enough():
    run = plain(["a", "b", "c"], until="nrOfCompletedInstances / nrOfInstances >= 0.5")
    run.do("m", vote=1)
    assert not run.finished
    left(run, 0)
    assert run.finished and run.variables["votes"] == [1, None]


def test_counters_know_who_has_joined_and_who_has_left():
    run = plain(["a", "b"], until="nrOfActiveInstances = 1 and nrOfInstances = 3")
    joined(run, 0, "c", "beside")
    joined(run, 0, "d", "beside")
    left(run, 3)
    assert not run.do("m", vote=1).finished
    assert run.do("m", vote=2).finished


def test_a_number_of_instances_has_no_list_to_add_to():
    run = Run("start s\nuser m times=2\nend e\ns -> m -> e")
    with pytest.raises(EngineProblem, match="works through a number, not a list"):
        joined(run, 0, "x", "beside")


def test_a_plain_task_is_not_done_by_several():
    run = Run("start s\nuser m\nend e\ns -> m -> e")
    with pytest.raises(EngineProblem, match="“m” is not done by several"):
        joined(run, 0, "x", "beside")
