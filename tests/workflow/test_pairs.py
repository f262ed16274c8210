"""Two commands on one instance at the same time: the result is that of one order or of the other, and no token is lost."""

from collections.abc import Callable
from contextvars import copy_context
from dataclasses import dataclass
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from tests.workflow import world
from workflow import fsck, instances, jobs, messages, registry, tasks, timers
from workflow.errors import BpmnError, Refusal
from workflow.identity import User
from workflow.models import HistoryEvent, Job, Message, ProcessInstance, Subscription, Timer, UserTask, Variable
from workflow.office import Office
from workflow.statuses import JobStatus, TaskStatus, TimerStatus

pytestmark = pytest.mark.usefixtures("clock")
RACES = 3
DRAWING = """
    start s
    and f
    user a candidateGroups=registry
    boundary late on=a timer=PT1H
    boundary stop on=a message=stop
    boundary often on=a message=often quiet
    user chase candidateGroups=registry
    user noted candidateGroups=registry
    end n
    xor m
    user b candidateGroups=registry
    service w topic=test.work
    boundary slow on=w timer=PT1H
    boundary bad on=w error=E1
    user mend candidateGroups=registry
    xor v
    catch c message=paid
    and j
    user z candidateGroups=registry
    end e
    s -> f -> a -> m -> j -> z -> e
    late -> chase -> m
    stop -> m
    often -> noted -> n
    f -> b -> j
    f -> w -> v -> j
    slow -> v
    bad -> mend -> v
    f -> c -> j
"""


@dataclass(frozen=True)
class Trial:
    """One instance in its office, as every command finds it."""

    office: Office
    instance_id: int
    number: int


Command = Callable[[Trial], object]


def complete(activity: str, name: str, key: str | None = None) -> Command:
    def command(trial: Trial) -> str:
        with trial.office.database.transaction() as session:
            query = select(UserTask).where(UserTask.instance_id == trial.instance_id, UserTask.activity_id == activity)
            user = session.get_one(User, name)
            return str(
                tasks.complete(session, session.scalars(query).one(), user, {"by": name}, request_key=key).status
            )

    return command


def assign(activity: str, to: str) -> Command:
    def command(trial: Trial) -> str | None:
        with trial.office.database.transaction() as session:
            query = select(UserTask).where(UserTask.instance_id == trial.instance_id, UserTask.activity_id == activity)
            given = tasks.assign(
                session, session.scalars(query).one(), session.get_one(User, "anna"), session.get_one(User, to)
            )
            return given.assignee

    return command


def fire(activity: str) -> Command:
    def command(trial: Trial) -> bool:
        with trial.office.database.transaction() as session:
            query = select(Timer).where(Timer.instance_id == trial.instance_id, Timer.activity_id == activity)
            return timers.fire(session, session.scalars(query).one())

    return command


def receive(name: str, message_id: str) -> Command:
    def command(trial: Trial) -> str:
        with trial.office.database.transaction() as session:
            named = f"{message_id}-{trial.number}"
            return str(messages.receive(session, name, f"case {trial.number}", {"news": message_id}, named).status)

    return command


def cancel(trial: Trial) -> None:
    with trial.office.database.transaction() as session:
        instances.cancel(session, session.get_one(ProcessInstance, trial.instance_id), "eve", "not needed")


def change(name: str, value: int) -> Command:
    def command(trial: Trial) -> None:
        with trial.office.database.transaction() as session:
            instance = session.get_one(ProcessInstance, trial.instance_id)
            instances.set_variables(session, instance, {name: value}, "eve")

    return command


def work(trial: Trial) -> None:
    """Says nothing: a worker may take the job and find, when its work is done, that it is no longer wanted."""
    with trial.office.database.reading() as session:
        job_id = session.scalars(select(Job.id).where(Job.instance_id == trial.instance_id)).one()
    jobs.perform(trial.office.database, job_id)


PAIRS = {
    "two branches before a join": (complete("a", "anna"), complete("b", "bob")),
    "the same task twice": (complete("a", "anna"), complete("a", "anna")),
    "the same request twice": (complete("a", "anna", "k"), complete("a", "anna", "k")),
    "a task and one it is not mine to do": (complete("a", "anna"), complete("a", "bob")),
    "a task and its timer": (complete("a", "anna"), fire("late")),
    "a task and the message on its edge": (complete("a", "anna"), receive("stop", "m")),
    "a task and news beside it": (complete("a", "anna"), receive("often", "m")),
    "a task and a message for another branch": (complete("a", "anna"), receive("paid", "m")),
    "a timer and the message on the same edge": (fire("late"), receive("stop", "m")),
    "a timer twice": (fire("late"), fire("late")),
    "two timers of two branches": (fire("late"), fire("slow")),
    "the same message twice": (receive("stop", "m"), receive("stop", "m")),
    "two messages for one token": (receive("paid", "m"), receive("paid", "n")),
    "news beside a task twice": (receive("often", "m"), receive("often", "n")),
    "the end of all and a task": (cancel, complete("a", "anna")),
    "the end of all and a timer": (cancel, fire("late")),
    "the end of all and a message": (cancel, receive("stop", "m")),
    "the end of all and a job": (cancel, work),
    "the end of all twice": (cancel, cancel),
    "a job and its timer": (work, fire("slow")),
    "a job and a task before the same join": (work, complete("a", "anna")),
    "a job twice": (work, work),
    "a variable from two sides": (change("by", 7), complete("a", "anna")),
    "a task handed over and done": (assign("a", "bob"), complete("a", "anna")),
    "a task handed over to its end by timer": (assign("a", "bob"), fire("late")),
}
MOODS = ("well", "error", "trouble")


@pytest.fixture(params=[name for name in PAIRS if "job" not in name])
def pair(request):
    return PAIRS[request.param]


@pytest.fixture
def trials(office, monkeypatch):
    """Makes instances one like the other: a held by anna, b by bob, a job waiting, timers, messages awaited."""
    mood = {"now": "well"}

    def handler(session, work):
        if mood["now"] == "error":
            raise BpmnError("E1")
        if mood["now"] == "trouble":
            raise Refusal("Not now.")
        return {"worked": True}

    monkeypatch.setitem(registry.service_tasks, "test.work", handler)
    keyed = {name: {"correlationKey": "number"} for name in ("stop", "often", "c")}
    numbers = iter(range(1_000))

    def trial() -> Trial:
        number = next(numbers)
        with office.database.transaction() as session:
            instance = world.begin(session, world.process(session, DRAWING, **keyed), number=f"case {number}")
            open_ = world.open_tasks(session, instance)
            tasks.claim(session, open_["a"], session.get_one(User, "anna"))
            tasks.claim(session, open_["b"], session.get_one(User, "bob"))
            return Trial(office, instance.id, number)

    trial.mood = mood
    return trial


def test_two_at_once_come_out_as_one_after_the_other(trials, pair):
    _check(trials, *pair)


@pytest.mark.parametrize("mood", MOODS)
@pytest.mark.parametrize("name", [name for name in PAIRS if "job" in name])
def test_a_job_that_goes_well_or_badly_and_something_else_at_once(trials, name, mood):
    trials.mood["now"] = mood
    _check(trials, *PAIRS[name])


def _check(trials, one: Command, other: Command) -> None:
    orders = [_after(trials(), one, other), _after(trials(), other, one, swapped=True)]
    for _ in range(RACES):
        trial = trials()
        raced = _told(trial, _at_once(trial, one, other))
        assert raced in orders
    with trial.office.database.reading() as session:
        assert fsck.run(session) == []


def _after(trial: Trial, first: Command, second: Command, swapped: bool = False) -> tuple:
    said = [_tried(first, trial), _tried(second, trial)]
    return _told(trial, said[::-1] if swapped else said)


def _at_once(trial: Trial, one: Command, other: Command) -> list[str]:
    """Both begin at the same moment, each in a thread with a database connection of its own."""
    said: dict[int, str] = {}
    barrier = Barrier(2, timeout=20)

    def act(number: int, command: Command) -> None:
        barrier.wait()
        said[number] = _tried(command, trial)

    threads = [Thread(target=copy_context().run, args=(act, number, each)) for number, each in enumerate((one, other))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [said[0], said[1]]


def _tried(command: Command, trial: Trial) -> str:
    """What it gave, or the refusal; anything else that is raised is a defect and seen by the comparison."""
    try:
        return str(command(trial))
    except Exception as refused:
        return type(refused).__name__


def _told(trial: Trial, said: list[str]) -> tuple:
    """What the commands gave, what the history tells and what waits now; without ids and messages' numbers."""
    with trial.office.database.reading() as session:
        instance = session.get_one(ProcessInstance, trial.instance_id)
        of_it = HistoryEvent.case_id == instance.case_id
        events = session.scalars(select(HistoryEvent).where(of_it).order_by(HistoryEvent.seq))
        told = [(each.kind, each.activity_id, each.actor) for each in events if each.kind != "opened"]
        waits = [
            (UserTask.activity_id, UserTask.assignee, UserTask.status == TaskStatus.OPEN, UserTask),
            (Timer.activity_id, Timer.status, Timer.status == TimerStatus.WAITING, Timer),
            (Job.activity_id, Job.status, Job.status != JobStatus.CANCELLED, Job),
            (Subscription.activity_id, Subscription.kind, Subscription.id.is_not(None), Subscription),
        ]
        open_ = [
            sorted(
                tuple(row)
                for row in session.execute(select(one, two).where(condition, table.instance_id == instance.id))
            )
            for one, two, condition, table in waits
        ]
        named = Message.correlation_key == f"case {trial.number}"
        news = sorted(session.scalars(select(Message.status).where(named)))
        known = select(Variable.name, Variable.value).where(
            Variable.instance_id == instance.id, Variable.name != "number"
        )
        variables = sorted((name, str(value)) for name, value in session.execute(known))
        return said, told, open_, news, variables, (instance.status, instance.revision)
