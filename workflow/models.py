"""The engine's tables. One fact, one column; what must always hold is a named constraint.

People are named by `users.name` (the login), activities by the element id in the diagram, tokens by the
engine's token id. History is the append-only truth; every other table is what is so now.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import JSON

from workflow.db import Base, status_column
from workflow.statuses import IncidentStatus, InstanceStatus, JobStatus, MessageStatus, TaskStatus, TimerStatus

Person = String(60)
ElementId = String(200)
TokenId = String(60)
FAR = datetime(9000, 1, 1, tzinfo=UTC)  # sorts what has no due date behind everything that has


class ResourceContent(Base):
    """A form or decision table, kept once by its hash."""

    __tablename__ = "resource_contents"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class ProcessDefinition(Base):
    """A deployed diagram. A version never changes; the same content gives the same version."""

    __tablename__ = "process_definitions"
    __table_args__ = (UniqueConstraint("key", "version"), UniqueConstraint("key", "sha256"))
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(ElementId)
    version: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    names: Mapped[dict[str, Any]] = mapped_column(default=dict)  # language → name
    xml: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    sha256: Mapped[str] = mapped_column(String(64))  # over the diagram and every pinned resource
    activities: Mapped[dict[str, Any]] = mapped_column(deferred=True)  # element id → engine.Activity as a dict
    deployed_at: Mapped[datetime]
    deployed_by: Mapped[str] = mapped_column(Person)


class DefinitionResource(Base):
    """Pins the forms and tables a version uses, e.g. name "receipt-open.form"."""

    __tablename__ = "definition_resources"
    definition_id: Mapped[int] = mapped_column(ForeignKey("process_definitions.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("resource_contents.sha256"))


class Case(Base):
    """The matter itself, over all its process instances."""

    __tablename__ = "cases"
    id: Mapped[int] = mapped_column(primary_key=True)
    business_key: Mapped[str] = mapped_column(String(200), unique=True)
    title: Mapped[str] = mapped_column(String(300))
    process_key: Mapped[str] = mapped_column(ElementId, index=True)
    opened_at: Mapped[datetime] = mapped_column(index=True)
    opened_by: Mapped[str] = mapped_column(Person)
    closed_at: Mapped[datetime | None]


class CaseKey(Base):
    """What a scanner or a search finds the case by: tracking number, dossier number, letter number."""

    __tablename__ = "case_keys"
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(120), primary_key=True, index=True)


class CaseGroup(Base):
    """A group that had or has a task in the case, and therefore may see it."""

    __tablename__ = "case_groups"
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    group_key: Mapped[str] = mapped_column(String(60), primary_key=True, index=True)


class CasePerson(Base):
    """A person who started, holds or did work in the case, and therefore may see it."""

    __tablename__ = "case_people"
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    user_name: Mapped[str] = mapped_column(Person, primary_key=True, index=True)


class ProcessInstance(Base):
    """One running process. `state` is the engine's compact blob, written only together with `revision`."""

    __tablename__ = "process_instances"
    __table_args__ = (
        CheckConstraint(
            "(status IN ('completed', 'cancelled')) = (ended_at IS NOT NULL)", name="ended_when_over"
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    definition_id: Mapped[int] = mapped_column(ForeignKey("process_definitions.id"), index=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("process_instances.id"), index=True)
    parent_token_id: Mapped[str | None] = mapped_column(TokenId)
    status: Mapped[InstanceStatus] = status_column(InstanceStatus, InstanceStatus.RUNNING)
    revision: Mapped[int] = mapped_column(default=0)
    state: Mapped[bytes] = mapped_column(LargeBinary)
    started_at: Mapped[datetime]
    started_by: Mapped[str] = mapped_column(Person)
    ended_at: Mapped[datetime | None]

    definition: Mapped[ProcessDefinition] = relationship()
    case: Mapped[Case] = relationship()


class Variable(Base):
    """A variable of an instance; JSON values only. Its earlier values stand in the history."""

    __tablename__ = "variables"
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instances.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON(none_as_null=False))
    revision: Mapped[int]  # the instance's revision that wrote it


class UserTask(Base):
    """Work a person must do. Unclaimed while it has no assignee."""

    __tablename__ = "user_tasks"
    __table_args__ = (
        UniqueConstraint("instance_id", "token_id"),
        CheckConstraint("(status = 'completed') = (completed_by IS NOT NULL)", name="completed_by_someone"),
        CheckConstraint("(status = 'open') = (ended_at IS NULL)", name="ended_unless_open"),
        Index("ix_user_tasks_assignee", "assignee", "status", "due_at", "id"),
        Index("ix_user_tasks_open", "status", "due_at", "id"),
        Index("ix_user_tasks_done", "completed_by", "ended_at", "id"),
        Index("ix_user_tasks_case", "case_id", "status"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instances.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    definition_id: Mapped[int] = mapped_column(ForeignKey("process_definitions.id"))
    process_key: Mapped[str] = mapped_column(ElementId)
    token_id: Mapped[str] = mapped_column(TokenId)
    activity_id: Mapped[str] = mapped_column(ElementId)
    name: Mapped[str] = mapped_column(String(200))  # as the diagram says it
    form_key: Mapped[str | None] = mapped_column(String(200))
    local_variables: Mapped[dict[str, Any]] = mapped_column(default=dict)  # a multi-instance item
    status: Mapped[TaskStatus] = status_column(TaskStatus, TaskStatus.OPEN)
    assignee: Mapped[str | None] = mapped_column(ForeignKey("users.name"))
    priority: Mapped[int] = mapped_column(default=50)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    claimed_at: Mapped[datetime | None]
    completed_by: Mapped[str | None] = mapped_column(ForeignKey("users.name"))
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(120))
    request_digest: Mapped[str | None] = mapped_column(String(64))  # of the completing request and its idempotency key

    instance: Mapped[ProcessInstance] = relationship()
    case: Mapped[Case] = relationship()
    definition: Mapped[ProcessDefinition] = relationship()


class TaskCandidate(Base):
    """Who may claim an OPEN task: a group, or one person. Rows go when the task ends, so that the inbox
    reads one short index whatever the history. `due_at` is the task's, or FAR when it has none; `claimed` says
    whether somebody has it, so that the groups' queue skips it without a look at the task."""

    __tablename__ = "task_candidates"
    __table_args__ = (Index("ix_task_candidates_queue", "candidate", "claimed", "due_at", "task_id"),)
    task_id: Mapped[int] = mapped_column(ForeignKey("user_tasks.id"), primary_key=True)
    candidate: Mapped[str] = mapped_column(String(66), primary_key=True)  # "group:registry" or "user:anna"
    claimed: Mapped[bool] = mapped_column(default=False)
    due_at: Mapped[datetime]


class TaskDraft(Base):
    """What someone has typed so far; saved while typing, gone when the task ends."""

    __tablename__ = "task_drafts"
    task_id: Mapped[int] = mapped_column(ForeignKey("user_tasks.id"), primary_key=True)
    user_name: Mapped[str] = mapped_column(ForeignKey("users.name"), primary_key=True)
    values: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime]


class Job(Base):
    """One piece of machine work, durable: the row is the truth, the queue only wakes a worker.

    `instance_id` and `token_id` are empty for work outside any process (an import).
    """

    __tablename__ = "jobs"
    __table_args__ = (
        UniqueConstraint("instance_id", "token_id"),
        Index("ix_jobs_due", "status", "due_at"),
    )
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


class HistoryEvent(Base):
    """What happened, in order, never changed. `seq` counts 1..n per case without a gap."""

    __tablename__ = "history_events"
    __table_args__ = (UniqueConstraint("case_id", "seq"), Index("ix_history_events_instance", "instance_id", "id"))
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    seq: Mapped[int]
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instances.id"))
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(Person)  # a user's name, or "system"
    kind: Mapped[str] = mapped_column(String(40))  # past participle: "completed", "claimed", "deployed"
    activity_id: Mapped[str | None] = mapped_column(ElementId)
    token_id: Mapped[str | None] = mapped_column(TokenId)
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)


class StoredFile(Base):
    """A file in the content-addressed store (written temp → fsync → rename → this row)."""

    __tablename__ = "stored_files"
    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(255))
    stored_at: Mapped[datetime]
    stored_by: Mapped[str] = mapped_column(Person)


class Attachment(Base):
    """A file someone hung on a case."""

    __tablename__ = "attachments"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_files.id"))
    file: Mapped[StoredFile] = relationship()


class Comment(Base):
    __tablename__ = "comments"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    author: Mapped[str] = mapped_column(ForeignKey("users.name"))
    body: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime]
