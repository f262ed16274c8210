"""How long a transfer may take, and what stops its clock (domain Annex A; Annex C 18)."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import calendar, parameters
from archive.statuses import DossierKind
from archive.transfer.models import Transfer, TransferPause
from workflow import history, office
from workflow.clock import now


def after_months(session: Session, start: datetime, count: int) -> datetime:
    """The office's closing on the same day `count` calendar months later; on a day off, on the next working day."""
    day = office.of(session).local(start).date()
    return calendar.closing(session, calendar.due_after_months(session, day, count))


def leaving(session: Session, transfer: Transfer, start: datetime) -> datetime:
    """Until when a dossier leaves: a cadre's in `cadre_out` months, a mobile person's in `flow_out` working days."""
    if transfer.dossier.kind is DossierKind.CADRE:
        return after_months(session, start, parameters.value(session, "cadre_out", case=transfer.case_id))
    days = parameters.value(session, "flow_out", case=transfer.case_id)
    day = calendar.add_working_days(session, office.of(session).local(start).date(), days)
    return calendar.closing(session, day)


def pause(session: Session, transfer: Transfer, why: str) -> None:
    """A legal hold stops the clock from now on; once only."""
    if open_pause(session, transfer) is None:
        session.add(TransferPause(case_id=transfer.case_id, since=now(), why=why))
        session.flush()
        history.record(session, transfer.case, history.SYSTEM, "clock_paused", why=why)


def go_on(session: Session, transfer: Transfer, by: str) -> None:
    """The legal hold is over: the transfer has as many days more as the clock stood still."""
    paused = open_pause(session, transfer)
    if paused is None or transfer.due_at is None:
        return
    paused.until, paused.released_by = now(), by
    here = office.of(session)
    stood = (here.local(paused.until).date() - here.local(paused.since).date()).days
    later = here.local(transfer.due_at).date() + timedelta(days=stood)
    transfer.due_at = calendar.closing(session, calendar.next_working_day(session, later))
    history.record(session, transfer.case, by, "clock_goes_on", days=stood)


def open_pause(session: Session, transfer: Transfer) -> TransferPause | None:
    """The pause that lasts now."""
    query = select(TransferPause).where(TransferPause.case_id == transfer.case_id, TransferPause.until.is_(None))
    return session.scalars(query).first()


def waiting(session: Session, transfer: Transfer, sent_at: datetime) -> dict[str, str]:
    """The variables of the wait for a receipt: when it is chased first (`receipt_chase` months), when the pack may be
    lost (`receipt_loss` months)."""
    chase, loss = (parameters.value(session, key, case=transfer.case_id) for key in ("receipt_chase", "receipt_loss"))
    return {
        "chase_at": after_months(session, sent_at, chase).isoformat(),
        "loss_at": after_months(session, sent_at, loss).isoformat(),
    }
