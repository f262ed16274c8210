"""What the watchdog has looked at, and what it found."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workflow.db import Base, status_column
from workflow.models.cases import Case
from workflow.models.columns import ElementId, Person, TokenId
from workflow.models.running import ProcessInstance
from workflow.statuses import FindingKind


class Watch(Base):
    """One look at everything. `night`: the office's day (YYYY-MM-DD) whose nightly look it is, None when somebody asked
    for it; `last_instance`: how far it has come."""

    __tablename__ = "watches"
    id: Mapped[int] = mapped_column(primary_key=True)
    night: Mapped[str | None] = mapped_column(String(10), unique=True)
    begun_at: Mapped[datetime]
    begun_by: Mapped[str] = mapped_column(Person)
    ended_at: Mapped[datetime | None]
    last_instance: Mapped[int] = mapped_column(default=0)
    looked_at: Mapped[int] = mapped_column(default=0)  # process instances
    found: Mapped[int] = mapped_column(default=0)  # what was amiss at its end


class Finding(Base):
    """Something amiss: open until a look does not find it any more. `subject` says what it is about ("task 7"), once
    among the open ones of a kind; `said` is a kept sentence. `task_case_id`: the case in which a manager was told."""

    __tablename__ = "findings"
    __table_args__ = (
        Index(
            "uq_findings_open",
            "kind",
            "subject",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[FindingKind] = status_column(FindingKind, FindingKind.STUCK)
    subject: Mapped[str] = mapped_column(String(120))
    said: Mapped[list[Any]]
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instances.id"), index=True)
    activity_id: Mapped[str | None] = mapped_column(ElementId)
    token_id: Mapped[str | None] = mapped_column(TokenId)
    row_id: Mapped[int | None]  # of the task, timer, job, incident or subscription it is about
    found_at: Mapped[datetime]
    seen_by: Mapped[int] = mapped_column(ForeignKey("watches.id"))  # the last look that found it
    ended_at: Mapped[datetime | None] = mapped_column(index=True)
    task_case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)

    case: Mapped[Case | None] = relationship(foreign_keys=[case_id])
    instance: Mapped[ProcessInstance | None] = relationship()
