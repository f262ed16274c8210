"""Tokens moved and work skipped by hand past what separation of duty protects: two people or not at all."""

import pytest

from tests.workflow.separation.guards import guards
from tests.workflow.world import REVIEW, begin, do, last, open_tasks, process
from workflow import operations, separation
from workflow.errors import Conflict, NotAllowed
from workflow.separation import agreements, policies
from workflow.statuses import AgreementStatus, TaskStatus

CHECKED = """
    start s
    user a candidateGroups=registry
    user b candidateGroups=registry
    user c candidateGroups=registry
    end e
    s -> a -> b -> c -> e
"""
RULE = {"differentFrom": "a"}
WHY = "急件"


@pytest.fixture
def guard(session):
    return guards(session)


def token(session, instance, activity):
    return open_tasks(session, instance)[activity].token_id


def test_moving_past_a_protected_step_takes_a_second_person(session, guard, anna, dora):
    instance = begin(session, process(session, CHECKED, b=RULE))
    do(session, instance, "a", anna)
    where = token(session, instance, "b")

    with pytest.raises(separation.NeedsAgreement, match="passes by “b”, where separation of duty is asked for"):
        operations.move(session, instance, dora, where, "c", WHY)
    asked = operations.ask_to_move(session, instance, dora, where, "c", WHY)
    assert list(open_tasks(session, instance)) == ["b"]
    with pytest.raises(NotAllowed, match="a second person must agree"):
        agreements.agree(session, asked, dora)

    agreements.agree(session, asked, guard[0])
    assert list(open_tasks(session, instance)) == ["c"]
    moved = last(session, instance, "token_moved")
    assert (moved.actor, moved.data["agreed_by"], moved.data["reason"]) == ("dora", "gao", WHY)


def test_skipping_a_protected_step_takes_a_second_person(session, guard, anna, dora):
    instance = begin(session, process(session, CHECKED, b=RULE))
    do(session, instance, "a", anna)
    where = token(session, instance, "b")

    with pytest.raises(separation.NeedsAgreement):
        operations.skip(session, instance, dora, where, WHY)
    agreements.agree(session, operations.ask_to_skip(session, instance, dora, where, WHY), guard[1])
    assert list(open_tasks(session, instance)) == ["c"]
    assert last(session, instance, "skipped").data["agreed_by"] == "lin"


def test_a_jump_over_a_protected_step_to_come_takes_a_second_person(session, anna, dora):
    instance = begin(session, process(session, CHECKED, b=RULE))

    with pytest.raises(separation.NeedsAgreement, match="“a”、“b”"):
        operations.move(session, instance, dora, token(session, instance, "a"), "c", WHY)


def test_a_jump_onto_a_path_without_the_protected_step_takes_a_second_person(session, dora):
    drawing = """
        start s
        user a
        xor g
        user b
        user c
        end e
        s -> a -> g
        g -> b -> e if ok = true
        g -> c -> e default
    """
    instance = begin(session, process(session, drawing, b={"notStarter": "true"}), ok=True)

    with pytest.raises(separation.NeedsAgreement, match="“b”"):
        operations.move(session, instance, dora, token(session, instance, "a"), "c", WHY)
    operations.move(session, instance, dora, token(session, instance, "a"), "b", WHY)


def test_going_back_and_moving_what_is_not_protected_take_nobody_else(session, anna, bob, dora):
    instance = begin(session, process(session, CHECKED, b=RULE))
    do(session, instance, "a", anna)
    operations.move(session, instance, dora, token(session, instance, "b"), "a", WHY)
    do(session, instance, "a", anna)
    do(session, instance, "b", bob)
    operations.skip(session, instance, dora, token(session, instance, "c"), WHY)
    free = begin(session, process(session, REVIEW, key="free"))

    operations.move(session, free, dora, token(session, free, "open"), "check", WHY)
    with pytest.raises(Conflict, match="nobody else need agree"):
        operations.ask_to_skip(session, free, dora, token(session, free, "check"), WHY)


def test_when_the_process_has_gone_on_the_agreement_does_nothing(session, guard, anna, bob, dora):
    instance = begin(session, process(session, CHECKED, b=RULE))
    do(session, instance, "a", anna)
    asked = operations.ask_to_move(session, instance, dora, token(session, instance, "b"), "c", WHY)
    do(session, instance, "b", bob)

    with pytest.raises(Conflict, match="has gone on meanwhile"), session.begin_nested():
        agreements.agree(session, asked, guard[0])
    session.expire_all()
    assert asked.status is AgreementStatus.ASKED
    agreements.refuse(session, asked, guard[0], "已经办完")


def test_who_asks_needs_the_right_to_move_then_and_still(session, guard, anna, dora):
    instance = begin(session, process(session, CHECKED, b=RULE))
    do(session, instance, "a", anna)
    where = token(session, instance, "b")

    with pytest.raises(NotAllowed):
        operations.ask_to_skip(session, instance, anna, where, WHY)
    asked = operations.ask_to_skip(session, instance, dora, where, WHY)
    asker = session.get_one(type(dora), "dora")
    asker.groups = []
    session.flush()
    with pytest.raises(NotAllowed), session.begin_nested():
        agreements.agree(session, asked, guard[0])


def test_what_two_have_agreed_to_pass_by_is_not_waited_for(session, guard, anna, dora):
    instance = begin(session, process(session, CHECKED, c={"approvals": "2: a, b"}))
    do(session, instance, "a", anna)
    where = token(session, instance, "b")
    with pytest.raises(separation.NeedsAgreement):
        operations.skip(session, instance, dora, where, WHY)

    agreements.agree(session, operations.ask_to_skip(session, instance, dora, where, WHY), guard[0])
    assert do(session, instance, "c", anna).status is TaskStatus.COMPLETED


def test_a_policy_protects_as_a_diagram_does(session, guard, anna, dora):
    instance = begin(session, process(session, CHECKED))
    policies.add(session, guard[0], "p", "b", "notStarter", "true", WHY)
    do(session, instance, "a", anna)

    with pytest.raises(separation.NeedsAgreement):
        operations.skip(session, instance, dora, token(session, instance, "b"), WHY)


def test_a_called_process_with_protected_work_is_not_skipped_by_one_person(session, dora):
    drawing = "start s\nuser check candidateGroups=registry\nend e\ns -> check -> e"
    process(session, drawing, "inner", check={"notStarter": "true"})
    instance = begin(session, process(session, "start s\ncall c calls=inner\nuser z\nend e\ns -> c -> z -> e"))
    (where,) = [each.token_id for each in operations.standing(session, instance) if each.activity_id == "c"]

    with pytest.raises(separation.NeedsAgreement, match="“c”"):
        operations.skip(session, instance, dora, where, WHY)
