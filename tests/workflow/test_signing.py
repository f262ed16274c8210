"""Signing together with people, tasks and history: votes, hidden votes, one person one vote."""

import pytest
from sqlalchemy import select

from tests.workflow.signatures import begun, result, task_of, vote
from tests.workflow.world import last
from workflow import fsck, history, instances, tasks
from workflow.errors import Conflict, Invalid, NotAllowed
from workflow.models import UserTask


def test_the_votes_stand_in_a_variable_in_their_order(session, anna, bob, carl, clock):
    instance = begun(session)
    vote(session, instance, bob, opinion="同意，材料齐全")
    clock.move(hours=1)
    vote(session, instance, anna, "refuse", opinion="缺第三页", page=3)
    vote(session, instance, carl, "abstain")
    told = result(session, instance)
    assert (told["result"], told["for"], told["against"], told["abstain"]) == ("refused", 1, 1, 1)
    assert [(each["who"], each["outcome"], each["opinion"]) for each in told["votes"]] == [
        ("bob", "agree", "同意，材料齐全"),
        ("anna", "refuse", "缺第三页"),
        ("carl", "abstain", ""),
    ]
    assert told["votes"][1]["answers"] == {"page": 3} and told["votes"][1]["at"] == "2026-07-01T02:00:00+00:00"
    assert fsck.run(session) == []


def test_answers_of_a_vote_are_no_variables_of_the_process(session, anna):
    instance = begun(session)
    vote(session, instance, anna, opinion="好", amount=3)
    assert set(instances.variables(session, instance)) == {"people"}
    assert last(session, instance, "completed", "sign").data["opinion"] == "好"


def test_an_outcome_that_is_no_vote_is_refused_and_nothing_happens(session, anna):
    instance = begun(session)
    with pytest.raises(Invalid, match="“maybe” is no vote here"):
        vote(session, instance, anna, "maybe")


def test_an_opinion_is_not_cut(session, anna):
    instance = begun(session)
    with pytest.raises(Invalid, match="at most 500 characters") as refused:
        vote(session, instance, anna, opinion="好" * 501)
    assert list(refused.value.problems) == ["opinion"]


def test_hidden_votes_are_nowhere_before_the_signing_closes(session, anna, bob, carl):
    instance = begun(session, signingHidden="yes")
    done = vote(session, instance, anna, "refuse", opinion="秘密的话", note="更秘密")
    vote(session, instance, bob, "agree", opinion="秘密的话")
    written = [str(each) for each in history.timeline(session, instance.case)]
    written += [str(row) for table in UserTask.metadata.sorted_tables for row in session.execute(select(table))
                if table.name not in ("process_instances", "footings")]  # fmt: skip
    assert [each for each in written if "秘密" in each or "refuse" in each] == []
    session.refresh(done)
    assert done.outcome is None and fsck.run(session) == []


def test_hidden_votes_are_told_when_the_signing_closes(session, anna, bob):
    instance = begun(session, people=("anna", "bob"), signingHidden="yes")
    done = vote(session, instance, anna, "refuse", opinion="秘密的话")
    vote(session, instance, bob)
    session.refresh(done)
    assert done.outcome == "refuse"
    assert last(session, instance, "signing_closed").data["votes"][0]["opinion"] == "秘密的话"
    assert fsck.run(session) == []


def test_one_person_has_one_vote(session, anna, bob, carl, eve):
    instance = begun(session)
    with pytest.raises(NotAllowed, match="has one vote only"):
        tasks.assign(session, task_of(session, instance, "bob"), bob, anna, "出差")
    vote(session, instance, anna)
    with pytest.raises(NotAllowed, match="has signed “sign” already"):
        tasks.assign(session, task_of(session, instance, "bob"), bob, anna, "出差")


def test_one_person_has_two_votes_where_the_diagram_says_so(session, anna, bob):
    instance = begun(session, people=("anna", "bob"), signingTwice="yes")
    vote(session, instance, anna)
    tasks.assign(session, task_of(session, instance, "bob"), bob, anna, "出差")
    vote(session, instance, anna)
    assert [(each["signer"], each["who"]) for each in result(session, instance)["votes"]] == [
        ("anna", "anna"),
        ("bob", "anna"),
    ]


def test_a_vote_given_twice_with_one_request_counts_once(session, anna):
    instance = begun(session)
    task = task_of(session, instance, "anna")
    for _ in range(2):
        tasks.complete(session, task, anna, {}, "agree", "key-1")
    with pytest.raises(Conflict):
        tasks.complete(session, task, anna, {}, "agree", "key-2")
