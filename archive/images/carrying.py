"""The page images of one record of a dossier laid beside its next record: the same files, under the same pages."""

from collections.abc import Mapping

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from archive.images.models import ImageFile
from archive.materials.models import Material
from workflow.clock import now
from workflow.models import Case

_OWN = {"id", "material_id", "added_at", "added_by", "case_id"}
_LEFT = {"superseded_at", "superseded_by", "superseded_why"}
_SAME = [each.key for each in inspect(ImageFile).column_attrs if each.key not in _OWN | _LEFT]


def carry(session: Session, materials: Mapping[int, Material], by: str, case: Case | None = None) -> int:
    """Lay the current images of each material (by id) beside the one that stands for it now; how many.

    No byte is copied: the rows name the files the store has. What was accepted stays accepted, by whom and when
    (Annex C 5).
    """
    asked = select(ImageFile).where(ImageFile.material_id.in_(materials), ImageFile.superseded_at.is_(None))
    moment, found = now(), list(session.scalars(asked.order_by(ImageFile.id)))
    session.add_all(
        ImageFile(
            **{each: getattr(image, each) for each in _SAME},
            material_id=materials[image.material_id].id,
            added_at=moment,
            added_by=by,
            case_id=case.id if case else None,
        )
        for image in found
    )
    session.flush()  # they are counted next
    return len(found)
