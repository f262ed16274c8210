"""The gate: an open doubt stops an appointment and a transfer (TL18 ch. 5)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import dossiers, partial_dates
from archive.audit.items import BY_KEY
from archive.audit.models import Audit
from archive.dossier_tables import Dossier
from archive.persons import Person
from archive.statuses import AuditStatus, DossierKind
from workflow import office
from workflow.errors import Sentence, sentence


def stops_appointment(session: Session, person: Person, since: str) -> bool:
    """Whether the gate is closed to an appointment of this person from `since` (a partial date) on. What took effect
    before the dossier came here, or before its audit began, is a fact of the past and may be written down."""
    for dossier in dossiers.active_of(session, person):
        doubts = open_doubts(session, dossier) if dossier.kind is DossierKind.CADRE else []
        audit = _running(session, dossier)
        shut = audit.begun_at if audit else dossier.registered_at
        if doubts and partial_dates.last_day(since) >= office.of(session).local(shut).date():
            return True
    return False


def open_doubts(session: Session, dossier: Dossier) -> list[Sentence]:
    """What keeps the gate closed, as sentences; [] when it is open. A doubt is open until it is determined and the
    determination is filed; a dossier that came in, and papers frozen as suspicious, wait for an audit."""
    audit = _running(session, dossier)
    if audit is None:
        queued = dossier.audit_status is AuditStatus.QUEUED
        return [sentence("The special audit has not begun yet.")] if queued else []
    doubts = [each for each in audit.items if each.is_open]
    said = "The special audit doubts: {item}: {problem}"
    if doubts:
        return [sentence(said, item=BY_KEY[each.item].zh, problem=each.problem) for each in doubts]
    return [sentence("The special audit is not finished.")]


def _running(session: Session, dossier: Dossier) -> Audit | None:
    return session.scalars(select(Audit).where(Audit.dossier_id == dossier.id, Audit.ended_at.is_(None))).first()
