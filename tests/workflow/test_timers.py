"""Timers: each fires once, whoever looks, and one that cannot fire stops no other."""

from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import func, select, update

from tests.workflow.world import begin, do, open_tasks, process, told
from workflow import jobs, timers
from workflow.clock import now
from workflow.identity import User
from workflow.models import Incident, ProcessInstance, Timer
from workflow.statuses import IncidentStatus, InstanceStatus, TimerStatus

pytestmark = pytest.mark.usefixtures("clock")
LATE = """
    start s
    user look candidateGroups=registry
    boundary late on=look timer=PT1H
    user chase candidateGroups=registry
    end e
    end f
    s -> look -> e
    late -> chase -> f
"""
REMIND = """
    start s
    user look candidateGroups=registry
    boundary late on=look timer=PT1H quiet
    user chase candidateGroups=registry
    end e
    end f
    s -> look -> e
    late -> chase -> f
"""


def started(office, drawing=LATE, **variables):
    with office.database.transaction() as session:
        return begin(session, process(session, drawing), **variables).id


def open_now(office, instance_id):
    with office.database.reading() as session:
        return sorted(open_tasks(session, session.get_one(ProcessInstance, instance_id)))


def test_a_timer_fires_when_it_is_due_and_not_before(office, clock):
    instance_id = started(office)
    clock.move(minutes=59)
    assert timers.fire_due(office.database) == 0
    assert open_now(office, instance_id) == ["look"]

    clock.move(minutes=1)
    assert timers.fire_due(office.database) == 1
    assert timers.fire_due(office.database) == 0
    assert open_now(office, instance_id) == ["chase"]


def test_a_reminder_leaves_the_task_open(office, clock):
    instance_id = started(office, REMIND)
    clock.move(hours=1)
    timers.fire_due(office.database)

    assert open_now(office, instance_id) == ["chase", "look"]
    with office.database.reading() as session:
        timer = session.scalars(select(Timer)).one()
        assert (timer.status, timer.fired_at) == (TimerStatus.FIRED, now())


def test_a_timer_missed_by_days_fires_once(office, clock):
    instance_id = started(office)
    clock.move(days=400)
    assert timers.fire_due(office.database) == 1
    assert open_now(office, instance_id) == ["chase"]


def test_a_clock_set_back_fires_nothing_twice(office, clock):
    instance_id = started(office)
    clock.move(hours=1)
    timers.fire_due(office.database)
    clock.move(days=-3)
    assert timers.fire_due(office.database) == 0
    clock.move(days=4)
    assert timers.fire_due(office.database) == 0
    assert open_now(office, instance_id) == ["chase"]


def test_a_repeated_timer_has_a_row_for_each_time(office, clock):
    drawing = REMIND.replace("timer=PT1H quiet", "cycle=R3/PT1H quiet")
    instance_id = started(office, drawing)
    for _ in range(5):
        clock.move(hours=1)
        timers.fire_due(office.database)

    with office.database.reading() as session:
        assert [timer.status for timer in session.scalars(select(Timer))] == [TimerStatus.FIRED] * 3
        assert told(session, session.get_one(ProcessInstance, instance_id)).count(("entered", "chase")) == 3


def test_several_schedulers_fire_each_timer_once(office, clock):
    with office.database.transaction() as session:
        late = process(session, REMIND)
        ids = [begin(session, late).id for _ in range(8)]
    due = now() - timedelta(hours=2)
    with office.database.transaction() as session:
        session.execute(update(Timer).values(due_at=due))
    fired = []
    threads = [Thread(target=lambda: fired.append(timers.fire_due(office.database))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(fired) == 8
    assert all(open_now(office, each) == ["chase", "look"] for each in ids)


def test_a_timer_and_a_completion_at_once_leave_one_way(office, clock):
    instance_id = started(office)
    with office.database.transaction() as session:
        session.execute(update(Timer).values(due_at=now() - timedelta(hours=2)))
    refused = []

    def complete():
        try:
            with office.database.transaction() as session:
                do(session, session.get_one(ProcessInstance, instance_id), "look", session.get_one(User, "anna"))
        except Exception as problem:
            refused.append(problem)

    threads = [Thread(target=complete), Thread(target=timers.fire_due, args=(office.database,))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with office.database.reading() as session:
        timer, instance = session.scalars(select(Timer)).one(), session.get_one(ProcessInstance, instance_id)
        if refused:
            assert (timer.status, open_now(office, instance_id)) == (TimerStatus.FIRED, ["chase"])
        else:
            assert (timer.status, instance.status) == (TimerStatus.CANCELLED, InstanceStatus.COMPLETED)


def test_a_timer_that_cannot_fire_becomes_one_incident_and_stops_no_other(office, clock):
    stuck = "start s\nuser a candidateGroups=registry\nboundary b on=a timer=PT1H\nxor g\nend e\nend f\nend h\ns -> a -> e\nb -> g\ng -> f if n = 1\ng -> h if n = 2"
    with office.database.transaction() as session:
        bad = begin(session, process(session, stuck, "stuck"), n=3).id
        good = begin(session, process(session, LATE)).id
    clock.move(hours=1)

    assert timers.fire_due(office.database) == 1
    assert timers.fire_due(office.database) == 0
    assert (open_now(office, bad), open_now(office, good)) == (["a"], ["chase"])
    with office.database.transaction() as session:
        incident = session.scalars(select(Incident)).one()
        assert "No condition at “g” is true" in incident.message
        jobs.retry(session, incident, "eve")
    timers.fire_due(office.database)
    with office.database.reading() as session:
        assert (
            session.scalar(select(func.count()).select_from(Incident).where(Incident.status == IncidentStatus.OPEN))
            == 1
        )


def test_the_timer_of_a_suspended_process_waits(office, clock):
    instance_id = started(office)
    with office.database.transaction() as session:
        session.execute(update(ProcessInstance).values(status=InstanceStatus.SUSPENDED))
    clock.move(hours=2)
    assert timers.fire_due(office.database) == 0
    with office.database.transaction() as session:
        timer = session.scalars(select(Timer)).one()
        assert timers.fire(session, timer) is False
        session.execute(update(ProcessInstance).values(status=InstanceStatus.RUNNING))
    assert timers.fire_due(office.database) == 1
    assert open_now(office, instance_id) == ["chase"]
