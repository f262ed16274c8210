"""What waits for a machine: jobs, timers, news; and what a person must look at when one fails."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workflow.db import Base, status_column
from workflow.models.columns import ElementId, Person, TokenId
from workflow.models.definitions import ProcessDefinition
from workflow.models.running import ProcessInstance
from workflow.statuses import IncidentStatus, JobStatus, MessageStatus, TimerStatus


class Job(Base):
    """One piece of machine work, durable: the row is the truth, the queue only wakes a worker.

    `instance_id` and `token_id` are empty for work outside any process (an import).
    """

    __tablename__ = "jobs"
    __table_args__ = (UniqueConstraint("instance_id", "token_id"), Index("ix_jobs_due", "status", "due_at"))
    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instances.id"))
    token_id: Mapped[str | None] = mapped_column(TokenId)
    activity_id: Mapped[str | None] = mapped_column(ElementId)
    topic: Mapped[str] = mapped_column(String(120))
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    status: Mapped[JobStatus] = status_column(JobStatus, JobStatus.WAITING)
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)  # grows with every lease; a late worker's is too small
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]

    instance: Mapped[ProcessInstance | None] = relationship()


class Timer(Base):
    """A moment a token waits for. Fired at most once."""

    __tablename__ = "timers"
    __table_args__ = (UniqueConstraint("instance_id", "token_id", "due_at"), Index("ix_timers_due", "status", "due_at"))
    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instances.id"))
    token_id: Mapped[str] = mapped_column(TokenId)
    activity_id: Mapped[str] = mapped_column(ElementId)
    due_at: Mapped[datetime]
    status: Mapped[TimerStatus] = status_column(TimerStatus, TimerStatus.WAITING)
    fired_at: Mapped[datetime | None]


class Subscription(Base):
    """A token that waits for a message or a signal. The row goes when the token moves on."""

    __tablename__ = "subscriptions"
    __table_args__ = (
        UniqueConstraint("instance_id", "token_id", "kind", "name"),
        Index("ix_subscriptions_news", "kind", "name", "correlation_key"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instances.id"))
    token_id: Mapped[str] = mapped_column(TokenId)
    activity_id: Mapped[str] = mapped_column(ElementId)
    kind: Mapped[str] = mapped_column(String(10))  # "message" or "signal"
    name: Mapped[str] = mapped_column(String(200))
    correlation_key: Mapped[str] = mapped_column(String(200), default="")


class ProcessStart(Base):
    """An event that begins the newest version of a process: a message, a signal, a time, or a condition of the house.
    The row goes when a newer version begins by it no more; what has not changed keeps its time."""

    __tablename__ = "process_starts"
    __table_args__ = (
        UniqueConstraint("process_key", "activity_id"),
        Index("ix_process_starts_news", "kind", "name"),
        Index("ix_process_starts_due", "due_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    definition_id: Mapped[int] = mapped_column(ForeignKey("process_definitions.id"), index=True)
    process_key: Mapped[str] = mapped_column(ElementId)
    activity_id: Mapped[str] = mapped_column(ElementId)
    kind: Mapped[str] = mapped_column(String(12))  # "message", "signal", "timer" or "conditional"
    name: Mapped[str] = mapped_column(String(200), default="")  # of the message or signal
    text: Mapped[str] = mapped_column(Text, default="")  # of the time or condition, as drawn
    due_at: Mapped[datetime | None]  # of a timer: None when it is spent
    memory: Mapped[dict[str, Any]] = mapped_column(default=dict)  # of a timer: engine.timing; of a condition: "held"

    definition: Mapped[ProcessDefinition] = relationship()


class Message(Base):
    """News from outside, kept until a token waits for it or its time is over."""

    __tablename__ = "messages"
    __table_args__ = (Index("ix_messages_waiting", "status", "name", "correlation_key"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(String(200), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    correlation_key: Mapped[str] = mapped_column(String(200), default="")
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    status: Mapped[MessageStatus] = status_column(MessageStatus, MessageStatus.WAITING)
    received_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Incident(Base):
    """Machine work that needs a person: what failed, how often, and why."""

    __tablename__ = "incidents"
    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instances.id"), index=True)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id"), index=True)
    activity_id: Mapped[str | None] = mapped_column(ElementId)
    message: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(default=0)
    status: Mapped[IncidentStatus] = status_column(IncidentStatus, IncidentStatus.OPEN)
    opened_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str | None] = mapped_column(Person)
