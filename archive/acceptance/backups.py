"""A9, backup ×2: two copies of every accepted page image in folders of their own, so that no disk holds the only one.

Copied in portions outside any transaction; an image is written down when both copies are whole.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Select, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from archive.acceptance import rounds
from archive.acceptance.models import Acceptance
from archive.images.models import ImageFile
from archive.materials.models import Material
from archive.scanning.models import ScanDossier, ScanStatus
from workflow import office
from workflow.clock import now
from workflow.db import Base, Database
from workflow.errors import Unavailable
from workflow.files import FileStore, FolderStore
from workflow.registry import Repeat, Work, fsck_check, prepares, service_task

TOPIC = "acceptance.back_up"
PORTION = 100  # images of one turn


class ImageBackup(Base):
    """Both copies of an accepted image were whole at `copied_at`."""

    __tablename__ = "image_backups"
    image_id: Mapped[int] = mapped_column(ForeignKey("image_files.id"), primary_key=True, autoincrement=False)
    copied_at: Mapped[datetime]


@prepares(TOPIC)
def copy_ahead(database: Database, work: Work) -> list[int]:
    """Copy the next portion into both folders; the ids of its images. Raises Unavailable naming a file that is gone or
    not what was accepted, or when a folder cannot be written."""
    with database.reading() as session:
        images = list(session.scalars(_waiting(rounds.of_step(session, work)).limit(PORTION)))
        session.expunge_all()
    here = database.info["office"]
    for image in images:
        for folder in here.backups:
            _copy(here.files, folder, image)
    return [image.id for image in images]


@service_task(TOPIC)
def back_up(session: Session, work: Work) -> Mapping[str, Any] | Repeat:
    """Write down what was copied, until every accepted image of the batch has its copies. Returns backed_up (how many
    images have them)."""
    acceptance, copied = rounds.of_step(session, work), set(work.prepared or ())
    wanted = set(session.scalars(_waiting(acceptance).with_only_columns(ImageFile.id)))
    session.add_all(ImageBackup(image_id=image, copied_at=now()) for image in sorted(wanted & copied))
    if wanted - copied:
        return Repeat()
    session.flush()  # they are counted
    acceptance.backed_up_at = now()
    return {"backed_up": len(list(session.scalars(_accepted(acceptance).with_only_columns(ImageFile.id))))}


def _accepted(acceptance: Acceptance) -> Select[tuple[ImageFile]]:
    """The current accepted images of the dossiers that came back with the batch."""
    back = (ScanDossier.batch_id == acceptance.batch_id, ScanDossier.status == ScanStatus.BACK)
    dossiers = select(ScanDossier.dossier_id).where(*back)
    asked = select(ImageFile).join(Material, Material.id == ImageFile.material_id)
    asked = asked.where(Material.dossier_id.in_(dossiers), ImageFile.superseded_at.is_(None))
    return asked.where(ImageFile.accepted_at.is_not(None)).order_by(ImageFile.id)


def _waiting(acceptance: Acceptance) -> Select[tuple[ImageFile]]:
    asked = _accepted(acceptance).outerjoin(ImageBackup, ImageBackup.image_id == ImageFile.id)
    return asked.where(ImageBackup.image_id.is_(None))


def _copy(files: FileStore, folder: FolderStore, image: ImageFile) -> None:
    if folder.whole(image.sha256):
        return
    try:
        with files.path(image.sha256).open("rb") as source:
            kept, _size = folder.put(source)
    except FileNotFoundError:
        raise Unavailable("The file {name} is missing in the store.", name=image.name) from None
    if kept != image.sha256:
        folder.path(kept).unlink()
        raise Unavailable("The file {name} is not what was read.", name=image.name)


@fsck_check("images_backed_up")
def _lacking(session: Session) -> Iterator[str]:
    """A batch whose images were backed up has two whole copies of each; others were accepted before there were any."""
    for acceptance in session.scalars(select(Acceptance).where(Acceptance.backed_up_at.is_not(None))):
        late = ImageFile.accepted_at > acceptance.backed_up_at  # by another batch
        for image in session.scalars(_waiting(acceptance).where(~late).with_only_columns(ImageFile.id)):
            yield f"The accepted image {image} of scanning batch {acceptance.batch_id} has no copies."
    asked = select(ImageFile.id, ImageFile.sha256, ImageFile.bytes)
    asked = asked.join(ImageBackup, ImageBackup.image_id == ImageFile.id).order_by(ImageFile.id)
    for image, sha256, size in session.execute(asked):
        for folder in office.of(session).backups:
            place = folder.path(sha256)
            if not place.exists() or place.stat().st_size != size:
                yield f"The copy of image {image} in the folder {folder.folder.name} is missing or not whole."
