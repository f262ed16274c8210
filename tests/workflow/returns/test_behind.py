"""Who stands behind a step stays behind it when it is taken back or done once more."""

from datetime import timedelta

import pytest

from tests.workflow.returns.desk import REDO, STRAIGHT, back, correction, step
from tests.workflow.returns.test_withdrawing import withdrawn
from tests.workflow.world import begin, process
from workflow import substitutes, tasks
from workflow.clock import now
from workflow.errors import NotAllowed
from workflow.identity import User

NAMED = "start s\nuser open assignee=anna\nuser check candidateGroups=registry\nend e\ns -> open -> check -> e"
APART = {"check": {"differentFrom": "open"}}


@pytest.fixture
def bob(session) -> User:
    """Of this session: in whose place he stands is read again."""
    return session.get_one(User, "bob")


@pytest.fixture
def away(session, clock, anna, bob, dora):
    """Bob stands in for Anna."""
    return substitutes.grant(session, anna, bob, now(), now() + timedelta(days=1), [], dora, "休假")


def stood_in(session, anna, bob):
    """Bob has opened it in Anna's place."""
    instance = begin(session, process(session, NAMED, **APART))
    tasks.claim(session, step(session, instance, "open"), bob, anna)
    tasks.complete(session, step(session, instance, "open"), bob, {"n": 1})
    return instance


def prepared_by_dora(session, anna, dora):
    """Dora has prepared what Anna opened."""
    instance = begin(session, process(session, NAMED, **APART))
    task = step(session, instance, "open")
    tasks.delegate(session, task, anna, dora)
    tasks.give_back(session, task, dora)
    tasks.complete(session, task, anna, {"n": 1})
    return instance


def test_a_substitute_who_takes_back_has_it_in_the_same_place(session, away, anna, bob):
    instance = stood_in(session, anna, bob)
    fresh = withdrawn(session, instance, "open", bob)
    assert (fresh.assignee, fresh.on_behalf_of) == ("bob", "anna")
    tasks.complete(session, fresh, bob, {"n": 2})
    with pytest.raises(NotAllowed, match="must be done by another person"):
        tasks.claim(session, step(session, instance, "check"), anna)


def test_a_substitute_of_yesterday_leaves_it_to_whose_it_is(session, away, anna, bob, dora):
    instance = stood_in(session, anna, bob)
    substitutes.end(session, away, dora)
    fresh = withdrawn(session, instance, "open", bob)
    assert (fresh.assignee, fresh.on_behalf_of) == ("anna", None)


def test_who_was_stood_in_for_takes_back_with_the_answers_of_the_substitute(session, away, anna, bob):
    instance = stood_in(session, anna, bob)
    fresh = withdrawn(session, instance, "open", anna)
    assert (fresh.assignee, fresh.prepared_by) == ("anna", ["bob"])
    tasks.complete(session, fresh, anna, {"n": 1})
    with pytest.raises(NotAllowed, match="stands behind both|you did that"):
        tasks.claim(session, step(session, instance, "check"), bob)


def test_a_delegate_stays_behind_what_is_taken_back(session, clock, anna, dora):
    instance = prepared_by_dora(session, anna, dora)
    fresh = withdrawn(session, instance, "open", anna)
    assert fresh.prepared_by == ["dora"]


@pytest.mark.parametrize("mode", [REDO, STRAIGHT])
def test_a_delegate_stays_behind_what_is_sent_back(session, clock, anna, bob, dora, mode):
    instance = prepared_by_dora(session, anna, dora)
    tasks.claim(session, step(session, instance, "check"), bob)
    back(session, step(session, instance, "check"), bob, "open", mode)
    fresh = correction(session, "open") if mode is STRAIGHT else step(session, instance, "open")
    assert (fresh.assignee, fresh.prepared_by) == ("anna", ["dora"])


@pytest.mark.parametrize("mode", [REDO, STRAIGHT])
def test_what_a_substitute_did_comes_back_to_them_in_the_same_place(session, clock, anna, bob, dora, mode):
    substitutes.grant(session, dora, bob, now(), now() + timedelta(days=1), [], dora, "休假")
    drawing = NAMED.replace("assignee=anna", "candidateGroups=director")
    instance = begin(session, process(session, drawing, **APART))
    tasks.claim(session, step(session, instance, "open"), bob, dora)
    tasks.complete(session, step(session, instance, "open"), bob, {"n": 1})
    tasks.claim(session, step(session, instance, "check"), anna)
    back(session, step(session, instance, "check"), anna, "open", mode)
    fresh = correction(session, "open") if mode is STRAIGHT else step(session, instance, "open")
    assert (fresh.assignee, fresh.on_behalf_of) == ("bob", "dora")
