"""A wrong certificate is made void by two people, with the reason; its number is never used again."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from archive import numbers, sight
from archive.answers import need, text
from archive.certificates.models import Certificate, CertificateStatus
from archive.dossier_tables import Dossier
from archive.refusals import wrong
from archive.scans import halved
from archive.steps import case_of
from workflow import cases, history, instances
from workflow.identity import User
from workflow.models import UserTask
from workflow.registry import Work, on_completion, service_task


def by_number(session: Session, number: str, seen: ColumnElement[bool] = sight.EVERYTHING) -> Certificate | None:
    """The certificate with this number, written in full or half width, of a dossier that is `seen`."""
    wanted = halved(number).replace(" ", "").replace("[", "〔").replace("]", "〕")
    asked = select(Certificate).join(Dossier).where(Certificate.number == wanted, seen)
    return session.scalars(asked).first()


@service_task("certificates.look_up")
def look_up(session: Session, work: Work) -> Mapping[str, Any]:
    """Which certificate is meant. Variables: certificate_no, void_reason. One of a dossier that who asks does not see
    is answered as one that does not exist."""
    case = case_of(session, work)
    seen = sight.known_to(session, sight.opener(session, case))
    certificate = by_number(session, text(work.variables, "certificate_no"), seen)
    if certificate is None:
        return {"void_known": False, "name": "", "kind_said": ""}
    number = certificate.number or ""
    cases.add_key(session, case, number)
    cases.rename(session, case, f"证明作废 {number}", case.opened_by)
    return {"void_known": True, "certificate_no": number, "name": certificate.dossier.person.name}


@on_completion("certificates.agree_void", anew=True)
def agree(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """Another agrees, or says why it stands."""
    if answers.get("void_decision") != "agree":
        return {"void_note": need(answers, "void_note", "Say why not.")}
    known = instances.variables(session, task.instance)
    require_sealed(session, str(known["certificate_no"]) if known["void_known"] else "")
    return {"void_by": user.name}


@service_task("certificates.void")
def void(session: Session, work: Work) -> None:
    """The number is void, for ever and with the reason. Safe to repeat."""
    certificate = by_number(session, text(work.variables, "certificate_no"))
    if certificate is None or certificate.status is not CertificateStatus.SEALED:
        return
    by, why = text(work.variables, "void_by"), text(work.variables, "void_reason")
    numbers.void(session, certificate.number or "", by, why)
    certificate.status, certificate.why = CertificateStatus.VOID, why
    history.record(session, certificate.case, by, "certificate_voided", number=certificate.number, reason=why)


def require_sealed(session: Session, number: str) -> Certificate:
    """The certificate that can be made void; raises Invalid beside `void_decision`."""
    found = by_number(session, number)
    if found is None or found.status is not CertificateStatus.SEALED:
        raise wrong("void_decision", "No certificate in force has this number.")
    return found
