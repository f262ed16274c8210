"""B1 and B2: who asks for whose dossier. What is wrong with a reader or a letter is said beside the row or field."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import dossiers
from archive.answers import need, text
from archive.images import pages
from archive.images.demands import ImageKind
from archive.reading import letters, levels, purposes, readers
from archive.reading.models import READING_LABELS, Mode, ReadingRequest, RequestStatus, ShutUnit
from archive.reading.purposes import PURPOSE_LABELS, Purpose
from archive.reading.work import ZH, materials_of, readers_said, request_of, scope
from archive.refusals import wrong
from archive.scans import halved
from workflow import cases
from workflow.clock import now
from workflow.errors import NotFound
from workflow.identity import User
from workflow.models import Case, UserTask
from workflow.registry import Work, on_completion, service_task

Row = Mapping[str, Any]


@service_task("reading.take_up")
def take_up(session: Session, work: Work) -> Mapping[str, Any]:
    """The request begins: whose dossier it is about. Variables: dossier_no, initiator."""
    if work.instance is None:
        raise NotFound
    case = session.get_one(Case, work.instance.case_id)
    dossier = dossiers.by_no(session, str(work.variables["dossier_no"]))
    if session.get(ReadingRequest, case.id) is None:
        session.add(ReadingRequest(case_id=case.id, dossier_id=dossier.id, asked_at=now(), asked_by=case.opened_by))
        session.flush()  # its first step asks for it
        cases.add_key(session, case, dossier.dossier_no)
        cases.rename(session, case, f"查借阅 {dossier.dossier_no} {dossier.person.name}", case.opened_by)
    person = dossier.person
    return {
        "dossier_id": dossier.id,
        "dossier_no": dossier.dossier_no,
        "name": person.name,
        "unit": "",
        "volumes": dossier.volumes,
        "rank_said": person.rank,
        "level_said": person.admin_level,
    }


@on_completion("reading.request", anew=True)
def ask(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """B1: the form is filled in, the first time or supplemented. ID numbers are not kept in the process.

    Raises Invalid naming the reader (`readers.1.id_no`), the letter or the field.
    """
    request = request_of(session, task)
    purpose, mode = _purpose(session, request, answers), Mode(answers["mode"])
    unit = normalised_unit(need(answers, "unit", "Say which unit asks."))
    _refuse_shut(session, unit)
    readers.take(session, request, answers.get("readers") or [], mode)
    _take_signer(request, answers)
    chosen = answers.get("materials") if answers.get("scope") == "chosen" else []
    request.materials = [int(each) for each in chosen or []]
    request.unit, request.phone, request.purpose, request.mode = unit, text(answers, "phone"), purpose, mode
    request.reason, request.shielded = text(answers, "reason"), purposes.is_shielded(purpose)
    letter = need(answers, "letter_no", "Type the number of the letter.")
    letters.take(session, request, letter, int(answers.get("letter_persons") or 1))
    if mode is Mode.DIGITAL:
        _require_images(session, request)
    request.status = RequestStatus.ASKED
    session.flush()  # constraints speak here
    told = {"readers": readers_said(request), "unit": unit, "check_result": None}
    told |= {**_said(session, request), **levels.said(session, request)}
    return {**told, "leader": answers.get("leader") or None}


@on_completion("reading.sign", anew=True)
def sign(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """B2: the leader of the unit agrees with their signature, or not."""
    if answers.get("leader_decision") != "agree":
        return {"leader_decision": "decline", "refusal_note": need(answers, "leader_note", "Say why not.")}
    return {"leader_decision": "agree", "leader_name": user.display_name}


@on_completion("reading.sealed", anew=True)
def sealed(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """B2 on paper: the form as signed and sealed by the unit. No reader signs for the unit."""
    request, signer = request_of(session, task), text(answers, "leader_name")
    if signer in {each.name for each in request.readers}:
        raise wrong("leader_name", "{name} is to read; the unit's leader is somebody else.", name=signer)
    return {"leader_decision": answers.get("leader_decision"), "refusal_note": "单位未同意"}


@service_task("reading.drop")
def drop(session: Session, work: Work) -> None:
    """The unit did not agree, or the dossier is not in its place: the request ends without a reading."""
    request = request_of(session, work)
    request.status, request.ended_at = RequestStatus.REFUSED, now()
    request.why = str(work.variables.get("refusal_note") or work.variables.get("hand_note") or "")


@service_task("reading.lapse")
def lapse(session: Session, work: Work) -> None:
    """Not supplemented, or the approval was not used in time."""
    request = request_of(session, work)
    request.status, request.ended_at = RequestStatus.LAPSED, now()


def normalised_unit(name: str) -> str:
    """A unit's name as requests are compared by."""
    return halved(name)[:200]


def _purpose(session: Session, request: ReadingRequest, answers: Row) -> Purpose:
    given = text(answers, "purpose")
    if given not in purposes.offered(session, request.case_id):
        raise wrong("purpose", "Dossiers are read for the purposes of the list only.")
    return Purpose(given)


def _refuse_shut(session: Session, unit: str) -> None:
    shut = select(ShutUnit).where(ShutUnit.unit == unit, ShutUnit.lifted_at.is_(None))
    if session.scalars(shut).first() is not None:
        raise wrong("unit", "{unit} may not read until a difference in what it gave back is settled.", unit=unit)


def _take_signer(request: ReadingRequest, answers: Row) -> None:
    leader = answers.get("leader")
    if answers.get("signing") != "upload" and leader in {each.login for each in request.readers if each.login}:
        raise wrong("leader", "The unit's leader is none of the readers.")


def _require_images(session: Session, request: ReadingRequest) -> None:
    for material in materials_of(session, request):
        if pages.of(session, material, ImageKind.OPTIMISED):
            return
    raise wrong("mode", "There are no page images of what is asked for; choose another way to read.")


def _said(session: Session, request: ReadingRequest) -> dict[str, Any]:
    purpose, mode = request.purpose, request.mode
    assert purpose is not None and mode is not None
    said = scope(session, request)
    english = {"said_purpose_en": PURPOSE_LABELS[purpose], "said_mode_en": READING_LABELS[mode]}
    english["said_scope_en"] = said if request.materials else "the whole dossier"
    return {"said_purpose": ZH[purpose], "said_mode": ZH[mode], "said_scope": said, **english}
