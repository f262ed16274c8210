"""Time: reminders and their ladder, the clock that stands still, urgency, coming back to a task."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from archive import calendar
from tests.workflow.world import REVIEW, begin, do, open_tasks, process
from workflow import fsck, history, operations, tasks, worktime
from workflow.around import deadlines, follow_ups, ladder, notices, reminders, urgency
from workflow.clock import now
from workflow.errors import Invalid, NotAllowed, TaskNotOpen
from workflow.expressions.times import Duration
from workflow.identity import User
from workflow.models import ClockPause, FollowUp, TaskCandidate, TaskReminder, UserTask
from workflow.statuses import NoticeKind, TaskKind, TaskStatus, TimerStatus

LADDER = "P-1D: performer; PT0S: performer, head; P2D: group:director"
FRIDAY = datetime(2026, 7, 3, 9, 30, tzinfo=UTC)  # 17:30 in Shanghai
DAY = timedelta(days=1)


def due_review(session, due="2026-07-03T17:30:00+08:00", **said):
    instance = begin(session, process(session, REVIEW, open={"dueDate": due, "reminders": LADDER, **said}))
    return open_tasks(session, instance)["open"]


def put(office, due="2026-07-03T17:30:00+08:00", **said):
    with office.database.transaction() as session:
        return due_review(session, due, **said).id


def told(office, name):
    with office.database.reading() as session:
        found = notices.of(session, session.get_one(User, name))
        return [each.facts.get("rung") for each in reversed(found) if each.kind is NoticeKind.REMINDED]


@pytest.mark.parametrize(
    ("text", "rungs"),
    [
        ("P-1D: performer", [("-P1D", ("performer",))]),
        (
            "-PT2H：performer、head；P1M: group:director",
            [("-PT2H", ("performer", "head")), ("P1M", ("group:director",))],
        ),
        (" ; PT0S : starter ;", [("PT0S", ("starter",))]),
        ("", []),
    ],
)
def test_a_ladder_is_read(text, rungs):
    assert [(rung.text, rung.receivers) for rung in ladder.rungs(text)] == rungs


@pytest.mark.parametrize(
    "text", ["tomorrow: performer", "P1D", "P1D:", "P1D: ,", ": head", "P1D: a; P1D: b", "P1D:a;" * 13]
)
def test_a_ladder_that_cannot_be_read_says_so(text):
    with pytest.raises(Invalid):
        ladder.rungs(text)


def test_each_rung_is_sent_at_its_time_and_once(office, clock):
    put(office)
    sent = []
    for _ in range(20):  # half a day each, from Wednesday morning
        sent.append(reminders.sweep(office.database) + reminders.sweep(office.database))
        clock.move(hours=12)

    assert sum(sent) == 3
    assert told(office, "bob") == ["-P1D", "PT0S"]
    assert told(office, "dora") == ["PT0S", "P2D"]
    with office.database.reading() as session:
        kinds = [event.kind for event in history.timeline(session, session.scalars(select(UserTask)).one().case)]
        assert kinds.count("task_reminded") == 3
        assert fsck.run(session) == []


def test_rungs_are_counted_in_working_days(session, clock):
    task = due_review(session, "2026-07-06T17:30:00+08:00")  # a Monday

    at = {each.rung: each.at for each in reminders.of(session, task)}
    assert (at["-P1D"], at["PT0S"], at["P2D"]) == (FRIDAY, FRIDAY + 3 * DAY, FRIDAY + 5 * DAY)


def test_what_is_done_reminds_nobody(office, clock):
    put(office)
    with office.database.transaction() as session:
        task = session.scalars(select(UserTask)).one()
        do(session, task.instance, "open", session.get_one(User, "bob"))
    clock.move(days=9)

    assert reminders.sweep(office.database) == 0
    with office.database.reading() as session:
        assert set(session.scalars(select(TaskReminder.status))) == {TimerStatus.CANCELLED}


def test_what_is_withdrawn_or_stands_still_reminds_nobody(office, clock):
    put(office)
    with office.database.transaction() as session:
        task = session.scalars(select(UserTask)).one()
        operations.suspend(session, task.instance, session.get_one(User, "dora"), "等等")
    clock.move(days=3)
    assert reminders.sweep(office.database) == 0
    with office.database.transaction() as session:
        task = session.scalars(select(UserTask)).one()
        operations.resume(session, task.instance, session.get_one(User, "dora"), "继续")
    assert reminders.sweep(office.database) == 2
    with office.database.transaction() as session:
        task = session.scalars(select(UserTask)).one()
        operations.cancel(session, task.instance, session.get_one(User, "dora"), "不办了")
    clock.move(days=9)
    assert reminders.sweep(office.database) == 0


def test_a_crash_between_two_reminders_sends_neither_twice(office, clock):
    put(office)
    clock.move(days=9)
    with pytest.raises(ZeroDivisionError), office.database.transaction() as session:
        assert reminders.send(session, session.get_one(TaskReminder, 1))
        raise ZeroDivisionError  # the machine stops before the commit
    assert told(office, "bob") == []

    assert (reminders.sweep(office.database), reminders.sweep(office.database)) == (3, 0)
    assert told(office, "bob") == ["-P1D", "PT0S"]


def test_two_schedulers_send_a_reminder_once(office, clock):
    put(office)
    clock.move(days=2)
    with office.database.transaction() as session:
        found = session.get_one(TaskReminder, 1)
        assert (reminders.send(session, found), reminders.send(session, found)) == (True, False)

    assert told(office, "bob") == ["-P1D"]


def test_reminders_not_yet_sent_move_with_the_due_date(session, clock, dora):
    task = due_review(session)
    deadlines.move(session, task, dora, FRIDAY + 7 * DAY, "对方请假")

    assert [each.at for each in reminders.of(session, task)][1] == FRIDAY + 7 * DAY
    queue = session.scalars(select(TaskCandidate).where(TaskCandidate.task_id == task.id)).all()
    assert {each.due_at for each in queue} == {FRIDAY + 7 * DAY}
    event = history.timeline(session, task.case)[-1]
    assert (event.kind, event.actor, event.data["reason"]) == ("due_moved", "dora", "对方请假")


def test_who_may_not_move_a_due_date_is_told(session, clock, anna, dora):
    task = due_review(session)
    with pytest.raises(NotAllowed, match="may move a due date"):
        deadlines.move(session, task, anna, FRIDAY + DAY, "x")
    with pytest.raises(Invalid):
        deadlines.move(session, task, dora, FRIDAY + DAY, " ")


def test_a_reminder_whose_time_had_passed_before_the_task_came_is_left_out(session, clock):
    task = due_review(session, "PT2H")

    assert [each.rung for each in reminders.of(session, task)] == ["PT0S", "P2D"]


def test_without_a_due_date_reminders_have_no_time_until_there_is_one(session, clock, dora):
    task = due_review(session, "")
    assert [each.at for each in reminders.of(session, task)] == [None] * 3
    deadlines.move(session, task, dora, FRIDAY, "定了")

    assert FRIDAY in {each.at for each in reminders.of(session, task)}


def test_a_stopped_clock_moves_the_due_date_by_the_working_time_it_stood(session, clock, bob):
    task = due_review(session)
    tasks.claim(session, task, bob)
    deadlines.pause(session, task, bob, "等原单位回函")
    assert deadlines.paused(session, [task.id]) == {task.id: "等原单位回函"}
    assert [each.at for each in reminders.of(session, task)] == [None] * 3
    clock.move(days=6)  # Wednesday to Tuesday: four working days
    pause = deadlines.resume(session, task, bob)

    assert task.due_at == FRIDAY + 6 * DAY  # Thursday: four working days after Friday
    assert (pause.due_before, pause.due_after, deadlines.paused(session, [task.id])) == (FRIDAY, task.due_at, {})
    kinds = [event.kind for event in history.timeline(session, task.case)]
    assert kinds[-2:] == ["clock_paused", "clock_resumed"]
    assert history.timeline(session, task.case)[-1].data["seconds"] == 4 * 86400


def test_a_clock_without_due_date_may_stand_still_too(session, clock, bob):
    task = due_review(session, "")
    tasks.claim(session, task, bob)
    deadlines.pause(session, task, bob, "x")

    assert deadlines.resume(session, task, bob).due_after is None


def test_a_clock_is_stopped_once_with_a_reason_by_who_may(session, clock, anna, bob):
    task = due_review(session)
    tasks.claim(session, task, bob)
    with pytest.raises(NotAllowed, match="may stop its clock"):
        deadlines.pause(session, task, anna, "x")
    with pytest.raises(Invalid):
        deadlines.pause(session, task, bob, " ")
    with pytest.raises(Invalid, match="goes on already"):
        deadlines.resume(session, task, bob)
    deadlines.pause(session, task, bob, "x")
    with pytest.raises(Invalid, match="stands still already"):
        deadlines.pause(session, task, bob, "y")


def test_the_pause_ends_with_its_task(session, clock, bob):
    task = due_review(session)
    tasks.claim(session, task, bob)
    deadlines.pause(session, task, bob, "x")
    clock.move(hours=1)
    tasks.complete(session, task, bob, {})
    session.flush()
    pause = session.scalars(select(ClockPause).execution_options(populate_existing=True)).one()

    assert (pause.ended_at, pause.ended_by) == (now(), "system")
    assert fsck.run(session) == []
    with pytest.raises(TaskNotOpen):
        deadlines.pause(session, task, bob, "y")


@pytest.mark.parametrize(
    ("begin_", "end", "worked"),
    [
        ("2026-07-03T09:30", "2026-07-06T09:30", DAY),  # over a weekend
        ("2026-07-04T01:00", "2026-07-05T10:00", timedelta(0)),  # within one
        ("2026-07-01T01:00", "2026-07-01T03:00", timedelta(hours=2)),
        ("2026-09-30T01:00", "2026-10-08T01:00", DAY),  # the National Day week
        ("2026-07-02T00:00", "2026-07-01T00:00", timedelta(0)),
    ],
)
def test_working_time_skips_closed_days(session, begin_, end, worked):
    from_, to = (datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (begin_, end))

    assert worktime.between(session, from_, to) == worked
    if worked:
        assert worktime.later(session, from_, worked) == to
        assert worktime.between(session, worktime.later(session, to, -worked), to) == worked


def test_working_time_follows_the_office_calendar(session, clock):
    calendar.set_day(session, (FRIDAY + DAY).date(), True, "dora", "补班")

    assert worktime.between(session, FRIDAY, FRIDAY + 3 * DAY) == 2 * DAY
    assert worktime.rung(session, FRIDAY, Duration(1, 86400)) == datetime(2026, 8, 4, 9, 30, tzinfo=UTC)


AT = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("due", "waited", "kind", "points", "changes_in"),
    [
        (None, 0, TaskKind.STEP, 50, 3),
        (10, 0, TaskKind.STEP, 50, 3),
        (2, 0, TaskKind.STEP, 60, 1),
        (0.5, 0, TaskKind.STEP, 70, 0.5),
        (-0.5, 0, TaskKind.STEP, 80, 0.5),
        (-2, 8, TaskKind.STEP, 100, 6),
        (None, 3, TaskKind.CORRECTION, 65, 4),
        (None, 99, TaskKind.ADHOC, 65, None),
    ],
)
def test_urgency_is_computed_from_priority_due_kind_and_waiting(due, waited, kind, points, changes_in):
    due_at = None if due is None else AT + timedelta(days=due)
    until = None if changes_in is None else AT + timedelta(days=changes_in)

    assert urgency.computed(50, kind, AT - timedelta(days=waited), due_at, AT) == (points, until)


def test_urgency_set_by_hand_stands_until_it_is_taken_back(session, clock, dora, anna):
    task = due_review(session)
    with pytest.raises(NotAllowed, match="may set a priority"):
        urgency.set_by_hand(session, task, anna, 100, "")
    with pytest.raises(Invalid):
        urgency.set_by_hand(session, task, dora, 151, "")
    urgency.set_by_hand(session, task, dora, 120, "领导督办")
    assert (task.urgency, task.urgency_until) == (120, None)
    urgency.set_by_hand(session, task, dora, None, "")

    assert task.urgency == 60
    assert [e.data["after"] for e in history.timeline(session, task.case) if e.kind == "prioritised"] == [120, 60]


def test_urgency_grows_with_time_and_the_queue_with_it(office, clock):
    task_id = put(office)
    seen = []
    for _ in range(6):
        urgency.sweep(office.database)
        with office.database.reading() as session:
            seen.append(session.get_one(UserTask, task_id).urgency)
            queue = select(TaskCandidate.rank).where(TaskCandidate.task_id == task_id)
            assert set(session.scalars(queue)) == {-seen[-1]}
            assert fsck.run(session) == []
        clock.move(days=1)

    assert seen == [60, 60, 80 - 10 + 0, 85, 95, 95]
    assert urgency.sweep(office.database) == 0


def test_a_stopped_clock_is_not_urgent_by_its_due_date(session, clock, dora):
    task = due_review(session, "PT2H")
    deadlines.pause(session, task, dora, "x")

    assert task.urgency == 50


def test_a_task_comes_back_by_itself_on_the_day(office, clock):
    task_id = put(office)
    with office.database.transaction() as session:
        bob, task = session.get_one(User, "bob"), session.get_one(UserTask, task_id)
        follow_ups.set_(session, task, bob, now() + DAY, hidden=True, note="等电话")
        session.flush()
        assert tasks.inbox(session, bob, "groups").rows == []
        assert [task.id for task in tasks.inbox(session, session.get_one(User, "anna"), "groups").rows] == [task_id]
        assert tasks.counts(session, bob)["groups"] == 0
        assert [each.task_id for each, _ in follow_ups.mine(session, bob)] == [task_id]
    assert follow_ups.sweep(office.database) == 0
    clock.move(days=1)

    assert (follow_ups.sweep(office.database), follow_ups.sweep(office.database)) == (1, 0)
    with office.database.reading() as session:
        bob = session.get_one(User, "bob")
        assert [each.id for each in tasks.inbox(session, bob, "groups").rows] == [task_id]
        assert [(each.kind, each.said) for each in notices.of(session, bob)] == [(NoticeKind.FOLLOW_UP, "等电话")]


def test_a_date_of_my_own_hides_nothing(session, clock, bob):
    task = due_review(session)
    follow_ups.set_(session, task, bob, now() + DAY, hidden=False)
    session.flush()

    assert [each.id for each in tasks.inbox(session, bob, "groups").rows] == [task.id]
    follow_ups.clear(session, task, bob)
    assert follow_ups.of(session, task, bob) is None


def test_what_ends_need_not_be_come_back_to(session, clock, bob):
    task = due_review(session)
    follow_ups.set_(session, task, bob, now() + DAY, hidden=True)
    tasks.claim(session, task, bob)
    tasks.complete(session, task, bob, {})

    assert session.scalars(select(FollowUp)).all() == []
    assert task.status is TaskStatus.COMPLETED
    with pytest.raises(TaskNotOpen):
        follow_ups.set_(session, task, bob, now() + DAY, hidden=True)


@pytest.mark.parametrize("days", [0, -1, 400])
def test_a_task_is_put_off_to_a_day_to_come_within_a_year(session, clock, bob, days):
    with pytest.raises(Invalid):
        follow_ups.set_(session, due_review(session), bob, now() + timedelta(days=days), hidden=True)
