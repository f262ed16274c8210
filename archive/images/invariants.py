"""What must always hold of page images, whoever wrote the rows (Annex C 4 and 5)."""

from collections.abc import Iterator

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from archive.images.demands import ImageKind
from archive.images.models import GUARDS, ImageFile
from archive.materials.invariants import GUARDS_THERE
from archive.materials.models import Material
from workflow.models import StoredFile
from workflow.registry import fsck_check


@fsck_check("images_are_pages")
def _unequal(session: Session) -> Iterator[str]:
    """Of every accepted material the images of each set are its pages, 1 to the last, once (Annex C 4)."""
    accepted = select(ImageFile.material_id).where(ImageFile.accepted_at.is_not(None)).distinct()
    for kind in ImageKind:
        counted = (
            select(Material.id, Material.pages, func.count(ImageFile.id), func.max(ImageFile.page))
            .outerjoin(
                ImageFile,
                (ImageFile.material_id == Material.id)
                & (ImageFile.kind == kind)
                & ImageFile.superseded_at.is_(None)
                & ImageFile.accepted_at.is_not(None),
            )
            .where(Material.id.in_(accepted))
            .group_by(Material.id, Material.pages)
            .order_by(Material.id)
        )
        for material, pages, images, last in session.execute(counted):
            if (images, last or 0) != (pages, pages):  # a page has one current image at most: the index
                yield f"Accepted material {material} has {pages} pages, but {images} {kind} images up to page {last}."


@fsck_check("images_as_read")
def _altered(session: Session) -> Iterator[str]:
    """The bytes of every image are those that were read; no raw image changed after acceptance (Annex C 5)."""
    dialect = session.get_bind().dialect.name
    there = set(session.scalars(text(GUARDS_THERE[dialect])))
    for guard in GUARDS:
        if guard not in there:
            yield f"The database would let page images be changed: the trigger {guard} is missing."
    asked = select(ImageFile.id, ImageFile.kind).join(StoredFile, StoredFile.id == ImageFile.file_id)
    for image, kind in session.execute(asked.where(StoredFile.sha256 != ImageFile.sha256).order_by(ImageFile.id)):
        yield f"The {kind} image {image} is not the file that was read."
    late = (ImageFile.accepted_at.is_not(None), ImageFile.superseded_at > ImageFile.accepted_at)
    raw = select(ImageFile.id).where(ImageFile.kind == ImageKind.RAW, *late)
    for image in session.scalars(raw.order_by(ImageFile.id)):
        yield f"The raw image {image} was replaced after its acceptance."
