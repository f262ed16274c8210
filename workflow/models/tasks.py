"""What waits for a person."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workflow.clock import now
from workflow.db import Base, status_column
from workflow.models.cases import Case
from workflow.models.columns import ElementId, Sketch, TokenId
from workflow.models.definitions import ProcessDefinition
from workflow.models.running import ProcessInstance
from workflow.statuses import TaskKind, TaskStatus


class UserTask(Base):
    """Work a person must do. Unclaimed while it has no assignee.

    Only a STEP has a token in the engine; what is beside the process (`kind`) has a `token_id` of its own making and
    belongs to the step named by `parent_id`. Behind what was completed stand `completed_by`, who did it, and
    `on_behalf_of`, in whose place. `delegated_by` gets the task back when it is done.
    """

    __tablename__ = "user_tasks"
    __table_args__ = (
        UniqueConstraint("instance_id", "token_id"),
        CheckConstraint("(status = 'completed') = (completed_by IS NOT NULL)", name="completed_by_someone"),
        CheckConstraint("(status = 'open') = (ended_at IS NULL)", name="ended_unless_open"),
        Index("ix_user_tasks_assignee", "assignee", "status", "due_at", "id"),
        Index("ix_user_tasks_open", "status", "due_at", "id"),
        Index("ix_user_tasks_done", "completed_by", "ended_at", "id"),
        Index("ix_user_tasks_case", "case_id", "status"),
        Index("ix_user_tasks_aging", "status", "urgency_until"),
        Index(  # all that orders the open tasks of an instance, without a look at the tasks
            "ix_user_tasks_line",
            "instance_id",
            postgresql_include=["id", "due_at", "urgency", "assignee"],
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
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
    priority: Mapped[int] = mapped_column(default=50)  # as the diagram says it
    priority_set: Mapped[int | None]  # by hand: stands in place of whatever is computed
    urgency: Mapped[int] = mapped_column(default=50)  # what lists are sorted by: workflow.around.urgency
    urgency_until: Mapped[datetime | None] = mapped_column(default=now)  # when to compute it anew; None: not by time
    created_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    claimed_at: Mapped[datetime | None]
    completed_by: Mapped[str | None] = mapped_column(ForeignKey("users.name"))
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(120))
    request_digest: Mapped[str | None] = mapped_column(String(64))  # of the completing request and its idempotency key
    kind: Mapped[TaskKind] = status_column(TaskKind, TaskKind.STEP)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("user_tasks.id"), index=True)
    on_behalf_of: Mapped[str | None] = mapped_column(ForeignKey("users.name"))  # whose substitute has or had it
    delegated_by: Mapped[str | None] = mapped_column(ForeignKey("users.name"))
    prepared_by: Mapped[list[Any]] = mapped_column(default=list)  # delegates who gave it back with their entry in it
    passed_over: Mapped[bool] = mapped_column(default=False)  # nobody was asked: an earlier opinion stands for this one
    remark: Mapped[list[Any] | None]  # why it came to whom it came, or was passed over: a sentence (kept_sentences)

    instance: Mapped[ProcessInstance] = relationship()
    case: Mapped[Case] = relationship()
    definition: Mapped[ProcessDefinition] = relationship()


class TaskCandidate(Base):
    """Who may claim an OPEN task: a group, or one person. Rows go when the task ends, so that the inbox
    reads one short index whatever the history. `due_at` is the task's, or FAR when it has none; `claimed` says
    whether somebody has it, so that the groups' queue skips it without a look at the task."""

    __tablename__ = "task_candidates"
    __table_args__ = (
        Index("ix_task_candidates_queue", "candidate", "claimed", "due_at", "task_id"),
        Index("ix_task_candidates_urgent", "candidate", "claimed", "rank", "task_id"),
    )
    task_id: Mapped[int] = mapped_column(ForeignKey("user_tasks.id"), primary_key=True)
    candidate: Mapped[str] = mapped_column(String(66), primary_key=True)  # "group:registry" or "user:anna"
    claimed: Mapped[bool] = mapped_column(default=False)
    due_at: Mapped[datetime]
    rank: Mapped[int] = mapped_column(default=-50)  # minus the task's urgency: the most urgent sorts first


class TaskOnlooker(Base):
    """Who may see an OPEN task without being offered it (workflow.onlookers): "group:store", "user:anna", "everyone".
    `due_at` is the task's, or FAR when it has none. Beside "everyone" stands the `sketch` of the task's instance
    (workflow.sketches; on PostgreSQL only)."""

    __tablename__ = "task_onlookers"
    __table_args__ = (Index("ix_task_onlookers_queue", "onlooker", "due_at", "task_id", postgresql_include=["sketch"]),)
    task_id: Mapped[int] = mapped_column(ForeignKey("user_tasks.id"), primary_key=True)
    onlooker: Mapped[str] = mapped_column(String(66), primary_key=True)
    due_at: Mapped[datetime]
    sketch: Mapped[str | None] = mapped_column(Sketch)


class TaskDraft(Base):
    """What someone has typed so far; saved while typing, gone when the task ends."""

    __tablename__ = "task_drafts"
    task_id: Mapped[int] = mapped_column(ForeignKey("user_tasks.id"), primary_key=True)
    user_name: Mapped[str] = mapped_column(ForeignKey("users.name"), primary_key=True)
    values: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime]
