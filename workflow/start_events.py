"""The events that begin processes, as rows: those of the newest version of each process, told at its deployment."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workflow import lint, sight
from workflow.engine import Activity
from workflow.engine.timing import begun
from workflow.errors import Refusal, Sentence, sentence
from workflow.expressions import compile, times  # noqa: A004 - the contract's name
from workflow.models import ProcessDefinition, ProcessStart
from workflow.registry import fsck_check

MESSAGE, SIGNAL, TIMER, CONDITION = "message", "signal", "timer", "conditional"


def arm(session: Session, definition: ProcessDefinition, starts: Iterable[Activity]) -> None:
    """Let the process be begun by these events of its newest version, and by no other any more.

    An event drawn as before keeps its time: deploying anew neither starts a timer again nor makes it forget one.
    Raises DefinitionRefused naming the event that cannot begin a process.
    """
    query = select(ProcessStart).where(ProcessStart.process_key == definition.key)
    there = {row.activity_id: row for row in session.scalars(query)}
    for start in starts:
        if start.event not in (MESSAGE, SIGNAL, TIMER, CONDITION):
            continue
        row = there.pop(start.id, None)
        if row is None or _drawn(row) != _said(start):
            if row is not None:
                session.delete(row)
                session.flush()  # the new row takes its place
            row = _new(session, definition, start)
            session.add(row)
        row.definition_id = definition.id
    for row in there.values():
        session.delete(row)
    session.flush()


def _new(session: Session, definition: ProcessDefinition, start: Activity) -> ProcessStart:
    kind, name, text = _said(start)
    row = ProcessStart(process_key=definition.key, activity_id=start.id, kind=kind, name=name, text=text, memory={})
    if kind == MESSAGE:
        _require_alone(session, definition, start)
    if kind == TIMER:
        row.memory = _begun(session, start)
        row.due_at = datetime.fromisoformat(row.memory["due"])
    if kind == CONDITION:
        row.memory = {"held": False}
    return row


def _said(start: Activity) -> tuple[str, str, str]:
    text = start.timer if start.event == TIMER else start.condition if start.event == CONDITION else None
    return start.event or "", start.message or "", text or ""


def _drawn(row: ProcessStart) -> tuple[str, str, str]:
    return row.kind, row.name, row.text


def _require_alone(session: Session, definition: ProcessDefinition, start: Activity) -> None:
    """A message goes to one reader, so it begins one process only."""
    query = select(ProcessStart.process_key).where(ProcessStart.kind == MESSAGE, ProcessStart.name == start.message)
    other = session.scalars(query.limit(1)).first()
    if other is not None:
        _refuse(
            start,
            sentence("The message “{name}” already begins the process “{process}”.", name=start.message, process=other),
            sentence("Give the message another name, or begin by a signal, which many may hear."),
        )


def _begun(session: Session, start: Activity) -> dict[str, Any]:
    text, around = (start.timer or "").strip(), sight.around(session, {})
    try:
        value = text if times.literal(text) else compile(text).evaluate(around)
    except Refusal as refused:
        _refuse(start, refused.sentence)
    memory = begun(value, around)
    if memory is None:
        _refuse(
            start,
            sentence("“{text}” gives no day, moment or duration at which the process could begin.", text=text[:80]),
            sentence("There are no variables before it begins, only functions such as today()."),
        )
    return memory or {}


def _refuse(start: Activity, said: Sentence, fix: Sentence | None = None) -> None:
    raise lint.refused([lint.error("process_start", start.id, said, fix)])


@fsck_check("process_starts")
def process_starts(session: Session) -> Iterator[str]:
    """Processes are begun by events of their newest versions only."""
    newest = select(func.max(ProcessDefinition.id)).group_by(ProcessDefinition.key)
    query = select(ProcessStart).where(ProcessStart.definition_id.not_in(newest))
    for row in session.scalars(query):
        yield f"Event “{row.activity_id}” begins version {row.definition.version} of {row.process_key}, not the newest."
