"""A seal is asked for with the document that orders it, agreed to by another, and placed by who keeps the store."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from archive import dossiers
from archive.answers import check_label, need, text
from archive.dossier_tables import Dossier
from archive.reading import closing
from archive.refusals import wrong
from archive.seals.models import Seal
from archive.seals.work import seal_of
from archive.statuses import DossierStatus
from archive.steps import case_of
from workflow import cases, office
from workflow.clock import now
from workflow.errors import NotFound
from workflow.identity import User
from workflow.models import Case, UserTask
from workflow.registry import Work, on_completion, service_task


@service_task("seal.take_up")
def take_up(session: Session, work: Work) -> Mapping[str, Any]:
    """From the request on this case holds the dossier: nothing else is done with it.

    Variables: dossier_no, issuer, number, dated, why. Returns seal_refused: why it cannot be sealed now ("" when it
    can)."""
    case, known = case_of(session, work), work.variables
    try:
        dossier = dossiers.by_no(session, str(known["dossier_no"]))
    except NotFound as refused:
        return {"seal_refused": str(refused.sentence)}
    told = {"dossier_no": dossier.dossier_no, "name": dossier.person.name}
    if session.get(Seal, case.id) is None:
        refused = _refused(session, dossier) or _refused_document(session, known)
        if refused:
            return told | {"seal_refused": refused}
        _begin(session, dossier, case, known)
    return told | {"seal_refused": ""}


@on_completion("seal.agree", anew=True)
def agree(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """Another person has looked at the document. `seal_decision`: agree, or refuse with the reason, which ends it."""
    seal = seal_of(session, task)
    if answers.get("seal_decision") == "refuse":
        need(answers, "seal_note", "Say why it is not sealed.")
        seal.agreed_by = None
        seal.ended_at = now()
        dossiers.let_go(session, seal.dossier, seal.case)
        return {"seal_decision": "refuse"}
    if user.name == seal.asked_by:
        raise wrong("seal_decision", "Another person than who asked for the seal agrees to it.")
    seal.agreed_by = user.name
    return {"seal_decision": "agree"}


@on_completion("seal.place")
def place(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """Label scanned, sealed: it stays on its place, and nobody reads it on the screen any more."""
    seal = seal_of(session, task)
    check_label(seal.dossier, answers)
    why = f"sealed: {seal.issuer} {seal.number}"
    dossiers.change_status(session, seal.dossier, DossierStatus.SEALED, user.name, seal.case, why)
    closing.withdraw_all(session, seal.dossier, f"档案封存：{seal.issuer} {seal.number}")
    seal.sealed_at, seal.sealed_by = now(), user.name
    return {"scan_label": None}


def document_day(session: Session, said: Any) -> date:
    """The day of a document; raises ValueError when it is none, or lies ahead."""
    day = date.fromisoformat(str(said))
    if day > office.of(session).today():
        raise ValueError(said)
    return day


def _refused(session: Session, dossier: Dossier) -> str:
    if dossier.held_by_case_id is not None:
        title = session.get_one(Case, dossier.held_by_case_id).title
        return f"档案由另一事项持有：{title}。请先收回入库，再行封存。"
    if dossier.status is not DossierStatus.IN_STORE:
        return "档案现不在库架上，不能封存。"
    return ""


def _refused_document(session: Session, known: Mapping[str, Any]) -> str:
    if not text(known, "issuer") or not text(known, "number"):
        return "请写明封存文书的制发机关和文号。"
    try:
        document_day(session, known.get("dated"))
    except ValueError:
        return "封存文书的日期有误。"
    return ""


def _begin(session: Session, dossier: Dossier, case: Case, known: Mapping[str, Any]) -> None:
    by = str(known.get("initiator") or case.opened_by)
    document = {"issuer": text(known, "issuer"), "number": text(known, "number")}
    day = document_day(session, known.get("dated"))
    seal = Seal(case_id=case.id, dossier_id=dossier.id, dated=day, why=text(known, "why"), **document)
    seal.asked_by, seal.asked_at = by, now()
    dossiers.hold(session, dossier, case)
    session.add(seal)
    session.flush()  # its first step asks for it
    cases.add_key(session, case, dossier.dossier_no)
    cases.rename(session, case, f"封存 {dossier.dossier_no} {dossier.person.name}", by)
