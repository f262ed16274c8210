"""Somebody leaves: everything of theirs is seen, and handed over in one act."""

from datetime import timedelta

import pytest

from tests.workflow import made
from tests.workflow.world import begin, drawn, open_tasks, process
from workflow import (
    cases,
    definitions,
    fsck,
    history,
    leaving,
    people,
    performers,
    returns,
    separation,
    substitutes,
    tasks,
)
from workflow.around import receivers
from workflow.clock import now
from workflow.errors import Invalid, NotAllowed
from workflow.identity import User
from workflow.leaving import Kind
from workflow.models import Case, HandOver

ALL = {kind.value: "bob" for kind in Kind}


@pytest.fixture(autouse=True)
def _nine(clock):
    """The clock stands at nine."""


@pytest.fixture
def cast(session):
    return {name: session.get_one(User, name) for name in ("anna", "bob", "carl", "dora", "eve")}


def kinds(session, user):
    return [item.kind for item in leaving.plan(session, user).items]


def test_who_has_nothing_leaves_nothing(session, cast):
    plan = leaving.plan(session, cast["anna"])

    assert (plan.items, plan.emptied, plan.drawn) == ((), (), ())


def test_everything_of_a_person_is_seen(session, cast):
    anna, bob, carl = cast["anna"], cast["bob"], cast["carl"]
    made.task(session, assignee="anna")
    made.task(session, groups=(), users=("anna",))
    tasks.delegate(session, made.task(session, assignee="anna"), anna, carl)
    tasks.delegate(session, made.task(session, assignee="carl", groups=()), carl, anna)
    cases.open_case(session, "Z-9", "由安娜发起", "p", "anna")
    carl.head = "anna"
    at = now()
    substitutes.grant(session, anna, carl, at, at + timedelta(days=9), [], anna)
    substitutes.grant(session, bob, anna, at, at + timedelta(days=9), [], bob)

    assert sorted(kinds(session, anna)) == sorted(Kind)


def test_a_group_nobody_else_is_in_and_a_diagram_that_names_them_are_said(session, cast):
    process(session, "start s\nuser check assignee=eve\nend e\ns -> check -> e")
    plan = leaving.plan(session, cast["eve"])

    assert [group.key for group in plan.emptied] == ["admin"]
    assert [(definition.key, step) for definition, step in plan.drawn] == [("p", "check")]


def test_the_work_goes_to_the_receivers_with_the_reason_in_each_case(session, cast):
    held = made.task(session, assignee="anna")
    named = made.task(session, groups=(), users=("anna",))
    done = leaving.hand_over(session, cast["anna"], ALL, cast["eve"], "安娜离职")

    assert (held.assignee, tasks.candidates(session, named)) == ("bob", ["user:bob"])
    told = history.timeline(session, held.case)[-1]
    assert (told.kind, told.person) == ("assigned", "伊芙")
    assert told.data == {"task": held.id, "before": "anna", "to": "bob", "reason": "安娜离职", "leaving": True}
    assert history.timeline(session, named.case)[-1].kind == "handed_on"
    assert [(item["kind"], item["to"], item["refused"]) for item in done.items] == [
        ("task", "bob", None),
        ("offer", "bob", None),
    ]
    assert tasks.find(session, named.id, cast["bob"]) is named
    assert kinds(session, cast["anna"]) == []
    about_people = ("candidates", "onlookers", "performers", "claims")
    assert [found for found in fsck.run(session) if found.check in about_people] == []


def test_a_single_task_goes_to_somebody_else_than_the_rest(session, cast):
    one, other = made.task(session, assignee="anna"), made.task(session, assignee="anna")
    leaving.hand_over(session, cast["anna"], {"task": "bob", f"task:{other.id}": "carl"}, cast["dora"], "离职")

    assert (one.assignee, other.assignee) == ("bob", "carl")


def test_what_nobody_is_chosen_for_stays(session, cast):
    task = made.task(session, assignee="anna")
    leaving.hand_over(session, cast["anna"], {"task": "bob", f"task:{task.id}": ""}, cast["dora"], "离职")

    assert task.assignee == "anna"


def test_what_was_held_for_another_goes_back_to_that_one(session, cast):
    task = made.task(session, assignee="carl", groups=())
    tasks.delegate(session, task, cast["carl"], cast["anna"])
    leaving.hand_over(session, cast["anna"], ALL, cast["eve"], "离职")

    assert (task.assignee, task.delegated_by) == ("carl", None)


def test_what_is_with_a_delegate_comes_back_to_the_receiver(session, cast):
    task = made.task(session, assignee="anna")
    tasks.delegate(session, task, cast["anna"], cast["carl"])
    leaving.hand_over(session, cast["anna"], ALL, cast["eve"], "离职")
    assert (task.assignee, task.delegated_by) == ("carl", "bob")

    tasks.give_back(session, task, cast["carl"])
    assert task.assignee == "bob"


def test_who_takes_a_case_over_is_its_starter_for_the_steps_to_come(session, cast):
    drawing = "start s\nuser a assignee=bob\nuser b assignee=${starter()}\nend e\ns -> a -> b -> e"
    instance = begin(session, process(session, drawing))
    leaving.hand_over(session, cast["anna"], {"case": "carl"}, cast["eve"], "离职")
    tasks.complete(session, open_tasks(session, instance)["a"], cast["bob"], {})

    assert open_tasks(session, instance)["b"].assignee == "carl"
    assert session.get_one(Case, instance.case_id).opened_by == "anna"
    assert kinds(session, cast["carl"]) == [Kind.TASK, Kind.CASE]
    assert cases.find(session, instance.case_id, cast["carl"])


def test_who_takes_a_case_over_may_withdraw_it_and_is_told_as_its_starter_is(session, cast):
    instance = begin(session, process(session, "start s\nuser a assignee=bob\nend e\ns -> a -> e"))
    leaving.hand_over(session, cast["anna"], {"case": "carl"}, cast["eve"], "离职")
    case = session.get_one(Case, instance.case_id)

    assert receivers.starters(session, case.id) == ["carl"]
    with pytest.raises(NotAllowed, match="Only 卡尔, who began the case"):
        returns.withdraw_case(session, case, cast["anna"], "why")
    returns.withdraw_case(session, case, cast["carl"], "不需要了")
    assert case.closed_at is not None


def test_neither_who_began_a_case_nor_who_took_it_over_does_what_is_not_for_its_starter(session, cast):
    drawing = "start s\nuser a candidateGroups=registry\nend e\ns -> a -> e"
    instance = begin(session, process(session, drawing, a={"notStarter": "true"}))
    leaving.hand_over(session, cast["anna"], {"case": "bob"}, cast["eve"], "离职")
    task = open_tasks(session, instance)["a"]

    for name in ("anna", "bob"):
        assert "must not be done by who began the case" in str(separation.why_not(session, task, cast[name]))
    assert separation.why_not(session, task, cast["carl"]) is None


def test_what_goes_back_to_the_start_goes_to_who_took_the_case_over(session, cast):
    form = b'{"type":"default","components":[{"type":"textfield","key":"name","label":"n"}]}'
    drawing = "start s formKey=begin\nuser a assignee=bob\nend e\ns -> a -> e"
    instance = begin(session, definitions.deploy(session, drawn(drawing), {"begin.form": form}, "eve"))
    leaving.hand_over(session, cast["anna"], {"case": "carl"}, cast["eve"], "离职")
    task = open_tasks(session, instance)["a"]

    assert [each.performers for each in returns.targets(session, task, cast["bob"]) if each.is_start] == [("carl",)]


def test_people_get_another_head_but_never_one_of_their_own(session, cast):
    cast["bob"].head = cast["carl"].head = "anna"
    done = leaving.hand_over(session, cast["anna"], {"head": "bob"}, cast["eve"], "离职")

    assert (cast["carl"].head, cast["bob"].head) == ("bob", "anna")
    assert [item["refused"] is None for item in done.items] == [False, True]


def test_substitutions_end_or_go_on_with_another(session, cast):
    at = now()
    substitutes.grant(session, cast["anna"], cast["carl"], at, at + timedelta(days=9), [], cast["anna"])
    substitutes.grant(session, cast["bob"], cast["anna"], at, at + timedelta(days=9), [], cast["bob"])
    leaving.hand_over(session, cast["anna"], {"standing_in": "carl"}, cast["eve"], "离职")

    assert list(substitutes.stands_for(session, cast["carl"])) == ["bob"]
    assert kinds(session, cast["anna"]) == []


def test_what_a_rule_keeps_from_the_receiver_stays_with_a_sentence_and_the_rest_goes(session, cast):
    drawing = "start s\nuser open candidateGroups=registry\nuser check assignee=anna\nend e\ns -> open -> check -> e"
    instance = begin(session, process(session, drawing, check={"differentFrom": "open"}))
    first = tasks.claim(session, open_tasks(session, instance)["open"], cast["bob"])
    tasks.complete(session, first, cast["bob"], {})
    check, other = open_tasks(session, instance)["check"], made.task(session, assignee="anna")
    done = leaving.hand_over(session, cast["anna"], {"task": "bob"}, cast["eve"], "离职")

    assert (check.assignee, other.assignee) == ("anna", "bob")
    refused = {item["what"]: item["refused"] for item in done.items}
    assert "must be done by" in refused[str(check.id)][0]
    assert refused[str(other.id)] is None


@pytest.fixture
def leaver(session, cast):
    """anna: with a task in hand, one that bob may not have, and a case she has begun."""
    tight = process(session, "start s\nuser a\nuser b assignee=anna\nend e\ns -> a -> b -> e", b={"differentFrom": "a"})
    instance = begin(session, tight)
    task = tasks.assign(session, open_tasks(session, instance)["a"], cast["dora"], cast["bob"])
    tasks.complete(session, task, cast["bob"], {})
    made.task(session, assignee="anna")
    return cast["anna"]


def test_a_rehearsal_says_what_would_go_and_what_would_stay(session, cast, leaver):
    chosen = {"task": "bob", "case": "dora"}
    said = leaving.rehearse(session, leaver, chosen, cast["dora"])

    assert {item["refused"] is None for item in said} == {True, False}
    assert said == leaving.hand_over(session, leaver, chosen, cast["dora"], "调离").items


def test_after_a_rehearsal_everything_is_where_it_was(session, cast, leaver):
    before = sorted(item.key for item in leaving.plan(session, leaver).items)
    leaving.rehearse(session, leaver, ALL, cast["dora"])

    assert sorted(item.key for item in leaving.plan(session, leaver).items) == before
    assert session.query(HandOver).count() == 0
    with pytest.raises(Invalid):
        leaving.rehearse(session, leaver, {"task": "nobody"}, cast["dora"])


def test_it_is_for_heads_and_who_manages_people_or_hands_out_work(session, cast):
    made.task(session, assignee="anna")
    with pytest.raises(NotAllowed, match="Only the heads of 安娜"):
        leaving.hand_over(session, cast["anna"], ALL, cast["bob"], "离职")
    cast["anna"].head = "bob"
    session.flush()
    assert leaving.hand_over(session, cast["anna"], ALL, cast["bob"], "离职").by == "bob"


def test_without_a_reason_or_a_receiver_who_is_here_nothing_is_done(session, cast):
    task = made.task(session, assignee="anna")
    cast["carl"].active = False

    for chosen, reason in (({"task": "bob"}, " "), ({"task": "carl"}, "离职"), ({"task": "anna"}, "离职")):
        with pytest.raises(Invalid):
            leaving.hand_over(session, cast["anna"], chosen, cast["eve"], reason)
    with pytest.raises(Invalid, match="There is nobody here called “zoe”"):
        leaving.hand_over(session, cast["anna"], {"task": "zoe"}, cast["eve"], "离职")
    assert task.assignee == "anna"
    assert session.query(HandOver).count() == 0


def test_who_is_switched_off_without_a_hand_over_leaves_nothing_unseen(office):
    with office.database.transaction() as session:
        task_id = made.task(session, groups=(), assignee="carl", of=made.definition(session, "q", {"check": {}})).id
        people.switch(session, session.get_one(User, "carl"), False, session.get_one(User, "eve"))
    performers.sweep(office.database)

    with office.database.reading() as session:
        dora = session.get_one(User, "dora")
        assert tasks.candidates(session, tasks.find(session, task_id, dora)) == ["group:director"]
