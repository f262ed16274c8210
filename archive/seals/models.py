"""The table of seals: by whose document a dossier was sealed and opened again, and the two people behind each."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive.dossier_tables import Dossier
from workflow.db import Base
from workflow.models import Case

OPEN = text("ended_at IS NULL")


class Seal(Base):
    """A seal, in a case of its own that holds the dossier from the request on. `issuer`, `number`, `dated`: the
    document that orders it; `lift_…`: the one that lifts it."""

    __tablename__ = "seals"
    __table_args__ = (
        Index("uq_seals_open", "dossier_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        CheckConstraint("issuer <> '' AND number <> ''", name="by_a_document"),
        CheckConstraint("agreed_by <> asked_by", name="asked_and_agreed_by_two"),
        CheckConstraint("sealed_at IS NULL OR agreed_by IS NOT NULL", name="sealed_when_agreed"),
        CheckConstraint("(sealed_at IS NULL) = (sealed_by IS NULL)", name="sealed_by_someone"),
        CheckConstraint("lift_agreed_by <> lift_asked_by", name="lifted_by_two"),
        CheckConstraint(
            "lifted_at IS NULL OR (lift_agreed_by IS NOT NULL AND lift_issuer <> '' AND lift_number <> '')",
            name="lifted_by_a_document",
        ),
    )
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True, autoincrement=False)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossiers.id"), index=True)
    issuer: Mapped[str] = mapped_column(String(200))
    number: Mapped[str] = mapped_column(String(100))
    dated: Mapped[date]
    why: Mapped[str] = mapped_column(Text, default="")
    asked_by: Mapped[str] = mapped_column(String(60))
    asked_at: Mapped[datetime]
    agreed_by: Mapped[str | None] = mapped_column(String(60))
    sealed_at: Mapped[datetime | None]
    sealed_by: Mapped[str | None] = mapped_column(String(60))
    lift_issuer: Mapped[str] = mapped_column(String(200), default="")
    lift_number: Mapped[str] = mapped_column(String(100), default="")
    lift_dated: Mapped[date | None]
    lift_asked_by: Mapped[str | None] = mapped_column(String(60))
    lift_agreed_by: Mapped[str | None] = mapped_column(String(60))
    lifted_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    dossier: Mapped[Dossier] = relationship()
    case: Mapped[Case] = relationship()
