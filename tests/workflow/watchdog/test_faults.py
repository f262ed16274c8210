"""Silent while all is well; loud, once, for each planted fault."""

import pytest

from tests.workflow.watchdog import office as planted
from tests.workflow.watchdog.office import World
from tests.workflow.world import begin
from workflow import fsck, registry, tasks
from workflow.identity import User
from workflow.models import UserTask
from workflow.statuses import FindingKind

FAULTS = {
    planted.emptied_group: {FindingKind.NOBODY},
    planted.removed_user: {FindingKind.NOBODY},
    planted.one_person_left_for_two: {FindingKind.EXCLUDED},
    planted.timer_overdue: {FindingKind.TIMER},
    planted.timer_lost: {FindingKind.LOST},
    planted.job_lost: {FindingKind.LOST},
    planted.worker_gone: {FindingKind.JOB},
    planted.failed_in_silence: {FindingKind.JOB},
    planted.suspended_by_a_leaver: {FindingKind.SUSPENDED},
    planted.suspended_for_long: {FindingKind.SUSPENDED},
    planted.broken_state: {FindingKind.STATE},
    planted.join_that_can_never_complete: {FindingKind.STUCK},
    planted.suspended_parent: {FindingKind.SUSPENDED},
    planted.subscription_without_sender: {FindingKind.SENDER},
    planted.orphaned_call: {FindingKind.CALLED},
}


@pytest.fixture(autouse=True)
def worker(monkeypatch):
    monkeypatch.setitem(registry.service_tasks, "test.work", lambda session, work: {})


@pytest.fixture
def world(sqlite_office, clock) -> World:
    return World(sqlite_office, clock)


def told(world: World) -> list[UserTask]:
    """The repairs that wait for the director."""
    with world.office.database.reading() as session:
        user = session.get_one(User, "dora")
        return list(tasks.inbox(session, user, "groups", {"process": "watchdog"}, "", None, 50).rows)


def test_it_is_silent_in_a_healthy_office(world, clock):
    assert world.look() == []
    clock.move(minutes=4)
    assert world.look() == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_it_is_loud_once_for_each_planted_fault(world, fault):
    world.plant(fault)
    found = world.look()
    assert {each.kind for each in found} == FAULTS[fault]
    assert len(told(world)) == len(found)
    assert [each.id for each in world.look()] == [each.id for each in found]
    assert len(told(world)) == len(found)


def test_several_faults_are_told_apart_on_both_databases(office, clock):
    world = World(office, clock)
    assert world.look() == []
    together = [planted.removed_user, planted.join_that_can_never_complete, planted.job_lost, planted.orphaned_call]
    for fault in [*together, planted.subscription_without_sender]:
        world.plant(fault)
    kinds = {kind for fault in together for kind in FAULTS[fault]}
    assert {each.kind for each in world.look()} == kinds | {FindingKind.SENDER}
    assert len(told(world)) == 5


def test_what_is_repaired_is_closed_by_itself_and_its_task_goes(world):
    world.plant(planted.removed_user)
    assert len(world.look()) == 1
    with world.office.database.transaction() as session:
        session.get_one(User, "carl").active = True
    assert world.look() == []
    assert told(world) == []
    with world.office.database.reading() as session:
        assert fsck.run(session) == []


def test_what_a_manager_has_seen_is_not_told_again_each_night(world):
    world.plant(planted.job_lost)
    world.look()
    (task,) = told(world)
    with world.office.database.transaction() as session:
        dora, task = session.get_one(User, "dora"), session.get_one(UserTask, task.id)
        tasks.claim(session, task, dora)
        tasks.complete(session, task, dora, {})
    assert len(world.look()) == 1
    assert told(world) == []


def test_of_one_kind_no_more_than_twenty_tasks_are_made(world):
    with world.office.database.transaction() as session:
        definition = world.instance(session, "worked").definition
        for number in range(25):
            begin(session, definition, f"第{number}件")
    world.plant(planted.workers_gone)
    assert len(world.look()) == 26
    assert len(told(world)) == 20


def test_what_was_one_too_many_is_told_as_soon_as_others_are_done(world):
    with world.office.database.transaction() as session:
        definition = world.instance(session, "worked").definition
        for number in range(25):
            begin(session, definition, f"第{number}件")
    world.plant(planted.workers_gone)
    found = world.look()
    first = told(world)
    with world.office.database.transaction() as session:
        dora = session.get_one(User, "dora")
        for each in first[:4]:
            task = session.get_one(UserTask, each.id)
            tasks.claim(session, task, dora)
            tasks.complete(session, task, dora, {})
    assert [each.id for each in world.look()] == [each.id for each in found]
    assert len(told(world)) == 20
    assert len({each.id for each in [*told(world), *first]}) == 24
