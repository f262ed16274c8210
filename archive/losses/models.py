"""The table of losses: what is lost or damaged, how it was searched for, what became of it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive import columns
from archive.dossier_tables import Dossier
from workflow.db import Base
from workflow.models import Case

OPEN = text("ended_at IS NULL")


class LossKind(StrEnum):
    MISSING = "missing"  # 遗失
    DAMAGED = "damaged"  # 损毁


class Resolution(StrEnum):
    """What became of it."""

    FOUND = "found"  # found, or repaired
    REBUILT = "rebuilt"  # made anew from what proves it
    PROVED = "proved"  # cannot be made anew: a paper says what is lost
    STOPPED = "stopped"  # the matter ended before its time


LOSS_KINDS = {LossKind.MISSING: "遗失", LossKind.DAMAGED: "损毁"}


class Loss(Base):
    """A dossier lost or damaged, in a case of its own. `origin_case_id`: the case that came upon it. `searcher`: who
    was ordered to search or repair."""

    __tablename__ = "losses"
    __table_args__ = (
        Index("uq_losses_open", "dossier_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        CheckConstraint("(ended_at IS NULL) = (resolution IS NULL)", name="over_with_a_resolution"),
    )
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True, autoincrement=False)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossiers.id"), index=True)
    kind: Mapped[LossKind] = columns.choice(LossKind, nullable=False)
    said: Mapped[str] = mapped_column(Text)  # the circumstances, as reported
    origin_case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    reported_by: Mapped[str] = mapped_column(String(60))
    reported_at: Mapped[datetime]
    searcher: Mapped[str | None] = mapped_column(String(60))
    search_note: Mapped[str] = mapped_column(Text, default="")
    permitted_by: Mapped[str | None] = mapped_column(String(60))
    responsibility: Mapped[str] = mapped_column(Text, default="")
    resolution: Mapped[Resolution | None] = columns.choice(Resolution, nullable=True)
    ended_at: Mapped[datetime | None]

    dossier: Mapped[Dossier] = relationship()
    case: Mapped[Case] = relationship(foreign_keys=[case_id])
