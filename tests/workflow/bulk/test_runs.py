"""Bulk with proof: checked, done once, reported as it is, taken back where nobody has acted since."""

from contextlib import contextmanager
from itertools import count

import pytest
from sqlalchemy import func, select

from tests.workflow import world
from workflow import bulk, fsck, history, jobs, operations, tasks
from workflow.db import Database
from workflow.errors import Conflict, Invalid, NotFound
from workflow.identity import User
from workflow.kept_sentences import spoken
from workflow.models import BulkItem, HistoryEvent, Incident, Job, UserTask
from workflow.statuses import BulkAct, JobStatus, TaskStatus
from workflow.statuses import BulkItemStatus as Status

pytestmark = pytest.mark.usefixtures("clock")
_keys = count(1)
CHECKED = """
    start s
    user look candidateGroups=registry
    user check candidateGroups=registry
    end e
    s -> look -> check -> e
"""


@pytest.fixture
def desk(office):
    """Open “look” tasks: their ids, made on demand."""

    def fill(number: int) -> list[int]:
        with office.database.transaction() as session:
            definition = world.process(session, CHECKED, check={"differentFrom": "look"})
            begun = [world.begin(session, definition, f"件{n}") for n in range(number)]
            return [world.open_tasks(session, each)["look"].id for each in begun]

    return fill


def ask(office, user: User, act: str, ids, **wanted) -> int:
    with office.database.transaction() as session:
        run = bulk.ask(session, user, bulk.Wanted(BulkAct(act), **wanted), ids, f"key-{next(_keys)}")
        run_id = run.id
    world.work(office)
    return run_id


def begin(office, user: User, run_id: int) -> dict[str, int]:
    with office.database.transaction() as session:
        bulk.begin(session, bulk.find(session, run_id, user))
    world.work(office)
    return counted(office, run_id)


def undo(office, user: User, run_id: int) -> dict[str, int]:
    with office.database.transaction() as session:
        bulk.undo(session, bulk.find(session, run_id, user), "看错了")
    world.work(office)
    return counted(office, run_id)


def counted(office, run_id: int) -> dict[str, int]:
    with office.database.reading() as session:
        query = select(BulkItem.status, func.count()).where(BulkItem.run_id == run_id).group_by(BulkItem.status)
        return {status.value: number for status, number in session.execute(query)}


def said(office, run_id: int) -> set[str]:
    with office.database.reading() as session:
        query = select(BulkItem.refused).where(BulkItem.run_id == run_id)
        return {str(spoken(each)) for each in session.scalars(query) if each}


@contextmanager
def the_task(office, task_id: int):
    with office.database.transaction() as session:
        yield session, session.get_one(UserTask, task_id)


def happened(office, kind: str) -> int:
    with office.database.reading() as session:
        return session.scalar(select(func.count()).where(HistoryEvent.kind == kind))


def test_checking_says_what_will_and_what_will_not_and_changes_nothing(office, desk, anna, bob):
    ids = desk(5)
    with the_task(office, ids[0]) as (session, task):
        tasks.claim(session, task, bob)
    with the_task(office, ids[1]) as (session, task):
        tasks.claim(session, task, bob)
        tasks.complete(session, task, bob, {})
    with the_task(office, ids[2]) as (session, task):
        operations.suspend(session, task.instance, session.get_one(User, "dora"), "等")

    run_id = ask(office, anna, "complete", ids, answers={"seen": "yes"})

    assert counted(office, run_id) == {"will": 2, "will_not": 3}, said(office, run_id)
    reasons = " ".join(sorted(said(office, run_id)))
    assert all(each in reasons for each in ("already claimed by", "no longer open", "suspended"))
    assert happened(office, "claimed") == 2 and happened(office, "variables_changed") == 0
    with office.database.reading() as session:
        assert bulk.progress(session, bulk.find(session, run_id, anna)).phase is bulk.Phase.READY
        assert fsck.run(session) == []
        assert session.scalar(select(func.count(Incident.id))) == 0


def test_each_item_is_completed_once_and_its_process_goes_on(office, desk, anna):
    ids = desk(45)
    run_id = ask(office, anna, "complete", ids, answers={"seen": "yes"})

    assert begin(office, anna, run_id) == {"done": 45}
    assert begin(office, anna, run_id) == {"done": 45}, "begun twice is begun once"
    with office.database.reading() as session:
        query = select(UserTask.status, UserTask.completed_by, func.count()).where(UserTask.id.in_(ids))
        found = session.execute(query.group_by(UserTask.status, UserTask.completed_by)).all()
        assert found == [(TaskStatus.COMPLETED, "anna", 45)]
        assert session.scalar(select(func.count(UserTask.id)).where(UserTask.activity_id == "check")) == 45
        assert session.scalar(select(func.count(Job.id)).where(Job.topic == "bulk.perform")) == 3
        assert fsck.run(session) == []


def test_what_others_do_meanwhile_is_refused_in_the_report(office, desk, anna, bob):
    ids = desk(6)
    run_id = ask(office, anna, "complete", ids)
    for task_id in ids[:2]:
        with the_task(office, task_id) as (session, task):
            tasks.claim(session, task, bob)
            tasks.complete(session, task, bob, {})
    with the_task(office, ids[2]) as (session, task):
        tasks.claim(session, task, bob)

    assert begin(office, anna, run_id) == {"done": 3, "refused": 3}
    assert any("no longer open" in each for each in said(office, run_id))
    with office.database.reading() as session:
        mine = select(func.count(UserTask.id)).where(UserTask.completed_by == "anna")
        assert session.scalar(mine) == 3


def test_a_rule_of_separation_holds_in_bulk(office, desk, anna, bob):
    ids = desk(3)
    run_id = ask(office, anna, "complete", ids)
    begin(office, anna, run_id)
    with office.database.reading() as session:
        checks = session.scalars(select(UserTask.id).where(UserTask.activity_id == "check")).all()

    assert counted(office, ask(office, anna, "complete", checks)) == {"will_not": 3}
    assert counted(office, ask(office, bob, "complete", checks)) == {"will": 3}


def test_tasks_of_another_step_are_left_out(office, desk, anna, bob):
    ids = desk(3)
    with the_task(office, ids[0]) as (session, task):
        tasks.claim(session, task, bob)
        tasks.complete(session, task, bob, {})
        check = world.open_tasks(session, task.instance)["check"].id

    run_id = ask(office, anna, "complete", [ids[1], check, ids[2]])
    assert counted(office, run_id) == {"will": 2, "will_not": 1}
    assert any("another step" in each for each in said(office, run_id))


def test_claiming_many_and_taking_it_back(office, desk, anna, bob, clock):
    ids = desk(4)
    with the_task(office, ids[3]) as (session, task):
        tasks.claim(session, task, anna)
    run_id = ask(office, anna, "claim", ids)
    assert begin(office, anna, run_id) == {"done": 3, "will_not": 1}

    with the_task(office, ids[0]) as (session, task):
        tasks.complete(session, task, anna, {})
    with the_task(office, ids[1]) as (session, task):
        tasks.assign(session, task, anna, bob)
    assert undo(office, anna, run_id) == {"undone": 1, "done": 2, "will_not": 1}
    with the_task(office, ids[2]) as (_session, task):
        assert task.assignee is None


def test_releasing_many_and_taking_it_back(office, desk, anna, bob):
    ids = desk(3)
    for task_id in ids[:2]:
        with the_task(office, task_id) as (session, task):
            tasks.claim(session, task, anna)
    run_id = ask(office, anna, "release", ids)
    assert begin(office, anna, run_id) == {"done": 2, "will_not": 1}

    with the_task(office, ids[0]) as (session, task):
        tasks.claim(session, task, bob)
    assert undo(office, anna, run_id) == {"undone": 1, "done": 1, "will_not": 1}
    with the_task(office, ids[1]) as (_session, task):
        assert task.assignee == "anna"


def test_handing_over_many_and_taking_it_back(office, desk, dora, people):
    ids = desk(3)
    with the_task(office, ids[0]) as (session, task):
        tasks.claim(session, task, people.anna)
    run_id = ask(office, dora, "assign", ids, to=people.bob, reason="病假")
    assert begin(office, dora, run_id) == {"done": 3}
    with the_task(office, ids[0]) as (session, task):
        assert task.assignee == "bob" and history.timeline(session, task.case)[-1].data["reason"] == "病假"

    assert undo(office, dora, run_id) == {"undone": 3}
    with the_task(office, ids[0]) as (_session, task):
        assert task.assignee == "anna"
    with the_task(office, ids[1]) as (_session, task):
        assert task.assignee is None


def test_completions_are_taken_back_while_nobody_has_acted_since(office, desk, anna, bob):
    ids = desk(3)
    run_id = ask(office, anna, "complete", ids, answers={"seen": "yes"})
    begin(office, anna, run_id)
    with the_task(office, ids[0]) as (session, task):
        check = world.open_tasks(session, task.instance)["check"]
        tasks.claim(session, check, bob)
        tasks.complete(session, check, bob, {})

    assert undo(office, anna, run_id) == {"undone": 2, "done": 1}
    assert len(said(office, run_id)) == 1
    with office.database.reading() as session:
        again = select(func.count(UserTask.id)).where(UserTask.activity_id == "look", UserTask.assignee == "anna")
        assert session.scalar(again.where(UserTask.status == TaskStatus.OPEN)) == 2
        assert fsck.run(session) == []


def test_the_time_for_taking_back_ends(office, desk, anna, clock):
    run_id = ask(office, anna, "claim", desk(1))
    begin(office, anna, run_id)
    clock.move(minutes=31)
    with pytest.raises(Conflict, match="time in which"), office.database.transaction() as session:
        bulk.undo(session, bulk.find(session, run_id, anna), "why")


def test_nothing_is_taken_back_without_a_reason_or_before_it_was_done(office, desk, anna):
    run_id = ask(office, anna, "claim", desk(1))
    for reason, refused in (("", Invalid), ("because", Conflict)):
        with pytest.raises(refused), office.database.transaction() as session:
            bulk.undo(session, bulk.find(session, run_id, anna), reason)


def test_a_run_is_begun_only_when_checked_and_when_there_is_something_to_do(office, desk, anna, carl):
    ids = desk(2)
    with office.database.transaction() as session:
        run = bulk.ask(session, anna, bulk.Wanted(BulkAct.CLAIM), ids, "early")
        with pytest.raises(Conflict, match="being checked"):
            bulk.begin(session, run)
    for task_id in ids:
        with the_task(office, task_id) as (session, task):
            tasks.claim(session, task, anna)
    run_id = ask(office, anna, "claim", ids)
    with pytest.raises(Conflict, match="Nothing"), office.database.transaction() as session:
        bulk.begin(session, bulk.find(session, run_id, anna))


def test_what_cannot_be_asked_is_refused(office, desk, anna, bob, carl):
    ids = desk(2)
    with office.database.transaction() as session:
        wanted = bulk.Wanted(BulkAct.CLAIM)
        for nothing in ([], [10**6]):
            with pytest.raises(Invalid, match="at least one"):
                bulk.ask(session, anna, wanted, nothing, "k1")
        with pytest.raises(Invalid, match="at least one"):
            bulk.ask(session, carl, wanted, ids, "k2")  # who may not see them
        with pytest.raises(Invalid, match="marked"):
            bulk.ask(session, anna, bulk.Wanted(BulkAct.ASSIGN), ids, "k3")
        run = bulk.ask(session, anna, wanted, ids, "k4")
        assert bulk.ask(session, anna, wanted, ids, "k4") is run, "sent again, it is the same run"
        with pytest.raises(NotFound):
            bulk.ask(session, bob, wanted, ids, "k4")
        with pytest.raises(NotFound):
            bulk.find(session, run.id, bob)
        assert [each.id for each in bulk.of_person(session, anna)] == [run.id] and not bulk.of_person(session, bob)


def test_more_than_the_most_is_refused(office, desk, anna, monkeypatch):
    monkeypatch.setattr("workflow.bulk.runs.MOST", 2)
    with pytest.raises(Invalid, match="At most 2"), office.database.transaction() as session:
        bulk.ask(session, anna, bulk.Wanted(BulkAct.CLAIM), desk(3), "many")


def test_a_person_who_has_left_does_nothing_more(office, desk, anna):
    run_id = ask(office, anna, "complete", desk(3))
    with office.database.transaction() as session:
        session.get_one(User, "anna").active = False

    assert begin(office, anna, run_id) == {"refused": 3}
    assert any("no longer active" in each for each in said(office, run_id))


class Killed(BaseException):
    """The worker is gone."""


def test_a_portion_whose_worker_died_is_done_again_and_once(office, desk, anna, monkeypatch, clock):
    ids = desk(25)
    run_id = ask(office, anna, "complete", ids)
    lives = iter([7, 3])  # items before each death
    complete, left = tasks.complete, [next(lives)]

    def mortal(*arguments, **named):
        if left[0] == 0:
            left[0] = next(lives, -1)
            raise Killed
        left[0] -= 1
        return complete(*arguments, **named)

    monkeypatch.setattr("workflow.bulk.acts.tasks.complete", mortal)
    with office.database.transaction() as session:
        bulk.begin(session, bulk.find(session, run_id, anna))
    deaths = 0
    while any_work_left(office.database):
        try:
            world.work(office)
        except Killed:
            deaths += 1
        clock.move(minutes=15)

    assert deaths == 2 and counted(office, run_id) == {"done": 25}
    assert happened(office, "claimed") == 25
    with office.database.reading() as session:
        assert session.scalar(select(func.count(UserTask.id)).where(UserTask.activity_id == "check")) == 25


def any_work_left(database: Database) -> bool:
    with database.reading() as session:
        live = Job.status.in_((JobStatus.WAITING, JobStatus.RUNNING))
        return bool(session.scalar(select(func.count(Job.id)).where(live)))


def test_a_job_that_fails_is_counted_as_failed_and_its_items_as_not_done(office, desk, anna, monkeypatch, clock):
    run_id = ask(office, anna, "claim", desk(3))

    def broken(*_arguments):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("workflow.bulk.running.acts.done", broken)
    with office.database.transaction() as session:
        bulk.begin(session, bulk.find(session, run_id, anna))
    for _ in range(8):
        jobs.sweep(office.database)
        clock.move(minutes=15)

    with office.database.reading() as session:
        run = bulk.find(session, run_id, anna)
        found = bulk.progress(session, run)
        assert (found.phase, found.failed, found.number("done"), found.percent) == (bulk.Phase.RUNNING, 3, 0, 0)
        assert len(bulk.results(session, run, [Status.WILL])) == 3
        assert len(list(bulk.all_results(session, run))) == 3
