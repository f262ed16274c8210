"""How a transfer ends: struck from the register with its receipt, given up before it was sent, or written off."""

from datetime import date

from sqlalchemy.orm import Session

from archive import custody, dossiers, storage
from archive.custody import PlaceKind
from archive.losses import reporting
from archive.losses.models import LossKind
from archive.reading import closing
from archive.statuses import DossierStatus
from archive.transfer import deadlines
from archive.transfer.answering import dispatch_of
from archive.transfer.models import DispatchOutcome, TransferStatus
from archive.transfer.sending import void_unsent
from archive.transfer.work import transfer_of
from workflow import history
from workflow.clock import now
from workflow.registry import Work, service_task


@service_task("transfer.strike", only_once=True)
def strike(session: Session, work: Work) -> None:
    """O11: the receipt lies on the stub, the dossier is struck from the register: transferred, its place free.

    Variables: received_on, received_by, receipt_file_id (none when the other office is of this house)."""
    transfer, known = transfer_of(session, work), work.variables
    dispatch, dossier, case = dispatch_of(transfer), transfer.dossier, transfer.case
    dispatch.received_on = date.fromisoformat(str(known["received_on"]))
    dispatch.received_by, dispatch.receipt_file_id = str(known["received_by"]), known.get("receipt_file_id")
    dispatch.outcome, dispatch.ended_at = DispatchOutcome.CONFIRMED, now()
    receiver = transfer.keeper.name if transfer.keeper else ""
    place = custody.place(PlaceKind.UNIT, receiver)
    why = f"receipt of {dispatch.notice_no}"
    dossiers.change_status(session, dossier, DossierStatus.TRANSFERRED, history.SYSTEM, case, why)
    if custody.where(session, dossier) != place:  # an office of this house took it over by its own scan
        custody.record(session, dossier, place, history.SYSTEM, case, why)
    storage.vacate(session, dossier)
    closing.withdraw_all(session, dossier, why)
    dossiers.let_go(session, dossier, case)
    transfer.status, transfer.ended_at = TransferStatus.CONFIRMED, now()


@service_task("transfer.cancel")
def cancel(session: Session, work: Work) -> None:
    """Before it was sent: the transfer ends, its notice is void, the dossier is free again."""
    transfer, known = transfer_of(session, work), work.variables
    note = str(known.get("cancel_note") or known.get("hand_note") or "撤销")
    void_unsent(session, transfer, history.SYSTEM, note)
    transfer.status, transfer.why, transfer.ended_at = TransferStatus.CANCELLED, note, now()
    deadlines.go_on(session, transfer, history.SYSTEM)
    dossiers.let_go(session, transfer.dossier, transfer.case)


@service_task("transfer.write_off")
def write_off(session: Session, work: Work) -> None:
    """A possible loss that was one: the dossier cannot be found, the superior body is told at once (TL18 art. 22)."""
    transfer = transfer_of(session, work)
    note = str(work.variables.get("loss_note") or "")
    dispatch = dispatch_of(transfer)
    dispatch.outcome, dispatch.ended_at = DispatchOutcome.LOST, now()
    reporting.come_upon(session, transfer.dossier, LossKind.MISSING, transfer.case, note, history.SYSTEM)
    transfer.status, transfer.ended_at, transfer.why = TransferStatus.LOST, now(), note
