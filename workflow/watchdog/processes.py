"""Processes: each can be read, has a row for all it waits for, can still come to an end, and stands with its caller."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased, joinedload

from workflow import definitions, engine, instances, suspensions
from workflow.clock import now
from workflow.errors import DefinitionRefused, Sentence, sentence
from workflow.identity import User
from workflow.models import ProcessInstance
from workflow.statuses import FindingKind, InstanceStatus
from workflow.waits import LIVE_INSTANCES, Key, live_rows, row_key, wait_key
from workflow.watchdog.found import Found, named

LOST = {
    engine.WaitKind.USER_TASK: "“{what}” waits for a person, but its task is lost.",
    engine.WaitKind.JOB: "“{what}” waits for machine work, but its job is lost.",
    engine.WaitKind.TIMER: "“{what}” waits for a moment, but its timer is lost.",
    engine.WaitKind.MESSAGE: "“{what}” waits for a message, but nobody listens for it any more.",
    engine.WaitKind.SIGNAL: "“{what}” waits for a signal, but nobody listens for it any more.",
    engine.WaitKind.CALL: "“{what}” waits for a process it called, which is not there any more.",
}

LONG = timedelta(days=30)  # nothing is suspended for so long without being forgotten


def apart(session: Session, only: int | None) -> Iterator[Found]:
    """Called processes whose caller is over, or that do not stand still together with it."""
    caller = aliased(ProcessInstance)
    query = select(ProcessInstance, caller).join(caller, caller.id == ProcessInstance.parent_id)
    query = query.where(ProcessInstance.status.in_(LIVE_INSTANCES), ProcessInstance.status != caller.status)
    query = query if only is None else query.where(ProcessInstance.id == only)
    for child, parent in session.execute(query.order_by(ProcessInstance.id)):
        facts = {"called": child.definition.name, "caller": parent.definition.name}
        if parent.status not in LIVE_INSTANCES:
            said = sentence("“{called}” was called by “{caller}”, which is over: nobody awaits its result.", **facts)
            yield _found(FindingKind.CALLED, child, said)
            continue
        said = sentence("“{called}” goes on although “{caller}”, which called it, is suspended.", **facts)
        if child.status is InstanceStatus.SUSPENDED:
            said = sentence("“{called}” stands still although “{caller}”, which called it, goes on.", **facts)
        yield _found(FindingKind.SUSPENDED, child, said)


def forgotten(session: Session, only: int | None) -> Iterator[Found]:
    """Suspended by somebody who has left since, or for very long: nobody may think of letting it go on."""
    query = select(ProcessInstance).where(ProcessInstance.status == InstanceStatus.SUSPENDED)
    query = query.where(ProcessInstance.parent_id.is_(None))
    query = query if only is None else query.where(ProcessInstance.id == only)
    for instance in session.scalars(query.order_by(ProcessInstance.id)):
        stopped = suspensions.suspension(session, instance)
        person = session.get(User, stopped.by) if stopped else None
        if stopped is None or person is None:
            continue
        facts = {"process": instance.definition.name, "person": person.display_name, "reason": stopped.reason}
        if not person.active:
            said = sentence("“{process}” was suspended by {person}, who has left since: {reason}", **facts)
            yield _found(FindingKind.SUSPENDED, instance, said)
        elif stopped.at < now() - LONG:
            facts["days"] = (now() - stopped.at).days
            said = sentence("“{process}” has been suspended by {person} for {days} days: {reason}", **facts)
            yield _found(FindingKind.SUSPENDED, instance, said)


def standing(session: Session, found: Sequence[ProcessInstance]) -> Iterator[Found]:
    """What is amiss with the states of these instances."""
    rows: dict[int, set[Key]] = {}
    for row in live_rows(session, [instance.id for instance in found]):
        rows.setdefault(row.instance_id, set()).add(row_key(row))
    for instance in found:
        yield from _state(session, instance, rows.get(instance.id, set()))


def running(session: Session, after: int, limit: int) -> list[ProcessInstance]:
    """The next live instances, by id."""
    query = select(ProcessInstance).options(joinedload(ProcessInstance.definition)).order_by(ProcessInstance.id)
    live = ProcessInstance.status.in_(LIVE_INSTANCES)
    return list(session.scalars(query.where(live, ProcessInstance.id > after).limit(limit)))


def _state(session: Session, instance: ProcessInstance, rows: set[Key]) -> Iterator[Found]:
    try:
        model, state = definitions.model(session, instance.definition), instances.state(instance)
        waits = engine.waits_of(model, state)
        stuck = engine.stuck(model, state)
    except (engine.EngineProblem, DefinitionRefused):
        said = sentence(
            "The saved state of “{process}” cannot be read: it cannot go on.", process=instance.definition.name
        )
        yield _found(FindingKind.STATE, instance, said)
        return
    for wait in waits:
        if wait.kind in LOST and wait_key(wait) not in rows:
            said = sentence(LOST[wait.kind], what=named(instance, wait.activity_id))
            yield _found(FindingKind.LOST, instance, said, wait.activity_id, wait.token_id)
    if stuck:
        yield _found(FindingKind.STUCK, instance, _stuck(instance, stuck), stuck[0] or None)


def _stuck(instance: ProcessInstance, where: Sequence[str]) -> Sentence:
    places = "、".join(dict.fromkeys(f"“{named(instance, each)}”" for each in where))
    return sentence("From {places} no way leads to an end any more: something there waits for ever.", places=places)


def _found(
    kind: FindingKind,
    instance: ProcessInstance,
    said: Sentence,
    activity_id: str | None = None,
    token_id: str | None = None,
) -> Found:
    subject = f"instance {instance.id}" + (f" {token_id}" if token_id else "")
    return Found(kind, subject, said, instance.case_id, instance.id, activity_id, token_id)
