"""Steps done once more: what was sent back, taken back or reopened, what that made void, and what to go back to."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import JSON

from workflow.db import Base, by_value
from workflow.models.columns import ElementId, Person
from workflow.statuses import ReturnMode


class Return(Base):
    """An earlier step (`activity_id` of `instance_id`) is to be done once more: sent back from `task_id`, taken back by
    who did it, or where a closed case was reopened.

    `tokens`: token id of each task in which it is done once more → the task in which it was done before, if any.
    `marks`: names of fields to look at. `before`: what the answer to a STRAIGHT one changed, name → [value before], []
    when there was none; None until it is answered.
    """

    __tablename__ = "returns"
    __table_args__ = (Index("ix_returns_place", "instance_id", "activity_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    mode: Mapped[ReturnMode] = mapped_column(by_value(ReturnMode))
    task_id: Mapped[int | None] = mapped_column(ForeignKey("user_tasks.id"), index=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instances.id"))
    activity_id: Mapped[str] = mapped_column(ElementId)
    tokens: Mapped[dict[str, Any]] = mapped_column(default=dict)
    by: Mapped[str] = mapped_column(Person)
    at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(500))
    marks: Mapped[list[Any]] = mapped_column(default=list)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class SupersededTask(Base):
    """A completed task of an earlier round: `return_id` has made it void. It stays in the history;
    separation of duty judges by what stands."""

    __tablename__ = "superseded_tasks"
    task_id: Mapped[int] = mapped_column(ForeignKey("user_tasks.id"), primary_key=True)
    return_id: Mapped[int] = mapped_column(ForeignKey("returns.id"), index=True)


class Footing(Base):
    """How an instance stood before somebody's last completed step moved it (`task_id`), sealed as of `revision_before`.

    Good while the instance has `revision_after`, and while this row still stands for each of the `moved` instances (as
    many as the step moved; None: not counted): a later step puts its own there. `state` is None when the step began
    the instance. `variables` are those it changed: name → [value before], [] when there was none."""

    __tablename__ = "footings"
    __table_args__ = (Index("ix_footings_task", "task_id"), Index("ix_footings_kept", "kept_at"))
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instances.id"), primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("user_tasks.id"))
    revision_before: Mapped[int]
    revision_after: Mapped[int]
    moved: Mapped[int | None]
    state: Mapped[bytes | None] = mapped_column(LargeBinary)
    variables: Mapped[dict[str, Any]] = mapped_column(default=dict)
    kept_at: Mapped[datetime]
