"""The gate: an open doubt stops an appointment and a transfer (TL18 ch. 5)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.audit.items import BY_KEY
from archive.audit.models import Audit
from archive.dossier_tables import Dossier
from archive.statuses import AuditStatus
from workflow.errors import Sentence, sentence


def open_doubts(session: Session, dossier: Dossier) -> list[Sentence]:
    """What keeps the gate closed, as sentences; [] when it is open. A doubt is open until it is determined and the
    determination is filed; papers frozen as suspicious wait for an audit."""
    running = select(Audit).where(Audit.dossier_id == dossier.id, Audit.ended_at.is_(None))
    audit = session.scalars(running).first()
    if audit is None:
        queued = dossier.audit_status is AuditStatus.QUEUED
        return [sentence("Suspicious papers wait for the special audit.")] if queued else []
    doubts = [each for each in audit.items if each.is_open]
    said = "The special audit doubts: {item}: {problem}"
    if doubts:
        return [sentence(said, item=BY_KEY[each.item].zh, problem=each.problem) for each in doubts]
    return [sentence("The special audit is not finished.")]
