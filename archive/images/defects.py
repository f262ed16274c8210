"""Quality control page by page: who looked at which image, what was found wanting, and what must be scanned again.

A fatal defect is enough to fail a dossier, a minor one counts (practice of DA/T 31 and of acceptance procedures). A
defect of an image is open while that image is current: another image takes its place, and somebody looks at that one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from archive.dossier_tables import Dossier
from archive.images import demands, pages
from archive.images.defect_tables import OF_RULE, Defect, ImageCheck, ImageDefect, Stage
from archive.images.demands import Demands, ImageKind
from archive.images.models import ImageFile
from archive.images.pages import Placed
from archive.materials.models import Material, MaterialState
from workflow import history
from workflow.clock import now
from workflow.errors import Conflict, Invalid, sentence
from workflow.models import Case


@dataclass(frozen=True)
class Rescan:
    """A page that must be scanned or processed again, and why."""

    place: Placed
    codes: tuple[Defect, ...]


def check(session: Session, image: ImageFile, stage: Stage, by: str, case: Case | None = None) -> None:
    """Write that `by` has looked at the image; once."""
    seen = ImageCheck(
        image_id=image.id, stage=stage, checked_at=now(), checked_by=by, case_id=case.id if case else None
    )
    try:
        with session.begin_nested():
            session.add(seen)
    except IntegrityError:
        return


def mark(
    session: Session, place: Placed, code: Defect, by: str, note: str = "", case: Case | None = None
) -> ImageDefect:
    """Write down a defect of a page: of its current image where it has one. Marking it again changes nothing, but a
    person may open again what was settled.

    Raises Invalid for a page the catalogue does not have.
    """
    if not 1 <= place.page <= place.material.pages:
        number = pages.number(place.material)
        raise Invalid(message="There is no page {page} of {place}.", page=place.page, place=number)
    image = next((each for each in pages.of(session, place.material, place.kind) if each.page == place.page), None)
    known = _open(session, place, Defect(code), image)
    if known is not None:
        if by != history.SYSTEM:
            known.settled_at = known.settled_by = None
        return known
    found = ImageDefect(
        material_id=place.material.id,
        page=place.page,
        kind=place.kind,
        image_id=image.id if image else None,
        code=Defect(code),
        note=note,
        found_at=now(),
        found_by=by,
        case_id=case.id if case else None,
    )
    session.add(found)
    session.flush()  # lists ask for it
    if case is not None:
        facts = {"page": place.page, "code": found.code, "place": pages.number(place.material)}
        history.record(session, case, by, "defect_marked", **facts)
    return found


def settle(session: Session, defect: ImageDefect, by: str, why: str) -> None:
    """The defect is mended, or was none; why. Raises Invalid without a reason, Conflict when it was settled before."""
    if not why.strip():
        raise Invalid(message="Say how the defect was settled.")
    settled = session.execute(
        update(ImageDefect)
        .where(ImageDefect.id == defect.id, ImageDefect.settled_at.is_(None))
        .values(settled_at=now(), settled_by=by, settled_why=why)
        .execution_options(synchronize_session=False)
    )
    session.refresh(defect)
    if not settled.rowcount:
        raise Conflict("This defect was settled already.")


def examine(
    session: Session,
    dossier: Dossier,
    case: Case | None = None,
    agreed: Demands | None = None,
    until: datetime | None = None,
) -> list[ImageDefect]:
    """The machine's own check of all current images against what was agreed (the demands of the day when not said), and
    of the catalogue's pages (`until` as in pages.counts): each grave finding, each missing page and each page that is
    another's picture becomes a defect. Safe to repeat."""
    asked, found = agreed or demands.of(session), []
    for counted in pages.counts(session, dossier, until):
        for kind, missing in counted.missing.items():
            places = [Placed(counted.material, page, kind) for page in missing]
            found += [mark(session, place, Defect.MISSING_PAGE, history.SYSTEM, case=case) for place in places]
        for kind in ImageKind:
            for image in pages.of(session, counted.material, kind):
                place = Placed(counted.material, image.page, kind)
                for each in demands.judge(image, kind, asked, image.name, image.page):
                    if each.grave:
                        found.append(mark(session, place, OF_RULE[each.rule], history.SYSTEM, str(each.said), case))
    return [*found, *_doubled(session, dossier, case)]


def _doubled(session: Session, dossier: Dossier, case: Case | None) -> list[ImageDefect]:
    """Raw images that are byte for byte that of an earlier page: no scanner makes the same file twice, so a page was
    copied into the place of another."""
    earlier: dict[str, tuple[Material, int]] = {}
    found = []
    for counted in pages.counts(session, dossier):
        for image in pages.of(session, counted.material, ImageKind.RAW):
            material, page = earlier.setdefault(image.sha256, (counted.material, image.page))
            if (material, page) != (counted.material, image.page):
                said = sentence("The same picture as page {page} of {place}.", page=page, place=pages.number(material))
                place = Placed(counted.material, image.page, ImageKind.RAW)
                found.append(mark(session, place, Defect.WRONG_ORDER, history.SYSTEM, str(said), case))
    return found


def open_defects(session: Session, dossier: Dossier) -> Sequence[ImageDefect]:
    """What is wrong with the images of its catalogue now, by place: not settled, of a current image or of a page
    without."""
    asked = (
        select(ImageDefect)
        .join(Material, Material.id == ImageDefect.material_id)
        .outerjoin(ImageFile, ImageFile.id == ImageDefect.image_id)
        .where(Material.dossier_id == dossier.id, Material.state == MaterialState.KEPT)
        .where(ImageDefect.settled_at.is_(None))
        .where(ImageDefect.image_id.is_(None) | ImageFile.superseded_at.is_(None))
        .order_by(ImageDefect.material_id, ImageDefect.page, ImageDefect.kind, ImageDefect.id)
    )
    return [each for each in session.scalars(asked) if not _filled(session, each)]


def rescans(session: Session, dossier: Dossier) -> list[Rescan]:
    """The pages to scan or process again, in the order of the catalogue, each with all that is wrong with it."""
    wanted: dict[tuple[int, int, ImageKind], list[ImageDefect]] = {}
    for each in open_defects(session, dossier):
        wanted.setdefault((each.material_id, each.page, ImageKind(each.kind)), []).append(each)
    order = {counted.material.id: place for place, counted in enumerate(pages.counts(session, dossier))}
    return [
        Rescan(Placed(found[0].material, page, kind), tuple(each.code for each in found))
        for (material_id, page, kind), found in sorted(
            wanted.items(), key=lambda item: (order.get(item[0][0], 0), item[0])
        )
    ]


def unchecked(session: Session, dossier: Dossier, stage: Stage, by: str = "") -> int:
    """How many current images of its catalogue nobody has looked at, at this stage; or not this person."""
    looked = select(ImageCheck.image_id).where(ImageCheck.stage == stage)
    looked = looked.where(ImageCheck.checked_by == by) if by else looked
    asked = select(func.count()).select_from(ImageFile).join(Material, Material.id == ImageFile.material_id)
    kept = (Material.dossier_id == dossier.id, Material.state == MaterialState.KEPT)
    asked = asked.where(*kept, ImageFile.superseded_at.is_(None))
    return session.scalar(asked.where(ImageFile.id.not_in(looked))) or 0


def _open(session: Session, place: Placed, code: Defect, image: ImageFile | None) -> ImageDefect | None:
    same = select(ImageDefect).where(ImageDefect.code == code)
    if image is not None:
        return session.scalars(same.where(ImageDefect.image_id == image.id)).first()
    page = (
        ImageDefect.material_id == place.material.id,
        ImageDefect.page == place.page,
        ImageDefect.kind == place.kind,
    )
    return session.scalars(same.where(*page, ImageDefect.image_id.is_(None), ImageDefect.settled_at.is_(None))).first()


def _filled(session: Session, defect: ImageDefect) -> bool:
    """Whether a page that had no image when something was said of it has one now: somebody looks at that one."""
    if defect.image_id is not None:
        return False
    return any(each.page == defect.page for each in pages.of(session, defect.material, ImageKind(defect.kind)))
