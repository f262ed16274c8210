"""O4 to O6: the dossier is pulled, counted against its catalogue, its audit problems are listed, and it is approved."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from archive import custody, storage
from archive.answers import check_label, need, text
from archive.custody import PlaceKind
from archive.losses import reporting
from archive.losses.models import LossKind
from archive.materials import catalogue
from archive.materials.models import PRESENT, MaterialState
from archive.refusals import wrong
from archive.statuses import DossierStatus
from archive.transfer.models import Transfer, TransferStatus
from archive.transfer.work import issue, transfer_of
from workflow.clock import now
from workflow.identity import User
from workflow.models import UserTask
from workflow.registry import on_completion


@on_completion("transfer.prepare", anew=True)
def prepare(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """O4: label scanned, pages counted: catalogue and paper agree, no loose paper is left. `handing`: ready, missing.

    Raises Invalid beside `scan_label` or `pages_out`."""
    transfer = transfer_of(session, task)
    dossier = transfer.dossier
    if answers.get("handing") == "missing":
        note = need(answers, "hand_note", "Say where you looked.")
        if dossier.status is DossierStatus.LEAVING:
            raise wrong("handing", "The dossier was pulled already.")
        reporting.come_upon(session, dossier, LossKind.MISSING, transfer.case, note, user.name)
        return {"handing": "missing", "cancel_note": note, "hand_note": note}
    check_label(dossier, answers)
    _count(session, transfer, int(answers["pages_out"]), int(answers["volumes_out"]))
    if dossier.status is not DossierStatus.LEAVING:
        place = custody.place(PlaceKind.PERSON, user.name)
        why = "pulled to be transferred"
        storage.take_out(session, dossier, place, DossierStatus.LEAVING, user.name, transfer.case, why)
    transfer.status = TransferStatus.READY
    told = {"materials": transfer.materials, "pages": transfer.pages, "list": lines(session, transfer)}
    return {"handing": "ready", "scan_label": None, **told}


def lines(session: Session, transfer: Transfer) -> list[dict[str, Any]]:
    """The materials as their list says them."""
    return [
        {"place": f"{each.code}-{each.seq}", "name": each.name, "formed": each.formed, "pages": each.pages}
        for each in catalogue.of(session, transfer.dossier, MaterialState.KEPT)
    ]


def _count(session: Session, transfer: Transfer, pages: int, volumes: int) -> None:
    dossier = transfer.dossier
    if loose := catalogue.of(session, dossier, MaterialState.LOOSE):
        said = (
            "{count} papers are not in the catalogue yet, first {name}. Bring it up to date before the dossier leaves."
        )
        raise wrong("pages_out", said, count=len(loose), name=loose[0].name)
    within = catalogue.of(session, dossier, *PRESENT)
    due = sum(each.pages for each in within)
    if within and pages != due:
        raise wrong("pages_out", "The catalogue says {said}, you counted {counted}.", said=due, counted=pages)
    if volumes != dossier.volumes:
        raise wrong(
            "volumes_out",
            "The record says {said} volumes, you counted {counted}.",
            said=dossier.volumes,
            counted=volumes,
        )
    transfer.materials, transfer.pages = len(within), pages


@on_completion("transfer.settle_audit", anew=True)
def settle_audit(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """O5, cadres: audit problems are settled, or listed in the hand-over sheet (干部档案交接单, three copies)."""
    transfer = transfer_of(session, task)
    if answers.get("audit_result") == "listed":
        transfer.audit_note = need(answers, "audit_note", "List the problems and how each was decided.")
    else:
        transfer.audit_note = text(answers, "audit_note") or "无"
    issue(session, transfer, "transfer_sheet", user.name, result=answers.get("audit_result"))
    return {"audit_note": transfer.audit_note}


@on_completion("transfer.approve", anew=True)
def approve(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """O6: approved with a signature, back with a reason, or given up."""
    transfer = transfer_of(session, task)
    decision = answers.get("decision")
    if decision == "approve":
        transfer.approved_at, transfer.approved_by = now(), user.name
        return {"decision": "approve", "approved_by": user.name, "decision_note": None}
    note = need(answers, "decision_note", "Say why.")
    return {"decision": decision, "decision_note": note, "cancel_note": note}


@on_completion("transfer.press", anew=True)
def press(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> None:
    """The days of the rule are over: the director says what is to be done."""
    need(answers, "press_note", "Say what is to be done.")


@on_completion("transfer.put_back")
def put_back(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """A cancelled transfer's dossier returns to its own place: label and position scanned."""
    shelve_again(session, transfer_of(session, task), user, answers, "transfer cancelled")
    return {"scan_label": None, "scan_position": None}


def shelve_again(session: Session, transfer: Transfer, user: User, answers: Mapping[str, Any], why: str) -> None:
    """On its shelf again; where it still has a home, there and nowhere else."""
    dossier = transfer.dossier
    check_label(dossier, answers)
    code = storage.code_of(need(answers, "scan_position", "Scan the barcode of the position."), "scan_position")
    home = storage.home(session, dossier)
    if home is not None and code != home:
        raise wrong("scan_position", "The dossier's place is {home}, you scanned {code}.", home=home, code=code)
    storage.shelve(session, dossier, code, user.name, transfer.case, why)
