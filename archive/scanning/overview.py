"""A batch at a glance: of each dossier its pages, images, defects and what nobody has looked at. A few questions
ask for all of them."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from archive.images.defect_tables import Defect, ImageCheck, ImageDefect, Stage
from archive.images.demands import ImageKind
from archive.images.models import ImageFile
from archive.materials.models import Material, MaterialState
from archive.scanning import batches
from archive.scanning.models import ScanBatch, ScanDossier


@dataclass(frozen=True)
class Line:
    """One dossier of a batch. `unseen`: images quality control has not looked at."""

    entry: ScanDossier
    pages: int
    raw: int
    optimised: int
    defects: int
    unseen: int

    @property
    def whole(self) -> bool:
        """Whether there is an image of each kind for every page."""
        return self.pages == self.raw == self.optimised


def lines(session: Session, batch: ScanBatch) -> list[Line]:
    """All dossiers of the batch in the order planned."""
    entries = batches.entries(session, batch)
    ids = [each.dossier_id for each in entries]
    current = _of(ids, func.count(ImageFile.id)).join(ImageFile, ImageFile.material_id == Material.id)
    current = current.where(ImageFile.superseded_at.is_(None))
    seen = select(ImageCheck.image_id).where(ImageCheck.stage == Stage.FIRM)
    pages = _counted(session, _of(ids, func.sum(Material.pages)).where(Material.state == MaterialState.KEPT))
    raw = _counted(session, current.where(ImageFile.kind == ImageKind.RAW))
    optimised = _counted(session, current.where(ImageFile.kind == ImageKind.OPTIMISED))
    unseen = _counted(session, current.where(ImageFile.id.not_in(seen)))
    wrong = _counted(session, _wrong(ids))
    return [
        Line(each, pages[each.dossier_id], raw[each.dossier_id], optimised[each.dossier_id], wrong[each.dossier_id], n)
        for each, n in ((each, unseen[each.dossier_id]) for each in entries)
    ]


def _of(ids: list[int], counted: Any) -> Select[Any]:
    """Something counted of the materials of these dossiers, dossier by dossier."""
    asked = select(Material.dossier_id, counted).select_from(Material).where(Material.dossier_id.in_(ids))
    return asked.group_by(Material.dossier_id)


def _wrong(ids: list[int]) -> Select[Any]:
    """Defects that are open: not settled, of an image that stands, or of a page that still has none."""
    there = aliased(ImageFile)
    same = and_(
        there.material_id == ImageDefect.material_id,
        there.page == ImageDefect.page,
        there.kind == ImageDefect.kind,
        there.superseded_at.is_(None),
    )
    filled = and_(ImageDefect.code == Defect.MISSING_PAGE, select(there.id).where(same).exists())
    asked = _of(ids, func.count(ImageDefect.id)).join(ImageDefect, ImageDefect.material_id == Material.id)
    asked = asked.outerjoin(ImageFile, ImageFile.id == ImageDefect.image_id)
    open_ = ImageFile.superseded_at.is_(None) & (ImageDefect.image_id.is_not(None) | ~filled)
    return asked.where(ImageDefect.settled_at.is_(None), open_)


def _counted(session: Session, asked: Select[Any]) -> Counter[int]:
    return Counter({dossier: int(count or 0) for dossier, count in session.execute(asked)})
