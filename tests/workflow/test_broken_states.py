"""A state that was changed, cut, exchanged or put back is never run: whatever command meets it stops with an incident,
changes nothing, and everybody else goes on. Once the state is right again, the same command goes through."""

import pytest
from sqlalchemy import select, update

from tests.workflow.world import begin, do, process, work
from workflow import fsck, instances, jobs, messages, registry, timers
from workflow.identity import User
from workflow.incidents import CannotGoOn
from workflow.models import HistoryEvent, Incident, Message, ProcessInstance, Timer, UserTask, Variable
from workflow.statuses import IncidentStatus, InstanceStatus, MessageStatus, TaskStatus, TimerStatus

pytestmark = pytest.mark.usefixtures("clock")
FAULTS = {
    "a changed byte": lambda mine, other, before: mine[:-2] + bytes([mine[-2] ^ 4]) + mine[-1:],
    "a changed seal": lambda mine, other, before: mine[:10] + bytes([mine[10] ^ 1]) + mine[11:],
    "cut short": lambda mine, other, before: mine[:-1],
    "nothing": lambda mine, other, before: b"",
    "noise": lambda mine, other, before: b"\x80\x04}" * 40,
    "exchanged": lambda mine, other, before: other,
    "put back": lambda mine, other, before: before,
}
EVERYTHING = """
    start s
    user first candidateGroups=registry
    and f
    user a candidateGroups=registry
    boundary late on=a timer=PT1H
    service b topic=test.push
    catch c message=paid key=number
    catch g signal=alarm
    call d calls=inner
    xor m
    and j
    end e
    s -> first -> f -> a -> m -> j -> e
    late -> m
    f -> b -> j
    f -> c -> j
    f -> g -> j
    f -> d -> j
"""
INNER = "start s\nuser i candidateGroups=registry\nend e\ns -> i -> e"


@pytest.fixture(autouse=True)
def push(monkeypatch):
    monkeypatch.setitem(registry.service_tasks, "test.push", lambda session, work: {"pushed": True})


@pytest.fixture
def pair(office, anna):
    """The ids of two instances alike, and the state the first had one revision ago."""
    return _pair(office, anna)


def state_of(office, instance_id):
    with office.database.reading() as session:
        return session.get_one(ProcessInstance, instance_id).state


def put(office, instance_id, state):
    with office.database.transaction() as session:
        session.execute(update(ProcessInstance).where(ProcessInstance.id == instance_id).values(state=state))


def complete(office, instance_id, clock, anna):
    with office.database.transaction() as session:
        do(session, session.get_one(ProcessInstance, instance_id), "a", anna)


def run_job(office, instance_id, clock, anna):
    work(office)


def fire(office, instance_id, clock, anna):
    clock.move(hours=1)
    timers.fire_due(office.database)


def receive(office, instance_id, clock, anna):
    with office.database.transaction() as session:
        assert messages.receive(session, "paid", "N1", {"sum": 3}, "m1")


def receive_and_sweep(office, instance_id, clock, anna):
    receive(office, instance_id, clock, anna)
    messages.sweep(office.database)
    messages.sweep(office.database)


def broadcast(office, instance_id, clock, anna):
    with office.database.transaction() as session:
        messages.broadcast(session, "alarm", {})
    work(office)


def return_from_call(office, instance_id, clock, anna):
    with office.database.transaction() as session:
        query = select(ProcessInstance).where(ProcessInstance.parent_id == instance_id)
        do(session, session.scalars(query).one(), "i", anna)


def withdraw(office, instance_id, clock, anna):
    with office.database.transaction() as session:
        instances.cancel(session, session.get_one(ProcessInstance, instance_id), "eve", "over")


RAISE = [complete, return_from_call, withdraw]  # a person stands there and is told; the others tell the incident only
COMMANDS = [complete, run_job, fire, receive, receive_and_sweep, broadcast, return_from_call]


def told(office, instance_id):
    """Everything the instance has said and kept so far, incidents aside."""
    with office.database.reading() as session:
        events = select(HistoryEvent.kind, HistoryEvent.activity_id).where(HistoryEvent.instance_id == instance_id)
        kept = select(Variable.name, Variable.value).where(Variable.instance_id == instance_id)
        timers_ = select(Timer.status).where(Timer.instance_id == instance_id)
        open_ = select(UserTask.activity_id).where(
            UserTask.instance_id == instance_id, UserTask.status == TaskStatus.OPEN
        )
        said = [tuple(row) for row in session.execute(events.order_by(HistoryEvent.seq))]
        rows = [sorted(map(str, session.execute(query))) for query in (kept, timers_, open_)]
        return [each for each in said if each[0] not in ("incident_opened", "claimed")], rows


def open_incidents(office):
    with office.database.reading() as session:
        return list(session.scalars(select(Incident).where(Incident.status == IncidentStatus.OPEN)))


MET = [(command, "exchanged") for command in COMMANDS] + [(complete, fault) for fault in FAULTS]


@pytest.mark.parametrize(("command", "fault"), MET, ids=lambda met: getattr(met, "__name__", met))
def test_whatever_meets_a_broken_state_becomes_one_incident_and_changes_nothing(
    sqlite_office, request, clock, fault, command
):
    _check(sqlite_office, request, clock, fault, command)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
def test_so_it_is_on_the_other_database(postgresql_office, request, clock, command):
    _check(postgresql_office, request, clock, "a changed byte", command)


def _check(office, request, clock, fault, command):
    with office.database.reading() as session:
        anna = session.get_one(User, "anna")
        session.expunge_all()
    hurt, other, before = _pair(office, anna)
    whole = state_of(office, hurt)
    put(office, hurt, FAULTS[fault](whole, state_of(office, other), before))
    was = told(office, hurt)

    if command in RAISE:
        with pytest.raises(CannotGoOn):
            command(office, hurt, clock, anna)
    else:
        command(office, hurt, clock, anna)

    found = open_incidents(office)
    assert len(found) >= 1 and all("state" in each.message for each in found), [each.message for each in found]
    assert len({(each.instance_id, each.activity_id, each.job_id) for each in found}) == len(found)
    assert told(office, hurt) == was

    put(office, hurt, whole)
    _go_on(office, found)
    command(office, hurt, clock, anna) if command in RAISE else None
    assert open_incidents(office) == []
    assert told(office, hurt) != was
    with office.database.reading() as session:
        assert fsck.run(session) == []


def _pair(office, anna):
    with office.database.transaction() as session:
        process(session, INNER, key="inner")
        definition = process(session, EVERYTHING)
        both = [begin(session, definition, number=f"N{number}") for number in (1, 2)]
        before = both[0].state
        for each in both:
            do(session, each, "first", anna)
        return *(each.id for each in both), before


def _go_on(office, found):
    """Somebody says "try again" at each incident; then the machine does what it does."""
    with office.database.transaction() as session:
        for each in found:
            jobs.retry(session, session.get_one(Incident, each.id), "eve")
    timers.fire_due(office.database)
    messages.sweep(office.database)
    work(office)


def test_a_message_for_a_broken_process_is_taken_in_and_delivered_later(office, pair, clock, anna):
    hurt, other, _ = pair
    whole = state_of(office, hurt)
    put(office, hurt, b"broken")
    receive(office, hurt, clock, anna)
    with office.database.reading() as session:
        assert session.scalars(select(Message.status)).all() == [MessageStatus.WAITING]

    put(office, hurt, whole)
    _go_on(office, open_incidents(office))
    with office.database.reading() as session:
        assert session.scalars(select(Message.status)).all() == [MessageStatus.DELIVERED]
        assert instances.variables(session, session.get_one(ProcessInstance, hurt))["sum"] == 3


def test_others_go_on_beside_a_broken_process(office, pair, clock, anna):
    hurt, other, _ = pair
    put(office, hurt, b"broken")
    work(office)
    clock.move(hours=1)
    timers.fire_due(office.database)
    with office.database.transaction() as session:
        messages.receive(session, "paid", "N2", {}, "m2")
        messages.broadcast(session, "alarm", {})
    work(office)
    return_from_call(office, other, clock, anna)

    with office.database.reading() as session:
        assert session.get_one(ProcessInstance, other).status is InstanceStatus.COMPLETED
        fired = select(Timer.status).where(Timer.instance_id == other)
        assert session.scalars(fired).all() == [TimerStatus.FIRED]


def test_fsck_names_the_broken_process_and_no_other(office, pair):
    hurt, _, _ = pair
    put(office, hurt, b"broken")
    with office.database.reading() as session:
        (problem,) = fsck.run(session)
    assert f"Process instance {hurt} " in problem.sentence
