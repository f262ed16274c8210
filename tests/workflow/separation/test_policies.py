"""Policies outside the diagram: one person tightens, two loosen."""

import pytest
from sqlalchemy import select

from tests.workflow.separation.guards import guards
from tests.workflow.world import REVIEW, begin, do, open_tasks, process
from workflow import definitions, registry, separation, tasks, timers
from workflow.errors import Conflict, DefinitionRefused, Invalid, NotAllowed, NotFound
from workflow.identity import User
from workflow.models import Timer
from workflow.separation import agreements, policies
from workflow.statuses import AgreementStatus

PAID = """
    start s
    user a candidateGroups=registry
    user b candidateGroups=registry
    user pay candidateGroups=registry
    end e
    s -> a -> b -> pay -> e
"""
WHY = "制度 §3"


@pytest.fixture
def guard(session):
    return guards(session)


def why(session, instance, activity, user):
    return str(tasks.why_not(session, open_tasks(session, instance)[activity], user) or "")


def test_a_policy_holds_at_once_for_running_cases_of_every_version(session, guard, anna, bob):
    old = begin(session, process(session, REVIEW))
    do(session, old, "open", anna)
    new = begin(session, process(session, REVIEW, open={"candidateGroups": "registry,director"}))
    do(session, new, "open", anna)
    assert why(session, old, "check", anna) == "" == why(session, new, "check", anna)

    policies.add(session, guard[0], "p", "check", "differentFrom", "open", WHY)
    for instance in (old, new):
        assert "another person than “open”" in why(session, instance, "check", anna)
        assert why(session, instance, "check", bob) == ""


def test_a_version_that_drops_the_rule_does_not_free_anybody(session, guard, anna):
    process(session, REVIEW, check={"differentFrom": "open"})
    policies.add(session, guard[0], "p", "check", "differentFrom", "open", WHY)
    instance = begin(session, process(session, REVIEW))
    do(session, instance, "open", anna)

    assert "another person than “open”" in why(session, instance, "check", anna)


def test_a_diagram_that_breaks_the_policy_is_not_deployed(session, guard):
    process(session, PAID)
    policies.add(session, guard[0], "p", "pay", "approvals", "2: a, b", WHY)

    with pytest.raises(DefinitionRefused, match="which people do not do here any more"):
        process(session, "start s\nuser a\nuser pay\nend e\ns -> a -> pay -> e")
    assert definitions.latest(session, "p").version == 1


def test_one_person_tightens(session, guard, anna, bob):
    process(session, PAID)
    made = policies.add(session, guard[0], "p", "pay", "approvals", "1: a, b", WHY)
    stricter = policies.tighten(session, guard[0], made, "2: a, b", WHY)

    assert [(each.value, each.added_by) for each in policies.of(session, "p")] == [("2: a, b", "gao")]
    with pytest.raises(NotAllowed, match="a second person must agree"):
        policies.tighten(session, guard[0], stricter, "1: a, b", WHY)


@pytest.mark.parametrize(
    ("kind", "element", "before", "after", "alone"),
    [
        ("differentFrom", "b", "a", "a, pay", True),
        ("differentFrom", "b", "a, pay", "a", False),
        ("distinctPeople", "", "2: a, b", "2: a, b, pay", False),
        ("approvals", "pay", "1: a, b", "1: a", True),
        ("holdsRole", "b", "registry, director", "director", True),
        ("holdsRole", "b", "director", "registry, director", False),
        ("notRelated", "b", "a", "true", False),
    ],
)
def test_what_is_not_plainly_stricter_takes_two(session, guard, kind, element, before, after, alone):
    process(session, PAID)
    made = policies.add(session, guard[0], "p", element, kind, before, WHY)

    if alone:
        policies.tighten(session, guard[0], made, after, WHY)
    else:
        with pytest.raises(NotAllowed, match="a second person must agree"):
            policies.tighten(session, guard[0], made, after, WHY)


def test_dropping_takes_a_second_person_who_is_another(session, guard, anna):
    instance = begin(session, process(session, REVIEW))
    do(session, instance, "open", anna)
    made = policies.add(session, guard[0], "p", "check", "differentFrom", "open", WHY)
    asked = policies.ask_to_drop(session, guard[0], made, "没人了")

    with pytest.raises(NotAllowed, match="You have asked for this: a second person must agree"):
        agreements.agree(session, asked, guard[0])
    with pytest.raises(NotAllowed, match="Only the security role"):
        agreements.agree(session, asked, anna)
    assert why(session, instance, "check", anna) != ""

    agreements.agree(session, asked, guard[1])
    assert (made.dropped_by, asked.status, asked.answered_by) == ("lin", AgreementStatus.AGREED, "lin")
    assert why(session, instance, "check", anna) == ""
    with pytest.raises(Conflict, match="answered already"):
        agreements.agree(session, asked, guard[1])


def test_what_is_refused_stays_as_it_was_and_says_why(session, guard):
    process(session, PAID)
    made = policies.add(session, guard[0], "p", "pay", "approvals", "2: a, b", WHY)
    asked = policies.ask_to_change(session, guard[0], made, "1: a, b", "人手不足")

    with pytest.raises(Invalid):
        agreements.refuse(session, asked, guard[1], " ")
    agreements.refuse(session, asked, guard[1], "不合制度")
    assert (asked.status, asked.answer) == (AgreementStatus.REFUSED, "不合制度")
    assert [each.value for each in policies.of(session, "p")] == ["2: a, b"]


def test_loosening_agreed_to_holds(session, guard):
    process(session, PAID)
    made = policies.add(session, guard[0], "p", "pay", "approvals", "2: a, b", WHY)
    agreements.agree(session, policies.ask_to_change(session, guard[0], made, "1: a, b", "人手不足"), guard[1])

    assert [(each.value, each.added_by) for each in policies.of(session, "p")] == [("1: a, b", "gao")]
    assert [each.dropped_by for each in policies.everything(session, also_dropped=True)] == ["gao", None]


def test_who_has_lost_the_role_meanwhile_is_not_the_first_of_two(session, guard):
    process(session, PAID)
    made = policies.add(session, guard[0], "p", "pay", "approvals", "2: a, b", WHY)
    asked = policies.ask_to_drop(session, guard[0], made, "没人了")
    guard[0].groups = []
    session.flush()

    with pytest.raises(NotAllowed), session.begin_nested():
        agreements.agree(session, asked, guard[1])
    session.refresh(asked)
    assert (asked.status, made.dropped_at) == (AgreementStatus.ASKED, None)


def test_the_same_is_not_asked_for_twice_and_can_be_taken_back(session, guard):
    process(session, PAID)
    made = policies.add(session, guard[0], "p", "pay", "approvals", "2: a, b", WHY)
    asked = policies.ask_to_drop(session, guard[0], made, "没人了")

    with pytest.raises(Conflict, match="asked for already"):
        policies.ask_to_drop(session, guard[1], made, "没人了")
    with pytest.raises(NotAllowed, match="Only who has asked"):
        agreements.withdraw(session, asked, guard[1])
    agreements.withdraw(session, asked, guard[0])
    with pytest.raises(Conflict, match="answered already"):
        agreements.agree(session, asked, guard[1])


@pytest.mark.parametrize(
    ("element", "kind", "value", "reason", "field"),
    [
        ("x", "approvals", "2: a, b", WHY, "element"),
        ("pay", "approvals", "2: a, x", WHY, "value"),
        ("pay", "approvals", "2: a, s", WHY, "value"),
        ("pay", "approvals", "a", WHY, "value"),
        ("pay", "approval", "2: a", WHY, "kind"),
        ("pay", "notStarter", "false", WHY, "value"),
        ("pay", "holdsRole", "nobody", WHY, "value"),
        ("pay", "notStarter", "true", " ", "reason"),
    ],
)
def test_a_policy_that_says_nothing_we_know_is_refused_beside_its_field(
    session, guard, element, kind, value, reason, field
):
    process(session, PAID)

    with pytest.raises(Invalid) as refused:
        policies.add(session, guard[0], "p", element, kind, value, reason)
    assert list(refused.value.problems) == [field]


def test_only_the_security_role_keeps_policies(session, guard, eve):
    process(session, PAID)

    with pytest.raises(NotAllowed, match="Only the security role keeps policies"):
        policies.add(session, eve, "p", "pay", "notStarter", "true", WHY)
    with pytest.raises(NotFound):
        policies.add(session, guard[0], "nothing", "pay", "notStarter", "true", WHY)


def test_the_same_policy_is_not_made_twice(session, guard):
    process(session, PAID)
    policies.add(session, guard[0], "p", "pay", "notStarter", "true", WHY)

    with pytest.raises(Conflict, match="There is this policy already"):
        policies.add(session, guard[0], "p", "pay", "notStarter", "true", WHY)


# --- approvals while the process runs


def test_an_element_is_not_reached_before_enough_people_have_agreed(session, guard, anna, bob):
    """A version deployed before the policy has a way round; whoever takes it is stopped."""
    drawing = """
        start s
        user a candidateGroups=registry
        xor g
        user b candidateGroups=registry
        user pay candidateGroups=registry
        end e
        s -> a -> g
        g -> b -> pay if amount > 1
        g -> pay default
        pay -> e
    """
    instance = begin(session, process(session, drawing), amount=1)
    policies.add(session, guard[0], "p", "pay", "approvals", "2: a, b", WHY)

    with pytest.raises(separation.NotApproved, match="Before “pay”, 2 different people must have done “a”、“b”"):
        with session.begin_nested():
            do(session, instance, "a", anna)
    session.expire_all()
    assert list(open_tasks(session, instance)) == ["a"]

    do(session, instance, "a", anna, amount=2)
    with pytest.raises(separation.NotApproved, match="up to now 1 have"), session.begin_nested():
        do(session, instance, "b", anna)
    session.expire_all()
    do(session, instance, "b", bob)
    do(session, instance, "pay", anna)


def test_an_approval_drawn_on_machine_work_stops_it_too(session, anna, bob, monkeypatch):
    monkeypatch.setitem(registry.service_tasks, "test.pay", lambda session, work: {})
    drawing = "start s\nuser a times=2 candidateGroups=registry\nservice pay topic=test.pay\nend e\ns -> a -> pay -> e"
    instance = begin(session, process(session, drawing, pay={"approvals": "2: a"}))
    do(session, instance, "a", anna)

    with pytest.raises(separation.NotApproved), session.begin_nested():
        do(session, instance, "a", anna)
    session.expire_all()
    do(session, instance, "a", bob)


def test_who_stands_at_a_step_when_the_policy_comes_waits_there(session, guard, anna):
    instance = begin(session, process(session, PAID))
    do(session, instance, "a", anna)
    do(session, instance, "b", anna)
    policies.add(session, guard[0], "p", "pay", "approvals", "2: a, b", WHY)

    assert "up to now 1 have" in why(session, instance, "pay", anna)


def test_a_timer_does_not_lead_past_the_approvals(session, clock, guard):
    drawing = PAID.strip("\n") + "\n    boundary late on=b timer=PT1H\n    late -> pay\n"
    instance = begin(session, process(session, drawing))
    do(session, instance, "a", session.get_one(User, "anna"))
    policies.add(session, guard[0], "p", "pay", "approvals", "2: a, b", WHY)
    clock.move(hours=2)
    timer = session.scalars(select(Timer).where(Timer.instance_id == instance.id)).one()

    with pytest.raises(separation.NotApproved, match="up to now 1 have"), session.begin_nested():
        timers.fire(session, timer)
    session.expire_all()
    assert list(open_tasks(session, instance)) == ["b"]
