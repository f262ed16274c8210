"""The tables of certificates: who asked for what, which facts were certified by which material, what became of it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive import columns
from archive.certificates.kinds import Asker, CertificateKind
from archive.dossier_tables import Dossier
from archive.materials.models import Material
from workflow.db import Base, status_column
from workflow.models import Case

COUNTS = text("status <> 'refused'")


class CertificateStatus(StrEnum):
    ASKED = "asked"
    NUMBERED = "numbered"  # printed, not yet sealed: nobody may rely on it
    SEALED = "sealed"
    REFUSED = "refused"
    VOID = "void"


CERTIFICATE_LABELS = {
    CertificateStatus.ASKED: "Asked for",
    CertificateStatus.NUMBERED: "To be sealed",
    CertificateStatus.SEALED: "Issued",
    CertificateStatus.REFUSED: "Refused",
    CertificateStatus.VOID: "Void",
}
_OUT = "('sealed', 'void')"


class Certificate(Base):
    """A certificate asked for, in a case of its own. The check code printed on it is kept as a keyed fingerprint.
    A unit's letter serves for each dossier once; a refused request leaves it unused."""

    __tablename__ = "certificates"
    __table_args__ = (
        CheckConstraint("(number IS NULL) = (check_mark IS NULL)", name="number_with_check_code"),
        CheckConstraint("status NOT IN ('numbered', 'sealed', 'void') OR number IS NOT NULL", name="out_with_number"),
        CheckConstraint(f"status NOT IN {_OUT} OR sealed_at IS NOT NULL", name="out_when_sealed"),
        CheckConstraint("(sealed_at IS NULL) = (sealed_by IS NULL)", name="sealed_by_someone"),
        CheckConstraint("kind <> 'political' OR asker = 'unit'", name="political_review_for_a_unit"),
        CheckConstraint("status <> 'refused' OR why <> ''", name="refused_for_a_reason"),
        Index(
            "uq_certificates_letter",
            "unit",
            "letter_no",
            "dossier_id",
            unique=True,
            sqlite_where=COUNTS,
            postgresql_where=COUNTS,
        ),
    )
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True, autoincrement=False)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossiers.id"), index=True)
    status: Mapped[CertificateStatus] = status_column(CertificateStatus, CertificateStatus.ASKED)
    kind: Mapped[CertificateKind | None] = columns.choice(CertificateKind, nullable=True)
    asker: Mapped[Asker | None] = columns.choice(Asker, nullable=True)
    applicant: Mapped[str] = mapped_column(String(300), default="")  # who stood at the window, by name
    unit: Mapped[str] = mapped_column(String(200), default="")
    letter_no: Mapped[str | None] = mapped_column(columns.code(80))
    purpose: Mapped[str] = mapped_column(String(300), default="")
    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(60))
    number: Mapped[str | None] = mapped_column(columns.code(60), unique=True)  # 〔2026〕证字0001号
    check_mark: Mapped[str | None] = mapped_column(String(64))
    numbered_at: Mapped[datetime | None]
    sealed_at: Mapped[datetime | None]
    sealed_by: Mapped[str | None] = mapped_column(String(60))
    ended_at: Mapped[datetime | None]
    why: Mapped[str] = mapped_column(Text, default="")  # of a refusal, or of its being void

    dossier: Mapped[Dossier] = relationship()
    case: Mapped[Case] = relationship()
    facts: Mapped[list["CertifiedFact"]] = relationship(order_by="CertifiedFact.seq", cascade="all, delete-orphan")


class CertifiedFact(Base):
    """One fact of a certificate and the material that records it; class, number and name as they stood that day."""

    __tablename__ = "certified_facts"
    __table_args__ = (UniqueConstraint("case_id", "seq"), CheckConstraint("said <> ''", name="says_something"))
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("certificates.case_id"))
    seq: Mapped[int]
    said: Mapped[str] = mapped_column(Text)
    material_id: Mapped[int] = mapped_column(ForeignKey("materials.id"), index=True)
    place: Mapped[str] = mapped_column(columns.code(20))  # 4-1-3
    source: Mapped[str] = mapped_column(String(300))
    formed: Mapped[str] = mapped_column(columns.code(10), default="")

    material: Mapped[Material] = relationship()
