"""B3 to B5: the pre-check, the opinion, the managing authority, the decision, and the papers of each. Which way a
request goes and who decides stands in bpmn/reading-approver.dmn."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from archive import documents, id_numbers, parameters, persons
from archive.answers import need, text
from archive.reading import kin, levels
from archive.reading.models import Mode, ReadingRequest, RequestStatus
from archive.reading.work import facts, request_of, scope
from archive.refusals import wrong
from archive.statuses import DossierStatus
from archive.steps import name_of
from workflow import history, office
from workflow.clock import now
from workflow.errors import Sentence, sentence
from workflow.identity import User
from workflow.models import UserTask
from workflow.registry import Work, on_completion, service_task


@on_completion("reading.pre_check", anew=True)
def pre_check(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """B3: passed, to be supplemented, or refused. Readers are compared with the relatives once more, whoever passes.
    Who decides follows from the record (archive.reading.levels); the checker may ask for a higher one."""
    request, result = request_of(session, task), answers.get("check_result")
    if answers.get("kin_id_no"):
        _note_kin(session, request, str(answers["kin_id_no"]), user)
        result = "refuse"
    if result == "supplement":
        request.status = RequestStatus.DRAFT
    if result == "pass":
        _require_readable(session, request)
    told = {"checker": user.display_name, "kin_id_no": None, "check_result": result, "decider": user.display_name}
    told |= {"refusal_note": text(answers, "check_note")} if result == "refuse" else {}
    return {**told, **levels.decided(session, request, answers)}


@on_completion("reading.opinion", anew=True)
def opinion(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """B4: what the section says; the leader decides, whatever it is."""
    need(answers, "opinion_note", "Say what you think of it.")
    return {"opinion_by": user.display_name}


@service_task("reading.petition")
def petition(session: Session, work: Work) -> Mapping[str, Any]:
    """B4h: the petition to the authority that manages the cadre."""
    request = request_of(session, work)
    issued = documents.issue(session, request.case, "reading_petition", facts(session, request), history.SYSTEM)
    return {"petition_no": issued.number}


@on_completion("reading.authority", anew=True)
def authority(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """B4h: what the managing authority has answered, with its paper."""
    if answers.get("authority_decision") == "refuse":
        need(answers, "refusal_note", "Say why it was refused.")
    return {"decider": user.display_name}


@on_completion("reading.decide", anew=True)
def decide(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """B5: approved, approved for a smaller scope, or refused. What is allowed lies within what was asked for."""
    request, decision = request_of(session, task), answers.get("decision")
    if decision == "refuse":
        return {
            "decider": user.display_name,
            "refusal_note": need(answers, "refusal_note", "Say why the reading is refused."),
        }
    if decision == "restrict":
        request.materials = _within(request, [int(each) for each in answers.get("allowed") or []])
    _require_readable(session, request)
    until = now() + timedelta(days=parameters.value(session, "approval_valid", case=request.case_id))
    request.approved_at, request.approved_by, request.valid_until = now(), user.name, until
    said = scope(session, request)
    return {"decider": user.display_name, "approved_by": user.name, "allowed_scope": said}


@service_task("reading.approve")
def approve(session: Session, work: Work) -> Mapping[str, Any]:
    """The approval is issued with its number (查（借）阅审批表); it holds for some days and once."""
    request, known = request_of(session, work), work.variables
    assert request.valid_until is not None
    until = office.of(session).local(request.valid_until)
    asked = ("checker", "check_note", "opinion_by", "opinion_note", "reply_no", "decider", "letter_no")
    said = {key: str(known.get(key) or "") for key in asked}
    signer = known.get("leader_name") or name_of(session, known.get("leader"))
    told = {**facts(session, request), **said, "leader": signer, "valid_until": documents.chinese_day(until)}
    issued = documents.issue(session, request.case, "reading_approval", told, str(known["approved_by"]))
    request.status, request.number = RequestStatus.APPROVED, issued.number
    mode = Mode.ROOM if request.mode is None else request.mode
    return {"approval_no": issued.number, "approval_until": request.valid_until.isoformat(), "mode": mode.value}


@service_task("reading.refuse")
def refuse(session: Session, work: Work) -> Mapping[str, Any]:
    """Refused: the unit is told, with the reason."""
    request = request_of(session, work)
    request.status, request.ended_at = RequestStatus.REFUSED, now()
    request.why = str(work.variables.get("refusal_note") or "")
    told = {**facts(session, request), "why": request.why, "decider": str(work.variables.get("decider") or "")}
    issued = documents.issue(session, request.case, "reading_refusal", told, history.SYSTEM)
    return {"refusal_document": issued.id}


def why_not_readable(session: Session, request: ReadingRequest) -> Sentence | None:
    """What stands against this request now: a reader of the family, or a dossier that is not in the store."""
    for each in request.readers:
        why = kin.why_not(session, request.dossier.person, each.name, each.id_fingerprint, each.login)
        if why is not None:
            return why
    dossier = request.dossier
    if dossier.status is DossierStatus.SEALED:
        return sentence("Dossier {number} is sealed by authority; nobody reads it.", number=dossier.dossier_no)
    if request.mode is not Mode.DIGITAL and dossier.status is not DossierStatus.IN_STORE:
        return sentence("Dossier {number} is not in the store now.", number=dossier.dossier_no)
    return None


def _require_readable(session: Session, request: ReadingRequest) -> None:
    why = why_not_readable(session, request)
    if why is not None:
        raise wrong("check_result", why.template, **why.facts)


def _note_kin(session: Session, request: ReadingRequest, id_no: str, user: User) -> None:
    """A pre-check found a relative among the readers: written down, so that they are refused ever after."""
    mark = persons.fingerprint(session, id_numbers.check(id_no, "kin_id_no"))
    reader = next((each for each in request.readers if each.id_fingerprint == mark), None)
    if reader is None:
        raise wrong("kin_id_no", "None of the readers has this ID number.")
    kin.note(session, request.dossier.person, reader.name, id_no, "", user.name)


def _within(request: ReadingRequest, allowed: list[int]) -> list[int]:
    if not allowed:
        raise wrong("allowed", "Choose at least one material.")
    if request.materials and not set(allowed) <= set(request.materials):
        raise wrong("allowed", "No more can be allowed than was asked for.")
    return allowed
