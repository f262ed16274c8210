"""What a simulation tells: how it ended, what happened, what is still open. The form of it is docs/simulate.md's."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from workflow import definitions, engine, instances, waits, xmlsafe
from workflow.diagram import reading
from workflow.lint import Finding
from workflow.models import HistoryEvent, ProcessDefinition, ProcessInstance, ProcessStart, UserTask
from workflow.start_events import CONDITION
from workflow.statuses import InstanceStatus

_KINDS = {CONDITION: "condition"}  # as `open` calls it
EVENTS = ("entered", "completed", "cancelled", "thrown", "caught")


class Ended(StrEnum):
    COMPLETED = "completed"  # the process is over
    WAITING = "waiting"  # for what `open` names
    INCIDENT = "incident"  # it cannot go on; `problems` says why
    REFUSED = "refused"  # the diagram or the answers cannot be used


@dataclass(frozen=True)
class Told:
    """Everything in it is JSON, except the findings' sentences."""

    state: Ended
    problems: tuple[Finding, ...]
    trace: list[dict[str, Any]] = field(default_factory=list)
    open: list[dict[str, Any]] = field(default_factory=list)
    variables: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "state": self.state.value,
            "problems": [_problem(each) for each in self.problems],
            "trace": self.trace,
            "open": self.open,
            "variables": dict(self.variables),
        }


def tell(
    session: Session,
    instance_id: int | None,
    refused: Iterable[Finding],
    stopped: Finding | None,
    remarks: Iterable[Finding],
) -> Told:
    """What the rows say now. `refused`: mistakes in the answers; `stopped`: what the process stands still at."""
    instance = None if instance_id is None else session.get_one(ProcessInstance, instance_id)
    mistakes = tuple(refused)
    state, problems = Ended.WAITING, mistakes
    if mistakes:
        state = Ended.REFUSED
    elif stopped is not None:
        state, problems = Ended.INCIDENT, (stopped,)
    elif instance is not None and instance.status is InstanceStatus.COMPLETED:
        state = Ended.COMPLETED
    known = {} if instance is None else instances.variables(session, instance)
    not_begun = _starts(session) if instance is None and stopped is None else []
    return Told(state, (*problems, *remarks), _trace(session), [*not_begun, *_open(session)], known)


def _problem(found: Finding) -> dict[str, str]:
    return {"element": found.element, "rule": found.rule, "message": str(found.message), "fix": str(found.fix or "")}


def _trace(session: Session) -> list[dict[str, Any]]:
    """Each element entered, completed, cancelled, thrown or caught, in order. What repeats by a loop marker is told
    once for each of its instances, not once more for the marker itself."""
    query = (
        select(HistoryEvent, ProcessInstance.definition_id)
        .join(ProcessInstance, ProcessInstance.id == HistoryEvent.instance_id)
        .where(HistoryEvent.kind.in_(EVENTS), HistoryEvent.activity_id.is_not(None))
        .order_by(HistoryEvent.id)
    )
    told, views = [], {each.id: _View(session, each) for each in session.scalars(select(ProcessDefinition))}
    for row, definition_id in session.execute(query):
        view = views[definition_id]
        if row.activity_id not in view.repeated or "loopCounter" in row.data:
            name = (view.activities.get(row.activity_id) or {}).get("name") or ""
            told.append({"element": row.activity_id, "name": name, "event": row.kind, "at": _text(row.at)})
    return told


class _View:
    """What the trace needs of a version: its activities, and those that carry a loop marker."""

    def __init__(self, session: Session, definition: ProcessDefinition) -> None:
        self.activities = definitions.activities(session, definition)
        processes = reading.processes(xmlsafe.read(definition.xml))
        self.repeated = {node.id for process in processes for node in process.nodes.values() if node.loop is not None}


def _open(session: Session) -> list[dict[str, Any]]:
    """What every live process waits for, the oldest process first."""
    query = select(ProcessInstance).where(ProcessInstance.status.in_(waits.LIVE_INSTANCES))
    found = session.scalars(query.options(joinedload(ProcessInstance.definition)).order_by(ProcessInstance.id))
    return [_wait(session, instance, wait) for instance in found for wait in _waits(session, instance)]


def _starts(session: Session) -> list[dict[str, Any]]:
    """The events by which a process would begin."""
    rows = session.scalars(select(ProcessStart).order_by(ProcessStart.id))
    return [
        {"element": row.activity_id, "kind": _KINDS.get(row.kind, row.kind), "due": _text(row.due_at)} for row in rows
    ]


def _waits(session: Session, instance: ProcessInstance) -> tuple[engine.Wait, ...]:
    return engine.waits_of(definitions.model(session, instance.definition), instances.state(instance))


def _wait(session: Session, instance: ProcessInstance, wait: engine.Wait) -> dict[str, Any]:
    due = wait.due_at
    if wait.kind is engine.WaitKind.USER_TASK:
        query = select(UserTask.due_at).where(UserTask.instance_id == instance.id, UserTask.token_id == wait.token_id)
        due = session.scalar(query)
    return {"element": wait.activity_id, "kind": wait.kind.value, "due": _text(due)}


def _text(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None
