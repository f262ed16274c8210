"""People who join a signing under way, and people who leave it; the board everybody sees."""

import os
import random

import pytest
from sqlalchemy import select

from tests.workflow.signatures import add, begun, holders, remove, result, task_of, vote
from tests.workflow.world import begin, last, process
from workflow import fsck, instances, signing, tasks
from workflow.errors import Conflict, Invalid, NotAllowed, NotFound, TaskNotOpen
from workflow.identity import User
from workflow.models import UserTask
from workflow.statuses import SignerPlace

WALKS = int(os.environ.get("SIGNING_WALKS", "2"))


def test_who_is_added_beside_signs_with_the_others(session, anna, bob, eve):
    instance = begun(session, ("anna", "bob"))
    add(session, instance, anna, eve)
    assert holders(session, instance) == ["anna", "bob", "eve"]
    for user in (anna, bob):
        vote(session, instance, user)
    assert result(session, instance) is None
    vote(session, instance, eve, "refuse")
    assert result(session, instance)["result"] == "refused"
    assert fsck.run(session) == []


def test_who_asks_somebody_before_waits_and_keeps_the_task_and_what_was_typed(session, anna, eve):
    instance = begun(session, ("anna",))
    task = task_of(session, instance, "anna")
    tasks.save_draft(session, task, anna, {"opinion": ["半句"]})
    add(session, instance, anna, eve, "before")
    with (
        pytest.raises(Conflict, match="waits until .+伊芙.+ have signed, who were asked before"),
        session.begin_nested(),
    ):
        vote(session, instance, anna)
    vote(session, instance, eve)
    assert task_of(session, instance, "anna").id == task.id
    assert tasks.draft(session, task, anna).values == {"opinion": ["半句"]}
    vote(session, instance, anna)
    assert [each["who"] for each in result(session, instance)["votes"]] == ["eve", "anna"]


def test_who_comes_after_is_asked_when_the_other_is_done(session, anna, bob, eve):
    instance = begun(session, ("anna", "bob"))
    add(session, instance, anna, eve, "after")
    assert holders(session, instance) == ["anna", "bob"]
    vote(session, instance, anna)
    assert holders(session, instance) == ["bob", "eve"]


def test_in_turn_who_is_added_after_is_the_next(session, anna, bob, eve):
    instance = begun(session, ("anna", "bob"), "sequential", signing="inTurn")
    add(session, instance, anna, eve, "after")
    vote(session, instance, anna)
    assert holders(session, instance) == ["eve"]
    vote(session, instance, eve)
    assert holders(session, instance) == ["bob"]
    assert fsck.run(session) == []


def test_the_history_tells_who_added_whom_where_and_why(session, anna, eve):
    instance = begun(session)
    add(session, instance, anna, eve, "before", "涉及保密")
    told = last(session, instance, "signer_added")
    assert (told.actor, told.data["to"], told.data["where"], told.data["reason"]) == (
        "anna",
        "eve",
        "before",
        "涉及保密",
    )


@pytest.mark.parametrize("reason", ["", "  ", "长" * 501])
def test_a_reason_is_needed(session, anna, eve, reason):
    with pytest.raises(Invalid) as refused:
        add(session, begun(session), anna, eve, reason=reason)
    assert list(refused.value.problems) == ["reason"]


def test_who_signs_here_is_not_added(session, anna, bob, carl):
    instance = begun(session)
    vote(session, instance, bob)
    with pytest.raises(NotAllowed, match="has signed “sign” already"):
        add(session, instance, anna, bob)
    with pytest.raises(NotAllowed, match="one vote only"):
        add(session, instance, anna, carl)


def test_who_has_another_s_place_in_hand_is_not_added_until_they_gave_it_back(session, anna, bob, eve):
    instance = begun(session)
    task = task_of(session, instance, "bob")
    tasks.delegate(session, task, bob, eve, "请代为准备")
    with pytest.raises(Conflict, match="伊芙 has a task of this signing in hand already"):
        add(session, instance, anna, eve)
    tasks.give_back(session, task, eve)
    add(session, instance, anna, eve)
    assert holders(session, instance) == ["anna", "bob", "carl", "eve"]


def test_another_s_task_is_nobody_s_to_add_to_but_who_hands_out_tasks(session, anna, bob, eve, dora):
    instance = begun(session)
    task = task_of(session, instance, "anna")
    with pytest.raises(NotAllowed, match="is not yours"):
        signing.add(session, task, eve, eve, SignerPlace.BESIDE, "想看看")
    signing.add(session, task, dora, eve, SignerPlace.BESIDE, "应当听取")
    assert "eve" in holders(session, instance)


def test_somebody_inactive_is_not_added(session, anna):
    instance, gone = begun(session), session.get(User, "eve")
    gone.active = False
    with pytest.raises(Invalid) as refused:
        add(session, instance, anna, gone)
    assert "no longer active" in str(refused.value.problems["to"][0])


def test_who_is_excluded_by_a_rule_is_not_added(session, anna, eve):
    drawing = (
        "start s\nuser open assignee=eve\nuser sign each=people item=who assignee=${who}\nend e\ns -> open -> sign -> e"
    )
    definition = process(session, drawing, sign={"signing": "all", "differentFrom": "open"})
    instance = begin(session, definition, people=["anna", "bob"])
    vote(session, instance, eve)
    with pytest.raises(NotAllowed, match="This cannot go to"):
        add(session, instance, anna, eve)


def test_an_added_signer_has_the_weight_given(session, anna, bob, eve):
    words = {"signing": "vote", "signingShare": ">1/2", "signingWeights": "anna=1, bob=1"}
    instance = begun(session, ("anna", "bob"), **words)
    with pytest.raises(Conflict, match="eve has no weight"):
        add(session, instance, anna, eve)
    add(session, instance, anna, eve, weight=3)
    vote(session, instance, eve)
    vote(session, instance, anna, "refuse")
    vote(session, instance, bob, "refuse")
    assert (result(session, instance)["for"], result(session, instance)["result"]) == (3, "agreed")


def test_who_was_added_is_taken_out_by_who_holds_a_task_there(session, anna, bob, eve):
    instance = begun(session, ("anna", "bob"))
    add(session, instance, anna, eve)
    remove(session, instance, bob, "eve")
    assert holders(session, instance) == ["anna", "bob"]
    assert last(session, instance, "signer_removed").data["to"] == "eve"
    assert fsck.run(session) == []


def test_who_was_drawn_is_taken_out_by_who_hands_out_tasks_only(session, anna, bob, dora):
    instance = begun(session)
    with pytest.raises(NotAllowed, match="was drawn as a signer"):
        remove(session, instance, anna, "bob")
    remove(session, instance, dora, "bob", seen_from="anna")
    assert holders(session, instance) == ["anna", "carl"]


def test_taking_out_the_last_who_is_missing_decides(session, anna, bob, dora):
    instance = begun(session, ("anna", "bob"))
    vote(session, instance, anna)
    remove(session, instance, dora, "bob", seen_from="bob")
    assert result(session, instance)["result"] == "agreed" and fsck.run(session) == []


def test_the_only_one_is_not_taken_out(session, dora):
    instance = begun(session, ("anna",))
    with pytest.raises(Conflict, match="Somebody must sign"):
        remove(session, instance, dora, "anna", seen_from="anna")


def test_who_has_signed_stays(session, anna, bob, dora):
    instance = begun(session)
    vote(session, instance, anna)
    with pytest.raises(Conflict, match="has signed already"):
        remove(session, instance, dora, "anna", seen_from="bob")
    with pytest.raises(NotFound):
        remove(session, instance, dora, "eve", seen_from="bob")


def test_whose_turn_has_not_come_is_taken_out_as_well(session, anna, dora):
    instance = begun(session, ("anna", "bob"), "sequential", signing="inTurn")
    remove(session, instance, dora, "bob", seen_from="anna")
    vote(session, instance, anna)
    assert result(session, instance)["signers"] == 1


def test_nothing_is_added_to_what_is_over(session, anna, bob, eve):
    instance = begun(session, ("anna", "bob"), signing="any")
    task = task_of(session, instance, "bob")
    vote(session, instance, anna)
    with pytest.raises(TaskNotOpen):
        signing.add(session, task, bob, eve, SignerPlace.BESIDE, "迟了")
    with pytest.raises(TaskNotOpen):
        signing.remove(session, task, bob, "迟了")


def test_the_board_says_who_has_signed_and_who_is_missing_since_when(session, anna, bob, eve, clock):
    instance = begun(session)
    clock.move(hours=2)
    vote(session, instance, bob, "refuse", opinion="不妥")
    add(session, instance, anna, eve, "before", "看法律")
    board = signing.board(session, task_of(session, instance, "anna"))
    assert [(line.signer, line.place.value) for line in board.lines] == [
        ("bob", "signed"),
        ("anna", "waits"),
        ("carl", "asked"),
        ("eve", "asked"),
    ]
    assert (board.voted, len(board.signers), board.result, board.closed) == (1, 4, "refused", False)
    assert board.votes[0].opinion == "不妥" and board.lines[3].added_by == "anna"
    assert [line.since.hour for line in board.lines] == [3, 1, 1, 3]


def test_the_board_of_what_is_over_stays(session, anna, bob):
    instance = begun(session, ("anna", "bob"), signing="any")
    task = vote(session, instance, anna, opinion="可")
    board = signing.board(session, task)
    assert board.closed and board.result == "agreed" and [line.opinion for line in board.lines] == ["可"]


def test_a_hidden_board_shows_a_reader_their_own_vote_only(session, anna, bob, dora):
    instance = begun(session, signingHidden="yes")
    task = vote(session, instance, anna, "refuse", opinion="密")
    vote(session, instance, bob)
    for reader, seen in ((anna, ["refuse", None]), (bob, [None, "agree"]), (dora, [None, None]), (None, [None, None])):
        board = signing.board(session, task, reader)
        assert [line.outcome for line in board.lines[:2]] == seen
        assert (board.votes, board.result, board.quorum, board.figures) == (None, None, None, None)
        assert (board.voted, len(board.lines)) == (2, 3)


def test_where_nobody_signs_together_there_is_no_board(session, anna):
    instance = begin(session, process(session, "start s\nuser a assignee=anna\nend e\ns -> a -> e"))
    assert signing.board(session, task_of(session, instance, "anna")) is None


def test_an_empty_list_is_a_task_somebody_may_give_out(session, dora, anna):
    instance = begun(session, ())
    task = session.scalars(select(UserTask).where(UserTask.instance_id == instance.id)).one()
    assert task.assignee is None
    tasks.assign(session, task, dora, session.get(User, "anna"), "名单是空的")
    vote(session, instance, anna)
    assert result(session, instance)["votes"][0]["who"] == "anna"


def test_members_of_a_group_and_others_are_one_list(session, office):
    with_members = "start s\nuser sign each=\"['carl', members('registry'), 'anna']\" item=who assignee=${who}\nend e\ns -> sign -> e"
    instance = begin(session, process(session, with_members, sign={"signing": "all"}))
    found = holders(session, instance)
    assert found == sorted(set(found)) and {"anna", "carl"} <= set(found) and len(found) > 2


@pytest.mark.parametrize("seed", range(WALKS))
def test_any_sequence_of_votes_additions_and_removals_leaves_the_office_sound(session, seed, people):
    chance, everybody = random.Random(seed), [people.anna, people.bob, people.carl, people.eve, people.dora]
    kind = chance.choice(["all", "any", "vote", "inTurn"])
    words = {"signing": kind, **({"signingShare": "1/2"} if kind == "vote" else {})}
    words["signingHidden"] = chance.choice(["yes", "no"])
    instance = begun(session, ("anna", "bob"), "sequential" if kind == "inTurn" else "", **words)
    for _ in range(12):
        if result(session, instance):
            break
        holder = chance.choice(holders(session, instance))
        user = next(each for each in everybody if each.name == holder)
        try:
            with session.begin_nested():
                match chance.choice(["vote", "vote", "add", "remove"]):
                    case "vote":
                        vote(session, instance, user, chance.choice(["agree", "agree", "refuse", "abstain"]))
                    case "add":
                        add(session, instance, user, chance.choice(everybody), chance.choice(list(SignerPlace)))
                    case "remove":
                        who = chance.choice(everybody).name
                        remove(session, instance, people.dora, who, seen_from=user.name)
        except (Conflict, Invalid, NotAllowed, NotFound):
            session.expire_all()
        assert holders(session, instance) or result(session, instance)
    assert fsck.run(session) == []
    assert instances.variables(session, instance)["people"] == ["anna", "bob"]
