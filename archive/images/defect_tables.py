"""The tables of quality control: who looked at which image, and what was found wanting."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive import columns
from archive.images.demands import ImageKind, Rule
from archive.images.models import ImageFile
from archive.materials.models import Material
from workflow.db import Base


class Defect(StrEnum):
    """What can be wrong with a page; the codes of check sheets."""

    WRONG_PERSON = "wrong_person"
    MISSING_PAGE = "missing_page"
    MISSING_MATERIAL = "missing_material"
    WRONG_ORDER = "wrong_order"
    UNREADABLE = "unreadable"
    CATALOGUE = "catalogue"  # catalogue and paper differ
    ORIGINAL = "original"  # the paper was damaged or lost
    ALTERED = "altered"  # the raw set was changed
    FORMAT = "format"
    DPI = "dpi"
    DEPTH = "depth"
    SIZE = "size"
    TURNED = "turned"
    SKEW = "skew"
    BLUR = "blur"
    BLANK = "blank"
    BORDER = "border"
    REMARK = "remark"  # a slip of the pen in a name or remark


DEFECT_LABELS = {
    Defect.WRONG_PERSON: "Another person's page",
    Defect.MISSING_PAGE: "A page is missing",
    Defect.MISSING_MATERIAL: "A material is missing",
    Defect.WRONG_ORDER: "Wrong order",
    Defect.UNREADABLE: "Illegible",
    Defect.CATALOGUE: "Catalogue and paper differ",
    Defect.ORIGINAL: "The paper was damaged or lost",
    Defect.ALTERED: "The raw image was changed",
    Defect.FORMAT: "Wrong kind of file",
    Defect.DPI: "Resolution too low",
    Defect.DEPTH: "Too few colours",
    Defect.SIZE: "File too large",
    Defect.TURNED: "Not upright",
    Defect.SKEW: "Askew",
    Defect.BLUR: "Out of focus",
    Defect.BLANK: "Nothing on it",
    Defect.BORDER: "Black border",
    Defect.REMARK: "Slip of the pen",
}
FATAL = frozenset(
    {
        Defect.WRONG_PERSON,
        Defect.MISSING_PAGE,
        Defect.MISSING_MATERIAL,
        Defect.WRONG_ORDER,
        Defect.UNREADABLE,
        Defect.CATALOGUE,
        Defect.ORIGINAL,
        Defect.ALTERED,
    }
)
OF_RULE = {rule: Defect(rule.value) for rule in Rule}


class Stage(StrEnum):
    """Who looks: the firm's own people, its quality control, the archive."""

    SELF = "self"
    FIRM = "firm"
    OWNER = "owner"


STAGE_LABELS = {Stage.SELF: "Own check", Stage.FIRM: "Quality control", Stage.OWNER: "Check by the archive"}


class ImageCheck(Base):
    """Somebody looked at an image at a stage."""

    __tablename__ = "image_checks"
    __table_args__ = (UniqueConstraint("image_id", "stage", "checked_by"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    image_id: Mapped[int] = mapped_column(ForeignKey("image_files.id"))
    stage: Mapped[Any] = columns.choice(Stage, nullable=False)
    checked_at: Mapped[datetime]
    checked_by: Mapped[str] = mapped_column(String(60))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)


class ImageDefect(Base):
    """Something wrong with a page: with one of its images, or (no image) with the page or paper itself."""

    __tablename__ = "image_defects"
    __table_args__ = (
        UniqueConstraint("image_id", "code", name="uq_image_defects_once"),
        CheckConstraint("(settled_at IS NULL) = (settled_by IS NULL)", name="settled_by_someone"),
        CheckConstraint("page >= 1", name="pages_from_one"),
        Index("ix_image_defects_material", "material_id", "page"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    material_id: Mapped[int] = mapped_column(ForeignKey("materials.id"))
    page: Mapped[int]
    kind: Mapped[Any] = columns.choice(ImageKind, nullable=False)
    image_id: Mapped[int | None] = mapped_column(ForeignKey("image_files.id"))
    code: Mapped[Any] = columns.choice(Defect, nullable=False)
    note: Mapped[str] = mapped_column(Text, default="")
    found_at: Mapped[datetime]
    found_by: Mapped[str] = mapped_column(String(60))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    settled_at: Mapped[datetime | None]  # mended, or marked in error
    settled_by: Mapped[str | None] = mapped_column(String(60))
    settled_why: Mapped[str] = mapped_column(Text, default="")

    material: Mapped[Material] = relationship()
    image: Mapped[ImageFile | None] = relationship()

    @property
    def fatal(self) -> bool:
        """Whether it alone fails the dossier."""
        return self.code in FATAL
