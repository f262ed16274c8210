"""What a case is about, as its pages show it: the packs and dossiers, earlier answers, photos."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from archive import sight, storage
from archive.dossier_tables import Dossier
from archive.packs.models import Pack, PackException, PackPhoto
from workflow import cases, rows
from workflow.around import opinions
from workflow.identity import User
from workflow.models import Case, StoredFile, UserTask
from workflow.statements import Statement, columns
from workflow.statuses import TaskStatus

READ = sight.READ
STEPS = 20  # of those done, as many of the last
_OF_CASE = bindparam("case_id")
_PACKS = Statement(select(*columns(Pack)).where(Pack.case_id == _OF_CASE).order_by(Pack.id))
_EXCEPTIONS = Statement(
    select(*columns(PackException)).join(PackException.pack).where(Pack.case_id == _OF_CASE).order_by(PackException.id)
)
_PHOTOS = Statement(
    select(*columns(PackPhoto), *columns(StoredFile))
    .join(PackPhoto.pack)
    .join(PackPhoto.file)
    .where(Pack.case_id == _OF_CASE)
    .order_by(PackPhoto.id)
)
_STEPS = Statement(
    select(*columns(UserTask))
    .where(UserTask.case_id == _OF_CASE, UserTask.status == TaskStatus.COMPLETED)
    .order_by(UserTask.ended_at.desc(), UserTask.id.desc())
    .limit(STEPS)
)


@dataclass(frozen=True)
class Matter:
    """The facts of a case. Dossiers are shown to those who may read them."""

    case: Case
    keys: list[str]
    packs: list[Pack]
    photos: list[StoredFile]
    dossiers: list[tuple[Dossier, str]]  # and the position it stands on, "" for none
    steps: list[UserTask]  # completed, latest first
    void: set[int]  # the ids of those done again since
    opinions: dict[int, str]  # what was said with them, by task id


def matter_of(session: Session, case: Case, user: User) -> Matter:
    """Everything the right-hand pane of a task and the head of a case show; asked in one trip."""
    of = {"case_id": case.id}
    questions = (cases.KEYS(**of), _STEPS(**of), _PACKS(**of), _EXCEPTIONS(**of), _PHOTOS(**of), opinions.LATEST(**of))
    keys, done, packs, exceptions, photos, told = rows.ask(session, *questions)
    found = _packs(session, packs, exceptions, photos)
    steps = [step for row in done for step in rows.objects(session, row, UserTask)]
    for step in steps:
        set_committed_value(step, "case", case)
    return Matter(
        case=case,
        keys=[row.key for row in keys if row.key != cases.normal(case.business_key)],
        packs=found,
        photos=[photo.file for pack in found for photo in pack.photos],
        dossiers=_dossiers(session, case, user, found) if user.may(READ) else [],
        steps=steps,
        void=opinions.void(told),
        opinions=opinions.of(told),
    )


def _packs(session: Session, packs: list[Any], exceptions: list[Any], photos: list[Any]) -> list[Pack]:
    """The packs, each with its exceptions and photos."""
    known = [rows.objects(session, row, PackException)[0] for row in exceptions]
    taken = [_photo(session, row) for row in photos]
    found = [rows.objects(session, row, Pack)[0] for row in packs]
    for pack in found:
        set_committed_value(pack, "exceptions", [each for each in known if each.pack_id == pack.id])
        set_committed_value(pack, "photos", [each for each in taken if each.pack_id == pack.id])
    return found


def _photo(session: Session, row: Any) -> PackPhoto:
    photo, file = rows.objects(session, row, PackPhoto, StoredFile)
    set_committed_value(photo, "file", file)
    return photo


def _dossiers(session: Session, case: Case, user: User, packs: list[Pack]) -> list[tuple[Dossier, str]]:
    ids = {pack.dossier_id for pack in packs if pack.dossier_id is not None}
    shown = sight.in_case(session, user, case)
    found = session.scalars(select(Dossier).where(Dossier.id.in_(ids), shown).order_by(Dossier.id))
    return [(dossier, storage.home(session, dossier) or "") for dossier in found]
