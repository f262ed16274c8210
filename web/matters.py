"""What a case is about, as its pages show it: the packs and dossiers, earlier answers, photos."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from archive import storage
from archive.dossier_tables import Dossier
from archive.packs.models import Pack, PackPhoto
from workflow import cases
from workflow.identity import User
from workflow.models import Case, StoredFile, UserTask
from workflow.statuses import TaskStatus

READ = "dossiers.read"


@dataclass(frozen=True)
class Matter:
    """The facts of a case. Dossiers are shown to those who may read them."""

    case: Case
    keys: list[str]
    packs: list[Pack]
    photos: list[StoredFile]
    dossiers: list[tuple[Dossier, str]]  # and the position it stands on, "" for none
    steps: list[UserTask]  # completed, latest first


def matter_of(session: Session, case: Case, user: User) -> Matter:
    """Everything the right-hand pane of a task and the head of a case show."""
    query = (
        select(Pack)
        .where(Pack.case_id == case.id)
        .options(selectinload(Pack.exceptions), selectinload(Pack.photos).joinedload(PackPhoto.file))
    )
    packs = list(session.scalars(query.order_by(Pack.id)))
    return Matter(
        case=case,
        keys=[key for key in cases.keys(session, case) if key != cases.normal(case.business_key)],
        packs=packs,
        photos=[photo.file for pack in packs for photo in pack.photos],
        dossiers=_dossiers(session, packs) if user.may(READ) else [],
        steps=_steps(session, case),
    )


def _dossiers(session: Session, packs: list[Pack]) -> list[tuple[Dossier, str]]:
    ids = {pack.dossier_id for pack in packs if pack.dossier_id is not None}
    found = session.scalars(select(Dossier).where(Dossier.id.in_(ids)).order_by(Dossier.id))
    return [(dossier, storage.home(session, dossier) or "") for dossier in found]


def _steps(session: Session, case: Case) -> list[UserTask]:
    done = select(UserTask).where(UserTask.case_id == case.id, UserTask.status == TaskStatus.COMPLETED)
    return list(session.scalars(done.order_by(UserTask.ended_at.desc(), UserTask.id.desc()).limit(20)))
