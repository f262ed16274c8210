"""The tables of dossiers and of their legal moves."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive import columns
from archive.persons import Person
from archive.statuses import (
    ENDED,
    MOVES,
    AuditStatus,
    Channel,
    Completeness,
    DigitStatus,
    DossierKind,
    DossierStatus,
    DossierVersion,
    EntrustKind,
    SecretLevel,
    SortStatus,
)
from workflow.db import Base, status_column

ACTIVE = text(f"status NOT IN ({columns.listed(ENDED)})")
_LEGAL = ", ".join(sorted(f"'{start}>{end}'" for start, ends in MOVES.items() for end in ends))
GUARDED = frozenset({Channel.CONFIDENTIAL, Channel.BY_HAND})  # how a cadre's papers may travel


class Dossier(Base):
    """A dossier (domain §9.2): the original or duplicate of one person's papers, kept by one keeper."""

    __tablename__ = "dossiers"
    __table_args__ = (
        Index(
            "uq_dossiers_active",
            "keeper_code",
            "person_id",
            "version",
            unique=True,
            sqlite_where=ACTIVE,
            postgresql_where=ACTIVE,
        ),
        CheckConstraint("volumes >= 1", name="one_volume_at_least"),
        CheckConstraint("page_count >= 0 AND material_count >= 0", name="counts_not_negative"),
        CheckConstraint(
            f"channel IS NULL OR channel IN ({columns.listed(GUARDED)})"
            f" OR (kind <> '{DossierKind.CADRE}' AND NOT ex_cadre)",
            name="cadres_by_guarded_channel",
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_no: Mapped[str] = mapped_column(columns.code(60), unique=True)
    keeper_code: Mapped[str] = mapped_column(columns.code(40))
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("dossiers.id"))  # the record of an earlier stay here
    kind: Mapped[DossierKind] = columns.choice(DossierKind, default=DossierKind.FLOW)
    version: Mapped[DossierVersion] = columns.choice(DossierVersion, default=DossierVersion.ORIGINAL)
    volumes: Mapped[int] = mapped_column(default=1)
    status: Mapped[DossierStatus] = status_column(DossierStatus, DossierStatus.TO_SHELVE)
    sort_status: Mapped[SortStatus] = status_column(SortStatus, SortStatus.NONE)
    digit_status: Mapped[DigitStatus] = status_column(DigitStatus, DigitStatus.NONE)
    audit_status: Mapped[AuditStatus] = status_column(AuditStatus, AuditStatus.NONE)
    completeness: Mapped[Completeness] = columns.choice(Completeness, default=Completeness.COMPLETE)
    missing: Mapped[list[Any]] = mapped_column(default=list)  # what is missing, as the checklist names it
    secret_level: Mapped[SecretLevel] = columns.choice(SecretLevel, default=SecretLevel.NONE)
    ex_cadre: Mapped[bool] = mapped_column(default=False)
    source_unit: Mapped[str] = mapped_column(String(200), default="")
    source_place: Mapped[str] = mapped_column(String(120), default="")
    entrust_kind: Mapped[EntrustKind | None] = columns.choice(EntrustKind, nullable=True)
    entrust_unit: Mapped[str] = mapped_column(String(200), default="")
    recall_no: Mapped[str] = mapped_column(String(60), default="")  # 调档函
    notice_no: Mapped[str] = mapped_column(String(60), default="")  # 转递通知单
    receive_date: Mapped[date | None] = mapped_column(index=True)
    channel: Mapped[Channel | None] = columns.choice(Channel, nullable=True)
    track_no: Mapped[str] = mapped_column(columns.code(60), default="", index=True)
    page_count: Mapped[int] = mapped_column(default=0)
    material_count: Mapped[int] = mapped_column(default=0)
    condition: Mapped[str] = mapped_column(String(200), default="")
    registered_at: Mapped[datetime] = mapped_column(index=True)
    registered_by: Mapped[str] = mapped_column(String(60))
    checked_by: Mapped[str | None] = mapped_column(String(60))
    kept_by: Mapped[str | None] = mapped_column(String(60))
    remark: Mapped[str] = mapped_column(Text, default="")
    held_by_case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    updated_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)

    person: Mapped[Person] = relationship()


class StatusChange(Base):
    """One legal move of a dossier's status: who, when, for which case."""

    __tablename__ = "dossier_status_changes"
    __table_args__ = (
        UniqueConstraint("dossier_id", "seq"),
        CheckConstraint(f"from_status IS NULL OR from_status || '>' || to_status IN ({_LEGAL})", name="legal_move"),
        CheckConstraint("(seq = 1) = (from_status IS NULL)", name="first_from_nothing"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossiers.id"))
    seq: Mapped[int]  # the moves of one dossier count 1..n
    from_status: Mapped[str | None] = mapped_column(String(30))
    to_status: Mapped[str] = mapped_column(String(30))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(60))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    why: Mapped[str] = mapped_column(Text, default="")
