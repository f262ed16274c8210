"""Going through a dossier's pages one by one: both images of each, who has looked, what was found."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.dossier_tables import Dossier
from archive.images import defects
from archive.images.defect_tables import ImageCheck, ImageDefect, Stage
from archive.images.demands import ImageKind
from archive.images.models import ImageFile
from archive.materials import catalogue
from archive.materials.models import Material, MaterialState
from archive.relations import SUBJECT
from workflow.errors import NotAllowed
from workflow.identity import User
from workflow.models import Case, Relation
from workflow.statuses import RelationStatus


@dataclass(frozen=True)
class Leaf:
    """A page of the catalogue with its two images. `looked`: somebody has seen all there is of it at this stage."""

    material: Material
    page: int
    images: dict[ImageKind, ImageFile]
    looked: bool
    defects: tuple[ImageDefect, ...]

    @property
    def state(self) -> str:
        """What a list of pages shows: bad, ok or todo."""
        return "bad" if self.defects else "ok" if self.looked else "todo"


def refuse_kin(session: Session, dossier: Dossier, user: User) -> None:
    """Nobody looks at the papers of themselves or of somebody they have declared to be related to (TL18, recusal)."""
    subject = SUBJECT + dossier.person.id_fingerprint
    mine = select(Relation.id).where(Relation.user_name == user.name, Relation.subject == subject)
    if session.scalars(mine.where(Relation.status != RelationStatus.ENDED)).first() is not None:
        raise NotAllowed("You have declared a relation to this person; somebody else must look at these pages.")


def leaves(session: Session, dossier: Dossier, stage: Stage, by: str = "") -> list[Leaf]:
    """All pages of the dossier in the order of its catalogue; looked at by anybody, or by this person."""
    kept = [each for each in catalogue.rows(session, dossier) if each.state is MaterialState.KEPT]
    images = _images(session, [each.id for each in kept])
    ids = [image.id for found in images.values() for image in found.values()]
    seen = select(ImageCheck.image_id).where(ImageCheck.stage == stage, ImageCheck.image_id.in_(ids))
    seen = seen.where(ImageCheck.checked_by == by) if by else seen
    looked = set(session.scalars(seen)) if ids else set()
    wrong: dict[tuple[int, int], list[ImageDefect]] = defaultdict(list)
    for each in defects.open_defects(session, dossier):
        wrong[each.material_id, each.page].append(each)
    return [
        Leaf(
            material,
            page,
            images[material.id, page],
            bool(images[material.id, page]) and all(each.id in looked for each in images[material.id, page].values()),
            tuple(wrong[material.id, page]),
        )
        for material in kept
        for page in range(1, material.pages + 1)
    ]


def place_of(found: Sequence[Leaf], material_id: int | None, page: int | None) -> int:
    """Where in the round this page stands; the first nobody has looked at when it is none of it."""
    for number, leaf in enumerate(found):
        if (leaf.material.id, leaf.page) == (material_id, page):
            return number
    return next((number for number, leaf in enumerate(found) if not leaf.looked), 0)


def look(session: Session, leaf: Leaf, stage: Stage, by: str, case: Case | None = None) -> None:
    """Write that `by` has looked at both images of the page."""
    for image in leaf.images.values():
        defects.check(session, image, stage, by, case)


def _images(session: Session, materials: Sequence[int]) -> dict[tuple[int, int], dict[ImageKind, ImageFile]]:
    found: dict[tuple[int, int], dict[ImageKind, ImageFile]] = defaultdict(dict)
    asked = select(ImageFile).where(ImageFile.material_id.in_(materials), ImageFile.superseded_at.is_(None))
    for image in session.scalars(asked) if materials else ():
        found[image.material_id, image.page][ImageKind(image.kind)] = image
    return found
