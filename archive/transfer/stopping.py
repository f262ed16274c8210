"""A transfer or a letter whose case ended before its time (cancelled, or stopped by a fault) binds nobody any more."""

from sqlalchemy.orm import Session

from archive.transfer import deadlines
from archive.transfer.letter_tables import OPEN, Letter, LetterStatus
from archive.transfer.models import RUNNING, Transfer, TransferStatus
from archive.transfer.sending import void_unsent
from workflow import history
from workflow.clock import now
from workflow.errors import Conflict
from workflow.registry import on_case_over

WHY = "事项提前终止"


@on_case_over("transfer-out")
def stop(session: Session, case_id: int) -> None:
    """The dossier may leave by another letter. Raises Conflict when its pack is on its way: how that
    ends must be told."""
    transfer = session.get(Transfer, case_id)
    if transfer is None or transfer.status not in (*RUNNING, TransferStatus.ASKED):
        return
    if transfer.status is TransferStatus.SENT:
        said = "The pack of dossier {number} is on its way: write down its receipt or its return first."
        raise Conflict(said, number=transfer.dossier.dossier_no)
    void_unsent(session, transfer, history.SYSTEM, WHY)
    deadlines.go_on(session, transfer, history.SYSTEM)
    transfer.status, transfer.why, transfer.ended_at = TransferStatus.CANCELLED, WHY, now()


@on_case_over("transfer-in")
def withdraw(session: Session, case_id: int) -> None:
    """Another letter may be written for the person. Raises Conflict when its pack is here: that is to be registered or
    sent back."""
    letter = session.get(Letter, case_id)
    if letter is None or letter.status not in (*OPEN, LetterStatus.ASKED):
        return
    if letter.status is LetterStatus.ARRIVED:
        raise Conflict("The pack of letter {number} is here: register it or send it back first.", number=letter.number)
    letter.status, letter.why, letter.ended_at = LetterStatus.CANCELLED, WHY, now()
