"""Messages: kept while they wait, delivered to whoever waits for them."""

from collections.abc import Iterator

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from workflow import heartbeats
from workflow.clock import now
from workflow.fsck.machine import LATE
from workflow.models import Incident, Message, ProcessInstance, Subscription
from workflow.registry import fsck_check
from workflow.statuses import IncidentStatus, InstanceStatus, MessageStatus


@fsck_check("messages")
def undelivered(session: Session) -> Iterator[str]:
    """While a scheduler is alive no message has waited for minutes beside a process that waits for it."""
    if not heartbeats.alive(heartbeats.last(session, "scheduler")):
        return
    stuck = exists().where(
        Incident.instance_id == Subscription.instance_id,
        Incident.activity_id == Subscription.activity_id,
        Incident.status == IncidentStatus.OPEN,
    )
    same_key = or_(Subscription.correlation_key == Message.correlation_key, Subscription.correlation_key == "")
    reader = (
        exists()
        .where(Subscription.kind == "message", Subscription.name == Message.name, same_key, ~stuck)
        .where(ProcessInstance.id == Subscription.instance_id, ProcessInstance.status == InstanceStatus.RUNNING)
    )
    waiting = (Message.status == MessageStatus.WAITING, Message.received_at < now() - LATE, Message.expires_at > now())
    for row in session.execute(select(Message.id, Message.name, Message.message_id).where(*waiting, reader)):
        yield f"Message {row.id} “{row.name}” ({row.message_id}) is not delivered, although a process waits for it."
