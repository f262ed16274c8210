"""Where a deadline is the law's, nothing stops its clock but a legal hold: a document, recorded by one, agreed to by
another."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from tests.workflow.separation.guards import guards
from tests.workflow.world import begin, do, drawn, open_tasks, process
from workflow import fsck, history, lint, operations, tasks
from workflow.around import asked, case_clock, deadlines, lawful
from workflow.clock import now
from workflow.errors import Conflict, Invalid, NotAllowed
from workflow.lint import Known, Level
from workflow.models import ClockPause
from workflow.operations import legal_holds
from workflow.separation import agreements

STEPS = """
    start s
    user look candidateGroups=registry
    user check candidateGroups=registry
    end e
    s -> look -> check -> e
"""
LAW = {"clockStops": "legalHold", "dueDate": "2026-07-03T17:30:00+08:00"}
FREE = {"dueDate": "2026-07-03T17:30:00+08:00"}
DOCUMENT = ("区纪委", "纪〔2026〕7号", "2026-06-30")


@pytest.fixture
def begun(session, clock, bob):
    """bob has “look”; both steps have a deadline of the law."""
    instance = begin(session, process(session, STEPS, look=LAW, check=LAW))
    tasks.claim(session, open_tasks(session, instance)["look"], bob)
    return instance


def held(session, instance, user):
    """The hold of the document, recorded by this user and agreed to by a guard."""
    found = legal_holds.ask(session, instance.case, user, *DOCUMENT)
    agreements.agree(session, found, guards(session)[0])
    return lawful.open_hold(session, instance.case_id)


def standing(session, instance):
    return [step for step, task in open_tasks(session, instance).items() if deadlines.open_pause(session, task)]


def test_no_mere_reason_stops_the_clock_of_the_law(session, begun, bob):
    look = open_tasks(session, begun)["look"]
    with pytest.raises(NotAllowed, match="only a legal hold"):
        deadlines.pause(session, look, bob, "等回函")
    with pytest.raises(Invalid, match="no task here whose clock you could stop"):
        case_clock.stop(session, begun.case, bob, "等回函")
    assert case_clock.handles(session, begun.case, bob) == (False, False)
    assert standing(session, begun) == []


def test_a_process_says_it_for_all_its_steps_and_a_step_may_say_otherwise(session, clock, bob):
    definition = process(
        session, STEPS, p={"clockStops": "legalHold"}, look=FREE, check={**FREE, "clockStops": "reason"}
    )
    instance = begin(session, definition)
    look = tasks.claim(session, open_tasks(session, instance)["look"], bob)
    assert lawful.only_by_hold(session, look)
    do(session, instance, "look", bob)
    check = tasks.claim(session, open_tasks(session, instance)["check"], bob)
    assert deadlines.pause(session, check, bob, "等回函").hold_id is None


def test_a_hold_recorded_by_one_and_agreed_to_by_another_stops_and_moves_the_deadline(session, clock, begun, bob):
    look = open_tasks(session, begun)["look"]
    due = look.due_at
    waiting = legal_holds.ask(session, begun.case, bob, *DOCUMENT)
    assert standing(session, begun) == [] and lawful.open_hold(session, begun.case_id) is None
    with pytest.raises(NotAllowed):
        agreements.agree(session, waiting, bob)
    guard = guards(session)[0]
    agreements.agree(session, waiting, guard)
    hold = lawful.open_hold(session, begun.case_id)

    assert (hold.said, hold.recorded_by, hold.agreed_by) == ("区纪委 纪〔2026〕7号（2026-06-30）", "bob", guard.name)
    assert deadlines.open_pause(session, look).hold_id == hold.id
    clock.move(days=1)
    assert case_clock.go_on(session, begun.case, bob) == [look]
    assert (hold.ended_by, look.due_at) == ("bob", due + timedelta(days=3))  # Friday to Monday
    kinds = [event.kind for event in history.timeline(session, begun.case)]
    assert [each for each in kinds if "hold" in each] == ["legal_hold_began", "legal_hold_ended"]
    assert fsck.run(session) == []


def test_what_comes_while_a_hold_lasts_stands_still_too(session, clock, begun, bob, anna):
    hold = held(session, begun, bob)
    do(session, begun, "look", bob)
    assert deadlines.open_pause(session, open_tasks(session, begun)["check"]).hold_id == hold.id
    assert fsck.run(session) == []


def test_a_case_that_stands_for_a_reason_stops_no_step_of_the_law_that_comes(session, clock, bob):
    instance = begin(session, process(session, STEPS, look=FREE, check=LAW))
    tasks.claim(session, open_tasks(session, instance)["look"], bob)
    case_clock.stop(session, instance.case, bob, "等回函")
    do(session, instance, "look", bob)
    assert standing(session, instance) == []
    assert fsck.run(session) == []


def test_a_question_beside_a_step_of_the_law_is_no_way_round(session, begun, bob, dora):
    asked.ask(session, open_tasks(session, begun)["look"], bob, dora, "?")
    with pytest.raises(NotAllowed, match="only a legal hold"):
        deadlines.pause(session, open_tasks(session, begun)["look"], bob, "x")


def test_a_hold_ends_with_its_case(session, clock, begun, bob, dora):
    hold = held(session, begun, bob)
    operations.cancel(session, begun, dora, "撤回")
    session.refresh(hold)
    assert (hold.ended_by, hold.ended_at is None) == ("system", False)
    with pytest.raises((Conflict, NotAllowed)):
        legal_holds.ask(session, begun.case, bob, *DOCUMENT)


def test_one_hold_at_a_time_and_only_who_may_records_it(session, begun, bob, anna, dora):
    with pytest.raises(NotAllowed, match="may record a legal hold"):
        legal_holds.ask(session, begun.case, anna, *DOCUMENT)
    held(session, begun, bob)
    with pytest.raises(Conflict, match="stops the clock of this case already"):
        legal_holds.ask(session, begun.case, dora, "法院", "2号", "2026-07-01")


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ((" ", "7号", "2026-06-30"), "issuer"),
        (("区纪委", "", "2026-06-30"), "number"),
        (("区纪委", "7" * 101, "2026-06-30"), "number"),
        (("区纪委", "7号", "昨天"), "dated"),
        (("区纪委", "7号", "2026-07-02"), "dated"),
    ],
)
def test_a_hold_is_a_document(session, begun, bob, document, field):
    with pytest.raises(Invalid) as refused:
        legal_holds.ask(session, begun.case, bob, *document)
    assert list(refused.value.problems) == [field]


def test_fsck_names_a_clock_of_the_law_that_stood_still_without_a_hold(session, begun, bob):
    deadlines.stop(session, open_tasks(session, begun)["look"], "bob", "等回函")
    assert "without a legal hold" in " ".join(each.sentence for each in fsck.run(session))
    assert "clocks_stand_by_holds" in {each.check for each in fsck.run(session)}


def test_fsck_names_a_pause_older_than_its_hold(session, clock, begun, bob):
    held(session, begun, bob)
    session.execute(update(ClockPause).values(began_at=now() - timedelta(days=1)))
    session.expire_all()
    assert "which is not its own" in " ".join(each.sentence for each in fsck.run(session))


def test_an_unknown_word_is_refused_at_deployment():
    xml = drawn(STEPS, look={"clockStops": "whenever"})
    found = [each for each in lint.lint(xml, Known(groups={"registry"})) if each.rule == "unknown_policy"]
    assert [each.level for each in found] == [Level.ERROR]
