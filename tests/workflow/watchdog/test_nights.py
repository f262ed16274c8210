"""The nightly round: once, at night, by the workers; where the machine was off, the next day."""

import pytest
from sqlalchemy import event, select

from tests.workflow.watchdog import office as planted
from tests.workflow.watchdog.office import World
from tests.workflow.world import begin
from workflow import definitions, jobs, registry, watchdog
from workflow.models import Job, Watch


@pytest.fixture
def world(sqlite_office, clock, monkeypatch) -> World:
    monkeypatch.setitem(registry.service_tasks, "test.work", lambda session, work: {})
    return World(sqlite_office, clock)


def nights(world: World) -> list[str | None]:
    with world.office.database.reading() as session:
        return list(session.scalars(select(Watch.night).order_by(Watch.id)))


def work(world: World) -> None:
    while jobs.sweep(world.office.database):
        pass


def test_by_day_no_round_begins(world):
    assert not watchdog.nightly(world.office.database)
    world.clock.move(hours=12)
    assert not watchdog.nightly(world.office.database)
    assert nights(world) == []


def test_at_night_one_round_begins_however_many_schedulers_look(world):
    world.clock.move(hours=17)
    assert [watchdog.nightly(world.office.database) for _ in range(3)] == [True, False, False]
    assert nights(world) == ["2026-07-02"]
    world.clock.move(days=1)
    assert watchdog.nightly(world.office.database)
    assert nights(world) == ["2026-07-02", "2026-07-03"]


def test_where_the_machine_was_off_at_night_the_round_is_made_up_for(world):
    world.clock.move(days=2)
    assert watchdog.nightly(world.office.database)
    assert not watchdog.nightly(world.office.database)
    assert nights(world) == ["2026-07-03"]


def test_an_office_in_which_nothing_has_ever_run_needs_no_round(sqlite_office, clock):
    clock.move(days=400)
    assert not watchdog.nightly(sqlite_office.database)


def test_the_workers_make_the_round_in_portions_and_end_it(world, monkeypatch):
    monkeypatch.setattr("workflow.watchdog.looking.PORTION", 2)
    world.plant(planted.broken_state)
    world.clock.move(hours=17)
    watchdog.nightly(world.office.database)
    work(world)
    with world.office.database.reading() as session:
        (watch,) = session.scalars(select(Watch))
        assert watch.ended_at is not None
        assert watch.looked_at >= 5
        assert {each.kind.value for each in watchdog.findings(session)} >= {"state"}


def test_no_step_of_a_round_looks_at_the_tasks_of_more_than_its_portion(world, monkeypatch):
    monkeypatch.setattr("workflow.watchdog.looking.PORTION", 2)
    world.plant(planted.emptied_group)
    world.clock.move(hours=17)
    watchdog.nightly(world.office.database)
    steps = []
    while jobs.sweep(world.office.database):
        with world.office.database.reading() as session:
            steps.append({each.instance_id for each in watchdog.findings(session) if each.kind.value == "nobody"})
    assert 0 < len(steps[0]) <= 2
    assert len(steps[-1]) > 2


def test_however_many_tasks_there_are_a_person_is_looked_up_once_for_a_portion(world):
    with world.office.database.transaction() as session:
        for number in range(20):
            begin(session, definitions.latest(session, "asks"), f"more {number}")
    asked = []
    engine = world.office.database.engine
    event.listen(engine, "before_cursor_execute", lambda *words: asked.append(words[2]))
    watchdog.look(world.office.database, "dora")
    assert 0 < len([each for each in asked if "FROM users" in each and "password_hash" in each]) <= 5


def test_a_round_that_a_worker_left_is_gone_on_with(world):
    with world.office.database.transaction() as session:
        watch_id = watchdog.begin(session, "dora").id
    work(world)
    with world.office.database.transaction() as session:
        again = session.scalars(select(Job).where(Job.topic == "watchdog.look")).one()
        assert session.get_one(Watch, watch_id).ended_at is not None
        assert registry.service_tasks["watchdog.look"](session, again) == {}


def test_of_two_rounds_at_once_the_later_does_not_take_for_repaired_what_the_earlier_saw_last(world):
    world.plant(planted.broken_state)
    with world.office.database.transaction() as session:
        for _ in range(2):
            watchdog.begin(session, "dora")
    look = registry.service_tasks["watchdog.look"]
    for turn in (1, 0, 0, 0, 1, 1):  # the later comes upon it, the earlier goes all its way, the later ends
        with world.office.database.transaction() as session:
            rounds = session.scalars(select(Job).where(Job.topic == "watchdog.look").order_by(Job.id)).all()
            look(session, rounds[turn])
    with world.office.database.reading() as session:
        assert all(each.ended_at for each in session.scalars(select(Watch)))
        assert "state" in {each.kind.value for each in watchdog.findings(session)}
