"""A transfer whose case stands still by law; a transfer or a letter whose case ended before its time (cancelled, or
stopped by a fault): it binds nobody any more."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.transfer import deadlines, holds
from archive.transfer.letter_tables import Letter, LetterStatus
from archive.transfer.models import Transfer, TransferStatus
from archive.transfer.sending import void_unsent
from workflow import history, instances
from workflow.clock import now
from workflow.errors import Sentence, sentence
from workflow.models import ProcessInstance
from workflow.registry import before_ending, on_case_over, on_legal_hold
from workflow.waits import LIVE_INSTANCES

WHY = "事项提前终止"
AT_WORK = (TransferStatus.ACCEPTED, TransferStatus.READY)
GIVEN_UP = (TransferStatus.ASKED, *AT_WORK)
WITHDRAWN = (LetterStatus.ASKED, LetterStatus.ISSUED, LetterStatus.SENT)


@on_legal_hold("transfer-out")
def stand_still(session: Session, case_id: int, begins: bool) -> None:
    """A hold recorded in the middle of the work stops the transfer's clock and, by the variable `stopped`, the work (O3
    anew); with the last legal hold over the clock goes on. A pack on its way comes to its receiver all the same."""
    transfer = session.get(Transfer, case_id)
    if transfer is None or transfer.due_at is None or transfer.status not in AT_WORK:
        return
    legal = holds.by_law(session, transfer)
    if begins:
        deadlines.pause(session, transfer, legal)
    elif not legal:
        deadlines.go_on(session, transfer, history.SYSTEM)
    running = (ProcessInstance.case_id == case_id, ProcessInstance.status.in_(LIVE_INSTANCES))
    told = {"stopped": bool(legal), "due_at": transfer.due_at.isoformat()}
    for instance in session.scalars(select(ProcessInstance).where(*running, ProcessInstance.parent_id.is_(None))):
        instances.set_variables(session, instance, told, history.SYSTEM)


@before_ending("transfer-out")
def way(session: Session, case_id: int) -> Sentence | None:
    """A pack on its way is not forgotten: how that ended must be told."""
    transfer = session.get(Transfer, case_id)
    if transfer is None or transfer.status is not TransferStatus.SENT:
        return None
    said = "The pack of dossier {number} is on its way: write down its receipt or its return first."
    return sentence(said, number=transfer.dossier.dossier_no)


@before_ending("transfer-in")
def arrival(session: Session, case_id: int) -> Sentence | None:
    """A pack that is here is to be registered or sent back."""
    letter = session.get(Letter, case_id)
    if letter is None or letter.status is not LetterStatus.ARRIVED:
        return None
    said = "The pack of letter {number} is here: register it or send it back first."
    return sentence(said, number=letter.number)


@on_case_over("transfer-out")
def stop(session: Session, case_id: int) -> None:
    """The dossier may leave by another letter. What a fault has ended on its way stays on its way."""
    transfer = session.get(Transfer, case_id)
    if transfer is None or transfer.status not in GIVEN_UP:
        return
    void_unsent(session, transfer, history.SYSTEM, WHY)
    deadlines.go_on(session, transfer, history.SYSTEM)
    transfer.status, transfer.why, transfer.ended_at = TransferStatus.CANCELLED, WHY, now()


@on_case_over("transfer-in")
def withdraw(session: Session, case_id: int) -> None:
    """Another letter may be written for the person."""
    letter = session.get(Letter, case_id)
    if letter is not None and letter.status in WITHDRAWN:
        letter.status, letter.why, letter.ended_at = LetterStatus.CANCELLED, WHY, now()
