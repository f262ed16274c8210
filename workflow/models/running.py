"""Running processes, their variables, and the story of what happened."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Double, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import JSON

from workflow.db import Base, status_column
from workflow.models.cases import Case
from workflow.models.columns import ElementId, Numbers, Person, TokenId, Word
from workflow.models.definitions import ProcessDefinition
from workflow.statuses import InstanceStatus


class ProcessInstance(Base):
    """One running process. `state` is the engine's compact blob, written only together with `revision`."""

    __tablename__ = "process_instances"
    __table_args__ = (
        CheckConstraint("(status IN ('completed', 'cancelled')) = (ended_at IS NOT NULL)", name="ended_when_over"),
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


def _searched(column: str) -> Index:
    """The index by which a name and a value lead to the instances that still run."""
    narrow = f"{column} IS NOT NULL"
    return Index(
        f"ix_variables_{column}",
        "name",
        column,
        "instance_id",
        postgresql_where=text(f"live AND {narrow}"),
        sqlite_where=text(f"live = 1 AND {narrow}"),
    )


class Variable(Base):
    """A variable of an instance; JSON values only. Its earlier values stand in the history.

    Lists are searched by `word` and `number` (workflow.values.word, number: what a filter compares), as long as the
    instance is `live`: not over.
    """

    __tablename__ = "variables"
    __table_args__ = (_searched("word"), _searched("number"))
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instances.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON(none_as_null=False))
    revision: Mapped[int]  # the instance's revision that wrote it
    word: Mapped[str | None] = mapped_column(Word)
    number: Mapped[float | None] = mapped_column(Double)
    live: Mapped[bool] = mapped_column(default=True)


class InstanceMarks(Base):
    """What an instance that is not over is searched by, all in one row (workflow.marks); on PostgreSQL only."""

    __tablename__ = "instance_marks"
    __table_args__ = (Index("ix_instance_marks_marks", "marks", postgresql_using="gin"),)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instances.id"), primary_key=True)
    marks: Mapped[list[int]] = mapped_column(Numbers)


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
