"""The tables of corrections of master data: each correction, and what it writes beside what stood there."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive import columns
from archive.dossier_tables import Dossier
from archive.materials.models import Material
from archive.persons import Person
from workflow.db import Base
from workflow.models import Case

RUNNING = text("ended_at IS NULL")


class Asker(StrEnum):
    """Who says that something is wrong."""

    PERSON = "person"
    UNIT = "unit"
    OFFICE = "office"  # found here


class Rectification(Base):
    """One correction of a person's master data, in a case of its own. Who writes it, who checks it and who decides it
    are different people. `applied_at`: since when the record says so; a correction refused has none."""

    __tablename__ = "rectifications"
    __table_args__ = (
        Index("uq_rectifications_running", "person_id", unique=True, sqlite_where=RUNNING, postgresql_where=RUNNING),
        CheckConstraint("checked_by IS NULL OR checked_by <> proposed_by", name="checked_by_another"),
        CheckConstraint("decided_by IS NULL OR decided_by NOT IN (proposed_by, checked_by)", name="decided_by_another"),
        CheckConstraint("checked_by IS NULL OR checked_by <> asked_by", name="not_checked_by_who_asked"),
        CheckConstraint("decided_by IS NULL OR decided_by <> asked_by", name="not_decided_by_who_asked"),
        CheckConstraint("applied_at IS NULL OR checked_by IS NOT NULL", name="applied_by_two"),
        CheckConstraint("applied_at IS NULL OR NOT grave OR decided_by IS NOT NULL", name="grave_by_three"),
    )
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossiers.id"))
    asker: Mapped[Asker] = columns.choice(Asker)
    asker_name: Mapped[str] = mapped_column(String(200), default="")
    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(60))
    grave: Mapped[bool] = mapped_column(default=False)  # says who the person is: a leader decides
    proposed_by: Mapped[str | None] = mapped_column(String(60))
    checked_by: Mapped[str | None] = mapped_column(String(60))
    decided_by: Mapped[str | None] = mapped_column(String(60))
    applied_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()
    dossier: Mapped[Dossier] = relationship()
    case: Mapped[Case] = relationship()
    facts: Mapped[list["RectifiedFact"]] = relationship(order_by="RectifiedFact.id", cascade="all, delete-orphan")


class RectifiedFact(Base):
    """One fact of a correction: what stood there and what is to stand, on which evidence. The ID number lies sealed."""

    __tablename__ = "rectified_facts"
    __table_args__ = (
        UniqueConstraint("case_id", "field"),
        CheckConstraint("basis <> ''", name="on_evidence"),
        CheckConstraint("(field = 'id_no') = (new_sealed IS NOT NULL)", name="id_number_sealed"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("rectifications.case_id"))
    field: Mapped[str] = mapped_column(columns.code(60))
    old_value: Mapped[str] = mapped_column(Text, default="")  # of the ID number as lists show it
    new_value: Mapped[str] = mapped_column(Text, default="")
    old_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    new_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    basis: Mapped[str] = mapped_column(String(500))
    material_id: Mapped[int | None] = mapped_column(ForeignKey("materials.id"))

    material: Mapped[Material | None] = relationship()
