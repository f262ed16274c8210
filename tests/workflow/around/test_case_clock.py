"""The clock of a whole case stands still: for the tasks there are, and for those that come meanwhile."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.workflow.world import begin, do, open_tasks, process
from workflow import fsck, history, operations, returns, signing, tasks
from workflow.around import asked, case_clock, deadlines, reminders
from workflow.clock import now
from workflow.errors import Invalid
from workflow.identity import User
from workflow.models import Case, ClockPause, UserTask
from workflow.statuses import ReturnMode, SignerPlace, TaskStatus

DAY = timedelta(days=1)
BRANCHES = """
    start s
    user look candidateGroups=registry
    user check candidateGroups=registry
    user side assignee=eve
    and f
    and j
    end e
    s -> f -> look -> check -> j -> e
    f -> side -> j
"""
on_both = pytest.mark.parametrize("office", ["sqlite", "postgresql"], indirect=True)
DUE = {"dueDate": "2026-07-03T17:30:00+08:00", "reminders": "P-1D: performer"}


@pytest.fixture
def begun(session, clock, bob):
    """bob has “look”; eve has “side”."""
    instance = begin(session, process(session, BRANCHES, look=DUE, check=DUE, side=DUE))
    tasks.claim(session, open_tasks(session, instance)["look"], bob)
    return instance


def standing(session, instance):
    """Steps whose clock stands still."""
    return sorted(step for step, task in open_tasks(session, instance).items() if deadlines.open_pause(session, task))


def stop(session, instance, user, reason="等回函"):
    return [task.activity_id for task in case_clock.stop(session, instance.case, user, reason)]


def test_a_task_that_comes_while_the_case_stands_stands_too_and_goes_on_with_the_rest(session, clock, begun, bob):
    assert stop(session, begun, bob) == ["look"]
    do(session, begun, "look", bob)
    check = open_tasks(session, begun)["check"]
    pause = deadlines.open_pause(session, check)
    assert (pause.reason, pause.began_by, standing(session, begun)) == ("等回函", "bob", ["check"])
    assert [each.at for each in reminders.of(session, check)] == [None]
    due = check.due_at
    clock.move(days=1)

    assert case_clock.go_on(session, begun.case, bob) == [check]
    assert (standing(session, begun), check.due_at > due) == ([], True)
    assert all(each.at for each in reminders.of(session, check))
    tasks.claim(session, check, bob)
    kinds = [event.kind for event in history.timeline(session, begun.case)]
    assert (kinds.count("case_clock_paused"), kinds.count("case_clock_resumed"), kinds.count("clock_paused")) == (
        1,
        1,
        2,
    )
    assert fsck.run(session) == []


def test_what_comes_afterwards_runs(session, begun, bob):
    stop(session, begun, bob)
    case_clock.go_on(session, begun.case, bob)
    do(session, begun, "look", bob)
    assert standing(session, begun) == []


def test_only_what_one_may_stop_is_stopped_and_a_head_stops_all(session, begun, anna, bob, dora):
    with pytest.raises(Invalid, match="whose clock you could stop"):
        case_clock.stop(session, begun.case, anna, "x")
    assert stop(session, begun, bob) == ["look"]
    with pytest.raises(Invalid, match="whose clock you could stop"):
        stop(session, begun, bob)
    assert stop(session, begun, dora, "也等") == ["side"]
    assert standing(session, begun) == ["look", "side"]
    assert session.get_one(Case, begun.case_id).clock_stopped_by == "bob"


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_reason_is_needed(session, begun, bob, reason):
    with pytest.raises(Invalid) as refused:
        stop(session, begun, bob, reason)
    assert list(refused.value.problems) == ["reason"]
    assert session.get_one(Case, begun.case_id).clock_stopped_by is None


def test_who_has_a_task_that_stands_with_the_case_lets_that_alone_go_on(session, begun, anna, bob):
    stop(session, begun, bob)
    do(session, begun, "look", bob)
    with pytest.raises(Invalid, match="could let go on"):
        case_clock.go_on(session, begun.case, anna)
    tasks.claim(session, open_tasks(session, begun)["check"], anna)
    assert [task.activity_id for task in case_clock.go_on(session, begun.case, anna)] == ["check"]
    assert session.get_one(Case, begun.case_id).clock_stopped_by == "bob"  # the case's goes on with who stopped it
    assert case_clock.go_on(session, begun.case, bob) == []
    assert session.get_one(Case, begun.case_id).clock_stopped_by is None
    with pytest.raises(Invalid, match="could let go on"):
        case_clock.go_on(session, begun.case, bob)


def test_a_task_stopped_for_a_reason_of_its_own_is_not_let_go_by_who_may_not(session, begun, bob, eve, dora):
    deadlines.pause(session, open_tasks(session, begun)["side"], eve, "等硬盘")
    stop(session, begun, bob)
    case_clock.go_on(session, begun.case, bob)
    assert standing(session, begun) == ["side"]
    assert [task.activity_id for task in case_clock.go_on(session, begun.case, dora)] == ["side"]


def test_questions_corrections_and_added_signers_that_come_stand_too(session, begun, anna, bob, carl):
    do(session, begun, "look", bob)
    check = open_tasks(session, begun)["check"]
    tasks.claim(session, check, bob)
    stop(session, begun, bob)
    asked.ask(session, check, bob, anna, "几页？")
    signing.add(session, check, bob, carl, SignerPlace.BESIDE, "更稳妥")
    to = next(each.key for each in returns.targets(session, check, bob) if each.activity.id == "look")
    returns.send_back(session, check, bob, to, ReturnMode.STRAIGHT, "缺页")
    open_ = select(UserTask).where(UserTask.status == TaskStatus.OPEN, UserTask.parent_id == check.id)
    beside = list(session.scalars(open_))
    assert len(beside) == 3 and all(deadlines.open_pause(session, task) for task in beside)

    case_clock.go_on(session, begun.case, bob)
    assert not any(deadlines.open_pause(session, task) for task in beside)
    assert fsck.run(session) == []


def test_with_the_case_its_standing_still_is_over(session, begun, bob, dora):
    stop(session, begun, bob)
    operations.cancel(session, begun, dora, "作废")
    case = session.get_one(Case, begun.case_id)
    assert (case.closed_at is not None, case.clock_stopped_by, case.clock_reason) == (True, None, None)
    assert fsck.run(session) == []
    case.clock_stopped_by = "bob"
    assert [f"Case {case.id} is closed" in problem.sentence for problem in fsck.run(session)] == [True]


@on_both
def test_it_stands_from_one_transaction_to_the_next(office, clock):
    with office.database.transaction() as session:
        bob = session.get_one(User, "bob")
        instance = begin(session, process(session, BRANCHES))
        tasks.claim(session, open_tasks(session, instance)["look"], bob)
        instance_id, case_id = instance.id, instance.case_id
    with office.database.transaction() as session:
        case_clock.stop(session, session.get_one(Case, case_id), session.get_one(User, "bob"), "等回函")
    with office.database.transaction() as session:
        do(session, session.get_one(type(instance), instance_id), "look", session.get_one(User, "bob"))
    with office.database.reading() as session:
        pauses = select(UserTask.activity_id).join(ClockPause, ClockPause.task_id == UserTask.id)
        assert session.scalars(pauses.where(ClockPause.ended_at.is_(None))).all() == ["check"]
        assert session.scalars(select(ClockPause.began_at).order_by(ClockPause.id.desc())).first() <= now()
