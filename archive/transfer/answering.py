"""O10 to O12: the receipt comes, or does not; the pack comes back; what was missing is sent after it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import calendar, custody, dossiers, parameters
from archive.answers import check_label, need, text
from archive.custody import PlaceKind
from archive.refusals import wrong
from archive.scans import normalise
from archive.statuses import DossierStatus
from archive.transfer import codes, deadlines, holds
from archive.transfer.keepers import Keeper
from archive.transfer.letter_tables import Letter, LetterStatus
from archive.transfer.models import Dispatch, DispatchOutcome, Transfer, TransferStatus
from archive.transfer.preparing import shelve_again
from archive.transfer.sending import correct_number, second
from archive.transfer.work import issue, transfer_of
from workflow import history, instances, office
from workflow.clock import now
from workflow.errors import Conflict
from workflow.identity import User
from workflow.models import UserTask
from workflow.registry import Work, on_completion, service_task

RECEIVED = (LetterStatus.ARRIVED, LetterStatus.CLOSED)


def dispatch_of(transfer: Transfer) -> Dispatch:
    """The dispatch that is on its way; raises Conflict when none is."""
    for each in transfer.dispatches:
        if each.outcome is None:
            return each
    raise Conflict("Nothing of this transfer is on its way.")


@on_completion("transfer.receipt", anew=True)
def receipt(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """O10. `receipt_result`: confirmed (the receipt is here), returned (the pack is), complaint (papers are missing at
    the other end), recall (a letter asks for it back), correct (the courier's number was written down wrongly)."""
    transfer = transfer_of(session, task)
    result, dispatch = str(answers.get("receipt_result")), dispatch_of(transfer)
    if result == "confirmed":
        return {"receipt_result": result, **_checked(session, dispatch, answers)}
    note = need(answers, "receipt_note", "Say what happened.")
    if result in ("returned", "recall"):
        _refuse_received(session, dispatch)
    if result == "recall":
        issue(session, transfer, "transfer_recall", user.name, note=note, sent_on=_day(session, dispatch))
    if result == "correct":
        fresh = correct_number(session, dispatch, text(answers, "right_no"), user, second(answers, user), note)
        return {"receipt_result": result, "receipt_note": note, "track_no": fresh, "witness": None}
    return {"receipt_result": result, "receipt_note": note}


def _refuse_received(session: Session, dispatch: Dispatch) -> None:
    """What an office of this house has scanned at its end has not come back; unless that office sends it back."""
    asked = select(Letter).where(Letter.notice_no == dispatch.notice_no, Letter.status.in_(RECEIVED))
    letter = session.scalars(asked.join(Keeper, Keeper.code == Letter.keeper_code).where(Keeper.inside)).first()
    if letter is not None:
        receiver = session.get_one(Keeper, letter.receiver_code)
        raise Conflict("{keeper} has received this pack by its own scan; its receipt is to come.", keeper=receiver.name)


def _checked(session: Session, dispatch: Dispatch, answers: Mapping[str, Any]) -> dict[str, Any]:
    """What the receipt says: its number is the notice's, its day lies between sending and today."""
    number = codes.number_in(need(answers, "scan_notice", "Scan or type the number on the receipt."))
    if number != normalise(dispatch.notice_no):
        raise wrong(
            "scan_notice",
            "This receipt is of {number}, the pack went with {sent}.",
            number=number,
            sent=dispatch.notice_no,
        )
    day, here = date.fromisoformat(str(answers["received_on"])), office.of(session)
    if not here.local(dispatch.sent_at).date() <= day <= here.today():
        raise wrong("received_on", "It was received between the day it was sent and today.")
    given = answers.get("receipt_file")
    file_id = given.get("file") if isinstance(given, Mapping) else None
    by = need(answers, "received_by", "Type who signed the receipt.")
    return {"received_on": day.isoformat(), "received_by": by, "receipt_file_id": file_id, "scan_notice": None}


def _day(session: Session, dispatch: Dispatch) -> str:
    return office.of(session).local(dispatch.sent_at).date().isoformat()


@service_task("transfer.write_chase")
def write_chase(session: Session, work: Work) -> Mapping[str, Any]:
    """No receipt in time: a letter asks for it; asked again after `chase_again` working days."""
    transfer = transfer_of(session, work)
    dispatch, count = dispatch_of(transfer), int(work.variables.get("chases") or 0) + 1
    issue(session, transfer, "transfer_chase", history.SYSTEM, count=count, sent_on=_day(session, dispatch))
    days = parameters.value(session, "chase_again", case=transfer.case_id)
    again = calendar.add_working_days(session, office.of(session).today(), days)
    return {"chases": count, "next_chase_at": calendar.closing(session, again).isoformat()}


@on_completion("transfer.chase", anew=True)
def chase(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> None:
    """The letter went, or the keeper was telephoned: what they said."""
    need(answers, "chase_note", "Say whom you reached and what was answered.")


@on_completion("transfer.investigate", anew=True)
def investigate(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """A possible loss: the director has it looked for; it is waited for on, or counts as lost."""
    note = need(answers, "loss_note", "Say what was done to find it.")
    return {"loss_result": answers.get("loss_result"), "loss_note": note}


@on_completion("transfer.supplement", anew=True)
def supplement(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """O4b: what the receiver misses is found and sent after, by an allowed way, or explained."""
    transfer = transfer_of(session, task)
    note = need(answers, "supplement_note", "Say what was sent after, or why there is nothing to send.")
    said = str(instances.variables(session, task.instance).get("receipt_note") or "")
    issue(session, transfer, "transfer_supplement", user.name, complaint=said, note=note)
    return {"supplement_note": note}


@on_completion("transfer.take_back")
def take_back(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """O12: the pack came back. It is kept (on its shelf again) or put right and sent once more."""
    transfer = transfer_of(session, task)
    dossier, case = transfer.dossier, transfer.case
    check_label(dossier, answers)
    note = need(answers, "back_note", "Say why it came back.")
    _refuse_received(session, dispatch_of(transfer))
    _end(dispatch_of(transfer), DispatchOutcome.RETURNED)
    if answers.get("back_result") == "keep":
        shelve_again(session, transfer, user, answers, f"returned: {note}")
        dossiers.let_go(session, dossier, case)
        transfer.status, transfer.ended_at, transfer.why = TransferStatus.BACK, now(), note
        return {"back_result": "keep", "scan_label": None, "scan_position": None}
    for status in (DossierStatus.IN_STORE, DossierStatus.LEAVING):
        dossiers.change_status(session, dossier, status, user.name, case, f"returned, to be sent again: {note}")
    custody.record(session, dossier, custody.place(PlaceKind.PERSON, user.name), user.name, case, f"returned: {note}")
    transfer.status = TransferStatus.READY
    transfer.due_at = deadlines.leaving(session, transfer, now())
    told = {"due_at": transfer.due_at.isoformat(), "stopped": bool(holds.by_law(session, transfer))}
    return {"back_result": "resend", **told, "scan_label": None, "sending": None, "handing": None}


def _end(dispatch: Dispatch, outcome: DispatchOutcome) -> None:
    dispatch.outcome, dispatch.ended_at = outcome, now()
