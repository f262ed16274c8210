"""The tables of letters that ask for a dossier (调档函, 商调函) and of what came with them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive import columns
from archive.transfer.keepers import Keeper
from workflow.db import Base, status_column
from workflow.models import Case


class LetterStatus(StrEnum):
    ASKED = "asked"  # being looked at, no number yet
    ISSUED = "issued"
    SENT = "sent"
    ARRIVED = "arrived"  # its pack is here
    CLOSED = "closed"  # its dossier is on the shelf, the receipt is back
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REFUSED = "refused"


OPEN = frozenset({LetterStatus.ISSUED, LetterStatus.SENT, LetterStatus.ARRIVED})
_OPEN = text(f"status IN ({columns.listed(OPEN)})")
_HERE = f"'{LetterStatus.ARRIVED}', '{LetterStatus.CLOSED}'"


class Letter(Base):
    """A letter that asks another keeper for one person's dossier, in a case of its own. A person has one open letter;
    a letter brings one dossier. The ID number lies sealed."""

    __tablename__ = "transfer_letters"
    __table_args__ = (
        Index("uq_transfer_letters_open", "id_fingerprint", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        CheckConstraint(f"status NOT IN ({columns.listed(OPEN)}, '{LetterStatus.CLOSED}') OR number IS NOT NULL",
                        name="issued_with_a_number"),
        CheckConstraint(f"status NOT IN ({_HERE}) OR arrived_at IS NOT NULL", name="here_since_a_moment"),
        CheckConstraint(f"status <> '{LetterStatus.CLOSED}' OR dossier_id IS NOT NULL", name="closed_with_a_dossier"),
        CheckConstraint("received_by IS NULL OR received_by <> witnessed_by", name="received_by_two"),
    )  # fmt: skip
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True, autoincrement=False)
    number: Mapped[str | None] = mapped_column(columns.code(60), unique=True)
    status: Mapped[LetterStatus] = status_column(LetterStatus, LetterStatus.ASKED)
    cadre: Mapped[bool]
    guarded: Mapped[bool] = mapped_column(default=False)  # of a cadre or once-cadre
    name: Mapped[str] = mapped_column(String(120))
    id_fingerprint: Mapped[str] = mapped_column(String(64))
    id_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    keeper_code: Mapped[str] = mapped_column(ForeignKey("transfer_keepers.code"))  # who has it
    receiver_code: Mapped[str] = mapped_column(columns.code(40))  # who is to have it
    reason: Mapped[str] = mapped_column(Text, default="")
    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(60))
    approved_by: Mapped[str | None] = mapped_column(String(60))
    issued_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime | None]
    received_by: Mapped[str | None] = mapped_column(String(60))
    witnessed_by: Mapped[str | None] = mapped_column(String(60))
    notice_no: Mapped[str] = mapped_column(columns.code(80), default="")
    differences: Mapped[list[Any]] = mapped_column(default=list)
    receipt_sent_at: Mapped[datetime | None]
    pack_id: Mapped[int | None] = mapped_column(ForeignKey("packs.id"), unique=True)
    dossier_id: Mapped[int | None] = mapped_column(ForeignKey("dossiers.id"), unique=True)
    ended_at: Mapped[datetime | None]
    why: Mapped[str] = mapped_column(Text, default="")

    case: Mapped[Case] = relationship()
    keeper: Mapped[Keeper] = relationship()
