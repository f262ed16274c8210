"""An audit whose case ended before its time (cancelled, or stopped by a fault) is over; its open doubts wait for the
next one."""

from sqlalchemy.orm import Session

from archive import dossiers
from archive.audit.models import Audit
from archive.statuses import AuditStatus
from workflow import history
from workflow.clock import now
from workflow.errors import Sentence, sentence
from workflow.registry import before_ending, on_case_over


@before_ending("audit")
def determined(session: Session, case_id: int) -> Sentence | None:
    """What the leaders have determined is to be filed."""
    audit = session.get(Audit, case_id)
    if audit is None or audit.ended_at is not None or audit.decided_at is None:
        return None
    return sentence("The audit of dossier {number} is determined: file it first.", number=audit.dossier.dossier_no)


@on_case_over("audit")
def end(session: Session, case_id: int) -> None:
    """Another audit may begin; the gate stays closed while a doubt is open."""
    audit = session.get(Audit, case_id)
    if audit is None or audit.ended_at is not None or audit.decided_at is not None:
        return
    audit.ended_at = now()
    if audit.dossier.audit_status is AuditStatus.AUDITING:
        doubted = any(each.is_open for each in audit.items)
        told = {"audit_status": AuditStatus.QUEUED if doubted else AuditStatus.NONE}
        why = "the audit ended early"
        dossiers.update_facts(session, audit.dossier, told, history.SYSTEM, audit.case, why, beside=True)
