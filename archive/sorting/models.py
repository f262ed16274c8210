"""The sorting of a dossier: in which batch, by whom, out with how many pages and back with how many."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive import columns
from archive.dossier_tables import Dossier
from workflow.db import Base
from workflow.models import Case

RUNNING = text("ended_at IS NULL")


class Sorting(Base):
    """One sorting of one dossier, in a case of its own. `sorter` has it in hand; `returns`: how often the second
    person gave it back. Ended when it is back on its shelf, or was not found."""

    __tablename__ = "sortings"
    __table_args__ = (
        Index("uq_sortings_running", "dossier_id", unique=True, sqlite_where=RUNNING, postgresql_where=RUNNING),
        Index("ix_sortings_sorter", "sorter", sqlite_where=RUNNING, postgresql_where=RUNNING),
        CheckConstraint("(pages_out IS NULL) = (handed_out_at IS NULL)", name="handed_out_counted"),
        CheckConstraint("pages_in IS NULL OR ended_at IS NOT NULL", name="taken_back_is_over"),
        CheckConstraint("returns >= 0", name="returns_not_negative"),
    )
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True, autoincrement=False)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossiers.id"), index=True)
    batch_case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    batch_no: Mapped[str] = mapped_column(columns.code(60))
    sorter: Mapped[str] = mapped_column(String(60))
    due_date: Mapped[date | None]
    handed_out_at: Mapped[datetime | None]
    volumes_out: Mapped[int | None]
    pages_out: Mapped[int | None]
    returns: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None]
    pages_in: Mapped[int | None]

    dossier: Mapped[Dossier] = relationship()
    case: Mapped[Case] = relationship(foreign_keys=[case_id])
