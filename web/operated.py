"""Processes as those see them who may suspend, move, correct or end them: where each stands and what can be done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.dates import clock
from web.i18n import _
from web.naming import activity_name, person_name
from workflow import definitions, engine, instances, operations, suspensions
from workflow.identity import User
from workflow.models import Case, ProcessInstance, Subscription, Timer, UserTask
from workflow.statuses import TaskStatus, TimerStatus
from workflow.suspensions import Suspension
from workflow.waits import LIVE_INSTANCES

KIND_LABELS = {
    "userTask": "a task",
    "manualTask": "a task",
    "serviceTask": "machine work",
    "sendTask": "machine work",
    "businessRuleTask": "machine work",
    "callActivity": "another process",
    "subProcess": "a part of the process",
    "receiveTask": "waits for news",
    "eventBasedGateway": "waits for the first of several events",
    "parallelGateway": "waits for the ways beside it",
    "inclusiveGateway": "waits for the ways beside it",
}


@dataclass(frozen=True)
class Place:
    """Where a process stands. `depth`: how many activities it is inside of; `news`: the message or signal waited for;
    `key`: with which correlation key."""

    token_id: str
    activity_id: str
    name: str
    what: str
    depth: int
    moves: bool
    skips: bool
    news: str = ""
    key: str = ""


@dataclass(frozen=True)
class Operated:
    """One process that is not over. `called`: by another, with which it is suspended and ended; `damaged`: its state
    cannot be read."""

    instance: ProcessInstance
    places: list[Place]
    suspension: Suspension | None
    called: bool
    damaged: bool = False


def operated(session: Session, case: Case, user: User) -> list[Operated]:
    """The processes of the case that this user may do anything to, callers first."""
    if not any(user.may(each) for each in operations.PERMISSIONS):
        return []
    query = select(ProcessInstance).where(
        ProcessInstance.case_id == case.id, ProcessInstance.status.in_(LIVE_INSTANCES)
    )
    return [_operated(session, each) for each in session.scalars(query.order_by(ProcessInstance.id))]


def places(session: Session, instance: ProcessInstance, standing: Sequence[engine.Standing]) -> list[Place]:
    """These tokens of an instance as people know them."""
    facts = _facts(session, instance)
    depths: dict[str, int] = {}
    found = []
    for each in standing:
        depths[each.token_id] = depths.get(each.within or "", -1) + 1
        found.append(_place(instance, each, depths[each.token_id], facts))
    return found


def targets(session: Session, instance: ProcessInstance, token_id: str) -> list[tuple[str, str, tuple[str, ...]]]:
    """(activity id, name, tokens to be taken along) of the named elements this token may be taken to."""
    model = definitions.model(session, instance.definition)
    found = engine.targets(model, instances.state(instance), token_id)
    named = [(each, activity_name(instance.definition, each.activity_id)) for each in found]
    return [(each.activity_id, name, each.others) for each, name in named if name != each.activity_id]


def _operated(session: Session, instance: ProcessInstance) -> Operated:
    suspension, called = suspensions.suspension(session, instance), instance.parent_id is not None
    try:
        standing = operations.standing(session, instance)
    except engine.StateCorrupt:
        return Operated(instance, [], suspension, called, damaged=True)
    return Operated(instance, places(session, instance, standing), suspension, called)


def _facts(session: Session, instance: ProcessInstance) -> Mapping[str, Any]:
    """token id → what waits there: a task, the moment of a timer, or news."""
    tasks = select(UserTask).where(UserTask.instance_id == instance.id, UserTask.status == TaskStatus.OPEN)
    timers = select(Timer).where(Timer.instance_id == instance.id, Timer.status == TimerStatus.WAITING)
    news = select(Subscription).where(Subscription.instance_id == instance.id)
    rows = [*session.scalars(tasks), *session.scalars(timers), *session.scalars(news)]
    return {row.token_id: row for row in rows}


def _place(instance: ProcessInstance, standing: engine.Standing, depth: int, facts: Mapping[str, Any]) -> Place:
    row = facts.get(standing.token_id)
    name = activity_name(instance.definition, standing.activity_id)
    return Place(
        token_id=standing.token_id,
        activity_id=standing.activity_id,
        name=name if standing.counter is None else f"{name} · {standing.counter}",
        what=_what(instance, standing.activity_id, row),
        depth=depth,
        moves=standing.moves,
        skips=standing.skips,
        news=row.name if isinstance(row, Subscription) else "",
        key=row.correlation_key if isinstance(row, Subscription) else "",
    )


def _what(instance: ProcessInstance, activity_id: str, row: UserTask | Timer | Subscription | None) -> str:
    if isinstance(row, UserTask):
        return person_name(row.assignee) if row.assignee else _("nobody has claimed it")
    if isinstance(row, Timer):
        return _("waits until {time}", time=clock(row.due_at))
    if isinstance(row, Subscription):
        return _("waits for news: {name}", name=" · ".join(filter(None, [row.name, row.correlation_key])))
    kind = (instance.definition.activities.get(activity_id) or {}).get("kind")
    return _(KIND_LABELS[kind]) if kind in KIND_LABELS else ""
