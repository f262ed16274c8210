"""Random processes live through the database: people, workers, timers, news and those who operate move them in any
order.

Each life is led twice at once, on SQLite and on PostgreSQL, by the same decisions. After it nothing is amiss in either, and
both tell the same story.
"""

import random
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from tests.workflow import made
from tests.workflow.engine.drawing import bpmn
from tests.workflow.engine.wild import Wild
from workflow import (
    definitions,
    engine,
    fsck,
    incidents,
    instances,
    jobs,
    messages,
    operations,
    registry,
    tasks,
    timers,
)
from workflow.errors import BpmnError, Refusal
from workflow.identity import User
from workflow.models import HistoryEvent, Incident, Job, ProcessInstance, Subscription, Timer, UserTask, Variable
from workflow.office import Office
from workflow.statuses import IncidentStatus, InstanceStatus, JobStatus, TaskStatus, TimerStatus
from workflow.waits import LIVE_INSTANCES

LIVES = 36
STEPS = 16
CROWD = 30
OTHER = "start s\nuser i candidateGroups=registry\nend e\ns -> i -> e"
Step = Callable[[Office], object]


@pytest.fixture(autouse=True)
def worker(monkeypatch):
    """A worker that now and then throws an error, cannot do its work, or does it, as the variables say."""

    def work(session, work):
        mood = work.variables.get("mood", 0)
        if mood == 1:
            raise BpmnError("E1")
        if mood == 2:
            raise Refusal("Not now.")
        return {"worked": work.variables.get("worked", 0) + 1}

    monkeypatch.setitem(registry.service_tasks, "test.work", work)


@pytest.fixture
def both(sqlite_office, postgresql_office, clock):
    return [sqlite_office, postgresql_office]


@pytest.mark.parametrize("first", range(0, LIVES, 4))
def test_both_databases_tell_the_same_sound_story_of_every_life(both, clock, first):
    for seed in range(first, first + 4):
        clock.set(datetime(2026, 7, 1, 1, 0, tzinfo=UTC))
        live(both, clock, seed)


def live(both: list[Office], clock, seed: int) -> None:
    chance = random.Random(seed)
    wild = Wild(chance)
    instance_ids = [_begun(office, wild, seed) for office in both]
    for _ in range(STEPS):
        step = _next(both[0], clock, chance, wild)
        if step is None:
            break
        said = [_said(step, office) for office in both]
        assert said[0] == said[1], f"seed {seed}\n{wild.drawing}\n{said}"
        assert _amiss(both[0]) == [], f"seed {seed}\n{wild.drawing}"
    stories = [_story(office) for office in both]
    assert stories[0] == stories[1], f"seed {seed}\n{wild.drawing}"
    assert [_amiss(office) for office in both] == [[], []], f"seed {seed}\n{wild.drawing}"
    ends = [
        _said(lambda office, id_=id_: _withdrawn(office, id_), office)
        for office, id_ in zip(both, instance_ids, strict=True)
    ]
    assert ends[0] == ends[1]
    assert [_amiss(office) for office in both] == [[], []], f"seed {seed}\n{wild.drawing}"


def _begun(office: Office, wild: Wild, seed: int) -> int | None:
    """The instance, or None when it would never come to rest or wait for nothing, or begins by the message that begins
    an earlier life, and so was not begun."""
    chance = random.Random(seed)
    variables = {name: chance.randrange(3) for name in wild.variables}
    try:
        with office.database.transaction() as session:
            definitions.deploy(session, bpmn(OTHER, "other"), {}, "eve")
            definition = definitions.deploy(session, bpmn(wild.drawing, f"life{seed}"), {}, "eve")
        with office.database.transaction() as session:
            case = made.case(session, f"life {seed}", key=f"life-{seed}")
            return instances.start(session, definition, case, "anna", variables).id
    except Refusal:
        return None


def _next(office: Office, clock, chance: random.Random, wild: Wild) -> Step | None:
    """Something that can be done now, looked up in one office and said so that it fits both."""
    with office.database.reading() as session:
        is_open = UserTask.status == TaskStatus.OPEN
        open_tasks = session.scalars(select(UserTask.activity_id).where(is_open).order_by(UserTask.id)).all()
        news = session.scalars(select(Subscription.name).order_by(Subscription.id)).all()
        due = session.scalars(select(Timer.id).where(Timer.status == TimerStatus.WAITING)).all()
        work = session.scalars(select(Job.id).where(Job.status.in_([JobStatus.WAITING, JobStatus.FAILED]))).all()
        running = session.scalars(select(ProcessInstance.id).where(ProcessInstance.status.in_(LIVE_INSTANCES))).all()
    possible = (
        ["task"] * min(3, len(open_tasks))
        + ["news"] * bool(news)
        + ["time"] * bool(due)
        + ["work"] * 2 * bool(work)
        + ["hand"] * bool(running)
    )
    if not possible or len(open_tasks) + len(due) + len(news) > CROWD:
        return None
    kind, number = chance.choice(possible), chance.randrange(10_000)
    answers = {**wild.chosen(), "mood": chance.choice([0, 0, 0, 1, 2])}
    if kind == "task":
        at = chance.randrange(len(open_tasks))
        return lambda office: _complete(office, at, _one_of_them(number), answers, f"request-{number}")
    if kind == "news":
        name = chance.choice(news)
        return lambda office: _receive(office, name, f"{name}-{number}", answers)
    if kind == "hand":
        return lambda office: _operate(office, random.Random(number))
    clock.move(minutes=number % 12)
    return (lambda office: timers.fire_due(office.database)) if kind == "time" else _work


def _one_of_them(number: int) -> str:
    return ("anna", "bob")[number % 2]


def _complete(office: Office, at: int, name: str, answers: dict, request_key: str) -> str:
    """The nth open task, by the person it belongs to, else by this one; and the same request again is nothing new."""
    with office.database.transaction() as session:
        is_open = UserTask.status == TaskStatus.OPEN
        task = session.scalars(select(UserTask).where(is_open).order_by(UserTask.id).offset(at)).first()
        user = session.get_one(User, task.assignee or name)
        if task.assignee is None:
            tasks.claim(session, task, user)
        tasks.complete(session, task, user, answers, request_key=request_key)
        task_id = task.id
    with office.database.transaction() as session:
        told = session.query(HistoryEvent).count()
        tasks.complete(session, tasks.find(session, task_id, user), user, answers, request_key=request_key)
        assert session.query(HistoryEvent).count() == told
    return task.activity_id


def _receive(office: Office, name: str, message_id: str, answers: dict) -> str:
    for _ in range(2):  # the second time it is known
        with office.database.transaction() as session:
            said = str(messages.receive(session, name, "", answers, message_id).status)
    return said


def _operate(office: Office, chance: random.Random) -> str:
    """A token is moved or skipped, or a process suspended; a suspended one is mostly resumed."""
    with office.database.transaction() as session:
        live = select(ProcessInstance).where(ProcessInstance.status.in_(LIVE_INSTANCES)).order_by(ProcessInstance.id)
        instance, dora = chance.choice(session.scalars(live).all()), session.get_one(User, "dora")
        still = instance.status is InstanceStatus.SUSPENDED
        place, act = chance.choice(operations.standing(session, instance)), chance.randrange(4)
        if act == 0 or (still and act < 3):
            (operations.resume if still else operations.suspend)(session, instance, dora, "why")
        elif act == 1:
            operations.skip(session, instance, dora, place.token_id, "why")
        else:
            model, seen = definitions.model(session, instance.definition), instance.revision
            target = chance.choice(engine.targets(model, instances.state(instance), place.token_id) or [None])
            if target is None:
                return f"{place.activity_id} stays"
            others = target.others
            operations.move(session, instance, dora, place.token_id, target.activity_id, "why", others, seen)
        return f"{act} {place.activity_id}"


def _work(office: Office) -> int:
    """What is due is done; what has failed for good is tried again by a person."""
    done = sum(jobs.sweep(office.database) for _ in range(3))
    with office.database.transaction() as session:
        for incident in session.scalars(
            select(Incident).where(Incident.status == IncidentStatus.OPEN).order_by(Incident.id)
        ):
            instance = session.get(ProcessInstance, incident.instance_id)
            if instance is not None and instance.status is InstanceStatus.SUSPENDED:
                continue
            if incident.job_id is not None:
                jobs.retry(session, incident, "eve")
            else:
                incidents.resolve(session, incident, "eve")
    return done


def _withdrawn(office: Office, instance_id: int | None) -> str:
    if instance_id is not None:
        with office.database.transaction() as session:
            instances.cancel(session, session.get_one(ProcessInstance, instance_id), "eve", "over")
    return "withdrawn"


def _said(step: Step, office: Office) -> str:
    try:
        return str(step(office))
    except Refusal as refused:
        return str(refused)


def _amiss(office: Office) -> list[fsck.Problem]:
    with office.database.reading() as session:
        return fsck.run(session)


def _story(office: Office) -> list[object]:
    """What happened and what is so now, without the ids and token ids each database gives on its own."""
    with office.database.reading() as session:
        events = session.scalars(select(HistoryEvent).order_by(HistoryEvent.case_id, HistoryEvent.seq))
        told = [(each.seq, each.at, each.actor, each.kind, each.activity_id, _plain(each.data)) for each in events]
        rows = [
            select(Variable.name, Variable.value, Variable.revision).order_by(Variable.instance_id, Variable.name),
            select(UserTask.activity_id, UserTask.status, UserTask.assignee, UserTask.completed_by).order_by(
                UserTask.id
            ),
            select(ProcessInstance.status, ProcessInstance.revision).order_by(ProcessInstance.id),
            select(Timer.activity_id, Timer.status, Timer.due_at).order_by(Timer.id),
            select(Job.activity_id, Job.status, Job.attempts).order_by(Job.id),
        ]
        return [told, *([tuple(row) for row in session.execute(query)] for query in rows)]


def _plain(data: dict) -> dict:
    return {name: value for name, value in data.items() if name not in ("task", "job", "incident", "called")}
