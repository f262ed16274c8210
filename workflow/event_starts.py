"""Processes begun by events: a message, a signal, a time, a condition. Each begins a case of its own.

A message goes to one token that waits for its key (workflow.messages); where none does, it begins the process that
begins by it, in the case of that key. While that case has the process running, another message of the key is kept. A
timer begins a process once, whoever looks; what was missed while nobody looked begins it once, with the count.
"""

import hashlib
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import chain, count
from typing import Any

from sqlalchemy import and_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from workflow import cases, definitions, history, incidents, instances, office, outgoing, sight, wakeups
from workflow.clock import now
from workflow.db import Database
from workflow.engine import ExpressionFailed
from workflow.engine.timing import following
from workflow.errors import Refusal
from workflow.expressions import compile, holds  # noqa: A004 - the contract's name
from workflow.models import Case, Incident, Message, ProcessDefinition, ProcessInstance, ProcessStart, Subscription
from workflow.registry import Work, service_task
from workflow.start_events import CONDITION, MESSAGE, SIGNAL, TIMER
from workflow.statuses import IncidentStatus, MessageStatus
from workflow.troubles import is_unwell
from workflow.waits import LIVE_INSTANCES

log = logging.getLogger(__name__)
BEGIN = "starts.begin"  # topic: begin one process that begins by a signal or by facts
AT_ONCE = 200
LONGEST_KEY = 200  # characters of a case's business key


def by_message(session: Session, message: Message) -> bool:
    """Begin the process that begins by this message; False when there is none, or its case has it running already."""
    query = select(ProcessStart).where(ProcessStart.kind == MESSAGE, ProcessStart.name == message.name)
    start = session.scalars(query.order_by(ProcessStart.id)).first()
    if start is None or session.scalars(select(Subscription.id).where(_waited_for(message)).limit(1)).first():
        return False
    try:
        with session.begin_nested():
            case = _case_of(session, start, message)
    except IntegrityError:
        return False  # another message of this key was faster; the sweep comes back to this one
    if case is None:
        return False
    take = update(Message).where(Message.id == message.id, *outgoing.alive())
    if session.execute(take.values(status=MessageStatus.DELIVERED)).rowcount == 0:
        return False
    _begin(session, start, case, message.payload, message=message.message_id)
    return True


def by_signal(session: Session, name: str, payload: Mapping[str, Any]) -> int:
    """Begin every process that begins by this signal, each as machine work of its own; how many there are."""
    found = _starts(session, SIGNAL, name)
    for start in found:
        _add(session, start, payload, signal=name)
    return len(found)


def by_facts(session: Session, facts: Mapping[str, Any]) -> int:
    """News of the house: begin every process whose condition reads variables and is true of these, each as machine
    work of its own with the facts as its first variables; how many there are. Raises ExpressionFailed."""
    found = [
        start for start in _starts(session, CONDITION) if _reads_variables(start) and _is_true(session, start, facts)
    ]
    for start in found:
        _add(session, start, facts, condition=start.text)
    return len(found)


@service_task(BEGIN)
def begin(session: Session, work: Work) -> None:
    """If the newest version of the process still begins by this."""
    said = work.payload
    at = (ProcessStart.process_key == said["process"], ProcessStart.activity_id == said["start"])
    start = session.scalars(select(ProcessStart).where(*at, ProcessStart.kind == said["kind"])).first()
    if start is not None and (start.name, start.text) == (said["name"], said["text"]):
        case = _new_case(session, start, f"{_on_the_wall(session, now()):%Y%m%d}-S{work.job_id}")
        _begin(session, start, case, said["payload"], **said["told"])


def _starts(session: Session, kind: str, name: str = "") -> list[ProcessStart]:
    query = select(ProcessStart).where(ProcessStart.kind == kind, ProcessStart.name == name)
    return list(session.scalars(query.order_by(ProcessStart.id)))


def _add(session: Session, start: ProcessStart, payload: Mapping[str, Any], **told: Any) -> None:
    drawn = {"kind": start.kind, "name": start.name, "text": start.text}
    where = {"process": start.process_key, "start": start.activity_id}
    wakeups.add(session, BEGIN, {**where, **drawn, "payload": dict(payload), "told": told})


def fire_due(database: Database) -> int:
    """Begin the processes whose time has come or whose condition has become true, each in a transaction of its own;
    how many. One that cannot begin becomes an incident and is left alone until that is resolved."""
    due = select(ProcessStart.id).where(ProcessStart.kind == TIMER, ProcessStart.due_at <= now(), ~_stuck().exists())
    conditions = select(ProcessStart).where(ProcessStart.kind == CONDITION, ~_stuck().exists())
    with database.reading() as session:
        timers = list(session.scalars(due.order_by(ProcessStart.due_at, ProcessStart.id).limit(AT_ONCE)))
        turned = [each.id for each in session.scalars(conditions) if _turned(session, each)]
    fired = sum(_attempt(database, start_id, _fire, start_id) for start_id in timers)
    return fired + sum(_attempt(database, start_id, _turn, start_id) for start_id in turned)


def sweep(database: Database) -> int:
    """Begin processes by the messages kept for them; how many."""
    fits = and_(ProcessStart.kind == MESSAGE, ProcessStart.name == Message.name)
    query = select(Message.id, ProcessStart.id).join(ProcessStart, fits)
    query = query.where(*outgoing.alive(), ~_stuck().exists(), ~_running_for(Message.correlation_key).exists())
    with database.reading() as session:
        kept = session.execute(query.order_by(Message.id).limit(AT_ONCE)).all()
    return sum(_attempt(database, start_id, _deliver, message_id) for message_id, start_id in kept)


def note(session: Session, message: Message, reason: str) -> None:
    """Open an incident where this message should have begun a process; until it is resolved the sweep leaves that
    process alone."""
    query = select(ProcessStart).where(ProcessStart.kind == MESSAGE, ProcessStart.name == message.name)
    start = session.scalars(query).first()
    if start is not None:
        _note(session, start, reason)


def _deliver(session: Session, message_id: int) -> bool:
    return by_message(session, session.get_one(Message, message_id))


def _fire(session: Session, start_id: int) -> bool:
    """Begin by a timer, and wait for its next round."""
    start = _held(session, start_id)
    if start is None or start.due_at is None or start.due_at > now():
        return False
    due, (memory, missed) = start.due_at, following(start.memory, sight.around(session, {}))
    start.due_at = datetime.fromisoformat(memory["due"]) if memory else None
    start.memory = memory or start.memory
    case = _new_case(session, start, _free(session, start, f"{_on_the_wall(session, due):%Y%m%d-%H%M}"))
    _begin(session, start, case, {}, due=due.isoformat(), missed=missed)
    return True


def _turn(session: Session, start_id: int) -> bool:
    """A condition has become true: begin; or false: from now on it may become true again."""
    start = _held(session, start_id)
    became = start is not None and _is_true(session, start, {})
    if start is None or became == start.memory["held"]:
        return False
    start.memory = {"held": became}
    if became:
        case = _new_case(session, start, _free(session, start, f"{_on_the_wall(session, now()):%Y%m%d-%H%M}"))
        _begin(session, start, case, {}, condition=start.text)
    return became


def _turned(session: Session, start: ProcessStart) -> bool:
    """Whether the condition, if it reads functions only, is not as it was; also when it cannot be evaluated: beginning
    will say so."""
    try:
        return not _reads_variables(start) and _is_true(session, start, {}) != start.memory["held"]
    except Refusal:
        return True


def _reads_variables(start: ProcessStart) -> bool:
    return bool(compile(start.text).names)


def _is_true(session: Session, start: ProcessStart, facts: Mapping[str, Any]) -> bool:
    try:
        return holds(compile(start.text).evaluate(sight.around(session, facts)))
    except Refusal as refused:
        at = {"activity_id": start.activity_id, "expression": start.text[:80]}
        raise ExpressionFailed(**at, reason=refused.sentence) from refused


def _held(session: Session, start_id: int) -> ProcessStart | None:
    query = select(ProcessStart).where(ProcessStart.id == start_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).first()


def _case_of(session: Session, start: ProcessStart, message: Message) -> Case | None:
    """The case of the message's key, held; a new one if there is none; None when the process runs in it already."""
    key = message.correlation_key.strip() or _key_in(session, start, message)
    if not key:
        return _new_case(session, start, f"{_on_the_wall(session, now()):%Y%m%d}-M{message.id}")
    case = session.scalars(select(Case).where(Case.business_key == _business_key(start, key))).first()
    if case is None:
        return _new_case(session, start, key)
    history.hold(session, case.id)
    running = (
        select(ProcessInstance.id)
        .join(ProcessDefinition)
        .where(
            ProcessInstance.case_id == case.id,
            ProcessInstance.status.in_(LIVE_INSTANCES),
            ProcessDefinition.key == start.process_key,
        )
    )
    return None if session.scalars(running.limit(1)).first() else case


def _key_in(session: Session, start: ProcessStart, message: Message) -> str:
    """What the start event finds as the key in a message that bears none: its correlation key."""
    text = definitions.activities(session, start.definition)[start.activity_id].get("correlation_key")
    if not text:
        return ""
    try:
        found = compile(text).evaluate(sight.around(session, message.payload))
    except Refusal as refused:
        raise ExpressionFailed(activity_id=start.activity_id, expression=text, reason=refused.sentence) from refused
    return "" if found is None else str(found).strip()


def _new_case(session: Session, start: ProcessStart, number: str) -> Case:
    process = start.definition
    return cases.open_case(session, _business_key(start, number), process.name, process.key, history.SYSTEM)


def _business_key(start: ProcessStart, number: str) -> str:
    """`<process>-<number>`; one too long for a case ends in its hash."""
    whole = f"{start.process_key}-{number}"
    return whole if len(whole) <= LONGEST_KEY else f"{whole[:160]}-{hashlib.sha256(whole.encode()).hexdigest()[:32]}"


def _free(session: Session, start: ProcessStart, number: str) -> str:
    """The number, or its first `-2`, `-3` … that no case of the process has."""
    prefix = f"{start.process_key}-{number}"
    taken = set(session.scalars(select(Case.business_key).where(Case.business_key.startswith(prefix, autoescape=True))))
    numbers = chain([number], (f"{number}-{n}" for n in count(2)))
    return next(each for each in numbers if f"{start.process_key}-{each}" not in taken)


def _on_the_wall(session: Session, at: datetime) -> datetime:
    return at.astimezone(office.of(session).settings.zone)


def _begin(session: Session, start: ProcessStart, case: Case, variables: Mapping[str, Any], **told: Any) -> None:
    """`told` joins what the history says of the beginning."""
    said = {"event": start.activity_id, **told}
    instances.start(session, start.definition, case, history.SYSTEM, variables, start.activity_id, said)


def _waited_for(message: Message) -> Any:
    same_name = and_(Subscription.kind == "message", Subscription.name == message.name)
    return and_(same_name, Subscription.correlation_key.in_(("", message.correlation_key)))


def _running_for(key: Any) -> Any:
    """The process that would begin, running in the case of this key."""
    running = select(ProcessInstance.id).join(Case, Case.id == ProcessInstance.case_id).join(ProcessDefinition)
    return running.where(
        key != "",
        Case.business_key == ProcessStart.process_key + "-" + key,
        ProcessInstance.status.in_(LIVE_INSTANCES),
        ProcessDefinition.key == ProcessStart.process_key,
    )


def _stuck() -> Any:
    """An open incident of a process that could not begin: it stands at the key of the process."""
    return select(Incident.id).where(
        Incident.instance_id.is_(None),
        Incident.job_id.is_(None),
        Incident.activity_id == ProcessStart.process_key,
        Incident.status == IncidentStatus.OPEN,
    )


def _attempt(database: Database, start_id: int, act: Callable[[Session, int], bool], argument: int) -> bool:
    try:
        with database.transaction() as session:
            return act(session, argument)
    except Exception as error:  # one process that cannot begin stops no other
        log.warning("start_failed", extra={"start": start_id}, exc_info=not isinstance(error, Refusal))
        if not is_unwell(error):
            with database.transaction() as session:
                start = session.get(ProcessStart, start_id)
                if start is not None:
                    _note(session, start, str(error))
        return False


def _note(session: Session, start: ProcessStart, reason: str) -> None:
    said = f"{start.definition.name} ({start.activity_id}): {reason}"
    incidents.open_(session, said[:2000], None, start.process_key)
