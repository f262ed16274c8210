"""The tables of scanning: a batch under a contract, and each dossier's way out of the store and back."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive import columns
from archive.dossier_tables import Dossier
from workflow.db import Base, status_column
from workflow.models import Case


class Unit(StrEnum):
    """What is paid for."""

    PAGE = "page"  # 面
    VOLUME = "volume"  # 卷


class BatchStatus(StrEnum):
    OPEN = "open"
    STOPPED = "stopped"  # a page or dossier is missing: nothing goes on before that is cleared
    DELIVERED = "delivered"  # applied for acceptance
    ACCEPTED = "accepted"
    GIVEN_UP = "given_up"  # ended without acceptance


class ScanStatus(StrEnum):
    """Where a dossier of a batch is."""

    PLANNED = "planned"
    OUT = "out"
    DIFFERS = "differs"  # came back with other pages than it went out
    BACK = "back"
    FELL_OUT = "fell_out"  # not scanned in this batch; `why` says so


SCANNING_LABELS = {
    Unit.PAGE: "by the page",
    Unit.VOLUME: "by the volume",
    BatchStatus.OPEN: "Being scanned",
    BatchStatus.STOPPED: "Stopped: something is missing",
    BatchStatus.DELIVERED: "Handed in",
    BatchStatus.ACCEPTED: "Accepted",
    BatchStatus.GIVEN_UP: "Ended without acceptance",
    ScanStatus.PLANNED: "Planned",
    ScanStatus.OUT: "Out for scanning",
    ScanStatus.DIFFERS: "Pages differ",
    ScanStatus.BACK: "Counted back",
    ScanStatus.FELL_OUT: "Not in this batch",
}
ENTERED = frozenset({ScanStatus.PLANNED, ScanStatus.OUT, ScanStatus.DIFFERS})
_RUNNING = f"status IN ({columns.listed(ENTERED)})"


class ScanBatch(Base):
    """Dossiers scanned together under one contract. `profile`: the demands that held when it was planned; they do not
    change under it. `unit_price` in fen."""

    __tablename__ = "scan_batches"
    __table_args__ = (CheckConstraint("unit_price >= 0", name="price_not_negative"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(columns.code(40), unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), unique=True)
    firm: Mapped[str] = mapped_column(String(120))
    contract_no: Mapped[str] = mapped_column(String(60), default="")
    unit: Mapped[Any] = columns.choice(Unit, nullable=False)
    unit_price: Mapped[int]
    profile: Mapped[dict[str, Any]]
    status: Mapped[BatchStatus] = status_column(BatchStatus, BatchStatus.OPEN)
    planned_at: Mapped[datetime]
    planned_by: Mapped[str] = mapped_column(String(60))

    case: Mapped[Case] = relationship()


class ScanDossier(Base):
    """One dossier of a batch: counted out, counted back. A dossier is in one running batch at a time."""

    __tablename__ = "scan_dossiers"
    __table_args__ = (
        UniqueConstraint("batch_id", "dossier_id"),
        Index(
            "ix_scan_dossiers_running",
            "dossier_id",
            unique=True,
            sqlite_where=text(_RUNNING),
            postgresql_where=text(_RUNNING),
        ),
        CheckConstraint(f"status <> '{ScanStatus.BACK}' OR pages_back = pages_out", name="all_pages_back"),
        CheckConstraint(f"status <> '{ScanStatus.FELL_OUT}' OR why <> ''", name="fell_out_for_a_reason"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("scan_batches.id"))
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossiers.id"), index=True)
    status: Mapped[ScanStatus] = status_column(ScanStatus, ScanStatus.PLANNED)
    volumes_out: Mapped[int | None]
    pages_out: Mapped[int | None]
    out_at: Mapped[datetime | None]
    out_by: Mapped[str | None] = mapped_column(String(60))
    out_to: Mapped[str | None] = mapped_column(String(60))  # who of the firm signed for it
    due_at: Mapped[datetime | None]
    pages_back: Mapped[int | None]
    back_at: Mapped[datetime | None]
    back_by: Mapped[str | None] = mapped_column(String(60))
    examined_at: Mapped[datetime | None]  # when the machine last looked through its images
    paper: Mapped[str] = mapped_column(Text, default="")  # the worksheet's note: torn, stuck, faded …
    why: Mapped[str] = mapped_column(Text, default="")

    batch: Mapped[ScanBatch] = relationship()
    dossier: Mapped[Dossier] = relationship()
