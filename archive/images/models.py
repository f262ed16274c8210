"""The table of page images. A row says what was read of one file and is never rewritten or deleted: another file takes
its place, the old one stays. What was accepted of the raw set does not change at all (Annex C 5). Triggers on both
databases keep this, whoever writes."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive import columns, triggers
from archive.images.demands import ImageKind
from archive.materials.models import Material
from workflow.db import Base
from workflow.models import StoredFile

CURRENT = "superseded_at IS NULL"


class ImageFile(Base):
    """One page of a material as an image: raw or optimised, current or replaced (`superseded_at`).

    `sha256` is the hash of the bytes when they were read; the file store keeps the bytes under it.
    """

    __tablename__ = "image_files"
    __table_args__ = (
        CheckConstraint("page >= 1", name="pages_from_one"),
        CheckConstraint("width >= 1 AND height >= 1 AND bytes >= 1 AND depth >= 1", name="a_picture"),
        CheckConstraint("length(sha256) = 64", name="whole_hash"),
        CheckConstraint("(superseded_at IS NULL) = (superseded_by IS NULL)", name="superseded_by_someone"),
        CheckConstraint("(accepted_at IS NULL) = (accepted_by IS NULL)", name="accepted_by_someone"),
        Index(
            "ix_image_files_current",
            "material_id",
            "kind",
            "page",
            unique=True,
            sqlite_where=text(CURRENT),
            postgresql_where=text(CURRENT),
        ),
        Index("ix_image_files_material", "material_id", "kind", "page"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    material_id: Mapped[int] = mapped_column(ForeignKey("materials.id"))
    page: Mapped[int]  # within the material, from 1
    kind: Mapped[Any] = columns.choice(ImageKind, nullable=False)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_files.id"), index=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(255))  # as it came
    format: Mapped[str] = mapped_column(String(10))
    dpi_x: Mapped[int]
    dpi_y: Mapped[int]
    depth: Mapped[int]
    colours: Mapped[str] = mapped_column(String(10))
    width: Mapped[int]
    height: Mapped[int]
    bytes: Mapped[int]
    turned: Mapped[int]
    skew: Mapped[float | None]
    sharpness: Mapped[float | None]
    blank: Mapped[bool]
    border: Mapped[float]
    added_at: Mapped[datetime]
    added_by: Mapped[str] = mapped_column(String(60))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[str | None] = mapped_column(String(60))
    superseded_at: Mapped[datetime | None]
    superseded_by: Mapped[str | None] = mapped_column(String(60))
    superseded_why: Mapped[str] = mapped_column(Text, default="")

    material: Mapped[Material] = relationship()
    file: Mapped[StoredFile] = relationship()


FIXED = ("material_id", "page", "kind", "file_id", "sha256", "name", "bytes", "format", "width", "height", "added_at")
GUARDS = ("image_files_stay", "image_files_fixed", "image_files_accepted")
GONE = "a page image is never deleted"
REWRITTEN = "a page image is never rewritten; another takes its place"
SETTLED = "an accepted raw image does not change"
_REWRITES = " OR ".join(f"OLD.{column} <> NEW.{column}" for column in FIXED)
_SETTLES = f"OLD.accepted_at IS NOT NULL AND OLD.kind = '{ImageKind.RAW}'"
_STEPS = (("DELETE", "", GONE), ("UPDATE", _REWRITES, REWRITTEN), ("UPDATE", _SETTLES, SETTLED))

for _guard, (_verb, _when, _said) in zip(GUARDS, _STEPS, strict=True):
    _asked = (_guard, _verb, "image_files", _said, _when)
    triggers.create_with(ImageFile.__table__, [triggers.abort(*_asked)], triggers.refuse_rows(*_asked))
