"""Signers who are away, have left or were never there; substitutes; versions that count otherwise."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.workflow.signatures import add, begun, holders, result, task_of, vote
from tests.workflow.world import begin, process
from workflow import definitions, engine, fsck, instances, substitutes, tasks
from workflow.clock import now
from workflow.errors import NotAllowed, Refusal
from workflow.identity import User
from workflow.models import StrandedTask, UserTask
from workflow.statuses import TaskStatus


def unnamed(session, instance):
    free = (UserTask.instance_id == instance.id, UserTask.status == TaskStatus.OPEN, UserTask.assignee.is_(None))
    return session.scalars(select(UserTask).where(*free)).all()


@pytest.mark.parametrize("people", [[], ["zoe"], ["anna", "zoe"]])
def test_whoever_is_not_there_leaves_a_task_that_is_looked_after(session, people):
    instance = begun(session, people)
    (task,) = unnamed(session, instance)
    assert session.get(StrandedTask, task.id) is not None


def test_a_signer_who_has_left_leaves_a_task_that_is_handed_on(session, bob, dora):
    session.get(User, "anna").active = False
    instance = begun(session, ("anna", "bob"))
    (task,) = unnamed(session, instance)
    tasks.assign(session, task, dora, session.get(User, "carl"), "安娜已离职")
    vote(session, instance, session.get(User, "carl"))
    vote(session, instance, bob)
    assert [(each["signer"], each["who"]) for each in result(session, instance)["votes"]] == [
        ("anna", "carl"),
        ("bob", "bob"),
    ]


def test_a_substitute_votes_in_the_place_of_who_is_away(session, anna, bob, carl, dora):
    substitutes.grant(session, anna, carl, now(), now() + timedelta(days=1), [], dora, "休假")
    instance = begun(session, ("anna", "bob"))
    task = task_of(session, instance, "anna")
    tasks.claim(session, task, carl, anna)
    vote(session, instance, carl)
    vote(session, instance, bob)
    (first, _second) = result(session, instance)["votes"]
    assert (first["signer"], first["who"], first["onBehalfOf"]) == ("anna", "carl", "anna")
    assert fsck.run(session) == []


def test_a_substitute_who_signs_too_has_one_vote(session, anna, bob, dora):
    substitutes.grant(session, anna, bob, now(), now() + timedelta(days=1), [], dora, "休假")
    instance = begun(session, ("anna", "bob"))
    with pytest.raises(NotAllowed, match="one vote only"):
        tasks.claim(session, task_of(session, instance, "anna"), bob, anna)
    vote(session, instance, bob)
    with pytest.raises(NotAllowed, match="has signed “sign” already"):
        tasks.claim(session, task_of(session, instance, "anna"), bob, anna)


def test_who_was_voted_for_does_not_vote_in_another_place(session, anna, bob, carl, dora):
    substitutes.grant(session, anna, dora, now(), now() + timedelta(days=1), [], dora, "休假")
    instance = begun(session, ("anna", "carl", "bob"))
    tasks.claim(session, task_of(session, instance, "anna"), dora, anna)
    vote(session, instance, dora)
    with pytest.raises(NotAllowed, match="安娜 has signed “sign” already"):
        tasks.assign(session, task_of(session, instance, "carl"), dora, anna, "出差")
    substitutes.grant(session, anna, bob, now(), now() + timedelta(days=1), [], dora, "休假")
    vote(session, instance, bob)


def test_a_rule_of_separation_is_asked_for_each_vote(session, anna, bob):
    drawing = "start s\nuser open assignee=anna\nuser sign each=people item=who assignee=${who}\nend e\ns -> open -> sign -> e"
    definition = process(session, drawing, sign={"signing": "all", "differentFrom": "open"})
    instance = begin(session, definition, people=["anna", "bob"])
    vote(session, instance, anna)
    vote(session, instance, bob)
    with pytest.raises(Refusal), session.begin_nested():
        vote(session, instance, anna)
    assert "anna" in holders(session, instance) or unnamed(session, instance)


def test_a_running_signing_does_not_move_to_a_version_that_shows_what_was_hidden(session, anna):
    instance = begun(session, signing="all", signingHidden="yes")
    vote(session, instance, anna)
    old = definitions.model(session, instance.definition)
    for words, fits in (({"signingHidden": "yes"}, True), ({"signingHidden": "no"}, False)):
        new = definitions.model(session, begun(session, **words).definition)
        assert (engine.why_not_migrate(old, new, instances.state(instance), {}) is None) == fits


def test_who_is_added_and_leaves_the_office_leaves_the_task(session, anna, bob, eve, dora):
    instance = begun(session, ("anna",))
    add(session, instance, anna, eve)
    session.get(User, "eve").active = False
    tasks.assign(session, task_of(session, instance, "eve"), dora, bob, "离职")
    vote(session, instance, bob)
    vote(session, instance, anna)
    assert result(session, instance)["result"] == "agreed"
