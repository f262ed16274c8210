"""News: a message reaches one token, a signal all; neither is lost or read twice."""

from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import select, update

from tests.workflow.world import begin, do, last, open_tasks, process, work
from workflow import instances, messages
from workflow.clock import now
from workflow.identity import User
from workflow.models import Incident, Job, Message, ProcessInstance, Subscription
from workflow.statuses import InstanceStatus, MessageStatus

pytestmark = pytest.mark.usefixtures("clock")
PAID = """
    start s
    catch c message=paid key=number
    user after candidateGroups=registry
    end e
    s -> c -> after -> e
"""


def waiting(office, *numbers, drawing=PAID, key="p"):
    with office.database.transaction() as session:
        definition = process(session, drawing, key)
        return [begin(session, definition, number=number).id for number in numbers]


def receive(office, key, message_id="m1", name="paid", **payload):
    with office.database.transaction() as session:
        return messages.receive(session, name, key, payload, message_id).status


def open_now(office, instance_id):
    with office.database.reading() as session:
        return sorted(open_tasks(session, session.get_one(ProcessInstance, instance_id)))


def test_a_message_reaches_the_one_that_waits_for_its_key(office):
    first, second = waiting(office, "A1", "A2")

    assert receive(office, "A2", amount=300) is MessageStatus.DELIVERED
    assert (open_now(office, first), open_now(office, second)) == ([], ["after"])
    with office.database.reading() as session:
        instance = session.get_one(ProcessInstance, second)
        assert instances.variables(session, instance)["amount"] == 300
        assert last(session, instance, "completed", "c").data["message"] == "m1"


def test_of_two_that_wait_for_the_same_the_first_gets_it(office):
    first, second = waiting(office, "A1", "A1")
    receive(office, "A1")
    assert (open_now(office, first), open_now(office, second)) == (["after"], [])


def test_the_same_message_again_changes_nothing(office):
    first, second = waiting(office, "A1", "A1")
    receive(office, "A1", "m1", amount=1)
    receive(office, "A1", "m1", amount=2)

    assert open_now(office, second) == []
    with office.database.reading() as session:
        assert instances.variables(session, session.get_one(ProcessInstance, first))["amount"] == 1
        assert len(session.scalars(select(Message)).all()) == 1


def test_the_same_message_from_many_at_once_is_delivered_once(office):
    ids = waiting(office, "A1", "A1", "A1")
    threads = [Thread(target=receive, args=(office, "A1")) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [open_now(office, each) for each in ids] == [["after"], [], []]


def test_a_message_nobody_waits_for_is_kept_until_somebody_does(office):
    assert receive(office, "A1", amount=5) is MessageStatus.WAITING
    (instance_id,) = waiting(office, "A1")
    work(office)

    assert open_now(office, instance_id) == ["after"]
    with office.database.reading() as session:
        assert session.scalars(select(Message.status)).all() == [MessageStatus.DELIVERED]


def test_a_message_that_missed_its_reader_by_a_moment_is_delivered_by_the_sweep(office):
    receive(office, "A1")
    (instance_id,) = waiting(office, "A1")
    with office.database.transaction() as session:
        session.execute(update(Job).values(due_at=now() + timedelta(days=9)))

    assert messages.sweep(office.database) == 1
    assert messages.sweep(office.database) == 0
    assert open_now(office, instance_id) == ["after"]


def test_a_message_whose_time_is_over_is_not_delivered(office, clock):
    with office.database.transaction() as session:
        messages.receive(session, "paid", "A1", {}, "m1", ttl=timedelta(hours=1))
    clock.move(hours=2)
    (instance_id,) = waiting(office, "A1")
    messages.sweep(office.database)
    work(office)

    assert open_now(office, instance_id) == []
    with office.database.reading() as session:
        assert session.scalars(select(Message.status)).all() == [MessageStatus.EXPIRED]


def test_a_message_thrown_by_a_process_reaches_another(office):
    thrower = """
        start s
        user a candidateGroups=registry
        send t message=paid key=number
        end e
        s -> a -> t -> e
    """
    (reader,) = waiting(office, "A1")
    (sender,) = waiting(office, "A1", drawing=thrower, key="q")
    with office.database.transaction() as session:
        do(session, session.get_one(ProcessInstance, sender), "a", session.get_one(User, "anna"))
    work(office)

    assert open_now(office, reader) == ["after"]


SIGNAL = """
    start s
    catch c signal=alarm
    user after candidateGroups=registry
    end e
    s -> c -> after -> e
"""


def test_a_signal_reaches_all_that_wait_and_none_that_comes_later(office):
    early = waiting(office, 1, 2, 3, drawing=SIGNAL)
    with office.database.transaction() as session:
        assert messages.broadcast(session, "alarm", {"level": 2}) == 3
    late = waiting(office, 4, drawing=SIGNAL)
    work(office)

    assert [open_now(office, each) for each in [*early, *late]] == [["after"]] * 3 + [[]]
    with office.database.reading() as session:
        assert instances.variables(session, session.get_one(ProcessInstance, early[0]))["level"] == 2


def test_a_signal_thrown_by_a_process_reaches_the_others(office):
    thrower = """
        start s
        throw t signal=alarm
        user z candidateGroups=registry
        end e
        s -> t -> z -> e
    """
    (reader,) = waiting(office, 1, drawing=SIGNAL)
    waiting(office, 1, drawing=thrower, key="q")
    work(office)

    assert open_now(office, reader) == ["after"]


def test_a_subscription_goes_with_its_token(office):
    drawing = """
        start s
        user a candidateGroups=registry
        boundary b on=a message=paid
        end e
        end f
        s -> a -> e
        b -> f
    """
    (instance_id,) = waiting(office, "A1", drawing=drawing)
    with office.database.transaction() as session:
        assert session.scalars(select(Subscription.name)).all() == ["paid"]
        do(session, session.get_one(ProcessInstance, instance_id), "a", session.get_one(User, "anna"))
        assert session.scalars(select(Subscription)).all() == []

    assert receive(office, "A1") is MessageStatus.WAITING


def test_a_message_that_cannot_be_delivered_becomes_one_incident_and_stops_no_other(office):
    drawing = (
        "start s\ncatch c message=paid key=number\nxor g\nend e\nend f\ns -> c -> g\ng -> e if n = 1\ng -> f if n = 2"
    )
    receive(office, "A1", "m1", n=3)
    receive(office, "A2", "m2", n=1)
    bad, good = waiting(office, "A1", "A2", drawing=drawing)
    with office.database.transaction() as session:
        session.execute(update(Job).values(due_at=now() + timedelta(days=9)))

    assert messages.sweep(office.database) == 1
    assert messages.sweep(office.database) == 0
    with office.database.reading() as session:
        incident = session.scalars(select(Incident)).one()
        assert (incident.instance_id, incident.activity_id, incident.attempts) == (bad, "c", 1)
        assert session.get_one(ProcessInstance, good).status is InstanceStatus.COMPLETED
