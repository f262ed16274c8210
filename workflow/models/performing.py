"""Who stands in for whom, what is left without anybody, and what a leaver handed over."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from workflow.db import Base
from workflow.models.columns import Person


class Substitution(Base):
    """From `begins_at` until `ends_at` (or `ended_at`, when it was ended early) the substitute may do the principal's
    work of these `kinds`: process keys ("receipt") or steps of a process ("receipt/check"); none named: all of it.

    `settled` once what the substitute still held in the principal's place has gone back.
    """

    __tablename__ = "substitutions"
    __table_args__ = (
        CheckConstraint("begins_at < ends_at", name="begins_before_it_ends"),
        CheckConstraint("principal <> substitute", name="of_another"),
        Index("ix_substitutions_substitute", "substitute", "ends_at"),
        Index("ix_substitutions_principal", "principal", "ends_at"),
        Index("ix_substitutions_settled", "settled", "ends_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    principal: Mapped[str] = mapped_column(ForeignKey("users.name"))
    substitute: Mapped[str] = mapped_column(ForeignKey("users.name"))
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    kinds: Mapped[list[Any]] = mapped_column(default=list)
    reason: Mapped[str] = mapped_column(String(500), default="")
    granted_by: Mapped[str] = mapped_column(Person)
    granted_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(Person)
    ended_reason: Mapped[str] = mapped_column(String(500), default="")
    settled: Mapped[bool] = mapped_column(default=False)


class StrandedTask(Base):
    """An open task for which nobody living may be left (`workflow.performers.rescue` looks). `gone`: the names the
    diagram gave of people who are not here."""

    __tablename__ = "stranded_tasks"
    task_id: Mapped[int] = mapped_column(ForeignKey("user_tasks.id"), primary_key=True)
    gone: Mapped[list[Any]] = mapped_column(default=list)


class HandOver(Base):
    """Everything a leaver had, given to others in one act. `items`: [{"kind", "what", "to", "refused"}]."""

    __tablename__ = "hand_overs"
    id: Mapped[int] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("users.name"), index=True)
    by: Mapped[str] = mapped_column(Person)
    at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(500))
    items: Mapped[list[Any]] = mapped_column(default=list)
