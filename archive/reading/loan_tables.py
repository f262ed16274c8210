"""The tables of papers that are out: in the reading room or lent, and of copies made of them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive import columns
from archive.dossier_tables import Dossier
from archive.materials.models import Material
from archive.reading.models import ReadingRequest
from workflow.db import Base

OUT = text("ended_at IS NULL")


class Loan(Base):
    """A dossier's way out of the store for reading, counted both ways. `away`: it left the house. Ended when it is on
    its shelf again, or is known to be lost or damaged."""

    __tablename__ = "loans"
    __table_args__ = (
        Index("uq_loans_out", "dossier_id", unique=True, sqlite_where=OUT, postgresql_where=OUT),
        Index("ix_loans_due", "due_at", sqlite_where=OUT, postgresql_where=OUT),
        CheckConstraint("pages_back IS NULL OR pages_back <= pages_out OR differs", name="no_more_than_lent"),
        CheckConstraint("ended_at IS NULL OR lost OR given_up OR pages_back = pages_out", name="home_is_whole"),
        CheckConstraint("away = (due_at IS NOT NULL)", name="lent_until_a_day"),
        CheckConstraint("extensions IN (0, 1)", name="extended_once"),
    )
    case_id: Mapped[int] = mapped_column(ForeignKey("reading_requests.case_id"), primary_key=True, autoincrement=False)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossiers.id"), index=True)
    away: Mapped[bool]
    borrower: Mapped[str] = mapped_column(String(200))
    out_at: Mapped[datetime]
    out_by: Mapped[str] = mapped_column(String(60))
    volumes_out: Mapped[int]
    pages_out: Mapped[int]
    seal_no: Mapped[str] = mapped_column(String(60), default="")
    due_at: Mapped[datetime | None]
    extensions: Mapped[int] = mapped_column(default=0)
    recalled_at: Mapped[datetime | None]
    returned_at: Mapped[datetime | None]  # counted on the desk; `ended_at`: on its shelf
    pages_back: Mapped[int | None]
    differs: Mapped[bool] = mapped_column(default=False)
    lost: Mapped[bool] = mapped_column(default=False)
    given_up: Mapped[bool] = mapped_column(default=False)  # its case ended early; the dossier is a stray
    ended_at: Mapped[datetime | None]

    dossier: Mapped[Dossier] = relationship()
    request: Mapped[ReadingRequest] = relationship()


class StampedCopy(Base):
    """A copy or an extract of approved pages, numbered and stamped."""

    __tablename__ = "reading_copies"
    __table_args__ = (
        CheckConstraint("page >= 1 AND last_page >= page", name="pages_from_to"),
        CheckConstraint("sheets >= 1", name="one_sheet_at_least"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(columns.code(60), unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("reading_requests.case_id"), index=True)
    material_id: Mapped[int] = mapped_column(ForeignKey("materials.id"))
    extract: Mapped[bool]
    page: Mapped[int]
    last_page: Mapped[int]
    sheets: Mapped[int]
    stamped_at: Mapped[datetime]
    stamped_by: Mapped[str] = mapped_column(String(60))
    note: Mapped[str] = mapped_column(Text, default="")

    material: Mapped[Material] = relationship()
