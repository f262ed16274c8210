"""What must hold of transfers whatever happens, asked by fsck (Annex C 8, 9 and 18, and this package's own rules)."""

from collections.abc import Iterator

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from archive import calendar
from archive.calendar import OfficeDay
from archive.custody import CustodyEvent, PlaceKind, place
from archive.dossier_tables import GUARDED, Dossier
from archive.materials.invariants import GUARDS_THERE
from archive.statuses import ENDED, DossierKind, DossierStatus
from archive.transfer.keepers import Keeper
from archive.transfer.letter_tables import OPEN, Letter, LetterStatus
from archive.transfer.models import GUARDS, Dispatch, DispatchOutcome, Transfer, TransferPause, TransferStatus
from workflow import office
from workflow.registry import fsck_check

STANDS = {TransferStatus.SENT: DossierStatus.ON_THE_WAY, TransferStatus.READY: DossierStatus.LEAVING}


@fsck_check("cadres_travel_guarded")
def _channels(session: Session) -> Iterator[str]:
    """Annex C 8: a dossier that is a cadre's or once was went by confidential post or two carriers."""
    sent = select(Dispatch.notice_no, Dispatch.channel, Dossier.dossier_no).join(
        Transfer, Transfer.case_id == Dispatch.case_id
    )
    sent = sent.join(Dossier, Dossier.id == Transfer.dossier_id)
    cadre = (Dossier.kind == DossierKind.CADRE) | Dossier.ex_cadre
    for notice, channel, number in session.execute(sent.where(cadre, Dispatch.channel.not_in(GUARDED))):
        yield f"Dossier {number} of a cadre or former cadre went by {channel} under notice {notice}."


@fsck_check("dispatches_stay")
def _guards(session: Session) -> Iterator[str]:
    """What was sent is never rewritten: the triggers that refuse it are there."""
    there = set(session.scalars(text(GUARDS_THERE[session.get_bind().dialect.name])))
    for name, *_ in GUARDS:
        if name not in there:
            yield f"The database would let what was sent be rewritten: the trigger {name} is missing."


@fsck_check("transferred_with_receipt")
def _receipts(session: Session) -> Iterator[str]:
    """Annex C 9: what a transfer has struck off has a notice and a receipt; what is on its way, an open dispatch."""
    confirmed = select(Dispatch.case_id).where(Dispatch.outcome == DispatchOutcome.CONFIRMED)
    way = select(Dispatch.case_id).where(Dispatch.outcome.is_(None))
    for status, having, said in (
        (TransferStatus.CONFIRMED, confirmed, "is confirmed, but has no receipt"),
        (TransferStatus.SENT, way, "is sent, but nothing of it is on its way"),
    ):
        bare = select(Transfer.case_id).where(Transfer.status == status, Transfer.case_id.not_in(having))
        for case_id in session.scalars(bare.order_by(Transfer.case_id)):
            yield f"The transfer of case {case_id} {said}."
    struck = select(Transfer.dossier_id).where(Transfer.status == TransferStatus.CONFIRMED)
    gone = select(Dossier.dossier_no).where(Dossier.status == DossierStatus.TRANSFERRED, Dossier.id.not_in(struck))
    for number in session.scalars(gone.order_by(Dossier.id)):
        yield f"Dossier {number} is transferred, but no transfer of it has a receipt."
    for case_id in session.scalars(way.join(Transfer).where(Transfer.status != TransferStatus.SENT)):
        yield f"A pack of case {case_id} is on its way, but its transfer says otherwise."


@fsck_check("transfers_agree_with_dossiers")
def _standing(session: Session) -> Iterator[str]:
    """A dossier that is on its way or ready to leave is so by one running transfer, which alone holds it."""
    both = select(Transfer, Dossier).join(Dossier, Dossier.id == Transfer.dossier_id)
    for transfer, dossier in session.execute(both.where(Transfer.status.in_(STANDS))):
        if dossier.status is not STANDS[transfer.status] or dossier.held_by_case_id != transfer.case_id:
            yield f"Case {transfer.case_id} says {transfer.status} of dossier {dossier.dossier_no}: {dossier.status}."
    known = select(Transfer.dossier_id).where(Transfer.status == TransferStatus.CONFIRMED)
    held = select(Dossier.dossier_no).where(Dossier.id.in_(known), Dossier.status.not_in(ENDED))
    for number in session.scalars(held):
        yield f"Dossier {number} has a receipt of its transfer, but is not struck off."


@fsck_check("transfer_clocks_pause_for_legal_holds")
def _clocks(session: Session) -> Iterator[str]:
    """Annex C 18: the day a transfer is due moves only by a recorded legal hold, or when its pack came back."""
    paused = select(TransferPause.case_id).where(TransferPause.until.is_not(None))
    returned = select(Dispatch.case_id).where(Dispatch.outcome == DispatchOutcome.RETURNED)
    moved = select(Transfer.case_id).where(Transfer.due_at != Transfer.first_due_at)
    for case_id in session.scalars(moved.where(Transfer.case_id.not_in(paused), Transfer.case_id.not_in(returned))):
        yield f"The transfer of case {case_id} is due on another day than its rule says, without a legal hold."


@fsck_check("transfers_due_on_working_days")
def _working_days(session: Session) -> Iterator[str]:
    """Annex C 18: a transfer is due on a day the office works, by the calendar as it stood when the clock began."""
    here = office.of(session)
    changed = dict(session.execute(select(OfficeDay.day, OfficeDay.changed_at)).all())
    due = select(Transfer.case_id, Transfer.accepted_at, Transfer.first_due_at)
    for case_id, began, due_at in session.execute(due.where(Transfer.first_due_at.is_not(None))):
        day = here.local(due_at).date()
        since = changed.get(day)
        if not calendar.is_working_day(session, day) and (since is None or since <= began):
            yield f"The transfer of case {case_id} is due on {day}, when the office is closed."


@fsck_check("letters_used_once")
def _letters(session: Session) -> Iterator[str]:
    """A person has one open letter, a letter brings one dossier, of its person and for its keeper."""
    crowded = select(Letter.id_fingerprint, func.count()).where(Letter.status.in_(OPEN))
    for _, count in session.execute(crowded.group_by(Letter.id_fingerprint).having(func.count() > 1)):
        yield f"{count} open letters ask for one person's dossier."
    brought = select(Letter, Dossier).join(Dossier, Dossier.id == Letter.dossier_id)
    for letter, dossier in session.execute(brought.where(Letter.status == LetterStatus.CLOSED)):
        if dossier.person.id_fingerprint != letter.id_fingerprint:
            yield f"Letter {letter.number} brought dossier {dossier.dossier_no} of another person."


@fsck_check("custody_between_offices")
def _between(session: Session) -> Iterator[str]:
    """Between two offices of this house the old record's chain ends where the new one's begins: with the receiver."""
    pairs = select(Letter, Dossier).join(Dossier, Dossier.id == Letter.dossier_id)
    pairs = pairs.join(Keeper, Keeper.code == Letter.keeper_code).where(Keeper.inside)
    for letter, dossier in session.execute(pairs.where(Letter.status == LetterStatus.CLOSED)):
        if dossier.previous_id is None:
            yield f"Dossier {dossier.dossier_no} came from within the house, but is linked to no earlier record."
            continue
        receiver = session.get(Keeper, letter.receiver_code)
        last = select(CustodyEvent.to_place).where(CustodyEvent.dossier_id == dossier.previous_id)
        at = session.scalars(last.order_by(CustodyEvent.seq.desc()).limit(1)).first()
        if receiver is None or at != place(PlaceKind.UNIT, receiver.name):
            yield f"The earlier record of dossier {dossier.dossier_no} ends at {at}, not with its receiver."
