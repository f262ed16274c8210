"""`followUpDate` of a user task: the diagram wants whoever has it to look at it again."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.workflow.world import REVIEW, begin, do, open_tasks, process
from workflow import fsck, tasks
from workflow.around import deadlines, follow_ups, ladder, notices, reminders
from workflow.engine import ExpressionFailed
from workflow.errors import DefinitionRefused
from workflow.identity import User
from workflow.models import UserTask
from workflow.statuses import NoticeKind

on_both = pytest.mark.parametrize("office", ["sqlite", "postgresql"], indirect=True)


def begun(session, date, **variables):
    said = {"dueDate": "P9D", "followUpDate": date}
    return open_tasks(session, begin(session, process(session, REVIEW, open=said), **variables))["open"]


def drawn(session, task):
    return [each.at for each in reminders.of(session, task) if each.rung == ladder.FOLLOW_UP]


@on_both
@pytest.mark.parametrize(
    ("date", "at"),
    [
        ("P3D", datetime(2026, 7, 4, 1, 0, tzinfo=UTC)),
        ("2026-07-03", datetime(2026, 7, 3, 15, 59, 59, tzinfo=UTC)),
        ("${when}", datetime(2026, 7, 2, 0, 30, tzinfo=UTC)),
        ("2026-06-30", None),
        ("${nothing}", None),
    ],
)
def test_the_date_is_read_as_a_due_date_is(session, clock, date, at):
    task = begun(session, date, when="2026-07-02T08:30:00+08:00", nothing=None)

    assert drawn(session, task) == [at] * (at is not None)
    assert task.due_at == datetime(2026, 7, 10, 1, 0, tzinfo=UTC)


def test_what_is_no_date_says_so(session, clock):
    with pytest.raises(ExpressionFailed) as refused:
        begun(session, "${when}", when="soon")
    assert "a day, a moment or a duration is needed" in str(refused.value)
    with pytest.raises(DefinitionRefused):
        begun(session, "${nobody(}")


@on_both
def test_who_has_the_task_finds_it_in_their_list_and_is_told_once(office, clock):
    with office.database.transaction() as session:
        task = begun(session, "P1D")
        task_id, bob = task.id, session.get_one(User, "bob")
        assert follow_ups.mine(session, bob) == []
        tasks.claim(session, task, bob)
        assert [task.id for _, task in follow_ups.mine(session, bob)] == [task_id]
        assert [each.id for each in tasks.inbox(session, bob, "mine").rows] == [task_id]  # it hides nothing
    assert reminders.sweep(office.database) == 0
    clock.move(days=1)

    assert (reminders.sweep(office.database), reminders.sweep(office.database)) == (1, 0)
    with office.database.reading() as session:
        people = {name: session.get_one(User, name) for name in ("anna", "bob")}
        told = {name: [each.kind for each in notices.of(session, who)] for name, who in people.items()}
        assert told == {"anna": [], "bob": [NoticeKind.FOLLOW_UP]}
        assert follow_ups.mine(session, people["bob"]) == []
        assert fsck.run(session) == []


def test_what_nobody_has_is_told_to_all_it_is_offered_to(office, clock):
    with office.database.transaction() as session:
        begun(session, "P1D")
    clock.move(days=1)
    reminders.sweep(office.database)

    with office.database.reading() as session:
        counts = {name: notices.unread(session, session.get_one(User, name)) for name in ("anna", "bob", "dora")}
        assert counts == {"anna": 1, "bob": 1, "dora": 0}


def test_it_keeps_its_time_when_the_due_date_moves_and_the_clock_stands(session, clock, dora):
    task = begun(session, "P3D")
    before = drawn(session, task)
    deadlines.move(session, task, dora, task.due_at + timedelta(days=2), "延后")
    deadlines.pause(session, task, dora, "等回函")

    assert drawn(session, task) == before


def test_it_goes_with_the_task(session, clock, bob):
    task = begun(session, "P3D")
    do(session, task.instance, "open", bob)

    assert follow_ups.mine(session, bob) == []
    assert session.get_one(UserTask, task.id).due_at is not None
    assert fsck.run(session) == []
