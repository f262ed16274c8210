"""Drafted by one, reviewed by another, numbered and given a check code, sealed and handed over; or refused."""

import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from archive import documents, numbers, parameters, persons, qr_codes, vault
from archive.answers import need, text
from archive.certificates.kinds import RULES
from archive.certificates.models import Certificate, CertificateStatus
from archive.certificates.work import certificate_of, paper, rows
from archive.steps import name_of
from workflow import history
from workflow.clock import now
from workflow.documents import Picture
from workflow.identity import User
from workflow.models import UserTask
from workflow.registry import Work, on_completion, service_task

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without those taken for another
CODE_LENGTH = 8
CHECK_PURPOSE = "certificates.check_code"
QR_WIDTH = 26  # millimetres


@on_completion("certificates.draft", anew=True)
def draft(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """To whom the paper is addressed; what it says follows from the facts."""
    return {"addressee": need(answers, "addressee", "Say to whom it is addressed.")}


@on_completion("certificates.review", anew=True)
def review(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """Another compares every fact with its material: passed, or back with what is wrong."""
    if answers.get("review_result") == "back":
        return {"review_note": need(answers, "review_note", "Say what is wrong."), "search_result": None}
    return {"reviewer": user.name, "review_note": ""}


@service_task("certificates.issue", only_once=True)
def issue(session: Session, work: Work) -> Mapping[str, Any]:
    """The paper gets its number, its check code and the QR code of the page that verifies it. Nobody may rely on it
    before it is sealed."""
    certificate, known = certificate_of(session, work), work.variables
    number = numbers.issue(session, "certificate", f"certificate of {certificate.case.business_key}")
    code = "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))
    said = _said(session, certificate, known) | {"check_code": code, "qr": _qr(session, number, code)}
    issued = documents.issue(session, certificate.case, "certificate", said, str(known["reviewer"]), number)
    certificate.status, certificate.number, certificate.numbered_at = CertificateStatus.NUMBERED, number, now()
    certificate.check_mark = mark(session, number, code)
    return {"certificate_no": number, "certificate_document": issued.id}


@on_completion("certificates.seal")
def seal(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """Sealed and handed over: from now on it is genuine."""
    certificate = certificate_of(session, task)
    taker = need(answers, "handed_to", "Say who took it.")
    certificate.status, certificate.sealed_at, certificate.sealed_by = CertificateStatus.SEALED, now(), user.name
    certificate.ended_at = now()
    number = certificate.number or ""
    history.record(session, certificate.case, user.name, "certified", number=number, handed_to=taker)
    return {"handed_to": taker}


@service_task("certificates.refuse")
def refuse(session: Session, work: Work) -> Mapping[str, Any]:
    """Refused: the applicant gets a notice that says why."""
    certificate = certificate_of(session, work)
    if certificate.status is CertificateStatus.ASKED:
        why = text(work.variables, "refusal_note") or "逾期未补充所缺材料"
        certificate.status, certificate.ended_at, certificate.why = CertificateStatus.REFUSED, now(), why
    told = paper(certificate) | {"why": certificate.why}
    return {
        "refusal_document": documents.issue(session, certificate.case, "certificate_refusal", told, history.SYSTEM).id
    }


def mark(session: Session, number: str, code: str) -> str:
    """The keyed fingerprint a check code is compared by; it belongs to this number alone."""
    return vault.fingerprint(session, f"{number} {code}", CHECK_PURPOSE)


def _said(session: Session, certificate: Certificate, known: Mapping[str, Any]) -> dict[str, Any]:
    assert certificate.kind is not None
    return paper(certificate) | {
        "id_no": persons.id_no(session, certificate.dossier.person),  # the paper is for one entitled person
        "opening": RULES[certificate.kind].opening,
        "addressee": text(known, "addressee"),
        "rows": rows(certificate),
        "drafter": name_of(session, known.get("searcher")),
        "reviewer": name_of(session, known.get("reviewer")),
    }


def _qr(session: Session, number: str, code: str) -> Picture:
    """The page's address with number and code; without a public address, number and code alone."""
    address = str(parameters.value(session, "public_address")).rstrip("/")
    asked = f"{address}/certificates/verification?number={number}&code={code}" if address else f"{number} {code}"
    return Picture(qr_codes.png(asked), QR_WIDTH)
