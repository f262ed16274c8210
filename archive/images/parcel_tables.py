"""The tables of what a scanning firm delivers: parcels, the persons' folders in them, and their pages one by one."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive import columns
from archive.dossier_tables import Dossier
from archive.images.demands import ImageKind
from archive.images.models import ImageFile
from workflow.db import Base, status_column
from workflow.models import StoredFile


class ParcelKind(StrEnum):
    PACKAGE = "package"  # folders of persons with both sets of images
    SCAN = "scan"  # pages as the scanner's feeder drew them in, cut by separator sheets


class ParcelStatus(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"  # as a whole; `reasons` say why


class FolderStatus(StrEnum):
    """What became of one person's folder, or of one routing slip's pages."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class PageStatus(StrEnum):
    WAITING = "waiting"
    READ = "read"  # whole and readable; attached with the rest of its folder
    ATTACHED = "attached"
    UNCHANGED = "unchanged"  # the same file was there already
    REJECTED = "rejected"
    SLIP = "slip"  # a routing slip, no page of a dossier
    DROPPED = "dropped"  # blank
    QUEUED = "queued"  # fits nowhere; a person decides


PARCEL_LABELS = {
    ParcelKind.PACKAGE: "Package of images",
    ParcelKind.SCAN: "Pages from a scanner",
    ParcelStatus.WAITING: "Not begun",
    ParcelStatus.RUNNING: "Being read",
    ParcelStatus.DONE: "Looked at",
    ParcelStatus.REFUSED: "Refused",
    FolderStatus.ACCEPTED: "Taken in",
    FolderStatus.REJECTED: "Refused",
    PageStatus.READ: "Looked at",
    PageStatus.ATTACHED: "Taken in",
    PageStatus.UNCHANGED: "As before",
    PageStatus.REJECTED: "Refused",
    PageStatus.SLIP: "Routing slip",
    PageStatus.DROPPED: "Blank, left out",
    PageStatus.QUEUED: "To be decided",
}


class Parcel(Base):
    """One delivery: a zip file, a folder on the house's disk, or a scanner's file. `part`: it brings some pages only,
    as after a rescan. `reasons`: kept sentences about what belongs to no folder, or why all was refused."""

    __tablename__ = "image_parcels"
    __table_args__ = (CheckConstraint("(file_id IS NULL) <> (folder IS NULL)", name="one_source"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[Any] = columns.choice(ParcelKind, nullable=False)
    name: Mapped[str] = mapped_column(String(255))
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"))
    folder: Mapped[str | None] = mapped_column(String(255))
    part: Mapped[bool] = mapped_column(default=False)
    pages: Mapped[int | None]  # of a scan, once its file was opened
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    status: Mapped[ParcelStatus] = status_column(ParcelStatus, ParcelStatus.WAITING)
    reasons: Mapped[list[Any]] = mapped_column(JSON, default=list)
    job_id: Mapped[int | None]
    begun_at: Mapped[datetime]
    begun_by: Mapped[str] = mapped_column(String(60))
    done_at: Mapped[datetime | None]

    file: Mapped[StoredFile | None] = relationship()


class ParcelFolder(Base):
    """One person's folder in a parcel. `called`: its name with the ID number masked; the true one is sealed."""

    __tablename__ = "image_parcel_folders"
    __table_args__ = (UniqueConstraint("parcel_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    parcel_id: Mapped[int] = mapped_column(ForeignKey("image_parcels.id"))
    number: Mapped[int]
    called: Mapped[str] = mapped_column(String(200))
    place_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    dossier_id: Mapped[int | None] = mapped_column(ForeignKey("dossiers.id"), index=True)
    status: Mapped[FolderStatus] = status_column(FolderStatus, FolderStatus.WAITING)
    reasons: Mapped[list[Any]] = mapped_column(JSON, default=list)

    dossier: Mapped[Dossier | None] = relationship()


class ParcelPage(Base):
    """One page of a parcel and what became of it; `reason`: a kept sentence."""

    __tablename__ = "image_parcel_pages"
    __table_args__ = (
        UniqueConstraint("parcel_id", "number"),
        Index("ix_image_parcel_pages_status", "parcel_id", "status", "number"),
        CheckConstraint(f"(status = '{PageStatus.ATTACHED}') = (image_id IS NOT NULL)", name="attached_to_an_image"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    parcel_id: Mapped[int] = mapped_column(ForeignKey("image_parcels.id"))
    folder_id: Mapped[int | None] = mapped_column(ForeignKey("image_parcel_folders.id"), index=True)
    number: Mapped[int]  # in the parcel, from 1
    name: Mapped[str] = mapped_column(String(255))  # raw/4-1/03/0001.jpg, or the page of a scan
    kind: Mapped[Any] = columns.choice(ImageKind, nullable=False)
    material_id: Mapped[int | None] = mapped_column(ForeignKey("materials.id"), index=True)
    page: Mapped[int | None]
    sm3: Mapped[str | None] = mapped_column(String(64))
    status: Mapped[PageStatus] = status_column(PageStatus, PageStatus.WAITING)
    reason: Mapped[list[Any] | None]
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"))
    reading: Mapped[dict[str, Any] | None]
    image_id: Mapped[int | None] = mapped_column(ForeignKey("image_files.id"), index=True)

    file: Mapped[StoredFile | None] = relationship()
    image: Mapped[ImageFile | None] = relationship()
