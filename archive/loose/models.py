"""The tables of loose materials: the list a unit sent, each paper of it, and what units were asked for."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive import columns
from archive.dossier_tables import Dossier
from archive.materials.models import Material
from workflow.db import Base, status_column
from workflow.models import Case

LACKING = text("obtained_at IS NULL")


class Point(StrEnum):
    """The eight points every paper is checked for (SJ09)."""

    FINISHED = "finished"  # 办理完毕
    PERSON = "person"  # 属于本人
    COMPLETE = "complete"  # 齐全完整
    LEGIBLE = "legible"  # 文字清楚
    TRUE = "true"  # 内容真实
    FILLED = "filled"  # 填写规范
    FORMALITIES = "formalities"  # 手续完备
    ORIGINAL = "original"  # 原件


POINTS = {
    Point.FINISHED: "办理完毕",
    Point.PERSON: "属于本人",
    Point.COMPLETE: "齐全完整",
    Point.LEGIBLE: "文字清楚",
    Point.TRUE: "内容真实，与档案记载一致",
    Point.FILLED: "填写规范",
    Point.FORMALITIES: "手续完备（签章、批准文号、日期）",
    Point.ORIGINAL: "原件（复制件有复制日期和制作单位印章）",
}


class PaperState(StrEnum):
    SENT = "sent"
    REFUSED = "refused"
    REGISTERED = "registered"  # accepted; in the folder, then on the desk with the dossier
    FILED = "filed"


class LooseList(Base):
    """A list of papers (材料移交清单) a unit sent for one dossier, in a case of its own. Over when the papers stand in
    the catalogue, or all were refused."""

    __tablename__ = "loose_lists"
    __table_args__ = (CheckConstraint("folder_due IS NULL OR folder_due >= handed_on", name="due_after_handing"),)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True, autoincrement=False)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossiers.id"), index=True)
    sender: Mapped[str] = mapped_column(String(200))
    hander: Mapped[str] = mapped_column(String(120), default="")
    handed_on: Mapped[date]
    receiver: Mapped[str] = mapped_column(String(60))
    folder_due: Mapped[date | None]
    bind_due: Mapped[date | None]
    ended_at: Mapped[datetime | None]

    dossier: Mapped[Dossier] = relationship()
    case: Mapped[Case] = relationship()
    papers: Mapped[list["LoosePaper"]] = relationship(order_by="LoosePaper.seq", cascade="all, delete-orphan")


class LoosePaper(Base):
    """One paper of a list. `late_days`: how long after the time allowed it was sent; a refused one says the point. An
    accepted one lies in the folder beside the shelf; it is a material of the dossier from when the two are brought
    together, so that a loan coming back is not counted with papers that never went out."""

    __tablename__ = "loose_papers"
    __table_args__ = (
        UniqueConstraint("case_id", "seq"),
        CheckConstraint("state <> 'filed' OR material_id IS NOT NULL", name="filed_as_material"),
        CheckConstraint("material_id IS NULL OR state IN ('registered', 'filed')", name="material_when_accepted"),
        CheckConstraint("(state = 'refused') = (why <> '')", name="refused_for_a_reason"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("loose_lists.case_id"))
    seq: Mapped[int]
    state: Mapped[PaperState] = status_column(PaperState, PaperState.SENT)
    name: Mapped[str] = mapped_column(String(300))
    formed: Mapped[str] = mapped_column(columns.code(10), default="")
    pages: Mapped[int] = mapped_column(default=0)
    copy: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(String(300), default="")
    late_days: Mapped[int] = mapped_column(default=0)
    point: Mapped[Point | None] = columns.choice(Point, nullable=True)
    why: Mapped[str] = mapped_column(Text, default="")
    material_id: Mapped[int | None] = mapped_column(ForeignKey("materials.id"), unique=True)

    material: Mapped[Material | None] = relationship()


class ChasedMaterial(Base):
    """Something lacking in a dossier that its unit was asked for (缺少材料登记): when, by letter, when it came."""

    __tablename__ = "chased_materials"
    __table_args__ = (
        UniqueConstraint("case_id", "dossier_id", "name"),
        Index("ix_chased_materials_lacking", "dossier_id", sqlite_where=LACKING, postgresql_where=LACKING),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossiers.id"))
    unit: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(300))
    letter_no: Mapped[str] = mapped_column(columns.code(60))
    chased_at: Mapped[datetime]
    obtained_at: Mapped[datetime | None]
