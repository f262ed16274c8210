"""What a case waits for and since when, in words: people, machines, moments, news, other processes; who stopped it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workflow import definitions, engine, instances, office, suspensions, tasks
from workflow.engine import Wait, WaitKind
from workflow.errors import DefinitionRefused, Sentence, sentence
from workflow.identity import User, called
from workflow.models import Case, HistoryEvent, Incident, Job, ProcessInstance, UserTask
from workflow.statuses import IncidentStatus, JobStatus, TaskKind, TaskStatus
from workflow.waits import LIVE_INSTANCES
from workflow.watchdog.found import named

ON_EDGES = {"boundaryEvent", "startEvent"}  # what waits there does not hold the case up
SHOWN = 5  # people named


@dataclass(frozen=True)
class Waiting:
    """One thing a case waits for. `kind`: task machine timer message signal process condition join incident suspended
    damaged; `holds_up`: the case cannot go on without it (an event at an edge only may come); `until`: its moment;
    `people`: the logins of who can act."""

    kind: str
    instance_id: int
    process: str
    activity_id: str
    name: str
    said: Sentence
    since: datetime | None
    until: datetime | None = None
    people: tuple[str, ...] = ()
    task_id: int | None = None
    holds_up: bool = True


def of_case(session: Session, case: Case) -> list[Waiting]:
    """All it waits for, what holds it up first; nothing when it is over."""
    live = (ProcessInstance.case_id == case.id, ProcessInstance.status.in_(LIVE_INSTANCES))
    found: list[Waiting] = []
    for instance in session.scalars(select(ProcessInstance).where(*live).order_by(ProcessInstance.id)):
        found += _of_instance(session, instance)
    return sorted(found, key=lambda each: not each.holds_up)


def _of_instance(session: Session, instance: ProcessInstance) -> Iterator[Waiting]:
    if instance.parent_id is None and (stopped := suspensions.suspension(session, instance)):
        said = sentence(
            "{person} has suspended it: {reason}", person=called(session, stopped.by), reason=stopped.reason
        )
        yield _waiting("suspended", instance, "", said, stopped.at, people=(stopped.by,))
    try:
        model, state = definitions.model(session, instance.definition), instances.state(instance)
        waits, places = engine.waits_of(model, state), engine.live_tokens(model, state)
    except (engine.EngineProblem, DefinitionRefused):
        yield _waiting("damaged", instance, "", engine.StateCorrupt().sentence, None)
        return
    since = _since(session, instance)
    for wait in waits:
        yield _of_wait(session, instance, model, wait, since)
    for task in _beside(session, instance):
        yield _of_task(session, instance, task)
    yield from _joins(instance, places, {wait.token_id for wait in waits}, since)
    yield from _incidents(session, instance)


def _of_wait(
    session: Session, instance: ProcessInstance, model: engine.Model, wait: Wait, since: Mapping[str, datetime]
) -> Waiting:
    mine, begun = (instance.id, wait.token_id), since.get(wait.token_id)
    if wait.kind is WaitKind.USER_TASK:
        task = session.scalars(
            select(UserTask).where(UserTask.instance_id == mine[0], UserTask.token_id == mine[1])
        ).first()
        if task is not None:
            return _of_task(session, instance, task)
    if wait.kind is WaitKind.JOB:
        job = session.scalars(select(Job).where(Job.instance_id == mine[0], Job.token_id == mine[1])).first()
        return _of_job(session, instance, wait, job, begun)
    kind, said = _words(session, instance, wait)
    at_edge = model.activities[wait.activity_id].kind in ON_EDGES
    return _waiting(kind, instance, wait.activity_id, said, begun, until=wait.due_at, holds_up=not at_edge)


def _words(session: Session, instance: ProcessInstance, wait: Wait) -> tuple[str, Sentence]:
    what, message = named(instance, wait.activity_id), wait.name or ""
    match wait.kind:
        case WaitKind.TIMER:
            until = _clock(session, wait.due_at) if wait.due_at else ""
            return "timer", sentence("“{what}” comes at {time}", what=what, time=until)
        case WaitKind.MESSAGE if wait.correlation_key:
            facts = {"what": what, "message": message, "key": wait.correlation_key}
            return "message", sentence("“{what}” waits for the message “{message}” with the key {key}", **facts)
        case WaitKind.MESSAGE:
            return "message", sentence("“{what}” waits for the message “{message}”", what=what, message=message)
        case WaitKind.SIGNAL:
            return "signal", sentence("“{what}” waits for the signal “{signal}”", what=what, signal=message)
        case WaitKind.CALL:
            return "process", sentence(
                "“{what}” waits for the process it has called: {process}", what=what, process=message
            )
        case WaitKind.CONDITION:
            return "condition", sentence("“{what}” waits until its condition comes true", what=what)
    return "task", sentence("“{what}” waits for a person, but its task is lost.", what=what)


def _of_task(session: Session, instance: ProcessInstance, task: UserTask) -> Waiting:
    if task.assignee is not None:
        said = sentence("“{task}” is with {person}", task=task.name, person=called(session, task.assignee))
        people = [task.assignee]
    else:
        able = tasks.possible_performers(session, task)
        said, people = _offered(task, able), [each.name for each in able]
    return _waiting(
        "task",
        instance,
        task.activity_id,
        said,
        task.created_at,
        until=task.due_at,
        people=tuple(people),
        task_id=task.id,
        name=task.name,
    )


def _offered(task: UserTask, able: list[User]) -> Sentence:
    if not able:
        return sentence("“{task}” waits for a person, and there is nobody who may do it", task=task.name)
    names = "、".join(each.display_name for each in able[:SHOWN])
    if len(able) > SHOWN:
        said = "“{task}” waits for one of {number} people: {people} …"
        return sentence(said, task=task.name, number=len(able), people=names)
    return sentence("“{task}” waits for somebody to claim it: {people}", task=task.name, people=names)


def _of_job(
    session: Session, instance: ProcessInstance, wait: Wait, job: Job | None, begun: datetime | None
) -> Waiting:
    what = named(instance, wait.activity_id)
    if job is None:
        said = sentence("“{what}” waits for machine work, but its job is lost.", what=what)
    elif job.status is JobStatus.FAILED:
        said = sentence(
            "“{what}” has failed {n} times and waits for a person to try it again", what=what, n=job.attempts
        )
    elif job.status is JobStatus.RUNNING:
        said = sentence("“{what}” is being done by a machine", what=what)
    elif job.attempts:
        facts = {"what": what, "n": job.attempts, "time": _clock(session, job.due_at)}
        said = sentence("“{what}” has failed {n} times; a machine tries again at {time}", **facts)
    else:
        said = sentence("“{what}” waits for a machine, since {time}", what=what, time=_clock(session, job.due_at))
    until = job.due_at if job is not None and job.status is JobStatus.WAITING else None
    return _waiting("machine", instance, wait.activity_id, said, begun, until=until)


def _beside(session: Session, instance: ProcessInstance) -> list[UserTask]:
    """Open tasks that no token stands for."""
    query = select(UserTask).where(UserTask.instance_id == instance.id, UserTask.status == TaskStatus.OPEN)
    return list(session.scalars(query.where(UserTask.kind != TaskKind.STEP).order_by(UserTask.id)))


def _joins(
    instance: ProcessInstance, places: Mapping[str, str], waiting: set[str], since: Mapping[str, datetime]
) -> Iterator[Waiting]:
    """Gateways at which a way has come and waits for the others."""
    kinds = {name: each.get("kind", "") for name, each in instance.definition.activities.items()}
    for activity_id in dict.fromkeys(place for token, place in places.items() if token not in waiting):
        if kinds.get(activity_id) in ("parallelGateway", "inclusiveGateway"):
            said = sentence("“{what}” waits for the ways beside it", what=named(instance, activity_id))
            yield _waiting("join", instance, activity_id, said, None)


def _incidents(session: Session, instance: ProcessInstance) -> Iterator[Waiting]:
    mine = (Incident.instance_id == instance.id, Incident.status == IncidentStatus.OPEN)
    for incident in session.scalars(select(Incident).where(*mine).order_by(Incident.id)):
        what = named(instance, incident.activity_id)
        said = sentence("“{what}” could not go on: {message}", what=what, message=incident.message[:500])
        yield _waiting("incident", instance, incident.activity_id or "", said, incident.opened_at)


def _waiting(
    kind: str,
    instance: ProcessInstance,
    activity_id: str,
    said: Sentence,
    since: datetime | None,
    name: str = "",
    **more: Any,
) -> Waiting:
    called_so = name or named(instance, activity_id)
    return Waiting(kind, instance.id, instance.definition.name, activity_id, called_so, said, since, **more)


def _since(session: Session, instance: ProcessInstance) -> dict[str, datetime]:
    """token → when it came to where it stands."""
    query = select(HistoryEvent.token_id, func.max(HistoryEvent.at)).where(
        HistoryEvent.instance_id == instance.id, HistoryEvent.kind == "entered", HistoryEvent.token_id.is_not(None)
    )
    return dict(session.execute(query.group_by(HistoryEvent.token_id)).all())


def _clock(session: Session, at: datetime) -> str:
    return f"{office.of(session).local(at):%Y-%m-%d %H:%M}"
