"""Into the folder by the shelf, then, with the dossier out of the store, into the catalogue, and back. What was
lacking and came is lacking no more; the new pages wait to be scanned."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from archive import custody, dossiers, storage
from archive.answers import check_label, need, text
from archive.custody import PlaceKind
from archive.loose.models import ChasedMaterial, LooseList, LoosePaper, PaperState
from archive.loose.work import list_of
from archive.losses import work as losses
from archive.materials import catalogue, states
from archive.materials.models import Material, MaterialState
from archive.materials.rows import Entry
from archive.materials.states import Act
from archive.refusals import wrong
from archive.statuses import ENDED, DigitStatus, DossierStatus
from workflow import history, instances
from workflow.clock import now
from workflow.identity import User
from workflow.models import UserTask
from workflow.registry import on_completion

AT_WORK = (DigitStatus.SCANNING, DigitStatus.CHECKING)  # a batch has it: the new pages come with the next one

NOT_TO_BE_FILED = {  # where nothing can be filed any more, and what the unit is told; not while a loss is looked into
    **dict.fromkeys(ENDED, "档案已转出，请将材料移交现管档单位"),
    DossierStatus.DAMAGED: "档案已损毁不能修复，请妥善保存材料，待通知后再移交",
    DossierStatus.MISSING: "档案查找未果，请妥善保存材料，待通知后再移交",
}


@on_completion("loose.put_in_folder")
def put_in_folder(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """The papers lie in the person's folder: its label is scanned, the papers are counted."""
    sent = list_of(session, task)
    check_label(sent.dossier, answers)
    due = len(_papers(sent))
    if int(answers["counted"]) != due:
        raise wrong("counted", "{count} papers are due by the list. Count again.", count=due)
    return {"scan_label": None}


@on_completion("loose.fetch")
def fetch(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """The dossier leaves the store for who files the papers, who signs; the papers join it. Raises Conflict when
    another case has it. `fetching` has_left: it left for another keeper meanwhile, or is beyond repair, or was not
    found; the papers go back to the unit, which is told what to do with them."""
    sent = list_of(session, task)
    if answers.get("fetching") == "has_left":
        return _give_back(session, sent, user)
    dossier, filer = sent.dossier, str((answers.get("receiver") or {}).get("by") or "")
    check_label(dossier, answers)
    dossiers.hold(session, dossier, sent.case)
    place, why = custody.place(PlaceKind.PERSON, filer), "loose materials are filed"
    storage.take_out(session, dossier, place, DossierStatus.SORTING, user.name, sent.case, why)
    _join(session, sent, filer)
    choices = [{"value": each, "label": each} for each in dossier.missing]
    told = {"fetching": "fetched", "filer": filer, "scan_label": None}
    return {**told, "missing_choices": choices, "any_missing": bool(choices)}


@on_completion("loose.file")
def file_papers(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """Every paper of the list stands in the catalogue with its class and pages. `obtained`: what was lacking and came
    with them."""
    sent = list_of(session, task)
    loose = [each.name for each in _materials(session, sent) if not _is_filed(each)]
    if loose:
        raise wrong(
            "filed", "These do not stand in the catalogue with class and pages yet: {names}.", names=_said(loose)
        )
    return {"obtained": list(answers.get("obtained") or [])}


@on_completion("loose.take_back")
def take_back(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """Label and position scanned: the dossier stands where it stood. It waits to be scanned, what came is obtained."""
    sent = list_of(session, task)
    dossier = sent.dossier
    check_label(dossier, answers)
    code = storage.code_of(need(answers, "scan_position", "Scan the barcode of the position."), "scan_position")
    home = storage.home(session, dossier)
    if code != home:
        raise wrong("scan_position", "The dossier's place is {home}, you scanned {code}.", home=home or "—", code=code)
    storage.shelve(session, dossier, code, user.name, sent.case, "loose materials were filed")
    _settle(session, sent, instances.variables(session, task.instance).get("obtained") or [], user.name)
    dossiers.let_go(session, dossier, sent.case)
    return {"scan_label": None, "scan_position": None}


@on_completion("loose.press")
def press(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> None:
    """The time allowed is over; the director has asked."""
    need(answers, "press_note", "Say what was answered.")


def obtained(session: Session, dossier_id: int, names: Sequence[str]) -> None:
    """What units were asked for has come."""
    asked = (ChasedMaterial.dossier_id == dossier_id, ChasedMaterial.name.in_(names))
    session.execute(
        update(ChasedMaterial).where(*asked, ChasedMaterial.obtained_at.is_(None)).values(obtained_at=now())
    )


def _give_back(session: Session, sent: LooseList, user: User) -> Mapping[str, Any]:
    dossier = sent.dossier
    why = NOT_TO_BE_FILED.get(dossier.status)
    if why is None or losses.open_of(session, dossier):
        raise wrong("fetching", "Dossier {number} is still kept here.", number=dossier.dossier_no)
    for each in _papers(sent):
        each.state, each.why = PaperState.REFUSED, why
    session.flush()  # a constraint speaks here
    return {"fetching": "has_left", "checker": user.name, "scan_label": None}


def _join(session: Session, sent: LooseList, by: str) -> None:
    """The papers of the folder are materials of the dossier from now on, loose until classed; it counts them."""
    dossier, act = sent.dossier, Act(by, sent.case, f"{sent.sender} 移交")
    papers = _papers(sent)
    fresh = states.take_in(session, dossier, map(_entry, papers), act, sent.handed_on)
    for each, material in zip(papers, fresh, strict=True):
        each.material_id = material.id
    listed = [catalogue.row_of(each) for each in catalogue.rows(session, dossier)]
    catalogue.save(session, dossier, listed, by, sent.case, act.why)


def _entry(sent: LoosePaper) -> Entry:
    return Entry("", sent.name, sent.formed, sent.pages, sent.note, sent.copy)


def _settle(session: Session, sent: LooseList, came: Sequence[str], by: str) -> None:
    dossier, told = sent.dossier, {}
    if came:
        told["missing"] = [each for each in dossier.missing if each not in came]
        obtained(session, dossier.id, came)
    if dossier.digit_status not in AT_WORK:
        told["digit_status"] = DigitStatus.QUEUED
    dossiers.update_facts(session, dossier, told, by, sent.case, "loose materials were filed")
    for each in _papers(sent):
        each.state = PaperState.FILED
    sent.ended_at = now()
    history.record(session, sent.case, by, "filed", dossier_no=dossier.dossier_no, obtained="、".join(came))


def _papers(sent: LooseList) -> list[LoosePaper]:
    return [each for each in sent.papers if each.state is PaperState.REGISTERED]


def _materials(session: Session, sent: LooseList) -> list[Material]:
    return [session.get_one(Material, each.material_id) for each in _papers(sent)]


def _is_filed(material: Material) -> bool:
    """In the catalogue with its pages, or judged there not to stay."""
    return material.state is not MaterialState.LOOSE and (
        material.pages > 0 or material.state is not MaterialState.KEPT
    )


def _said(names: Sequence[str]) -> str:
    return text({"names": "、".join(names[:5])}, "names") + ("…" if len(names) > 5 else "")
