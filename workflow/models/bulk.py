"""The same done to many tasks: one row for the run, one for each task, so that what became of it can be proved."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import JSON

from workflow.db import Base, by_value, status_column
from workflow.models.tasks import UserTask
from workflow.statuses import BulkAct, BulkItemStatus


class BulkRun(Base):
    """What somebody wants done to many tasks. `like_id`: the task whose form was filled in; others of another step or
    form are left out. `answers` are what it was filled in with, `sent` what stands for them when it is sent again.

    Each item is checked first; when it was begun (`begun_at`) those are done that can be, each once."""

    __tablename__ = "bulk_runs"
    __table_args__ = (Index("ix_bulk_runs_person", "user_name", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    act: Mapped[BulkAct] = mapped_column(by_value(BulkAct))
    user_name: Mapped[str] = mapped_column(ForeignKey("users.name"))
    request_key: Mapped[str] = mapped_column(String(64), unique=True)
    total: Mapped[int]
    like_id: Mapped[int | None] = mapped_column(ForeignKey("user_tasks.id"))
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    sent: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    to_name: Mapped[str | None] = mapped_column(ForeignKey("users.name"))  # who gets them
    reason: Mapped[str] = mapped_column(Text, default="")
    asked_at: Mapped[datetime]
    begun_at: Mapped[datetime | None]
    undo_reason: Mapped[str | None] = mapped_column(Text)
    undone_at: Mapped[datetime | None]  # when taking back was asked for

    like: Mapped[UserTask | None] = relationship()


class BulkItem(Base):
    """One task of a run. `refused` is a kept sentence: why not. `was`: what it is to be again when it is taken back."""

    __tablename__ = "bulk_items"
    __table_args__ = (UniqueConstraint("run_id", "task_id"), Index("ix_bulk_items_status", "run_id", "status", "id"))
    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("bulk_runs.id"))
    task_id: Mapped[int] = mapped_column(ForeignKey("user_tasks.id"))
    status: Mapped[BulkItemStatus] = status_column(BulkItemStatus, BulkItemStatus.UNCHECKED)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id"))
    refused: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    was: Mapped[dict[str, Any]] = mapped_column(default=dict)
    ended_at: Mapped[datetime | None]
