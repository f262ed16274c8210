"""News: a message goes to one token that waits for it, a signal to all of them.

A message is a row first and is kept until somebody waits for it or its time is over.
"""

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from workflow import definitions, engine, event_starts, history, incidents, instances, outgoing, wakeups
from workflow.clock import now
from workflow.db import Database
from workflow.errors import Refusal
from workflow.models import Incident, Message, ProcessInstance, Subscription
from workflow.outgoing import BROADCAST, DELIVER, MESSAGE_LIVES
from workflow.registry import Repeat, Work, service_task
from workflow.statuses import IncidentStatus, InstanceStatus, MessageStatus
from workflow.troubles import is_unwell

log = logging.getLogger(__name__)
REACH = "messages.reach"  # topic: take a signal to one token
LATER = 60  # seconds after which a signal tries again to reach a suspended process


def receive(
    session: Session,
    name: str,
    correlation_key: str,
    payload: Mapping[str, Any],
    message_id: str,
    ttl: timedelta = MESSAGE_LIVES,
) -> Message:
    """Take in a message and deliver it if a token waits for it, else keep it for `ttl`.

    It is taken in also when the process that waits for it cannot go on: then an incident stands there, and the message
    is delivered once that is resolved.
    A message with a known `message_id` is the same message: nothing happens, and the one that came first is returned.
    The payload (JSON values) becomes variables of the process that gets it.
    """
    first = select(Message).where(Message.message_id == message_id)
    known = session.scalars(first).first()
    if known is not None:
        return known
    try:
        with session.begin_nested():
            message = outgoing.keep(session, name, correlation_key, dict(payload), message_id, ttl)
    except IntegrityError:
        return session.scalars(first).one()
    _deliver_or_note(session, message)
    return message


def deliver(session: Session, message: Message) -> bool:
    """Take a kept message to the token that has waited longest for it, or begin the process that begins by it; False
    when there is neither (any more)."""
    for subscription_id, instance_id in _readers(session, message):
        instance = instances.lock(session, instance_id)
        subscription = session.get(Subscription, subscription_id, populate_existing=True)
        if subscription is None or instance.status is not InstanceStatus.RUNNING:
            continue
        take = update(Message).where(Message.id == message.id, *outgoing.alive())
        if session.execute(take.values(status=MessageStatus.DELIVERED)).rowcount == 0:
            return False
        hand_over(session, instance, subscription, message.payload, {"message": message.message_id})
        return True
    return event_starts.by_message(session, message)


def broadcast(session: Session, name: str, payload: Mapping[str, Any], besides: int | None = None) -> int:
    """Send a signal to every token that waits for it now, and to every process that begins by it, each as machine work
    of its own; how many there are. The instance `besides` has it already."""
    query = select(Subscription.id).where(Subscription.kind == "signal", Subscription.name == name)
    if besides is not None:
        query = query.where(Subscription.instance_id != besides)
    found = list(session.scalars(query.order_by(Subscription.id)))
    for subscription_id in found:
        wakeups.add(session, REACH, {"subscription": subscription_id, "signal": name, "payload": dict(payload)})
    return len(found) + event_starts.by_signal(session, name, payload)


def sweep(database: Database) -> int:
    """Messages whose time is over expire, unless who waits for them is suspended; those that missed their reader by a
    moment are delivered; how many."""
    reader = Subscription.instance_id == ProcessInstance.id
    with database.transaction() as session:
        standing_still = reader & fits() & (ProcessInstance.status == InstanceStatus.SUSPENDED)
        over = update(Message).where(Message.status == MessageStatus.WAITING, Message.expires_at <= now())
        kept = select(Subscription.id).join(ProcessInstance, standing_still).correlate(Message)
        session.execute(over.where(~kept.exists()).values(status=MessageStatus.EXPIRED))
    with database.reading() as session:
        stuck = select(Incident.id).where(
            Incident.instance_id == Subscription.instance_id,
            Incident.activity_id == Subscription.activity_id,
            Incident.status == IncidentStatus.OPEN,
        )
        running = reader & (ProcessInstance.status == InstanceStatus.RUNNING)
        query = select(Message.id).join(Subscription, fits()).join(ProcessInstance, running)
        query = query.where(*outgoing.alive(), ~stuck.exists()).distinct().limit(200)
        missed = list(session.scalars(query))
    return sum(_deliver_one(database, message_id) for message_id in missed)


@service_task(DELIVER)
def deliver_kept(session: Session, work: Work) -> None:
    message = session.get(Message, work.payload["message"])
    if message is not None:
        _deliver_or_note(session, message)


@service_task(BROADCAST)
def broadcast_thrown(session: Session, work: Work) -> None:
    broadcast(session, work.payload["name"], work.payload["payload"], work.payload["besides"])


@service_task(REACH)
def reach(session: Session, work: Work) -> Repeat | None:
    """Take a signal to one token, if it still waits for it; a suspended process gets it later."""
    subscription_id = work.payload["subscription"]
    instance_id = session.scalar(select(Subscription.instance_id).where(Subscription.id == subscription_id))
    if instance_id is None:
        return None
    instance = instances.lock(session, instance_id)
    subscription = session.get(Subscription, subscription_id, populate_existing=True)
    if subscription is None:
        return None
    if instance.status is InstanceStatus.SUSPENDED:
        return Repeat(LATER)
    hand_over(session, instance, subscription, work.payload["payload"], {"signal": work.payload["signal"]})
    return None


def _readers(session: Session, message: Message) -> list[tuple[int, int]]:
    fits = (Subscription.kind == "message", Subscription.name == message.name, _same_key(message.correlation_key))
    query = (
        select(Subscription.id, Subscription.instance_id)
        .join(ProcessInstance, ProcessInstance.id == Subscription.instance_id)
        .where(*fits, ProcessInstance.status == InstanceStatus.RUNNING)
        .order_by(Subscription.id)
    )
    return [tuple(row) for row in session.execute(query.limit(20))]


def fits():
    """The condition that a subscription takes a message."""
    same_name = (Subscription.kind == "message") & (Subscription.name == Message.name)
    return same_name & _same_key(Message.correlation_key)


def _same_key(key: Any):
    """A subscription without a key takes any message of its name."""
    return or_(Subscription.correlation_key == key, Subscription.correlation_key == "")


def hand_over(
    session: Session,
    instance: ProcessInstance,
    subscription: Subscription,
    payload: Mapping[str, Any],
    told: Mapping[str, Any],
) -> None:
    """Give news to the token that waits for it; `told` joins what the history says of it."""
    model, known = definitions.model(session, instance.definition), instances.variables(session, instance)
    changed = instances.write(session, instance, known, payload)
    known.update(changed)
    token_id, sight = subscription.token_id, instances.around(session, known, instance)
    step = engine.deliver(model, instances.state(instance), token_id, sight)
    instances.settle(session, instance, step, history.SYSTEM, known, {token_id: {**told, "variables": changed}})


def _deliver_or_note(session: Session, message: Message) -> None:
    """Deliver; when the process cannot go on, nothing of that is kept but an incident where the message would have
    gone. Until it is resolved the sweep leaves that place alone."""
    try:
        with session.begin_nested():
            deliver(session, message)
    except Refusal as problem:
        session.refresh(message)  # what the savepoint undid
        log.warning("message_failed", extra={"news": message.id, "reason": str(problem)})
        _note(session, message, str(problem))


def _deliver_one(database: Database, message_id: int) -> bool:
    try:
        with database.transaction() as session:
            return deliver(session, session.get_one(Message, message_id))
    except Exception as problem:  # a poison message cannot stop the sweep
        log.warning("message_failed", extra={"news": message_id}, exc_info=not isinstance(problem, Refusal))
        if not is_unwell(problem):
            with database.transaction() as session:
                _note(session, session.get_one(Message, message_id), str(problem))
        return False


def _note(session: Session, message: Message, reason: str) -> None:
    readers = _readers(session, message)
    if readers:
        subscription = session.get_one(Subscription, readers[0][0])
        instance = instances.lock(session, subscription.instance_id)
        incidents.open_(session, reason[:2000], instance, subscription.activity_id)
    else:
        event_starts.note(session, message, reason)
