"""What must always hold of seals, whoever wrote the rows."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.dossier_tables import Dossier
from archive.seals.models import Seal
from archive.statuses import DossierStatus
from workflow.registry import fsck_check


@fsck_check("sealed_by_a_seal")
def _sealed(session: Session) -> Iterator[str]:
    """A dossier is sealed exactly while a seal placed by two lies on it, and is held by that seal's case."""
    on = select(Seal.dossier_id, Seal.case_id).where(Seal.sealed_at.is_not(None), Seal.lifted_at.is_(None)).subquery()
    asked = select(Dossier.dossier_no, Dossier.status, Dossier.held_by_case_id, on.c.case_id)
    asked = asked.outerjoin(on, on.c.dossier_id == Dossier.id)
    under = (Dossier.status == DossierStatus.SEALED) | on.c.case_id.is_not(None)
    for number, status, holder, case in session.execute(asked.where(under).order_by(Dossier.id)):
        if status is not DossierStatus.SEALED or case is None or holder != case:
            yield f"Dossier {number} is {status}, its seal is of case {case}, case {holder} holds it."
