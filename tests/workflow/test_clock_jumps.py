"""Clocks that jump (+400 days, −3 days) and databases that hang up: nothing is done twice, nothing is lost, nothing stalls,
and no person is asked to mend what was only the weather."""

from contextlib import contextmanager
from contextvars import copy_context
from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import event, func, select, text

from tests.workflow.world import begin, do, open_tasks, process, told, work
from workflow import fsck, messages, scheduler, timers
from workflow.identity import User
from workflow.models import HistoryEvent, Incident, Job, Message, ProcessInstance, Timer
from workflow.statuses import JobStatus, MessageStatus, TimerStatus

pytestmark = pytest.mark.usefixtures("clock")
WATCHED = """
    start s
    user look candidateGroups=registry
    boundary late on=look timer=P10D quiet
    boundary daily on=look cycle=R/P1D quiet
    boundary thrice on=look cycle=R3/PT1H quiet
    user chase candidateGroups=registry
    end e
    end f
    s -> look -> e
    late -> chase -> f
    daily -> f
    thrice -> f
"""
PAID = "start s\ncatch c message=paid key=number\nuser after candidateGroups=registry\nend e\ns -> c -> after -> e"


def started(office, count=1, drawing=WATCHED, key="p", **variables):
    with office.database.transaction() as session:
        definition = process(session, drawing, key)
        return [begin(session, definition, **variables).id for _ in range(count)]


def schedulers(office, count):
    """So many look at once, until none finds anything more; how many timers fired."""
    fired = []

    def look():
        while found := timers.fire_due(office.database):
            fired.append(found)

    threads = [Thread(target=copy_context().run, args=(look,)) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(fired)


def caught(office, instance_id):
    with office.database.reading() as session:
        found = select(HistoryEvent.activity_id, HistoryEvent.data)
        found = found.where(HistoryEvent.instance_id == instance_id, HistoryEvent.kind == "caught")
        return sorted((activity, data.get("missed", 0)) for activity, data in session.execute(found))


def sound(office):
    with office.database.reading() as session:
        return fsck.run(session) == []


def test_400_days_later_each_timer_fires_once_and_cycles_say_what_they_left_out(office, clock):
    ids = started(office, 3)
    clock.move(days=400)

    assert schedulers(office, 3) == 3 * len(ids)
    for instance_id in ids:
        assert caught(office, instance_id) == [("daily", 399), ("late", 0), ("thrice", 2)]
    assert sound(office)


def test_a_clock_that_was_400_days_ahead_and_is_put_right_repeats_nothing_and_goes_on(office, clock):
    (early,) = started(office)
    clock.move(days=400)
    schedulers(office, 2)
    clock.move(days=-400)
    before = caught(office, early)

    assert schedulers(office, 2) == 0
    (later,) = started(office)
    clock.move(days=10)
    schedulers(office, 2)
    assert caught(office, later) == [("daily", 9), ("late", 0), ("thrice", 2)]
    assert caught(office, early) == before
    assert sound(office)


def test_a_clock_set_back_three_days_only_delays(office, clock):
    (instance_id,) = started(office)
    clock.move(days=-3)
    assert schedulers(office, 2) == 0
    with office.database.reading() as session:
        assert set(session.scalars(select(Timer.status))) == {TimerStatus.WAITING}
    clock.move(days=4)
    schedulers(office, 2)
    assert caught(office, instance_id) == [("daily", 0), ("thrice", 2)]
    assert sound(office)


def test_three_days_back_between_two_rounds_repeat_no_round(office, clock):
    (instance_id,) = started(office)
    clock.move(days=1)
    schedulers(office, 1)
    clock.move(days=-3)
    schedulers(office, 1)
    clock.move(days=3)
    schedulers(office, 1)
    assert caught(office, instance_id) == [("daily", 0), ("thrice", 2)]


@pytest.mark.parametrize("days", [400, -3])
def test_people_and_machines_work_on_after_a_jump(office, clock, days):
    (instance_id,) = started(office)
    clock.move(days=days)
    scheduler.go_round(office)
    with office.database.transaction() as session:
        do(session, session.get_one(ProcessInstance, instance_id), "look", session.get_one(User, "anna"))
    scheduler.go_round(office)
    with office.database.reading() as session:
        instance = session.get_one(ProcessInstance, instance_id)
        assert ("completed", "look") in told(session, instance)
        assert list(open_tasks(session, instance)) == (["chase"] if days > 0 else [])
    assert sound(office)


@pytest.mark.parametrize("days", [20, -3])
def test_a_kept_message_outlives_a_jump_within_its_time(office, clock, days):
    with office.database.transaction() as session:
        messages.receive(session, "paid", "A1", {"sum": 3}, "m1")
    clock.move(days=days)
    scheduler.go_round(office)
    (instance_id,) = started(office, 1, PAID, number="A1")
    work(office)
    with office.database.reading() as session:
        assert session.scalars(select(Message.status)).all() == [MessageStatus.DELIVERED]
        assert list(open_tasks(session, session.get_one(ProcessInstance, instance_id))) == ["after"]


def test_a_message_that_comes_again_after_its_time_is_another_only_by_another_id(office, clock):
    for message_id in ("m1", "m1", "m2"):
        with office.database.transaction() as session:
            messages.receive(session, "paid", "A1", {}, message_id, ttl=timedelta(days=1))
        clock.move(hours=13)
        scheduler.go_round(office)
    with office.database.reading() as session:
        found = dict(session.execute(select(Message.message_id, Message.status)).all())
    assert found == {"m1": MessageStatus.EXPIRED, "m2": MessageStatus.WAITING}


@pytest.fixture(params=[True, False], ids=["before the commit", "with the commit on its way"])
def first(request):
    """Whether the server hangs up before anything is committed, or when all that is lost may be its answer."""
    return request.param


@contextmanager
def hung_up(office, first=True):
    """Inside the block the server ends every connection at its commit."""
    engine = office.database.engine

    def hang_up(connection):
        connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")

    event.listen(engine, "commit", hang_up, insert=first)
    try:
        yield
    finally:
        event.remove(engine, "commit", hang_up)


def incidents(office):
    with office.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Incident))


def test_a_timer_during_whose_firing_the_database_hangs_up_fires_once_and_asks_nobody(postgresql_office, clock, first):
    office = postgresql_office
    (instance_id,) = started(office)
    clock.move(days=10)
    with hung_up(office, first):
        assert timers.fire_due(office.database) == 0
    assert incidents(office) == 0
    schedulers(office, 2)
    assert caught(office, instance_id) == [("daily", 9), ("late", 0), ("thrice", 2)]
    assert sound(office)


def test_a_message_during_whose_delivery_the_database_hangs_up_is_delivered_once(postgresql_office, clock, first):
    office = postgresql_office
    with office.database.transaction() as session:
        messages.receive(session, "paid", "A1", {}, "m1")
    (instance_id,) = started(office, 1, PAID, number="A1")
    with office.database.transaction() as session:
        session.execute(text("DELETE FROM jobs"))  # nobody was told; the sweep finds it
        message_id = session.scalars(select(Message.id)).one()
    with hung_up(office, first):
        assert messages._deliver_one(office.database, message_id) is False
    assert incidents(office) == 0
    messages.sweep(office.database)
    with office.database.reading() as session:
        assert list(open_tasks(session, session.get_one(ProcessInstance, instance_id))) == ["after"]


def test_a_whole_round_outlives_a_database_that_hangs_up(postgresql_office, clock, first):
    office = postgresql_office
    started(office, 2)
    clock.move(days=10)
    with hung_up(office, first):
        scheduler.go_round(office)
    assert incidents(office) == 0
    scheduler.go_round(office)
    with office.database.reading() as session:
        assert not session.scalars(select(Job.id).where(Job.status == JobStatus.FAILED)).all()
        fired = select(func.count()).where(Timer.status == TimerStatus.FIRED)
        assert session.scalar(fired) == 6
