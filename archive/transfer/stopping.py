"""A transfer or a letter whose case ended before its time (cancelled, or stopped by a fault) binds nobody any more."""

from sqlalchemy.orm import Session

from archive.transfer import deadlines
from archive.transfer.letter_tables import Letter, LetterStatus
from archive.transfer.models import Transfer, TransferStatus
from archive.transfer.sending import void_unsent
from workflow import history
from workflow.clock import now
from workflow.errors import Sentence, sentence
from workflow.registry import before_ending, on_case_over

WHY = "事项提前终止"
GIVEN_UP = (TransferStatus.ASKED, TransferStatus.ACCEPTED, TransferStatus.READY)
WITHDRAWN = (LetterStatus.ASKED, LetterStatus.ISSUED, LetterStatus.SENT)


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
