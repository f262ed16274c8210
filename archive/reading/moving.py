"""B6r, B6l and B9: the papers leave the store and come back to their place, counted and scanned both times."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from archive import custody, dossiers, storage
from archive.answers import check_label, need, text
from archive.custody import PlaceKind
from archive.losses import reporting
from archive.materials import catalogue
from archive.materials.models import PRESENT
from archive.reading import by_material, giving_back, lending
from archive.reading.loan_tables import Loan
from archive.reading.models import ReadingRequest, RequestStatus
from archive.reading.work import request_of
from archive.refusals import wrong
from archive.statuses import DossierStatus
from workflow.clock import now
from workflow.errors import NotFound
from workflow.identity import User
from workflow.models import UserTask
from workflow.registry import on_completion

ROOM = custody.place(PlaceKind.DESK, "reading")


@on_completion("reading.take_to_room")
def take_to_room(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """B6r: label scanned, pages counted with the readers; `handing` is `missing` when it is not there."""
    request = request_of(session, task)
    if answers.get("handing") == "missing":
        return _missing(session, request, user, answers)
    names = "、".join(each.name for each in request.readers)
    _take_out(session, request, user, answers, ROOM, {"away": False, "borrower": names})
    return {"handing": "handed_out", "scan_label": None, "has_copies": False}


@on_completion("reading.hand_out")
def hand_out(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """B6l: sealed and handed to one of the readers, until a day (parameter loan_days)."""
    request = request_of(session, task)
    if answers.get("handing") == "missing":
        return _missing(session, request, user, answers)
    borrower = text(answers, "borrower")
    if borrower not in {each.name for each in request.readers}:
        raise wrong("borrower", "{name} is none of the readers of this request.", name=borrower or "—")
    seal = need(answers, "seal_no", "Type the number of the seal.")
    due = lending.first_due(session, request.case_id)
    place = custody.place(PlaceKind.UNIT, f"{request.unit} {borrower}")
    more = {"away": True, "borrower": borrower, "seal_no": seal, "due_at": due}
    loan = _take_out(session, request, user, answers, place, more)
    lending.slip(session, loan, user, text(answers, "hand_note"))
    told = {"handing": "handed_out", "scan_label": None, "pages_out": loan.pages_out, "loan_key": str(loan.case_id)}
    return {**told, "returned": by_material.lent(session, request.dossier), **lending.ladder(session, loan)}


@on_completion("reading.put_back")
def put_back(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """B9: as many pages as went out, label and position scanned: it stands where it stood and nobody holds it."""
    request = request_of(session, task)
    loan, dossier = loan_of(session, request), request.dossier
    check_label(request.dossier, answers)
    counted = int(answers["pages_in"])
    if answers.get("put_back_result") == "differs":
        return giving_back.note_difference(session, loan, counted, answers)
    giving_back.refuse_other_count(loan, counted)
    code = storage.code_of(need(answers, "scan_position", "Scan the barcode of the position."), "scan_position")
    home = storage.home(session, dossier)
    if code != home:
        raise wrong("scan_position", "The dossier's place is {home}, you scanned {code}.", home=home or "—", code=code)
    storage.shelve(session, dossier, code, user.name, request.case, "put back")
    dossiers.let_go(session, dossier, request.case)
    loan.pages_back, loan.ended_at, loan.differs = counted, now(), False
    loan.returned_at = loan.returned_at or now()
    return {"put_back_result": "whole", "scan_label": None, "scan_position": None}


@on_completion("reading.result")
def result(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> None:
    """B9: what became of the reading. The request is over."""
    request = request_of(session, task)
    request.status, request.ended_at = RequestStatus.OVER, now()


@on_completion("reading.room")
def room(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """B7r: read in the room before an officer, telephones away."""
    return {"officer": user.display_name, "has_copies": bool(answers.get("has_copies"))}


def loan_of(session: Session, request: ReadingRequest) -> Loan:
    """The papers that are out for this request; raises NotFound."""
    found = session.get(Loan, request.case_id)
    if found is None:
        raise NotFound
    return found


def _take_out(
    session: Session, request: ReadingRequest, user: User, answers: Mapping[str, Any], place: str, more: dict[str, Any]
) -> Loan:
    """The dossier is held by this case alone and goes to `place`."""
    dossier, case = request.dossier, request.case
    check_label(request.dossier, answers)
    pages, counted = _pages_within(session, request), int(answers["pages_out"])
    if pages and counted != pages:
        raise wrong("pages_out", "The catalogue says {said}, you counted {counted}.", said=pages, counted=counted)
    dossiers.hold(session, dossier, case)
    storage.take_out(session, dossier, place, DossierStatus.LENT, user.name, case, "handed out to be read")
    loan = Loan(
        case_id=case.id,
        dossier_id=dossier.id,
        out_at=now(),
        out_by=user.name,
        volumes_out=int(answers["volumes_out"]),
        pages_out=counted,
        **more,
    )
    session.add(loan)
    session.flush()  # one at a time: the database says so
    return loan


def _pages_within(session: Session, request: ReadingRequest) -> int:
    """Pages by the catalogue; 0 when the dossier has none yet."""
    return sum(material.pages for material in catalogue.of(session, request.dossier, *PRESENT))


def _missing(session: Session, request: ReadingRequest, user: User, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Nobody finds it: it is missed. Where it has left meanwhile, or is missed already, only the request ends."""
    note = need(answers, "hand_note", "Say where you looked.")
    reporting.missed(session, request.dossier, request.case, note, user.name)
    return {"handing": "missing"}
