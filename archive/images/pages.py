"""The pages of a material as images: laid beside it, replaced, withdrawn, counted, accepted.

A page has one current image of each kind (raw, optimised). Another takes its place until it is accepted; what was
replaced is kept. Accepted, the raw image is fixed for ever; the optimised one may still be made better.
"""

import io
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, BinaryIO

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from archive.dossier_tables import Dossier
from archive.images import brought, texts
from archive.images.brought import Brought
from archive.images.demands import ImageKind
from archive.images.models import ImageFile
from archive.images.readings import Reading
from archive.materials import catalogue
from archive.materials.fixed import fixes_pages
from archive.materials.models import PRESENT, Material, MaterialState
from workflow import history, office
from workflow.clock import now
from workflow.errors import Conflict, Invalid, NotFound
from workflow.models import Case, StoredFile


@dataclass(frozen=True)
class Placed:
    """Where an image belongs: the page of a material, in which set."""

    material: Material
    page: int
    kind: ImageKind


@dataclass(frozen=True)
class Counted:
    """One material of the catalogue and the images there are of it; `missing`: what the catalogue's pages lack, and
    what stands beyond them."""

    material: Material
    pages: int
    raw: int
    optimised: int
    missing: dict[ImageKind, tuple[int, ...]]
    beyond: dict[ImageKind, tuple[int, ...]]

    @property
    def agree(self) -> bool:
        """pages(catalogue) = images(raw) = images(optimised), and they are the same pages."""
        return not any(self.missing.values()) and not any(self.beyond.values())


def attach(
    session: Session, place: Placed, source: BinaryIO | bytes, name: str, by: str, case: Case | None = None
) -> ImageFile:
    """Lay an image beside a page that has none of its kind. Raises Invalid for a file or page that is none, Conflict
    when there is one (see replace) or the material is no longer in the dossier."""
    _refuse_place(place, name)
    return _lay(session, place, _brought(session, source, name), by, case)


def keep(
    session: Session, place: Placed, file: StoredFile, reading: Reading, by: str, case: Case | None = None
) -> ImageFile:
    """The same for a file that was kept and read before."""
    _refuse_place(place, file.name)
    seen = {each.name: getattr(reading, each.name) for each in fields(Reading)}
    image = ImageFile(
        material_id=place.material.id,
        page=place.page,
        kind=place.kind,
        file_id=file.id,
        name=file.name,
        added_at=now(),
        added_by=by,
        case_id=case.id if case else None,
        **seen,
    )
    try:
        with session.begin_nested():
            session.add(image)
    except IntegrityError:
        raise Conflict(
            "Page {page} of {place} has an image already; replace that one.",
            page=place.page,
            place=number(place.material),
        ) from None
    return image


def replace(
    session: Session, image: ImageFile, source: BinaryIO | bytes, name: str, by: str, why: str, case: Case | None = None
) -> ImageFile:
    """Let another file take the place of a current image; the old one is kept. Raises as attach, and Conflict for an
    accepted raw image."""
    fresh = _brought(session, source, name)
    withdraw(session, image, by, why, case)
    return _lay(session, Placed(image.material, image.page, image.kind), fresh, by, case)


def withdraw(session: Session, image: ImageFile, by: str, why: str, case: Case | None = None) -> None:
    """Take a current image away from its page; it is kept, and why. Conflict for an accepted raw image, or when
    somebody was faster."""
    if image.kind is ImageKind.RAW and image.accepted_at is not None:
        raise Conflict("The raw image {name} is accepted and does not change any more.", name=image.name)
    if not why.strip():
        raise Invalid(message="Say why the image {name} is taken away.", name=image.name)
    taken = session.execute(
        update(ImageFile)
        .where(ImageFile.id == image.id, ImageFile.superseded_at.is_(None))
        .values(superseded_at=now(), superseded_by=by, superseded_why=why)
        .execution_options(synchronize_session=False)
    )
    session.refresh(image)
    if not taken.rowcount:
        raise Conflict("The image {name} was replaced meanwhile.", name=image.name)
    if case is not None:
        history.record(session, case, by, "image_withdrawn", image=image.id, name=image.name, why=why)


def lay_optimised(session: Session, raw: ImageFile, made: Brought, by: str, case: Case | None = None) -> ImageFile:
    """Lay the image for reading that was made of a raw one (brought.optimised) beside it; one made before gives way."""
    place = Placed(raw.material, raw.page, ImageKind.OPTIMISED)
    for before in (each for each in of(session, raw.material, place.kind) if each.page == raw.page):
        withdraw(session, before, by, f"raw image {raw.id}", case)
    return _lay(session, place, made, by, case)


def find(session: Session, image_id: int) -> ImageFile:
    """The image; raises NotFound. Whoever asks must be allowed to see its dossier."""
    found = session.get(ImageFile, image_id)
    if found is None:
        raise NotFound
    return found


def of(session: Session, material: Material, kind: ImageKind) -> list[ImageFile]:
    """The current images of a material, by page."""
    asked = select(ImageFile).where(ImageFile.material_id == material.id, ImageFile.kind == kind, _current())
    return list(session.scalars(asked.order_by(ImageFile.page)))


def earlier(session: Session, image: ImageFile) -> list[ImageFile]:
    """What stood on the same page before, oldest first."""
    same = (ImageFile.material_id == image.material_id, ImageFile.page == image.page, ImageFile.kind == image.kind)
    asked = select(ImageFile).where(*same, ImageFile.superseded_at.is_not(None))
    return list(session.scalars(asked.order_by(ImageFile.id)))


def counts(session: Session, dossier: Dossier, until: datetime | None = None) -> list[Counted]:
    """Catalogue against images, material by material, in the order of the catalogue. `until`: when the dossier came
    back from scanning; what joined it later and has no image is left out, it waits for the next batch."""
    materials = [each for each in catalogue.rows(session, dossier) if each.state is MaterialState.KEPT]
    asked = select(ImageFile.material_id, ImageFile.kind, ImageFile.page)
    there: dict[tuple[int, ImageKind], set[int]] = defaultdict(set)
    wanted = ImageFile.material_id.in_([each.id for each in materials])
    for material_id, kind, page in session.execute(asked.where(wanted, _current())):
        there[material_id, kind].add(page)
    imaged = {material_id for material_id, _ in there}
    asked_for = [each for each in materials if until is None or each.created_at < until or each.id in imaged]
    return [_counted(each, {kind: there[each.id, kind] for kind in ImageKind}) for each in asked_for]


def accept(session: Session, dossier: Dossier, by: str, case: Case | None = None, until: datetime | None = None) -> int:
    """Accept all current images of the dossier: from now on the raw ones do not change (Annex C 5); how many. `until`
    as in counts.

    Raises Conflict naming the first material whose images are not its pages (Annex C 4).
    """
    counted = counts(session, dossier, until)
    for each in counted:
        if not each.agree:
            raise disagreement(each)
    fresh = session.execute(
        update(ImageFile)
        .where(ImageFile.material_id.in_([each.material.id for each in counted]), _current())
        .where(ImageFile.accepted_at.is_(None))
        .values(accepted_at=now(), accepted_by=by)
        .execution_options(synchronize_session="fetch")
    ).rowcount
    if case is not None:
        history.record(session, case, by, "images_accepted", dossier_no=dossier.dossier_no, images=fresh)
    texts.begin(session, dossier)
    return fresh


@fixes_pages
def accepted(session: Session, materials: Collection[int]) -> set[int]:
    """Which of these materials have accepted images, and so keep their pages (Annex C 4)."""
    asked = select(ImageFile.material_id).where(ImageFile.material_id.in_(materials), _current())
    return set(session.scalars(asked.where(ImageFile.accepted_at.is_not(None))))


def number(material: Material) -> str:
    """How a material is called on paper: 4-1-3."""
    return f"{material.code}-{material.seq}" if material.seq else material.name


def disagreement(counted: Counted) -> Conflict:
    """How the images of a material are not its pages, as a refusal to be raised or said."""
    return Conflict(
        "{place} has {pages} pages in the catalogue, {raw} raw and {optimised} optimised images.",
        place=number(counted.material),
        pages=counted.pages,
        raw=counted.raw,
        optimised=counted.optimised,
    )


def _brought(session: Session, source: BinaryIO | bytes, name: str) -> Brought:
    return brought.keep(office.of(session).files, io.BytesIO(source) if isinstance(source, bytes) else source, name)


def _lay(session: Session, place: Placed, image: Brought, by: str, case: Case | None) -> ImageFile:
    return keep(session, place, brought.enter(session, image, by), image.reading, by, case)


def _counted(material: Material, there: dict[ImageKind, set[int]]) -> Counted:
    pages = set(range(1, material.pages + 1))
    return Counted(
        material,
        material.pages,
        len(there[ImageKind.RAW]),
        len(there[ImageKind.OPTIMISED]),
        {kind: tuple(sorted(pages - found)) for kind, found in there.items()},
        {kind: tuple(sorted(found - pages)) for kind, found in there.items()},
    )


def _refuse_place(place: Placed, name: str) -> None:
    material = place.material
    if material.state not in PRESENT:
        raise Conflict("{place} is no longer in the dossier.", place=number(material))
    if not 1 <= place.page <= material.pages:
        raise Invalid(
            message="{name}: {place} has {pages} pages in the catalogue; there is no page {page}.",
            name=name,
            place=number(material),
            pages=material.pages,
            page=place.page,
        )


def _current() -> Any:
    return ImageFile.superseded_at.is_(None)
