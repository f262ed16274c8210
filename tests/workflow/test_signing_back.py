"""Votes taken back, and steps taken back that others were asked to sign."""

import pytest

from tests.workflow.signatures import add, begun, holders, remove, result, step, task_of, vote
from workflow import fsck, returns, signing
from workflow.errors import Conflict


def test_a_vote_is_taken_back_while_nobody_has_acted_since(session, anna, bob):
    instance = begun(session, signing="vote", signingShare="1/2")
    task = vote(session, instance, anna, "refuse")
    returns.withdraw(session, task, anna, "看错了")
    assert holders(session, instance) == ["anna", "bob", "carl"]
    assert signing.board(session, task_of(session, instance, "anna")).voted == 0
    vote(session, instance, anna)
    assert fsck.run(session) == []


def test_the_vote_that_closed_a_signing_is_taken_back_with_the_result(session, anna, bob, carl):
    instance = begun(session, ("anna", "bob", "carl"), signing="all")
    vote(session, instance, anna)
    vote(session, instance, bob)
    task = vote(session, instance, carl, "refuse")
    returns.withdraw(session, task, carl, "再想想")
    assert result(session, instance) is None and holders(session, instance) == ["carl"]
    assert fsck.run(session) == []
    board = signing.board(session, task_of(session, instance, "carl"))
    assert [line.who for line in board.lines if line.place.value == "signed"] == ["anna", "bob"]
    vote(session, instance, carl)
    assert result(session, instance)["result"] == "agreed" and fsck.run(session) == []


def test_who_waits_behind_or_comes_after_still_does_when_all_is_taken_back(session, anna, bob, dora, eve):
    instance = begun(session, ("anna", "bob", "dora"), signing="any")
    add(session, instance, anna, eve, "before")
    task = vote(session, instance, bob)
    assert result(session, instance)
    returns.withdraw(session, task, bob, "再想想")
    assert holders(session, instance) == ["anna", "bob", "dora", "eve"]
    places = {
        line.signer: line.place.value for line in signing.board(session, task_of(session, instance, "anna")).lines
    }
    assert places == {"anna": "waits", "bob": "asked", "dora": "asked", "eve": "asked"}
    remove(session, instance, dora, "eve", seen_from="anna")
    vote(session, instance, anna)
    assert result(session, instance)["result"] == "agreed" and fsck.run(session) == []


def test_a_step_others_have_signed_is_taken_back_by_its_holder(session, anna, bob):
    instance = step(session)
    add(session, instance, anna, bob)
    vote(session, instance, bob)
    task = vote(session, instance, anna)
    assert holders(session, instance) == ["eve"]
    returns.withdraw(session, task, anna, "漏了一页")
    assert holders(session, instance) == ["anna"]
    vote(session, instance, anna)
    assert holders(session, instance) == ["eve"] and fsck.run(session) == []


def test_what_was_hidden_and_has_been_told_is_not_voted_anew(session, anna):
    instance = begun(session, ("anna",), signingHidden="yes")
    task = vote(session, instance, anna)
    with pytest.raises(Conflict, match="hidden votes of “sign” have been told"):
        returns.withdraw(session, task, anna, "再想想")
