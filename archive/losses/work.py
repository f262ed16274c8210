"""The loss a step is about, and what its papers say."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import documents
from archive.dossier_tables import Dossier
from archive.losses.models import LOSS_KINDS, Loss
from archive.relations import SUBJECT
from archive.statuses import MOVES, DossierStatus
from archive.steps import case_id, name_of
from workflow import office
from workflow.errors import NotFound
from workflow.models import UserTask
from workflow.registry import Work, subjects_of_case

PROCESS = "loss"


def loss_of(session: Session, step: UserTask | Work) -> Loss:
    """The loss of the step's case; raises NotFound when it is none."""
    found = session.get(Loss, case_id(step))
    if found is None:
        raise NotFound
    return found


def open_of(session: Session, dossier: Dossier) -> Loss | None:
    """The matter of loss this dossier is in now."""
    asked = select(Loss).where(Loss.dossier_id == dossier.id, Loss.ended_at.is_(None))
    return session.scalars(asked).first()


def may_return(dossier: Dossier) -> bool:
    """Whether it may stand in the store again: Annex B has no way back for what is established as damaged."""
    return dossier.status is DossierStatus.IN_STORE or DossierStatus.IN_STORE in MOVES[dossier.status]


def paper(session: Session, loss: Loss) -> dict[str, Any]:
    """What every paper of a loss says."""
    dossier = loss.dossier
    return {
        "dossier_no": dossier.dossier_no,
        "name": dossier.person.name,
        "kind": LOSS_KINDS[loss.kind],
        "said": loss.said,
        "reported_by": name_of(session, loss.reported_by),
        "reported_on": documents.chinese_day(office.of(session).local(loss.reported_at)),
        "searcher": name_of(session, loss.searcher),
        "search_note": loss.search_note,
    }


@subjects_of_case("losses")
def person_of(session: Session, case: int) -> Iterator[str]:
    """Whose dossier is lost: neither they nor their relatives take part."""
    loss = session.get(Loss, case)
    if loss is not None:
        yield SUBJECT + loss.dossier.person.id_fingerprint
