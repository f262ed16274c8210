"""I3 to I6: a letter is numbered and sent, its pack is recognised at the desk, and it is closed once."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import documents, id_numbers, numbers, parameters, qr_codes, vault
from archive.calendar import add_working_days, closing
from archive.dossier_tables import Dossier
from archive.packs.models import Pack
from archive.persons import Person
from archive.relations import SUBJECT
from archive.statuses import ENDED
from archive.steps import case_id
from archive.transfer import codes
from archive.transfer.keepers import Keeper
from archive.transfer.letter_tables import OPEN, Letter, LetterStatus
from workflow import history, messages, office
from workflow.clock import now
from workflow.documents import Picture
from workflow.errors import NotFound
from workflow.models import UserTask
from workflow.registry import Work, sends, service_task, subjects_of_case

STORED = sends("transfer.stored")
ASKED = sends("transfer.asked")
RECEIPT = sends("transfer.receipt")
ID_PURPOSE = "transfer.letter.id_no"
QR_WIDTH = 25  # millimetres


def letter_of(session: Session, step: UserTask | Work) -> Letter:
    """The letter of the step's case; raises NotFound when it has none."""
    found = session.get(Letter, case_id(step))
    if found is None:
        raise NotFound
    return found


@subjects_of_case("letters")
def person_of(session: Session, case: int) -> Iterator[str]:
    """Whose dossier is asked for: neither they nor their relatives take part."""
    letter = session.get(Letter, case)
    if letter is not None:
        yield SUBJECT + letter.id_fingerprint


def open_letter(session: Session, fingerprint: str) -> Letter | None:
    """The open letter for the person with this fingerprint."""
    return session.scalars(select(Letter).where(Letter.id_fingerprint == fingerprint, Letter.status.in_(OPEN))).first()


def facts(session: Session, letter: Letter) -> dict[str, Any]:
    """What every paper of a letter says. The letter itself shows the whole ID number: the keeper looks by it."""
    keeper, receiver = letter.keeper, session.get(Keeper, letter.receiver_code)
    name = receiver.name if receiver else office.of(session).settings.office_name
    return {
        "signing_office": name,
        "to": keeper.name,
        "address": keeper.address,
        "post_code": keeper.post_code,
        "phone": keeper.phone,
        "name": letter.name,
        "id_no": vault.open_(session, letter.id_sealed, ID_PURPOSE),
        "id_masked": id_numbers.mask(vault.open_(session, letter.id_sealed, ID_PURPOSE)),
        "kind": "干部人事档案" if letter.cadre else "流动人员人事档案",
        "title": "商调函" if letter.cadre else "调档函",
        "channel": "机要或专人" if letter.guarded else "机要、EMS 或专人",
        "receiver": name,
        "receiver_address": receiver.address if receiver else "",
        "reason": letter.reason,
        "letter_no": letter.number or "",
        "notice_no": letter.notice_no,
    }


def issue(session: Session, letter: Letter, kind: str, by: str, number: str | None = None, **more: Any) -> None:
    """A paper of the letter's case."""
    documents.issue(session, letter.case, kind, {**facts(session, letter), **more}, by, number)


@service_task("transfer.issue_letter")
def issue_letter(session: Session, work: Work) -> Mapping[str, Any]:
    """I3: numbered, with its QR code, stub and label. To an office of this house it goes by message."""
    letter, by = letter_of(session, work), str(work.variables.get("letter_approved_by") or history.SYSTEM)
    if letter.number:
        numbers.void(session, letter.number, by, "重新发函")
    number = numbers.issue(session, "recall", f"letter of {letter.case.business_key}")
    letter.number, letter.issued_at, letter.status = number, now(), LetterStatus.ISSUED
    qr = Picture(qr_codes.png(codes.of_letter(number)), QR_WIDTH)
    issue(session, letter, "recall_letter", by, number, qr=qr)
    inside = letter.keeper.inside
    told = {"letter_no": number, "inside": inside}
    return {**told, **(send(session, letter, by) if inside else {})}


def send(session: Session, letter: Letter, by: str) -> dict[str, Any]:
    """The letter is on its way: when the keeper is reminded, telephoned, and the letter looked at anew."""
    letter.sent_at, letter.status = now(), LetterStatus.SENT
    if letter.keeper.inside:
        _ask_inside(session, letter)
    history.record(session, letter.case, by, "letter_sent", number=letter.number)
    return waiting(session, letter)


def waiting(session: Session, letter: Letter) -> dict[str, Any]:
    """The variables of the wait for its pack, from now on."""
    steps = {"remind_at": "letter_remind", "phone_at": "letter_phone", "close_at": "letter_close"}
    return {name: _after(session, letter, now(), key).isoformat() for name, key in steps.items()}


def _after(session: Session, letter: Letter, start: datetime, key: str) -> datetime:
    days = parameters.value(session, key, case=letter.case_id)
    return closing(session, add_working_days(session, office.of(session).local(start).date(), days))


def _ask_inside(session: Session, letter: Letter) -> None:
    """The office that keeps the dossier begins its transfer out by this message."""
    dossier = kept_inside(session, letter)
    if dossier is None:
        return
    day = office.of(session).today().isoformat()
    told = {
        "dossier_no": dossier.dossier_no,
        "applicant": "authority",
        "papers": ["letter"],
        "keeper": letter.receiver_code,
        "letter_no": letter.number,
        "letter_date": day,
        "letter_persons": 1,
        "reason": letter.reason,
    }
    messages.receive(session, ASKED, str(letter.number), told, f"asked:{letter.number}")


def kept_inside(session: Session, letter: Letter) -> Dossier | None:
    """The dossier the letter asks an office of this house for."""
    return dossier_at(session, letter.id_fingerprint, letter.keeper_code)


def dossier_at(session: Session, fingerprint: str, keeper: str) -> Dossier | None:
    """The active dossier of the person with this fingerprint at a keeper of this house."""
    from_person = select(Dossier).join(Dossier.person).where(Dossier.keeper_code == keeper)
    query = from_person.where(Person.id_fingerprint == fingerprint, Dossier.status.not_in(ENDED))
    return session.scalars(query.order_by(Dossier.id.desc())).first()


def recognise(session: Session, pack: Pack, fingerprint: str, by: str) -> Letter | None:
    """I5: a pack opened at the desk is the one a letter waits for: by its person. The letter's pack from now on."""
    letter = open_letter(session, fingerprint)
    if letter is None or letter.cadre or letter.pack_id not in (None, pack.id):
        return None
    letter.pack_id, letter.status = pack.id, LetterStatus.ARRIVED
    letter.arrived_at = letter.arrived_at or now()
    history.record(session, letter.case, by, "letter_answered", number=letter.number, tracking_no=pack.tracking_no)
    return letter


def stored(session: Session, pack: Pack, dossier: Dossier) -> None:
    """I6: the recognised pack's dossier is on the shelf; the letter's process goes on."""
    letter = session.scalars(select(Letter).where(Letter.pack_id == pack.id, Letter.status.in_(OPEN))).first()
    if letter is not None:
        told = {"dossier_no": dossier.dossier_no, "by_desk": True}
        messages.receive(session, STORED, str(letter.number), told, f"stored:{letter.number}")
