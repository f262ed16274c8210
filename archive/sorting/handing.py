"""S2 and S11: a dossier leaves the store and comes back. Both times its label is scanned and its pages are counted."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from archive import custody, documents, dossiers, storage
from archive.answers import check_label, need, text
from archive.custody import PlaceKind
from archive.dossier_tables import Dossier
from archive.losses import reporting
from archive.losses.models import LossKind
from archive.materials import catalogue
from archive.materials.models import PRESENT
from archive.refusals import wrong
from archive.sorting.models import Sorting
from archive.sorting.work import sorting_of
from archive.statuses import DossierStatus, SortStatus
from workflow.clock import now
from workflow.identity import User
from workflow.models import UserTask
from workflow.registry import on_completion


@on_completion("sorting.hand_out")
def hand_out(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """S2: label scanned, volumes and pages counted, the officer signs; `handing` is `missing` when it is not there."""
    sorting = sorting_of(session, task)
    dossier = sorting.dossier
    if answers.get("handing") == "missing":
        note = need(answers, "hand_note", "Say where you looked.")
        reporting.missed(session, dossier, sorting.case, note, user.name)
        sorting.ended_at = now()
        return {"handing": "missing"}
    check_label(dossier, answers)
    signed = answers.get("receiver") or {}
    if signed.get("by") != sorting.sorter:
        raise wrong("receiver", "The officer of this batch signs for the dossier.")
    dossiers.hold(session, dossier, sorting.case)
    place = custody.place(PlaceKind.PERSON, sorting.sorter)
    storage.take_out(session, dossier, place, DossierStatus.SORTING, user.name, sorting.case, "handed out to be sorted")
    facts = {"sort_status": SortStatus.SORTING, "volumes": answers.get("volumes_out")}
    dossiers.update_facts(session, dossier, facts, user.name, sorting.case, "handed out to be sorted")
    sorting.handed_out_at, sorting.volumes_out = now(), int(answers["volumes_out"])
    sorting.pages_out = int(answers["pages_out"])
    _slip(session, sorting, user, "出库整理", sorting.pages_out, text(answers, "hand_note"))
    return {"handing": "handed_out", "scan_label": None}


@on_completion("sorting.take_back")
def take_back(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """S11: as many pages as the catalogue says, label and position scanned: the dossier stands where it stood. What is
    not whole (`returning`: damaged or missing) becomes a matter of loss in the same moment."""
    sorting = sorting_of(session, task)
    dossier = sorting.dossier
    if answers.get("returning") in set(LossKind):
        return _lost(session, sorting, LossKind(answers["returning"]), user, answers)
    check_label(dossier, answers)
    code = storage.code_of(need(answers, "scan_position", "Scan the barcode of the position."), "scan_position")
    home = storage.home(session, dossier)
    if code != home:
        raise wrong("scan_position", "The dossier's place is {home}, you scanned {code}.", home=home or "—", code=code)
    pages, counted = pages_within(session, dossier), int(answers["pages_in"])
    if counted != pages:
        raise wrong("pages_in", "{pages} pages are due by the catalogue. Count again or give it back.", pages=pages)
    storage.shelve(session, dossier, code, user.name, sorting.case, "taken back sorted")
    facts = {"sort_status": SortStatus.SORTED}
    dossiers.update_facts(session, dossier, facts, user.name, sorting.case, "taken back sorted")
    dossiers.let_go(session, dossier, sorting.case)
    sorting.ended_at, sorting.pages_in = now(), counted
    _slip(session, sorting, user, "整理归还", counted, text(answers, "back_note"))
    return {"returning": "whole", "scan_label": None, "scan_position": None}


def _lost(
    session: Session, sorting: Sorting, kind: LossKind, user: User, answers: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Damaged or gone: the matter of the loss has it from now on; found or mended it is sorted anew."""
    note = need(answers, "back_note", "Say what is missing and what was done to find it.")
    if kind is LossKind.DAMAGED:
        check_label(sorting.dossier, answers)
    queued = {"sort_status": SortStatus.QUEUED}
    dossiers.update_facts(session, sorting.dossier, queued, user.name, sorting.case, "lost or damaged when sorted")
    reporting.come_upon(session, sorting.dossier, kind, sorting.case, note, user.name)
    sorting.ended_at = now()
    return {"returning": kind.value, "scan_label": None}


def pages_within(session: Session, dossier: Dossier) -> int:
    """The pages of all papers that lie in the dossier, also of those not in the catalogue."""
    return sum(material.pages for material in catalogue.of(session, dossier, *PRESENT))


def _slip(session: Session, sorting: Sorting, user: User, act: str, pages: int, note: str) -> None:
    """The hand-over slip (交接单), two copies on one sheet."""
    dossier = sorting.dossier
    facts = {
        "act": act,
        "batch_no": sorting.batch_no,
        "dossier_no": dossier.dossier_no,
        "name": dossier.person.name,
        "volumes": dossier.volumes,
        "pages": pages,
        "sorter": session.get_one(User, sorting.sorter).display_name,
        "keeper": user.display_name,
        "note": note,
    }
    documents.issue(session, sorting.case, "sorting_slip", facts, user.name)
