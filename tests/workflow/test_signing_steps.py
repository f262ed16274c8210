"""People asked to sign beside a plain step: before its holder, after them, beside them."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests.workflow.signatures import add, holders, remove, step, task_of, vote
from tests.workflow.world import last
from workflow import fsck, instances, performers, signing, substitutes, tasks
from workflow.clock import now
from workflow.errors import Conflict, Invalid, NotAllowed, NotFound
from workflow.identity import User
from workflow.models import AskedSigner, StrandedTask, UserTask
from workflow.statuses import SignerPlace, TaskKind, TaskStatus


def board(session, instance, person="anna"):
    return signing.board(session, task_of(session, instance, person))


def test_who_is_asked_before_signs_first(session, anna, bob):
    instance = step(session)
    add(session, instance, anna, bob, "before")
    with pytest.raises(Conflict, match="waits until .+ have signed, who were asked before"):
        vote(session, instance, anna)
    vote(session, instance, bob, opinion="可以")
    assert [(line.place.value, line.opinion) for line in board(session, instance).lines] == [("signed", "可以")]
    vote(session, instance, anna, amount=7)
    assert holders(session, instance) == ["eve"] and instances.variables(session, instance)["amount"] == 7
    assert fsck.run(session) == []


def test_who_is_asked_after_signs_last_and_the_process_waits(session, anna, bob):
    instance = step(session)
    add(session, instance, anna, bob, "after")
    assert holders(session, instance) == ["anna"]
    task = vote(session, instance, anna, amount=7)
    assert task.status is TaskStatus.OPEN and holders(session, instance) == ["anna", "bob"]
    assert "amount" not in instances.variables(session, instance)
    assert board(session, instance).aside_since is not None
    vote(session, instance, bob)
    assert holders(session, instance) == ["eve"] and instances.variables(session, instance)["amount"] == 7
    told = last(session, instance, "completed", "check")
    assert told.actor == "anna" and told.data["outcome"] == "agree"
    assert fsck.run(session) == []


def test_what_is_asked_of_who_has_left_meanwhile_comes_to_who_hands_out_work(session, anna, bob, dora):
    instance = step(session)
    add(session, instance, anna, bob, "after")
    session.get_one(User, "bob").active = False
    vote(session, instance, anna)
    (stranded,) = session.scalars(select(StrandedTask))
    task = session.get_one(UserTask, stranded.task_id)
    assert performers.rescue(session, task)
    assert tasks.candidates(session, task) == ["group:director", "user:bob"]
    tasks.claim(session, task, dora)
    vote(session, instance, dora)
    assert holders(session, instance) == ["eve"] and fsck.run(session) == []


@pytest.mark.parametrize("first", ["anna", "bob"])
def test_beside_both_are_needed_in_any_order(session, people, first):
    instance = step(session)
    add(session, instance, people.anna, people.bob, "beside")
    assert holders(session, instance) == ["anna", "bob"]
    second = "bob" if first == "anna" else "anna"
    vote(session, instance, getattr(people, first))
    assert "eve" not in holders(session, instance)
    vote(session, instance, getattr(people, second))
    assert holders(session, instance) == ["eve"] and fsck.run(session) == []


def test_a_refusal_gives_the_step_back_with_the_opinion_and_who_refused_is_asked_again(session, anna, bob):
    instance = step(session)
    add(session, instance, anna, bob, "after")
    vote(session, instance, anna)
    vote(session, instance, bob, "refuse", opinion="金额不对")
    now = board(session, instance)
    assert now.aside_since is None and (now.lines[0].outcome, now.lines[0].opinion) == ("refuse", "金额不对")
    assert holders(session, instance) == ["anna"]
    vote(session, instance, anna, amount=8)
    assert holders(session, instance) == ["anna", "bob"]
    vote(session, instance, bob)
    assert holders(session, instance) == ["eve"] and instances.variables(session, instance)["amount"] == 8
    assert fsck.run(session) == []


def test_a_refusal_needs_words(session, anna, bob):
    instance = step(session)
    add(session, instance, anna, bob)
    with pytest.raises(Invalid) as refused:
        vote(session, instance, bob, "refuse")
    assert list(refused.value.problems) == ["opinion"]


@pytest.mark.parametrize("outcome", [None, "abstain", "maybe"])
def test_who_was_asked_agrees_or_refuses(session, anna, bob, outcome):
    instance = step(session)
    add(session, instance, anna, bob)
    with pytest.raises(Invalid, match="Say whether you agree"):
        vote(session, instance, bob, outcome)


def test_to_refuse_the_step_nobody_s_agreement_is_needed(session, anna, bob):
    instance = step(session)
    add(session, instance, anna, bob)
    vote(session, instance, anna, "reject")
    assert holders(session, instance) == ["eve"] and fsck.run(session) == []


def test_the_last_of_several_lets_the_step_go_on(session, anna, bob, carl, dora):
    instance = step(session)
    add(session, instance, anna, bob, "beside")
    add(session, instance, anna, carl, "after")
    vote(session, instance, anna)
    vote(session, instance, carl)
    assert "eve" not in holders(session, instance)
    vote(session, instance, bob)
    assert holders(session, instance) == ["eve"]


def test_the_same_request_again_changes_nothing_while_it_waits_and_after(session, anna, bob):
    instance = step(session)
    add(session, instance, anna, bob)
    task = task_of(session, instance, "anna")
    for _ in range(2):
        assert tasks.complete(session, task, anna, {}, "agree", "k1").status is TaskStatus.OPEN
    with pytest.raises(Conflict, match="You have done “check”; it waits for"):
        tasks.complete(session, task, anna, {}, "agree", "k2")
    vote(session, instance, bob)
    session.refresh(task)
    assert tasks.complete(session, task, anna, {}, "agree", "k1").completed_by == "anna"


def test_what_waits_for_others_may_be_taken_back(session, anna, bob):
    instance = step(session)
    add(session, instance, anna, bob)
    task = vote(session, instance, anna)
    with pytest.raises(NotAllowed):
        signing.take_back(session, task, bob)
    signing.take_back(session, task, anna)
    vote(session, instance, bob)
    assert holders(session, instance) == ["anna"]
    with pytest.raises(Conflict, match="Nothing of “check” waits"):
        signing.take_back(session, task, anna)
    vote(session, instance, anna)
    assert holders(session, instance) == ["eve"]


def test_taking_out_who_is_missing_lets_the_step_go_on(session, anna, bob):
    instance = step(session)
    add(session, instance, anna, bob)
    vote(session, instance, anna)
    remove(session, instance, anna, "bob")
    assert holders(session, instance) == ["eve"] and fsck.run(session) == []


def test_who_has_refused_is_taken_out_by_who_hands_out_tasks_only(session, anna, bob, dora):
    instance = step(session)
    add(session, instance, anna, bob)
    vote(session, instance, bob, "refuse", opinion="不行")
    with pytest.raises(Conflict, match="has refused; what they said stays"):
        remove(session, instance, anna, "bob")
    remove(session, instance, dora, "bob", seen_from="anna")
    assert board(session, instance) is None


def test_who_has_agreed_or_was_never_asked_is_not_taken_out(session, anna, bob):
    instance = step(session)
    add(session, instance, anna, bob)
    vote(session, instance, bob)
    with pytest.raises(Conflict, match="has signed already"):
        remove(session, instance, anna, "bob")
    with pytest.raises(NotFound):
        remove(session, instance, anna, "carl")


def test_a_step_handed_over_while_it_waits_is_its_new_holder_s_to_answer(session, anna, bob, carl, dora):
    instance = step(session)
    add(session, instance, anna, bob)
    task = vote(session, instance, anna, amount=1)
    tasks.assign(session, task, dora, carl, "换人")
    vote(session, instance, bob)
    assert holders(session, instance) == ["carl"]
    vote(session, instance, carl, amount=2)
    assert instances.variables(session, instance)["amount"] == 2 and fsck.run(session) == []


def test_who_was_asked_for_while_another_had_the_step_is_asked_when_it_comes_back(session, anna, bob, carl, dora):
    """Anna is done and waits for Bob; she has Dora look after the step, who asks for Carl; then it is Anna's again."""
    instance = step(session)
    add(session, instance, anna, bob, "after")
    task = vote(session, instance, anna, amount=1)
    tasks.delegate(session, task, anna, dora, "请看一下")
    add(session, instance, dora, carl, "after")
    tasks.give_back(session, task, dora)

    assert holders(session, instance) == ["anna", "bob", "carl"]
    vote(session, instance, bob)
    vote(session, instance, carl)
    assert holders(session, instance) == ["eve"] and fsck.run(session) == []


def test_fsck_names_who_is_waited_for_and_was_never_asked(session, anna, bob):
    instance = step(session)
    add(session, instance, anna, bob, "after")
    task = vote(session, instance, anna)
    session.execute(update(AskedSigner).values(signer_task_id=None))
    session.expire_all()
    said = [str(each.sentence) for each in fsck.run(session) if each.check == "signers"]
    assert said == [f"Task {task.id} waits for bob to sign, who was never asked."]


def test_nobody_is_asked_twice_or_asks_themselves(session, anna, bob):
    instance = step(session)
    add(session, instance, anna, bob)
    with pytest.raises(Conflict, match="signs here already"):
        add(session, instance, anna, bob, "after")
    with pytest.raises(Invalid):
        add(session, instance, anna, anna)


def test_who_was_asked_asks_nobody_further(session, anna, bob, carl):
    instance = step(session)
    add(session, instance, anna, bob)
    with pytest.raises(NotAllowed, match="Only a step of the process"):
        add(session, instance, bob, carl)


def test_before_is_too_late_when_the_holder_is_done(session, anna, bob, carl):
    instance = step(session)
    add(session, instance, anna, bob)
    vote(session, instance, anna)
    with pytest.raises(Conflict, match="ask for somebody after it"):
        add(session, instance, anna, carl, "before")
    add(session, instance, anna, carl, "after")
    assert holders(session, instance) == ["anna", "bob", "carl"]


def test_what_was_asked_ends_with_the_process(session, anna, bob):
    instance = step(session)
    add(session, instance, anna, bob)
    task = vote(session, instance, anna)
    instances.cancel(session, instance, "dora", "撤回")
    assert holders(session, instance) == [] and fsck.run(session) == []
    assert signing.board(session, session.get(UserTask, task.id)).closed


def test_the_task_of_who_was_asked_is_of_its_own_kind_and_shows_the_board(session, anna, bob):
    instance = step(session)
    add(session, instance, anna, bob, "before", "请核对")
    task = task_of(session, instance, "bob")
    assert task.kind is TaskKind.SIGNER and task.parent_id == task_of(session, instance, "anna").id
    assert signing.board(session, task).lines[0].reason == "请核对"


def test_nobody_is_asked_while_the_process_is_suspended(session, anna, bob, dora):
    instance = step(session)
    instance.status = type(instance.status).SUSPENDED
    session.flush()
    with pytest.raises(Conflict, match="suspended"):
        signing.add(session, task_of(session, instance, "anna"), anna, bob, SignerPlace.BESIDE, "x")


def test_who_does_the_step_signs_it_for_nobody(session, anna, bob, dora):
    substitutes.grant(session, bob, anna, now(), now() + timedelta(days=1), [], dora, "休假")
    instance = step(session)
    add(session, instance, anna, bob)
    with pytest.raises(NotAllowed, match="stands behind another signature of “check”"):
        tasks.claim(session, task_of(session, instance, "bob"), anna, bob)


def test_who_has_signed_the_step_neither_takes_nor_prepares_it(session, anna, bob, dora):
    instance = step(session)
    add(session, instance, anna, bob)
    vote(session, instance, bob)
    check = task_of(session, instance, "anna")
    with pytest.raises(NotAllowed, match="stands behind another signature"):
        tasks.assign(session, check, dora, bob, "出差")
    with pytest.raises(NotAllowed, match="stands behind another signature"):
        tasks.delegate(session, check, anna, bob)


def test_nobody_signs_the_step_twice_as_a_substitute(session, anna, bob, carl, dora):
    substitutes.grant(session, carl, bob, now(), now() + timedelta(days=1), [], dora, "休假")
    instance = step(session)
    add(session, instance, anna, bob)
    add(session, instance, anna, carl)
    vote(session, instance, bob)
    with pytest.raises(NotAllowed, match="stands behind another signature"):
        tasks.claim(session, task_of(session, instance, "carl"), bob, carl)


def test_a_substitute_of_who_holds_the_step_is_not_asked_to_sign_for_them(session, anna, bob, dora):
    substitutes.grant(session, anna, bob, now(), now() + timedelta(days=1), [], dora, "休假")
    instance = step(session)
    tasks.claim(session, task_of(session, instance, "anna"), bob, anna)
    with pytest.raises(Invalid):
        add(session, instance, bob, anna)
