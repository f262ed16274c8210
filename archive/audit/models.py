"""The tables of special audits: each audit of a dossier, and what was claimed, recorded and determined of each item."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive import columns
from archive.audit.items import BY_KEY
from archive.dossier_tables import Dossier
from archive.materials.models import Material
from workflow.db import Base
from workflow.models import Case

RUNNING = text("ended_at IS NULL")
_KEYS = ", ".join(f"'{key}'" for key in BY_KEY)


class AuditReason(StrEnum):
    """凡提必审、凡进必审、凡转必审; or a doubt that came up."""

    PROMOTION = "promotion"
    ENTRY = "entry"
    TRANSFER = "transfer"
    DOUBT = "doubt"


class Verdict(StrEnum):
    """What the comparison of claim and earliest record says."""

    CONSISTENT = "consistent"
    DOUBTFUL = "doubtful"
    NONE = "none"  # not claimed and not recorded: no party member, no degree


class Audit(Base):
    """One special audit of a dossier, in a case of its own; over when its determination stands in class 5."""

    __tablename__ = "audits"
    __table_args__ = (
        Index("uq_audits_running", "dossier_id", unique=True, sqlite_where=RUNNING, postgresql_where=RUNNING),
        CheckConstraint("second_by IS NULL OR second_by <> first_by", name="reviewed_by_two"),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided_by_someone"),
        CheckConstraint("ended_at IS NULL OR material_id IS NOT NULL OR decided_at IS NULL", name="filed_when_decided"),
    )
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True, autoincrement=False)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossiers.id"), index=True)
    reason: Mapped[AuditReason] = columns.choice(AuditReason)
    begun_at: Mapped[datetime]
    first_by: Mapped[str | None] = mapped_column(String(60))
    second_by: Mapped[str | None] = mapped_column(String(60))
    serious: Mapped[bool] = mapped_column(default=False)  # went to discipline
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(60))
    number: Mapped[str | None] = mapped_column(columns.code(60), unique=True)  # 〔2026〕审字0001号
    material_id: Mapped[int | None] = mapped_column(ForeignKey("materials.id"))
    ended_at: Mapped[datetime | None]

    dossier: Mapped[Dossier] = relationship()
    case: Mapped[Case] = relationship()
    items: Mapped[list["AuditItem"]] = relationship(order_by="AuditItem.seq", cascade="all, delete-orphan")


class AuditItem(Base):
    """An item of an audit: the value in the newest form, the earliest record and its material, whether they agree, what
    was determined and on what ground. Both values stay."""

    __tablename__ = "audit_items"
    __table_args__ = (
        UniqueConstraint("case_id", "item"),
        CheckConstraint(f"item IN ({_KEYS})", name="known_item"),
        CheckConstraint("verdict IS NULL OR verdict <> 'doubtful' OR problem <> ''", name="doubt_has_a_problem"),
        CheckConstraint("verdict IS NULL OR verdict <> 'consistent' OR material_id IS NOT NULL", name="recorded"),
        CheckConstraint("determined = '' OR basis <> ''", name="determined_on_a_ground"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("audits.case_id"))
    seq: Mapped[int]
    item: Mapped[str] = mapped_column(columns.code(30))
    claim: Mapped[str] = mapped_column(Text, default="")
    earliest: Mapped[str] = mapped_column(Text, default="")
    material_id: Mapped[int | None] = mapped_column(ForeignKey("materials.id"))
    place: Mapped[str] = mapped_column(columns.code(20), default="")  # 4-1-3
    source: Mapped[str] = mapped_column(String(300), default="")
    verdict: Mapped[Verdict | None] = columns.choice(Verdict, nullable=True)
    problem: Mapped[str] = mapped_column(Text, default="")
    supplement: Mapped[str] = mapped_column(Text, default="")  # what was brought or answered
    determined: Mapped[str] = mapped_column(Text, default="")
    basis: Mapped[str] = mapped_column(Text, default="")

    material: Mapped[Material | None] = relationship()

    @property
    def is_open(self) -> bool:
        """A doubt not yet determined."""
        return self.verdict is Verdict.DOUBTFUL and not self.determined
