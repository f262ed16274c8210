"""O1 and O2: a letter asks for a dossier. Its issuer, its papers and its days are looked at; then the clock runs."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import dossiers, id_numbers, persons
from archive.answers import need, text
from archive.refusals import wrong
from archive.scans import halved
from archive.statuses import ENDED, DossierKind, label
from archive.steps import case_of
from archive.transfer import deadlines, keepers
from archive.transfer.letter_tables import Letter
from archive.transfer.models import RUNNING, VOID, Applicant, Transfer, TransferStatus
from archive.transfer.work import is_cadre, issue, transfer_of
from workflow import cases, office
from workflow.clock import now
from workflow.errors import Conflict, sentence
from workflow.identity import User
from workflow.models import UserTask
from workflow.registry import Work, on_completion, service_task

PAPERS = {
    "identity": "身份证明",
    "agent_letter": "委托书及代理人身份证明",
    "unit_proof": "解除合同证明或单位同意",
    "letter": "调档函",
}
NEEDED = {
    Applicant.PERSON: ("letter", "identity"),
    Applicant.AGENT: ("letter", "identity", "agent_letter"),
    Applicant.UNIT: ("letter", "unit_proof"),
    Applicant.AUTHORITY: ("letter",),
}


@service_task("transfer.take_up")
def take_up(session: Session, work: Work) -> Mapping[str, Any]:
    """The matter begins: whose dossier is asked for. Variables: dossier_no; from a keeper of this house also
    letter_no, keeper, letter_date."""
    case = case_of(session, work)
    dossier = dossiers.by_no(session, str(work.variables["dossier_no"]))
    if session.get(Transfer, case.id) is None:
        guarded = dossier.ex_cadre or dossier.kind is DossierKind.CADRE
        row = Transfer(case_id=case.id, dossier_id=dossier.id, asked_at=now(), asked_by=case.opened_by, guarded=guarded)
        row.batch_case_id = work.variables.get("batch_case_id")
        session.add(row)
        session.flush()  # its first step asks for it
        cases.add_key(session, case, dossier.dossier_no)
        cases.rename(session, case, f"转出 {dossier.dossier_no} {dossier.person.name}", case.opened_by)
    transfer = session.get_one(Transfer, case.id)
    return {
        "dossier_id": dossier.id,
        "dossier_no": dossier.dossier_no,
        "name": dossier.person.name,
        "volumes": dossier.volumes,
        "guarded": transfer.guarded,
        "cadre": is_cadre(transfer),
    }


@on_completion("transfer.accept", anew=True)
def accept(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """O2. `accept_result`: accept (the clock starts), incomplete (told once what is missing, no clock), or refuse.
    The ID number of the letter is compared and forgotten."""
    transfer = transfer_of(session, task)
    result = answers.get("accept_result")
    if result == "accept":
        _refuse_gone(transfer)
        told = _accept(session, transfer, answers)
        return {"accept_result": "accept", "accepted_by": user.name, "letter_id_no": None, **told}
    note = need(answers, "accept_note", "Say what is missing, or why it is not accepted.")
    kind = "transfer_missing" if result == "incomplete" else "transfer_refusal"
    issue(session, transfer, kind, user.name, note=note)
    if result != "incomplete":
        transfer.status, transfer.why, transfer.ended_at = TransferStatus.REFUSED, note, now()
    return {"accept_result": result, "accept_note": note, "letter_id_no": None}


def _accept(session: Session, transfer: Transfer, answers: Mapping[str, Any]) -> dict[str, Any]:
    applicant = Applicant(answers["applicant"])
    _require_papers(applicant, answers)
    transfer.applicant = applicant
    transfer.reason = text(answers, "reason")
    keeper = keepers.known(session, text(answers, "keeper"), "keeper")
    transfer.keeper_code, transfer.keeper = keeper.code, keeper
    _refuse_elsewhere(session, transfer, text(answers, "letter_no"))
    _take_letter(session, transfer, answers)
    _refuse_second(session, transfer)
    begun = now()
    due = deadlines.leaving(session, transfer, begun)
    transfer.status, transfer.accepted_at, transfer.first_due_at, transfer.due_at = (
        TransferStatus.ACCEPTED,
        begun,
        due,
        due,
    )
    session.flush()  # constraints speak here
    return {
        "due_at": due.isoformat(),
        "due_day": office.of(session).local(due).date().isoformat(),
        "to": keeper.name,
        "letter_no": transfer.letter_no,
        "id_differs": _id_differs(session, transfer, answers),
        "unit_refuses": bool(answers.get("unit_refuses")),
        "settled": [],
    }


def _require_papers(applicant: Applicant, answers: Mapping[str, Any]) -> None:
    shown = set(answers.get("papers") or [])
    missing = [PAPERS[each] for each in NEEDED[applicant] if each not in shown]
    if missing:
        said = "These papers are missing: {papers}. Tell once what is missing, or accept when they are here."
        raise wrong("papers", said, papers="、".join(missing))


def _take_letter(session: Session, transfer: Transfer, answers: Mapping[str, Any]) -> None:
    """A letter has a number, a day and a time it holds; it serves for as many people as it names."""
    number, today = halved(need(answers, "letter_no", "Type the number of the letter.")), office.of(session).today()
    written = date.fromisoformat(str(answers["letter_date"]))
    if written > today:
        raise wrong("letter_date", "The letter is dated after today.")
    until = answers.get("letter_until")
    if until and date.fromisoformat(str(until)) < today:
        raise wrong("letter_until", "The letter held until {day} only.", day=until)
    same = (Transfer.keeper_code == transfer.keeper_code, Transfer.letter_no == number)
    used = (*same, Transfer.status.not_in(VOID), Transfer.case_id != transfer.case_id)
    if session.scalars(select(Transfer.case_id).where(*used, Transfer.dossier_id == transfer.dossier_id)).first():
        raise wrong("letter_no", "Letter {number} was used for this dossier already.", number=number)
    taken, persons_named = (
        set(session.scalars(select(Transfer.letter_use).where(*used))),
        int(answers["letter_persons"]),
    )
    free = set(range(1, persons_named + 1)) - taken  # a use that was given up serves again
    if len(taken) >= persons_named or not free:
        raise wrong("letter_no", "Letter {number} was used already.", number=number)
    transfer.letter_no, transfer.letter_date = number, written
    transfer.letter_persons, transfer.letter_use = persons_named, min(free)


def _refuse_elsewhere(session: Session, transfer: Transfer, typed: str) -> None:
    """What another office of this house asks for with this letter goes to that office and nowhere else."""
    dossier, number = transfer.dossier, halved(typed)
    mine = (Letter.number == number, Letter.id_fingerprint == dossier.person.id_fingerprint)
    letter = session.scalars(select(Letter).where(*mine, Letter.keeper_code == dossier.keeper_code)).first()
    if letter is not None and letter.receiver_code != transfer.keeper_code:
        receiver = keepers.known(session, letter.receiver_code, "keeper")
        raise wrong("keeper", "Letter {number} is of {keeper}.", number=number, keeper=receiver.name)


def _refuse_gone(transfer: Transfer) -> None:
    """Another letter was quicker: what has left cannot leave."""
    dossier = transfer.dossier
    if dossier.status in ENDED:
        said = "Dossier {number} is kept here no longer ({status}): refuse the letter and say where it is."
        raise wrong("accept_result", said, number=dossier.dossier_no, status=sentence(label(dossier.status)))


def _refuse_second(session: Session, transfer: Transfer) -> None:
    running = (Transfer.dossier_id == transfer.dossier_id, Transfer.status.in_(RUNNING))
    query = select(Transfer).where(*running, Transfer.case_id != transfer.case_id)
    if other := session.scalars(query).first():
        raise Conflict("The dossier is being transferred already: {title}.", title=other.case.title)


def _id_differs(session: Session, transfer: Transfer, answers: Mapping[str, Any]) -> bool:
    typed = id_numbers.check(str(answers.get("letter_id_no") or ""), "letter_id_no")
    return persons.fingerprint(session, typed) != transfer.dossier.person.id_fingerprint
