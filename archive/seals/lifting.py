"""A seal is lifted by a document of the authority, agreed to by another, and the dossier is scanned on its place."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from archive import dossiers, storage
from archive.answers import check_label, need
from archive.refusals import wrong
from archive.seals.placing import document_day
from archive.seals.work import seal_of
from workflow.clock import now
from workflow.identity import User
from workflow.models import UserTask
from workflow.registry import on_completion


@on_completion("seal.lift", anew=True)
def lift(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """The document that lifts it: its issuer, number and day, not before the seal's own."""
    seal = seal_of(session, task)
    issuer = need(answers, "lift_issuer", "Say who issued the document.")
    number = need(answers, "lift_number", "Say the number of the document.")
    try:
        day = document_day(session, answers.get("lift_dated"))
    except ValueError:
        raise wrong("lift_dated", "This is no day of a document issued until today.") from None
    if day < seal.dated:
        raise wrong("lift_dated", "The seal was ordered on {day}; it is not lifted before.", day=seal.dated.isoformat())
    seal.lift_issuer, seal.lift_number, seal.lift_dated = issuer, number, day
    seal.lift_asked_by, seal.lift_agreed_by = user.name, None
    return {"lift_decision": ""}


@on_completion("seal.agree_lift", anew=True)
def agree_lift(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """Another has looked at that document. `lift_decision`: agree, or refuse with the reason: it stays sealed."""
    seal = seal_of(session, task)
    if answers.get("lift_decision") == "refuse":
        need(answers, "lift_note", "Say why it stays sealed.")
        seal.lift_agreed_by = None
        return {"lift_decision": "refuse"}
    if user.name == seal.lift_asked_by:
        raise wrong("lift_decision", "Another person than who brought the document agrees to lifting the seal.")
    seal.lift_agreed_by = user.name
    return {"lift_decision": "agree"}


@on_completion("seal.open")
def open_(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """Label and position scanned: it is in store again, and free for other cases."""
    seal = seal_of(session, task)
    check_label(seal.dossier, answers)
    code = storage.code_of(need(answers, "scan_position", "Scan the barcode of the position."), "scan_position")
    home = storage.home(session, seal.dossier)
    if home is not None and code != home:
        raise wrong("scan_position", "The dossier's place is {home}, you scanned {code}.", home=home, code=code)
    seal.lifted_at = seal.ended_at = now()
    why = f"seal lifted: {seal.lift_issuer} {seal.lift_number}"
    storage.shelve(session, seal.dossier, code, user.name, seal.case, why)
    dossiers.let_go(session, seal.dossier, seal.case)
    return {"scan_label": None, "scan_position": None}
