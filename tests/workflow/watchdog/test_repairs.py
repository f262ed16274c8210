"""Each proposed repair repairs: the finding is closed, its task goes, and the data are sound."""

import pytest
from sqlalchemy import delete

from tests.workflow.watchdog import office as planted
from tests.workflow.watchdog.office import World
from tests.workflow.watchdog.test_faults import told
from workflow import fsck, registry, tasks
from workflow.clock import now
from workflow.errors import Conflict, Invalid, NotAllowed, NotFound
from workflow.identity import Group, User
from workflow.models import FAR, Case, Finding, TaskCandidate
from workflow.watchdog import repairs

REPAIRS = [
    (planted.emptied_group, "give:eve"),
    (planted.emptied_group, "offer"),
    (planted.removed_user, "release"),
    (planted.removed_user, "give:bob"),
    (planted.one_person_left_for_two, "give:dora"),
    (planted.timer_overdue, "fire"),
    (planted.timer_lost, "reinstate"),
    (planted.job_lost, "reinstate"),
    (planted.worker_gone, "wake"),
    (planted.failed_in_silence, "wake"),
    (planted.suspended_by_a_leaver, "resume"),
    (planted.suspended_by_a_leaver, "end"),
    (planted.suspended_for_long, "resume"),
    (planted.broken_state, "end"),
    (planted.join_that_can_never_complete, "move"),
    (planted.join_that_can_never_complete, "end"),
    (planted.suspended_parent, "follow"),
    (planted.suspended_parent, "resume"),
    (planted.subscription_without_sender, "deliver"),
    (planted.subscription_without_sender, "skip"),
    (planted.orphaned_call, "end"),
]


@pytest.fixture(autouse=True)
def worker(monkeypatch):
    monkeypatch.setitem(registry.service_tasks, "test.work", lambda session, work: {})


@pytest.fixture
def with_fault(sqlite_office, clock):
    """with_fault(planted.job_lost) is an office in which that is so."""

    def plant(fault) -> World:
        world = World(sqlite_office, clock, planted.NEEDS[fault])
        world.plant(fault)
        return world

    return plant


def repair(world: World, finding: Finding, wanted: str, user: str = "dora", reason: str = "我看过了") -> bool:
    with world.office.database.transaction() as session:
        finding, who = session.get_one(Finding, finding.id), session.get_one(User, user)
        keys = [each.key for each in repairs.proposed(session, finding, who)]
        key = next((each for each in keys if each.startswith(wanted)), wanted)
        return repairs.perform(session, finding, who, key, reason)


@pytest.mark.parametrize(("fault", "wanted"), REPAIRS, ids=lambda each: getattr(each, "__name__", each))
def test_a_proposed_repair_repairs(with_fault, fault, wanted):
    world = with_fault(fault)
    for finding in world.look():
        assert repair(world, finding, wanted)
    assert world.found() == []
    assert told(world) == []
    assert world.look() == []


def test_a_repair_leaves_the_data_sound_and_is_told(with_fault):
    world = with_fault(planted.removed_user)
    (finding,) = world.look()
    assert repair(world, finding, "give:bob", reason="他回来前由鲍勃办")
    with world.office.database.reading() as session:
        assert fsck.run(session) == []
        assert world.task(session, "plain", "open").assignee == "bob"


def test_a_repair_needs_its_permission_and_a_reason_and_is_done_once(with_fault):
    world = with_fault(planted.job_lost)
    (finding,) = world.look()
    with world.office.database.reading() as session:
        anna = session.get_one(User, "anna")
        (offered,) = repairs.proposed(session, session.get_one(Finding, finding.id), anna)
        assert offered.refused == NotAllowed().sentence
    with pytest.raises(NotAllowed):
        repair(world, finding, "reinstate", user="anna")
    with pytest.raises(Invalid):
        repair(world, finding, "reinstate", reason=" ")
    with pytest.raises(NotFound):
        repair(world, finding, "dance")
    assert repair(world, finding, "reinstate")
    with pytest.raises(Conflict, match="already"):
        repair(world, finding, "reinstate")


def proposed_for(world: World, **held: str) -> list[str]:
    """Who is proposed, in order, for a step that came to one person alone, who has left."""
    with world.office.database.transaction() as session:
        task = world.task(session, "plain", "open")
        session.execute(delete(TaskCandidate).where(TaskCandidate.task_id == task.id))
        for name, value in {"claimed_at": now(), **held}.items():
            setattr(task, name, value)
        session.flush()  # who holds it is a person of the office
        session.get_one(User, task.assignee).active = False
    (finding,) = world.look()
    with world.office.database.reading() as session:
        found = repairs.proposed(session, session.get_one(Finding, finding.id), session.get_one(User, "dora"))
        return [each.key.removeprefix("give:") for each in found if each.key.startswith("give:")]


def test_who_works_in_the_groups_of_who_has_left_is_proposed_before_anybody_else(office, clock):
    assert proposed_for(World(office, clock, "plain"), assignee="bob")[0] == "anna"


def test_in_whose_place_it_was_held_is_proposed_first_of_all(sqlite_office, clock):
    world = World(sqlite_office, clock, "plain")
    assert proposed_for(world, assignee="bob", on_behalf_of="dora")[:2] == ["dora", "anna"]


def test_a_queue_of_nobody_but_who_has_left_is_not_proposed(sqlite_office, clock):
    world = World(sqlite_office, clock, "plain")
    with sqlite_office.database.transaction() as session:
        task = world.task(session, "plain", "open")
        session.execute(delete(TaskCandidate).where(TaskCandidate.task_id == task.id))
        task.assignee, task.claimed_at = "bob", now()
        session.add(TaskCandidate(task_id=task.id, candidate="user:bob", due_at=FAR, claimed=True, rank=-task.urgency))
        session.get_one(User, "bob").active = False
    (finding,) = world.look()
    with sqlite_office.database.reading() as session:
        found = repairs.proposed(session, session.get_one(Finding, finding.id), session.get_one(User, "dora"))
        assert "release" not in [each.key for each in found]


def test_what_a_delegate_who_has_left_holds_goes_back_to_who_delegated_it(office, clock):
    world = World(office, clock, "plain")
    with office.database.transaction() as session:
        task, anna, carl = world.task(session, "plain", "open"), *(session.get_one(User, n) for n in ("anna", "carl"))
        tasks.claim(session, task, anna)
        tasks.delegate(session, task, anna, carl)
        carl.active = False
    (finding,) = world.look()
    with office.database.reading() as session:
        found = repairs.proposed(session, session.get_one(Finding, finding.id), session.get_one(User, "dora"))
        assert [each.key for each in found][0] == "return" and "release" not in [each.key for each in found]
    assert repair(world, finding, "return")
    with office.database.reading() as session:
        task = world.task(session, "plain", "open")
        assert (task.assignee, task.delegated_by) == ("anna", None)


def test_for_a_group_that_is_empty_who_works_with_those_of_the_case_is_proposed(office, clock):
    world = World(office, clock, "plain")
    with office.database.transaction() as session:
        session.get_one(Case, world.instance(session, "plain").case_id).opened_by = "dora"
        session.get_one(User, "anna").groups = [session.get_one(Group, "director")]
        session.get_one(User, "bob").groups = []
    (finding,) = world.look()
    with office.database.reading() as session:
        found = repairs.proposed(session, session.get_one(Finding, finding.id), session.get_one(User, "dora"))
        assert [each.key for each in found] == ["give:anna", "give:dora", "give:eve", "offer"]


def test_only_who_is_not_excluded_is_proposed(with_fault):
    world = with_fault(planted.one_person_left_for_two)
    (finding,) = world.look()
    with world.office.database.reading() as session:
        dora = session.get_one(User, "dora")
        keys = {each.key for each in repairs.proposed(session, session.get_one(Finding, finding.id), dora)}
    assert "give:anna" not in keys
    assert {"give:bob", "give:dora"} & keys
