"""Packs as they travel: what the courier's list promised, what the desk signed for, where each ended."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive.columns import choice, code
from archive.statuses import Channel
from workflow.db import Base, status_column
from workflow.models import Case, StoredFile


class PackStatus(StrEnum):
    EXPECTED = "expected"  # on a list, not here yet
    SIGNED = "signed"  # signed for at the desk
    IN_WORK = "in_work"  # its outside was checked; it is being opened, registered, shelved
    STORED = "stored"  # its dossier stands on its position
    RETURNED = "returned"  # sent back to the sender
    FORWARDED = "forwarded"  # sent on to the right keeper
    LOOSE = "loose"  # loose materials, handed to materials filing
    MISSING = "missing"  # on the list but never delivered


OVER = frozenset({PackStatus.STORED, PackStatus.RETURNED, PackStatus.FORWARDED, PackStatus.LOOSE, PackStatus.MISSING})


class ListStatus(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"


class RowStatus(StrEnum):
    WAITING = "waiting"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class CourierList(Base):
    """One imported list. The file itself is not kept (it shows ID numbers); its rows are, with ID number
    and telephone sealed."""

    __tablename__ = "courier_lists"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    status: Mapped[ListStatus] = status_column(ListStatus, ListStatus.WAITING)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id"))
    imported_at: Mapped[datetime] = mapped_column(index=True)
    imported_by: Mapped[str] = mapped_column(ForeignKey("users.name"))
    done_at: Mapped[datetime | None]


class CourierRow(Base):
    """One row of a list and what became of it. Invariant: rows = accepted + rejected once the list is done."""

    __tablename__ = "courier_rows"
    __table_args__ = (
        CheckConstraint("(status = 'rejected') = (reason IS NOT NULL)", name="rejected_for_a_reason"),
        CheckConstraint("(status = 'accepted') = (pack_id IS NOT NULL)", name="accepted_as_a_pack"),
        Index("ix_courier_rows_waiting", "list_id", "status", "number"),
    )
    list_id: Mapped[int] = mapped_column(ForeignKey("courier_lists.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)  # the row's number in the file, as a spreadsheet shows it
    facts: Mapped[dict[str, Any]]  # field → value, without ID number and telephone
    id_no_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    warnings: Mapped[list[Any]] = mapped_column(default=list)  # [[template, facts], …]
    status: Mapped[RowStatus] = status_column(RowStatus, RowStatus.WAITING)
    reason: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))  # [template, facts] of the sentence
    pack_id: Mapped[int | None] = mapped_column(ForeignKey("packs.id"), index=True)


class Pack(Base):
    """One pack. `delivery_day` is the working day it counts for; `late` says it came after that desk had closed."""

    __tablename__ = "packs"
    __table_args__ = (
        UniqueConstraint("tracking_no"),  # duplicate level D4
        CheckConstraint("(received_at IS NULL) = (status IN ('expected', 'missing'))", name="received_unless_expected"),
        CheckConstraint("(received_at IS NULL) = (delivery_day IS NULL)", name="received_on_a_day"),
        Index("ix_packs_day", "delivery_day", "status"),
        Index("ix_packs_status", "status", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    tracking_no: Mapped[str] = mapped_column(code(60))
    channel: Mapped[Channel] = choice(Channel)
    courier: Mapped[str] = mapped_column(String(60), default="")
    sender: Mapped[str] = mapped_column(String(200), default="")
    sender_city: Mapped[str] = mapped_column(String(100), default="")
    addressee: Mapped[str] = mapped_column(String(200), default="")
    listed_name: Mapped[str] = mapped_column(String(100), default="", index=True)
    id_no_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    id_no_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    listed: Mapped[dict[str, Any]] = mapped_column(default=dict)  # school, major, grad_date … as the list says
    list_id: Mapped[int | None] = mapped_column(ForeignKey("courier_lists.id"), index=True)
    status: Mapped[PackStatus] = status_column(PackStatus, PackStatus.EXPECTED)
    expected_at: Mapped[datetime]
    delivery_day: Mapped[date | None] = mapped_column(Date)
    late: Mapped[bool] = mapped_column(default=False)
    received_at: Mapped[datetime | None]
    received_by: Mapped[str | None] = mapped_column(ForeignKey("users.name"))
    seal_intact: Mapped[bool | None]
    seam_seal: Mapped[bool | None]
    cover: Mapped[str] = mapped_column(String(30), default="")
    opened_at: Mapped[datetime | None]
    opened_by: Mapped[str | None] = mapped_column(ForeignKey("users.name"))
    witnessed_by: Mapped[str | None] = mapped_column(ForeignKey("users.name"))
    registered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    dossier_id: Mapped[int | None] = mapped_column(ForeignKey("dossiers.id"), index=True)

    case: Mapped[Case | None] = relationship()
    exceptions: Mapped[list["PackException"]] = relationship(back_populates="pack", order_by="PackException.id")
    photos: Mapped[list["PackPhoto"]] = relationship(back_populates="pack", order_by="PackPhoto.id")


class PackPhoto(Base):
    """A picture taken at the desk: front, seams, damage."""

    __tablename__ = "pack_photos"
    id: Mapped[int] = mapped_column(primary_key=True)
    pack_id: Mapped[int] = mapped_column(ForeignKey("packs.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_files.id"))
    taken_at_step: Mapped[str] = mapped_column(String(60), default="")

    pack: Mapped[Pack] = relationship(back_populates="photos")
    file: Mapped[StoredFile] = relationship()


class PackException(Base):
    """One exception of a pack: raised by someone for a reason, resolved or still open. Rows are never removed."""

    __tablename__ = "pack_exceptions"
    __table_args__ = (
        CheckConstraint("(resolved_at IS NULL) = (resolved_by IS NULL)", name="resolved_by_someone"),
        Index("ix_pack_exceptions_open", "resolved_at", "code"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    pack_id: Mapped[int] = mapped_column(ForeignKey("packs.id"), index=True)
    code: Mapped[str] = mapped_column(String(3))
    note: Mapped[str] = mapped_column(Text, default="")
    raised_at: Mapped[datetime]
    raised_by: Mapped[str] = mapped_column(String(60))  # a user's name, or "system"
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str | None] = mapped_column(String(60))
    resolution: Mapped[str] = mapped_column(Text, default="")

    pack: Mapped[Pack] = relationship(back_populates="exceptions")
