"""For a time, and for kinds of work, one person does another's work in the other's name."""

from datetime import timedelta

import pytest

from tests.workflow import made
from tests.workflow.world import REVIEW, begin, last, open_tasks, process
from workflow import cases, fsck, history, substitutes, tasks
from workflow.clock import now
from workflow.errors import Conflict, Invalid, NotAllowed, NotFound, TaskAlreadyClaimed
from workflow.identity import User
from workflow.models import Substitution, UserTask


@pytest.fixture(autouse=True)
def _nine(clock):
    """The clock stands at nine."""


@pytest.fixture
def cast(session):
    """Everybody, of this session."""
    return {name: session.get_one(User, name) for name in ("anna", "bob", "carl", "dora", "eve")}


def stand_in(session, principal="anna", substitute="carl", days=3, kinds=(), by=None, starts=0):
    person = session.get_one(User, principal)
    at = now() + timedelta(days=starts)
    by = session.get_one(User, by or principal)
    other = session.get_one(User, substitute)
    return substitutes.grant(session, person, other, at, at + timedelta(days=days), kinds, by, "休假")


def groups(session, user, **filters):
    return [task.id for task in tasks.inbox(session, user, "groups", filters).rows]


def test_a_substitute_takes_what_the_principal_s_groups_are_offered(session, cast):
    task = made.task(session)
    stand_in(session)
    tasks.claim(session, task, cast["carl"])

    assert (task.assignee, task.on_behalf_of) == ("carl", "anna")
    assert history.timeline(session, task.case)[-1].data == {"task": task.id, "on_behalf_of": "anna"}


def test_a_substitute_takes_what_the_principal_has_in_hand(session, cast):
    task = made.task(session, groups=(), assignee="anna")
    stand_in(session)

    assert tasks.why_not(session, task, cast["carl"]) is None
    tasks.claim(session, task, cast["carl"])
    assert (task.assignee, task.on_behalf_of) == ("carl", "anna")


def test_what_colleagues_of_the_principal_have_in_hand_is_not_the_substitute_s(session, cast):
    task = made.task(session, assignee="bob")
    stand_in(session)

    with pytest.raises(NotAllowed):
        tasks.claim(session, task, cast["carl"])
    assert "you are not among them" in str(tasks.why_not(session, task, cast["carl"]))


def test_many_are_completed_together_for_the_principal(session, cast):
    """Those in the queue and those in the principal's hand."""
    stand_in(session)
    waiting = [open_tasks(session, begin(session, process(session, REVIEW)))["open"] for _each in range(2)]
    tasks.claim(session, waiting[1], cast["anna"])
    done = tasks.complete_all(session, [task.id for task in waiting], cast["carl"], {})

    assert [result.refused for result in done] == [None, None]
    assert [(task.completed_by, task.on_behalf_of) for task in waiting] == [("carl", "anna")] * 2


def test_the_completion_keeps_both_names(session, cast):
    instance = begin(session, process(session, REVIEW))
    stand_in(session)
    task = tasks.claim(session, open_tasks(session, instance)["open"], cast["carl"])
    tasks.complete(session, task, cast["carl"], {"seen": "齐全"})

    assert (task.completed_by, task.on_behalf_of) == ("carl", "anna")
    assert last(session, instance, "completed", "open").data["on_behalf_of"] == "anna"
    assert list(fsck.run(session)) == []


def test_a_rule_of_separation_asks_about_the_principal_too(session, cast):
    """anna opened it, so nobody may check it in her place."""
    instance = begin(session, process(session, REVIEW, check={"differentFrom": "open"}))
    task = tasks.claim(session, open_tasks(session, instance)["open"], cast["anna"])
    tasks.complete(session, task, cast["anna"], {})
    stand_in(session)
    check = open_tasks(session, instance)["check"]

    with pytest.raises(NotAllowed, match="another person"):
        tasks.claim(session, check, cast["carl"])
    assert "another person" in str(tasks.why_not(session, check, cast["carl"]))


def test_before_it_begins_and_after_it_ends_there_is_nothing(session, cast, clock):
    task = made.task(session)
    stand_in(session, starts=1, days=1)

    for days in (0, 2):
        clock.move(days=days)
        assert substitutes.stands_for(session, cast["carl"]) == {}
        with pytest.raises(NotAllowed, match="you are not among them"):
            tasks.claim(session, task, cast["carl"])
    clock.move(days=-1, minutes=1)
    assert tasks.claim(session, task, cast["carl"]).on_behalf_of == "anna"


def test_only_the_kinds_of_work_that_were_named(session, cast):
    instance = begin(session, process(session, REVIEW, "letters"))
    stand_in(session, kinds=["letters/check"])
    first = open_tasks(session, instance)["open"]

    with pytest.raises(NotAllowed):
        tasks.claim(session, first, cast["carl"])
    tasks.complete(session, tasks.claim(session, first, cast["anna"]), cast["anna"], {})
    assert tasks.claim(session, open_tasks(session, instance)["check"], cast["carl"]).on_behalf_of == "anna"


def test_an_unknown_kind_of_work_is_refused(session):
    process(session, REVIEW, "letters")

    for kind in ("letter", "letters/chek"):
        with pytest.raises(Invalid) as refused:
            stand_in(session, kinds=[kind])
        assert str(refused.value.problems["kinds"][0]) == f"There is no process or step “{kind}”."


def test_there_are_no_chains(session, cast):
    """eve stands in for carl, and carl for anna: eve gets carl's own work only, and is told so."""
    task = made.task(session)
    stand_in(session)
    granted = stand_in(session, "carl", "eve")

    assert list(substitutes.stands_for(session, cast["eve"])) == ["carl"]
    with pytest.raises(NotAllowed):
        tasks.claim(session, task, cast["eve"])
    (said,) = substitutes.remarks(session, session.query(Substitution).filter_by(principal="anna").one())
    assert str(said) == "卡尔 is away too then; who stands in for them does not get the work of 安娜."
    assert substitutes.remarks(session, granted) == []


def test_one_s_own_right_comes_first(session, cast):
    task = made.task(session)
    stand_in(session, "bob", "anna")

    assert tasks.claim(session, task, cast["anna"]).on_behalf_of is None


def test_who_has_both_rights_may_say_for_whom(session, cast):
    task = made.task(session)
    stand_in(session, "bob", "anna")

    assert tasks.claim(session, task, cast["anna"], for_="bob").on_behalf_of == "bob"


def test_who_stands_in_for_two_says_for_whom(session, cast):
    task = made.task(session)
    stand_in(session, "anna", "carl")
    stand_in(session, "bob", "carl")

    with pytest.raises(NotAllowed, match="Say for whom you take “核对”: 安娜、鲍勃"):
        tasks.claim(session, task, cast["carl"])
    assert tasks.claim(session, task, cast["carl"], for_=cast["bob"]).on_behalf_of == "bob"


def test_nobody_says_they_act_for_somebody_they_do_not_stand_in_for(session, cast):
    with pytest.raises(NotAllowed, match="You do not stand in for 鲍勃 here"):
        tasks.claim(session, made.task(session), cast["anna"], for_="bob")


def test_two_substitutes_race_and_the_first_has_it(session, cast):
    task = made.task(session, groups=(), assignee="anna")
    granted = stand_in(session, "anna", "carl")
    stand_in(session, "anna", "eve")
    tasks.claim(session, task, cast["carl"])

    with pytest.raises((TaskAlreadyClaimed, NotAllowed)):
        tasks.claim(session, task, cast["eve"])
    assert [str(each) for each in substitutes.remarks(session, granted)] == [
        "伊芙 stands in at the same time: who claims a task first has it."
    ]


def test_the_inbox_of_a_substitute_shows_the_principal_s_work(session, cast):
    offered, held, other = made.task(session), made.task(session, assignee="anna"), made.task(session, assignee="bob")
    named = made.task(session, groups=(), users=("anna",))
    assert groups(session, cast["carl"]) == []

    stand_in(session)
    assert sorted(groups(session, cast["carl"])) == sorted([offered.id, held.id, named.id])
    assert tasks.counts(session, cast["carl"])["groups"] == 3
    assert other.id not in groups(session, cast["carl"])
    assert groups(session, cast["carl"], group="registry") == [offered.id, held.id]


def test_the_inbox_shows_only_the_kinds_of_work_meant(session, cast):
    of_letters = made.task(session, of=made.definition(session, "letters", {"check": {}}))
    made.task(session, of=made.definition(session, "packs", {"check": {}}))
    stand_in(session, kinds=["letters"])

    assert groups(session, cast["carl"]) == [of_letters.id]


@pytest.mark.parametrize("sort", ["created", "-due", "priority", "case"])
def test_the_inbox_of_a_substitute_is_sorted_and_paged_like_any(session, cast, sort):
    wanted = {made.task(session, assignee="anna" if number % 2 else None).id for number in range(5)}
    stand_in(session)
    page = tasks.inbox(session, cast["carl"], "groups", {}, sort, None, 2)
    found = [task.id for task in page.rows]
    while page.next:
        page = tasks.inbox(session, cast["carl"], "groups", {}, sort, page.next, 2)
        found += [task.id for task in page.rows]

    assert (len(found), set(found)) == (5, wanted)


def test_a_substitute_sees_the_case_and_only_while_it_lasts(session, cast, clock):
    task = made.task(session)
    with pytest.raises(NotFound):
        tasks.find(session, task.id, cast["carl"])
    stand_in(session)

    assert tasks.find(session, task.id, cast["carl"]) is task
    assert cases.find(session, task.case_id, cast["carl"]) is task.case
    assert tasks.find_all(session, [task.id], cast["carl"]) == [task]
    clock.move(days=4)
    with pytest.raises(NotFound):
        tasks.find(session, task.id, cast["carl"])


def test_a_substitute_for_another_kind_of_work_does_not_see_it(session, cast):
    task = made.task(session)
    process(session, REVIEW, "letters")
    stand_in(session, kinds=["letters"])

    with pytest.raises(NotFound):
        tasks.find(session, task.id, cast["carl"])


def test_what_is_released_goes_back_to_where_it_came_from(session, cast):
    queued, held = made.task(session), made.task(session, groups=(), assignee="anna")
    stand_in(session)
    for task in (queued, held):
        tasks.claim(session, task, cast["carl"])
        tasks.release(session, task, cast["carl"])

    assert (queued.assignee, queued.on_behalf_of) == (None, None)
    assert (held.assignee, held.on_behalf_of) == ("anna", None)
    assert history.timeline(session, held.case)[-1].data["on_behalf_of"] == "anna"


def test_after_the_end_nothing_is_completed_in_anothers_name(session, cast, clock):
    instance = begin(session, process(session, REVIEW))
    stand_in(session)
    task = tasks.claim(session, open_tasks(session, instance)["open"], cast["carl"])
    clock.move(days=4)

    assert "You no longer stand in for 安娜" in str(tasks.why_not(session, task, cast["carl"]))
    with pytest.raises(NotAllowed, match="You no longer stand in for 安娜: “open” goes back to them"):
        tasks.complete(session, task, cast["carl"], {})


def test_what_a_delegate_gives_back_after_the_end_goes_home_at_once(session, cast, clock):
    """The round that gives back what a substitute holds has passed: the delegate had it then."""
    stand_in(session, days=1)
    task = made.task(session, groups=("registry",))
    tasks.claim(session, task, cast["carl"], cast["anna"])
    tasks.delegate(session, task, cast["carl"], cast["dora"], "请代办")
    clock.move(days=2)
    tasks.give_back(session, task, cast["dora"])
    assert (task.assignee, task.on_behalf_of) == ("anna", None)


def test_what_a_delegate_gives_back_in_time_is_the_substitute_s(session, cast):
    stand_in(session)
    task = made.task(session, groups=("registry",))
    tasks.claim(session, task, cast["carl"], cast["anna"])
    tasks.delegate(session, task, cast["carl"], cast["dora"], "请代办")
    tasks.give_back(session, task, cast["dora"])
    assert (task.assignee, task.on_behalf_of) == ("carl", "anna")


def test_only_oneself_or_who_hands_out_work_names_a_substitute(session, cast):
    with pytest.raises(NotAllowed, match="Only 安娜 may name a substitute"):
        stand_in(session, by="bob")
    assert stand_in(session, by="dora").granted_by == "dora"


def test_what_cannot_be_is_refused_beside_its_field(session, cast, clock):
    anna, carl, at = cast["anna"], cast["carl"], now()
    with pytest.raises(Invalid) as refused:
        substitutes.grant(session, anna, anna, at, at, [], anna)
    assert {name: str(said[0]) for name, said in refused.value.problems.items()} == {
        "substitute": "Nobody is their own substitute.",
        "ends_at": "The end must come after the beginning.",
    }
    carl.active = False
    with pytest.raises(Invalid) as refused:
        substitutes.grant(session, anna, carl, at - timedelta(days=2), at - timedelta(days=1), [], anna)
    assert {name: str(said[0]) for name, said in refused.value.problems.items()} == {
        "substitute": "卡尔 is no longer active.",
        "ends_at": "This time is over already.",
    }


def test_a_substitute_who_leaves_too_does_nothing_more_and_the_principal_is_told(session, cast):
    task = made.task(session)
    granted = stand_in(session)
    cast["carl"].active = False

    assert substitutes.stands_for(session, cast["carl"]) == {}
    assert str(substitutes.remarks(session, granted)[0]) == "卡尔 is no longer here: the work stays with 安娜."
    assert tasks.claim(session, task, cast["anna"]).assignee == "anna"


def test_the_principal_comes_back_early(session, cast):
    granted = stand_in(session)
    with pytest.raises(NotAllowed):
        substitutes.end(session, granted, cast["bob"])
    substitutes.end(session, granted, cast["anna"], "提前回来")

    assert (granted.ended_by, granted.ended_reason) == ("anna", "提前回来")
    assert substitutes.stands_for(session, cast["carl"]) == {}
    with pytest.raises(Conflict, match="over already"):
        substitutes.end(session, granted, cast["anna"])


def test_who_stands_in_for_nobody_costs_no_question(session, anna, caplog):
    """`users.stands_in_until` says so."""
    assert anna.stands_in_until is None
    assert substitutes.stands_for(None, anna) == {}


def committed(office, days=3, **more):
    """A substitution of anna's by carl, and a task carl has taken for her."""
    with office.database.transaction() as session:
        task = made.task(session, **more)
        stand_in(session, days=days)
        tasks.claim(session, task, session.get_one(User, "carl"))
        return task.id


@pytest.mark.parametrize("more", [{}, {"groups": (), "assignee": "anna"}])
def test_at_the_end_what_is_still_open_goes_back_by_itself(office, clock, more):
    task_id = committed(office, **more)
    assert tasks.settle_ended(office.database) == 0

    clock.move(days=4)
    assert tasks.settle_ended(office.database) == 1
    assert tasks.settle_ended(office.database) == 0
    with office.database.reading() as session:
        task = session.get_one(UserTask, task_id)
        assert (task.assignee, task.on_behalf_of) == ("anna", None)
        told = history.timeline(session, task.case)[-1]
        assert (told.kind, told.data["before"], told.data["to"]) == ("returned", "carl", "anna")


def test_what_another_substitution_still_covers_stays(office, clock):
    task_id = committed(office, days=1)
    with office.database.transaction() as session:
        stand_in(session, days=9)

    clock.move(days=2)
    assert tasks.settle_ended(office.database) == 0
    with office.database.reading() as session:
        assert session.get_one(UserTask, task_id).assignee == "carl"


def test_when_the_principal_has_left_meanwhile_it_goes_where_the_model_says(office, clock):
    task_id = committed(office, groups=(), assignee="anna")
    with office.database.transaction() as session:
        session.get_one(User, "anna").active = False

    clock.move(days=4)
    tasks.settle_ended(office.database)
    with office.database.reading() as session:
        task = session.get_one(UserTask, task_id)
        assert (task.assignee, tasks.candidates(session, task)) == (None, ["group:director"])
