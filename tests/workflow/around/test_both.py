"""A task with everything around it, from its arrival to its end, on both databases: what they do differently shows."""

from datetime import timedelta

import pytest

from tests.workflow.world import REVIEW, begin, do, open_tasks, process
from workflow import comments, fsck, operations, tasks
from workflow.around import (
    ahead,
    approval,
    asked,
    checklists,
    copies,
    deadlines,
    follow_ups,
    notices,
    reminders,
    supervisions,
    urgency,
    urges,
)
from workflow.clock import now
from workflow.identity import User
from workflow.models import UserTask
from workflow.office import Office
from workflow.statuses import TaskStatus

SAID = {
    "dueDate": "2026-07-03T17:30:00+08:00",
    "reminders": "P-1D: performer; PT0S: performer, head; P2D: group:director",
    "checklist": "核对*;扫描",
    "copyTo": "group:director, starter",
    "copyOn": "arrival",
}


@pytest.fixture(params=["sqlite", "postgresql"])
def office(request: pytest.FixtureRequest) -> Office:
    return request.getfixturevalue(f"{request.param}_office")


def put(office: Office) -> int:
    """bob has the task and has asked anna, stopped its clock, been urged and supervised."""
    with office.database.transaction() as session:
        anna, bob, dora = (session.get_one(User, name) for name in ("anna", "bob", "dora"))
        task = open_tasks(session, begin(session, process(session, REVIEW, open=SAID)))["open"]
        tasks.claim(session, task, bob)
        urges.urge(session, task, anna, "请尽快")
        supervisions.supervise(session, task.case, dora, now() + timedelta(days=1), "为何还没办？", task)
        comments.add(session, task.case, anna, "@bob 请看")
        copies.read(session, copies.mine(session, dora)[0], dora)
        asked.ask(session, task, bob, anna, "有几页？", awaited=True)
        follow_ups.set_(session, task, bob, now() + timedelta(days=1), hidden=True)
        urgency.set_by_hand(session, task, dora, 90, "急")
        deadlines.pause(session, task, bob, "等回函")
        return task.id


def sweep(office: Office) -> tuple[int, int, int]:
    return tuple(each.sweep(office.database) for each in (reminders, follow_ups, urgency))


def test_a_task_lives_with_all_that_is_around_it(office, clock):
    task_id = put(office)
    with office.database.reading() as session:
        bob = session.get_one(User, "bob")
        assert fsck.run(session) == []
        assert (notices.unread(session, bob), tasks.counts(session, bob)["mine"]) == (3, 0)
        assert [step.activity_id for step in ahead.path(session, session.get_one(UserTask, task_id).instance)] == [
            "check"
        ]
    clock.move(days=1)
    assert sweep(office) == (0, 1, 0)
    with office.database.transaction() as session:
        task, bob = session.get_one(UserTask, task_id), session.get_one(User, "bob")
        deadlines.resume(session, task, bob)
        assert tasks.counts(session, bob)["mine"] == 1
        assert [each.id for each in tasks.inbox(session, bob, "mine", sort="priority").rows] == [task_id]
        urgency.set_by_hand(session, task, session.get_one(User, "dora"), None, "")
    clock.move(days=7)
    assert (sweep(office)[0], sweep(office)[0]) == (3, 0)
    with office.database.transaction() as session:
        task, bob, anna = (
            session.get_one(UserTask, task_id),
            session.get_one(User, "bob"),
            session.get_one(User, "anna"),
        )
        tasks.complete(session, asked.of(session, task)[0][0], anna, {"answer": "12"})
        checklists.tick(session, task, bob, checklists.of(session, task)[0].id)
        tasks.complete(session, task, bob, {"opinion": "同意。"})
        assert [row.opinion for row in approval.rows(session, task.case)] == ["同意。"]
    with office.database.reading() as session:
        assert fsck.run(session) == []


def test_a_case_that_ends_takes_all_of_it_along(office, clock):
    task_id = put(office)
    with office.database.transaction() as session:
        task = session.get_one(UserTask, task_id)
        operations.cancel(session, task.instance, session.get_one(User, "dora"), "不办了")
    clock.move(days=30)
    assert sweep(office) == (0, 0, 0)
    with office.database.reading() as session:
        assert {task.status for task in session.query(UserTask)} == {TaskStatus.CANCELLED}
        assert fsck.run(session) == []


@pytest.mark.parametrize("sort", ["priority", "-priority", "due"])
def test_the_groups_queue_is_sorted_by_urgency(office, clock, sort):
    with office.database.transaction() as session:
        dora, definition = session.get_one(User, "dora"), process(session, REVIEW)
        offered = [open_tasks(session, begin(session, definition))["open"] for _ in range(3)]
        for task, value in zip(offered, (20, 80, 50), strict=True):
            urgency.set_by_hand(session, task, dora, value, "")
        session.flush()
        found = [each.urgency for each in tasks.inbox(session, session.get_one(User, "anna"), "groups", sort=sort).rows]

    assert found == {"priority": [80, 50, 20], "-priority": [20, 50, 80], "due": [20, 80, 50]}[sort]


def test_what_was_done_before_is_not_disturbed(office, clock):
    with office.database.transaction() as session:
        instance = begin(session, process(session, REVIEW))
        do(session, instance, "open", session.get_one(User, "bob"))
        assert fsck.run(session) == []
