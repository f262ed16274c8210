"""News that leaves a process, and news kept until somebody waits for it.

Both travel as machine work of their own: they may concern other cases, which the throwing command does not hold.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from workflow import wakeups
from workflow.clock import now
from workflow.engine import Thrown, Wait, WaitKind
from workflow.models import Message, ProcessInstance
from workflow.statuses import MessageStatus

MESSAGE_LIVES = timedelta(days=30)  # how long a message nobody waits for is kept
DELIVER = "messages.deliver"  # topic: take a kept message to the token that waits for it
BROADCAST = "messages.broadcast"  # topic: take a signal to every token that waits for it


def send(session: Session, instance: ProcessInstance, thrown: Sequence[Thrown]) -> None:
    """Let messages and signals go out. Errors and escalations rise to the caller."""
    for number, news in enumerate(thrown):
        if news.kind == "message":
            message_id = f"instance-{instance.id}-{instance.revision}-{number}"
            message = keep(session, news.name, news.correlation_key or "", dict(news.payload), message_id)
            wakeups.add(session, DELIVER, {"message": message.id})
        elif news.kind == "signal":
            payload = {"name": news.name, "payload": dict(news.payload), "besides": instance.id}
            wakeups.add(session, BROADCAST, payload)


def keep(
    session: Session, name: str, correlation_key: str, payload: dict, message_id: str, ttl: timedelta = MESSAGE_LIVES
) -> Message:
    """The message as a row, waiting for its reader."""
    message = Message(
        message_id=message_id,
        name=name,
        correlation_key=correlation_key,
        payload=payload,
        received_at=now(),
        expires_at=now() + ttl,
    )
    session.add(message)
    session.flush()  # whoever delivers it names its id
    return message


def catch_up(session: Session, fresh: Sequence[Wait]) -> None:
    """A token has begun to wait: have delivered what was kept for it."""
    wanted = [each for each in fresh if each.kind is WaitKind.MESSAGE]
    if not wanted:
        return
    for message_id in session.scalars(select(Message.id).where(or_(*map(_meant_for, wanted)), *alive())):
        wakeups.add(session, DELIVER, {"message": message_id})


def alive():
    """Conditions on messages: still to be delivered."""
    return Message.status == MessageStatus.WAITING, Message.expires_at > now()


def _meant_for(wait: Wait):
    if not wait.correlation_key:
        return Message.name == wait.name
    return and_(Message.name == wait.name, Message.correlation_key == wait.correlation_key)
