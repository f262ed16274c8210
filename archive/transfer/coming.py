"""I1, I2 and J1 to J7: who applies for a dossier to come, what arrives, what differs, and its place on the shelf."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import calendar, custody, id_numbers, parameters, persons, sight, vault
from archive import keepers as kept_elsewhere
from archive.answers import need, text
from archive.custody import PlaceKind
from archive.dossier_tables import GUARDED, Dossier
from archive.refusals import wrong
from archive.scans import normalise
from archive.statuses import Channel
from archive.transfer import codes, deadlines, keepers
from archive.transfer.keepers import Keeper
from archive.transfer.letter_tables import Letter, LetterStatus
from archive.transfer.letters import ID_PURPOSE, dossier_at, issue, kept_inside, letter_of, open_letter, send, waiting
from archive.transfer.models import ALLOWED, Dispatch, Transfer
from archive.transfer.sending import second
from workflow import cases, history, instances, office
from workflow.clock import now
from workflow.errors import Conflict, NotAllowed
from workflow.identity import User
from workflow.models import Case, UserTask
from workflow.registry import Work, on_completion, service_task

PAPERS = {
    "identity": "身份证明",
    "work": "劳动合同或离职证明",
    "licence": "单位营业执照",
    "agent_letter": "代理人委托书",
}
NEEDED = {
    "person": ("identity", "work"),
    "agent": ("identity", "work", "agent_letter"),
    "unit": ("work", "licence"),
    "authority": (),
}
DESK = custody.place(PlaceKind.DESK, "transfer")


@on_completion("transfer.in_accept", anew=True)
def accept(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """I2, J1: the application is accepted, incomplete (told once), or refused. The ID number is kept sealed with the
    letter and forgotten by the process. Raises Invalid beside the field that stands against it."""
    case, result = session.get_one(Case, task.case_id), answers.get("accept_result")
    known = instances.variables(session, task.instance)
    letter = _letter(session, case, known, answers)
    if result == "accept":
        _require_papers(answers)
        _refuse_kept(session, letter, user)
        told = {"known_elsewhere": _elsewhere(session, letter), "letter_to": letter.keeper.name}
        told |= _receive_due(session, letter, answers)
        return {"accept_result": "accept", "id_no": None, "accept_note": None, "guarded": letter.guarded, **told}
    note = need(answers, "accept_note", "Say what is missing, or why it is not accepted.")
    kind = "transfer_in_missing" if result == "incomplete" else "transfer_in_refusal"
    issue(session, letter, kind, user.name, note=note)
    if result != "incomplete":
        letter.status, letter.why, letter.ended_at = LetterStatus.REFUSED, note, now()
    return {"accept_result": result, "accept_note": note, "id_no": None}


def _receive_due(session: Session, letter: Letter, answers: Mapping[str, Any]) -> dict[str, str]:
    """J2: until when a cadre's dossier comes, `cadre_out` months after the authority over the person changed (TL18)."""
    if not letter.cadre:
        return {}
    day = date.fromisoformat(need(answers, "changed_on", "Say on which day the authority over the person changed."))
    if day > office.of(session).today():
        raise wrong("changed_on", "This day is yet to come.")
    months = parameters.value(session, "cadre_out", case=letter.case_id)
    due = calendar.closing(session, calendar.due_after_months(session, day, months))
    return {"receive_due": due.isoformat()}


def _letter(session: Session, case: Case, known: Mapping[str, Any], answers: Mapping[str, Any]) -> Letter:
    number = id_numbers.check(str(answers.get("id_no") or ""))
    cadre = known.get("regime") == "cadre"
    keeper = keepers.known(session, text(answers, "keeper"), "keeper")
    letter = session.get(Letter, case.id) or Letter(case_id=case.id, asked_at=now(), asked_by=case.opened_by)
    letter.cadre, letter.guarded = cadre, cadre or bool(answers.get("ex_cadre"))
    letter.name, letter.reason = text(known, "person_name"), text(answers, "reason")
    letter.id_fingerprint = persons.fingerprint(session, number)
    letter.id_sealed = vault.seal(session, number, ID_PURPOSE)
    letter.keeper_code, letter.keeper, letter.case = keeper.code, keeper, case
    letter.receiver_code = normalise(text(answers, "receiver")) or parameters.value(session, "keeper_code")
    if letter.receiver_code == letter.keeper_code:
        raise wrong("keeper", "The dossier is to come from another keeper.")
    session.add(letter)
    session.flush()
    return letter


def _require_papers(answers: Mapping[str, Any]) -> None:
    shown = set(answers.get("papers") or [])
    missing = [PAPERS[each] for each in NEEDED[str(answers.get("applicant"))] if each not in shown]
    if missing:
        said = "These papers are missing: {papers}. Tell once what is missing, or accept when they are here."
        raise wrong("papers", said, papers="、".join(missing))


def _refuse_kept(session: Session, letter: Letter, user: User) -> None:
    """One open letter, nobody asked for what is here. Who is limited hears only of what they see: what stands against
    it beyond their scope is for who agrees seeing every dossier (I3)."""
    other = open_letter(session, letter.id_fingerprint)
    if other is not None and other.case_id != letter.case_id and _hears_of(session, user, other):
        said = "Letter {number} for this person is open; a person has one open letter."
        raise wrong("id_no", said, number=other.number)
    here = dossier_at(session, letter.id_fingerprint, letter.receiver_code)
    if here is not None and sight.knows(session, user, here):
        raise wrong("id_no", "The dossier is kept here already: {number}.", number=here.dossier_no)
    if letter.keeper.inside and not sight.is_limited(user) and kept_inside(session, letter) is None:
        raise wrong("keeper", "{keeper} keeps no dossier of this person.", keeper=letter.keeper.name)


def _hears_of(session: Session, user: User, letter: Letter) -> bool:
    if not sight.is_limited(user):
        return True
    return session.scalar(cases.visible(session, user).where(Case.id == letter.case_id)) is not None


def _elsewhere(session: Session, letter: Letter) -> str:
    found = kept_elsewhere.holding(session, letter.id_fingerprint)
    return "、".join(each.keeper_name for each in found)


@on_completion("transfer.in_approve", anew=True)
def approve(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """I3: another person agrees that a letter is issued, or gives the application back. Who sees a part of the dossiers
    only has it looked at `above`, whatever there is beyond: the answer tells nothing of it."""
    told = _agreed(session, task, user, answers)
    above = told["letter_decision"] == "approve" and sight.is_limited(user)
    return {**told, "letter_decision": "above"} if above else told


@on_completion("transfer.in_approve_whole", anew=True)
def approve_whole(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """I3: who sees every dossier looks whether anything stands against the letter."""
    if sight.is_limited(user):
        raise NotAllowed("Only who sees every dossier decides here; your groups reach a part of them.")
    return _agreed(session, task, user, answers)


def _agreed(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    letter = letter_of(session, task)
    if answers.get("letter_decision") != "approve":
        return {"letter_decision": "back", "accept_note": need(answers, "letter_note", "Say why.")}
    _refuse_kept(session, letter, user)
    letter.approved_by = user.name
    return {"letter_decision": "approve", "letter_approved_by": user.name}


@on_completion("transfer.in_send", anew=True)
def send_letter(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """I4: the letter is handed to the applicant or sent."""
    return send(session, letter_of(session, task), user.name)


@service_task("transfer.in_remind")
def remind(session: Session, work: Work) -> None:
    """I5, after `letter_remind` working days: the keeper is reminded by letter."""
    issue(session, letter_of(session, work), "transfer_remind", history.SYSTEM)


@on_completion("transfer.in_phone", anew=True)
def phone(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> None:
    """I5, after `letter_phone` working days: the keeper is telephoned."""
    need(answers, "phone_note", "Say whom you reached and what was answered.")


@on_completion("transfer.in_decide", anew=True)
def decide(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """I5, after `letter_close` working days: the letter is issued anew, or it expires."""
    letter = letter_of(session, task)
    note = need(answers, "close_note", "Say why.")
    if answers.get("close_result") == "expire":
        letter.status, letter.ended_at, letter.why = LetterStatus.EXPIRED, now(), note
    return {"close_result": answers.get("close_result"), "close_note": note}


@on_completion("transfer.in_receive", anew=True)
def receive(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """J3: two officers look at the pack, the carriers' cards, the seal and the notice. `received`: well, or wrong (it
    goes back with a note and is registered). A mobile person's pack from outside is received at the desk."""
    letter = letter_of(session, task)
    if not letter.cadre and not letter.keeper.inside:
        raise Conflict("This pack is received at the desk; the letter is closed when its dossier is on the shelf.")
    if answers.get("received") != "well":
        note = need(answers, "receive_note", "Say what is wrong with the pack.")
        issue(session, letter, "transfer_back", user.name, note=note)
        return {"received": "wrong", "receive_note": note, **waiting(session, letter)}
    _check_channel(letter, answers)
    witness = second(answers, user)
    letter.notice_no = codes.number_in(need(answers, "scan_notice", "Scan or type the number of the notice."))
    if letter.keeper.inside:
        _take_over(session, letter, user)
    letter.received_by, letter.witnessed_by = user.name, witness
    letter.arrived_at, letter.status = now(), LetterStatus.ARRIVED
    session.flush()
    audit = deadlines.after_months(session, now(), parameters.value(session, "cadre_in_audit", case=letter.case_id))
    told = {"notice_no": letter.notice_no, "audit_due": audit.isoformat(), "scan_notice": None, "witness": None}
    return {"received": "well", "received_by": user.display_name, **told}


def _check_channel(letter: Letter, answers: Mapping[str, Any]) -> None:
    chosen = answers.get("channel")
    if chosen not in {each.value for each in ALLOWED}:
        raise wrong("channel", "A dossier goes by confidential post, EMS or two carriers, never with its person.")
    if letter.guarded and Channel(chosen) not in GUARDED:
        raise wrong("channel", "A cadre's or former cadre's dossier goes by confidential post or two carriers only.")


def _take_over(session: Session, letter: Letter, user: User) -> None:
    """The scan at the receiving end: the other office's pack is the one of this notice, and passes into our hands."""
    dossier = kept_inside(session, letter)
    sent = dispatched(session, dossier, letter) if dossier else False
    if dossier is None or not sent:
        said = "No pack of this person is on its way under notice {number}."
        raise wrong("scan_notice", said, number=letter.notice_no)
    place = custody.place(PlaceKind.UNIT, receiver_name(session, letter))
    custody.record(session, dossier, place, user.name, letter.case, "received, notice scanned")


def dispatched(session: Session, dossier: Dossier, letter: Letter) -> bool:
    """Whether a pack with this dossier is on its way to the letter's receiver under the notice scanned."""
    query = select(Dispatch.id).join(Transfer, Transfer.case_id == Dispatch.case_id)
    same = (Transfer.dossier_id == dossier.id, Transfer.keeper_code == letter.receiver_code)
    same = (*same, Dispatch.notice_no == letter.notice_no, Dispatch.outcome.is_(None))
    return session.scalars(query.where(*same)).first() is not None


def came_from(session: Session, letter: Letter) -> Dossier | None:
    """The other office's record of this dossier, when it came from within the house."""
    query = select(Dossier).join(Transfer, Transfer.dossier_id == Dossier.id)
    query = query.join(Dispatch, Dispatch.case_id == Transfer.case_id).where(Dispatch.notice_no == letter.notice_no)
    return session.scalars(query).first() if letter.keeper.inside else None


def receiver_name(session: Session, letter: Letter) -> str:
    """The receiving office as places name it."""
    found = session.get(Keeper, letter.receiver_code)
    return found.name if found else office.of(session).settings.office_name
