"""A scanning batch whose case ended before its time (cancelled, or stopped by a fault) is given up."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import dossiers
from archive.scanning.models import ENTERED, BatchStatus, ScanBatch, ScanDossier, ScanStatus
from archive.statuses import DigitStatus
from workflow import history
from workflow.registry import on_case_over

GOES_ON = (BatchStatus.OPEN, BatchStatus.STOPPED)  # not handed in yet


@on_case_over("scanning")
def end(session: Session, case_id: int) -> None:
    """Its dossiers may be scanned in another batch."""
    batch = session.scalars(select(ScanBatch).where(ScanBatch.case_id == case_id)).first()
    if batch is None or batch.status not in GOES_ON:
        return
    batch.status = BatchStatus.GIVEN_UP
    left = select(ScanDossier).where(ScanDossier.batch_id == batch.id, ScanDossier.status.in_(ENTERED))
    for entry in session.scalars(left.order_by(ScanDossier.id)).all():
        entry.status, entry.why = ScanStatus.FELL_OUT, "批次提前终止"
        if entry.dossier.digit_status is DigitStatus.SCANNING:
            facts = {"digit_status": DigitStatus.QUEUED}
            dossiers.update_facts(session, entry.dossier, facts, history.SYSTEM, batch.case, "batch given up")
