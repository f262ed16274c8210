"""A scanning batch whose case ended before its time (cancelled, or stopped by a fault) is given up, also while it is
accepted."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import dossiers
from archive.scanning.batches import RUNNING
from archive.scanning.models import ENTERED, BatchStatus, ScanBatch, ScanDossier, ScanStatus
from archive.statuses import DigitStatus
from workflow import history
from workflow.registry import on_case_over

AT_WORK = (DigitStatus.SCANNING, DigitStatus.CHECKING)


@on_case_over("scanning")
def end(session: Session, case_id: int) -> None:
    """Its dossiers may be scanned in another batch."""
    batch = session.scalars(select(ScanBatch).where(ScanBatch.case_id == case_id)).first()
    if batch is None or batch.status not in RUNNING:
        return
    batch.status = BatchStatus.GIVEN_UP
    there = select(ScanDossier).where(ScanDossier.batch_id == batch.id, ScanDossier.status != ScanStatus.FELL_OUT)
    for entry in session.scalars(there.order_by(ScanDossier.id)).all():
        if entry.status in ENTERED:
            entry.status, entry.why = ScanStatus.FELL_OUT, "批次提前终止"
        if entry.dossier.digit_status in AT_WORK:
            facts = {"digit_status": DigitStatus.QUEUED}  # whoever has its papers meanwhile
            dossiers.update_facts(
                session, entry.dossier, facts, history.SYSTEM, batch.case, "batch given up", beside=True
            )
