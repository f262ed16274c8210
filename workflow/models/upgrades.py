"""Running instances on their way to another version of their process."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import JSON

from workflow.db import Base, status_column
from workflow.models.columns import Person
from workflow.models.definitions import ProcessDefinition
from workflow.models.running import ProcessInstance
from workflow.statuses import UpgradeStatus


class UpgradeRun(Base):
    """Who moves running instances from one version of a process to another, and why. `mapping`: what of the new
    version stands for which element of the old one, all of it, as it was decided."""

    __tablename__ = "upgrade_runs"
    id: Mapped[int] = mapped_column(primary_key=True)
    from_id: Mapped[int] = mapped_column(ForeignKey("process_definitions.id"), index=True)
    to_id: Mapped[int] = mapped_column(ForeignKey("process_definitions.id"), index=True)
    mapping: Mapped[dict[str, Any]] = mapped_column(default=dict)
    reason: Mapped[str] = mapped_column(Text)
    begun_at: Mapped[datetime]
    begun_by: Mapped[str] = mapped_column(Person)
    undo_reason: Mapped[str | None] = mapped_column(Text)
    undone_by: Mapped[str | None] = mapped_column(Person)

    old: Mapped[ProcessDefinition] = relationship(foreign_keys=[from_id])
    new: Mapped[ProcessDefinition] = relationship(foreign_keys=[to_id])


class Upgrade(Base):
    """One instance of a run. `refused` is a kept sentence: why it stayed, or why it could not go back.

    What it was is kept to go back to: the sealed state with its revision, the rows as they said. It can go back while
    the instance still has `revision_after`."""

    __tablename__ = "upgrades"
    __table_args__ = (
        UniqueConstraint("run_id", "instance_id"),
        Index("ix_upgrades_instance", "instance_id", "id"),
        Index("ix_upgrades_case", "case_id", "status"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("upgrade_runs.id"))
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instances.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    status: Mapped[UpgradeStatus] = status_column(UpgradeStatus, UpgradeStatus.WAITING)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id"))
    refused: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    ended_at: Mapped[datetime | None]
    state_before: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    rows_before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), deferred=True)
    revision_before: Mapped[int | None]
    revision_after: Mapped[int | None]

    run: Mapped[UpgradeRun] = relationship()
    instance: Mapped[ProcessInstance] = relationship()
