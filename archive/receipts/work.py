"""The pack a step is about."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import dossiers, persons
from archive.dossier_tables import GUARDED
from archive.packs import desk
from archive.packs.models import Pack, PackPhoto
from archive.refusals import wrong
from archive.scans import normalise
from workflow.errors import NotFound
from workflow.models import UserTask
from workflow.registry import Work


def pack_of(session: Session, step: UserTask | Work) -> Pack:
    """The pack of the step's case; raises NotFound when the case is about none."""
    case_id = step.case_id if isinstance(step, UserTask) else step.instance.case_id if step.instance else None
    pack = session.scalars(select(Pack).where(Pack.case_id == case_id)).first()
    if pack is None:
        raise NotFound
    return pack


def posted_for_a_cadre(session: Session, pack: Pack, id_no: str | None) -> bool:
    """Whether it came by post, though who it is about is known here as a present or former cadre (E16)."""
    person = persons.by_id_no(session, id_no) if id_no and pack.channel not in GUARDED else None
    return person is not None and dossiers.was_cadre(session, person)


def check_scan(scanned: Any, expected: str, field: str) -> None:
    """Refuse, beside `field`, a scan that is not what it should be. Nothing scanned is let pass."""
    found = normalise(str(scanned or "")).replace("-", "")
    if found and found != normalise(expected).replace("-", ""):
        raise wrong(
            field, "You scanned {scanned}, but this task is about {expected}.", scanned=found, expected=expected
        )


def keep_photos(pack: Pack, photos: Any, step: str) -> None:
    """Hang the pictures taken at this step (answers of a photo field) on the pack, each once."""
    known = {photo.file_id for photo in pack.photos}
    for photo in photos if isinstance(photos, list) else [photos] if photos else []:
        if photo["file"] not in known:
            pack.photos.append(PackPhoto(file_id=photo["file"], taken_at_step=step))


def noted(session: Session, pack: Pack, by: str, kind: str, **data: Any) -> None:
    """An event of the pack's own story in its case."""
    desk.note_history(session, pack, by, kind, **data)
