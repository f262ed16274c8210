"""What a record said before it was corrected; nothing is overwritten without a trace."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from workflow.clock import now
from workflow.db import Base
from workflow.models import Case

_OWNER = {"persons": "person_id", "dossiers": "dossier_id"}


class Correction(Base):
    """The old value of one field of one person or dossier; a protected field's old value stays sealed."""

    __tablename__ = "corrections"
    __table_args__ = (CheckConstraint("(person_id IS NULL) <> (dossier_id IS NULL)", name="one_subject"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), index=True)
    dossier_id: Mapped[int | None] = mapped_column(ForeignKey("dossiers.id"), index=True)
    field: Mapped[str] = mapped_column(String(60))
    old_value: Mapped[str | None] = mapped_column(Text)
    old_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    corrected_at: Mapped[datetime]
    corrected_by: Mapped[str] = mapped_column(String(60))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    why: Mapped[str] = mapped_column(Text, default="")


def keep(session: Session, row: Any, field: str, old: Any, by: str, case: Case | None, why: str) -> None:
    """Keep the old value of `field` of a person or dossier; bytes are taken as sealed."""
    sealed = old if isinstance(old, bytes) else None
    plain = None if old is None or sealed else str(old)
    owner = {_OWNER[row.__tablename__]: row.id}
    session.add(
        Correction(
            **owner,
            field=field,
            old_value=plain,
            old_sealed=sealed,
            corrected_at=now(),
            corrected_by=by,
            case_id=case.id if case else None,
            why=why,
        )
    )


def of(session: Session, row: Any) -> list[Correction]:
    """Every correction of a person or dossier, oldest first."""
    owner = getattr(Correction, _OWNER[row.__tablename__])
    return list(session.scalars(select(Correction).where(owner == row.id).order_by(Correction.id)))
