"""A receipt is not ended by hand while its pack is in the office's hands: nothing that was signed for is forgotten."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.packs.models import Pack, PackStatus
from workflow.errors import Sentence, sentence
from workflow.registry import before_ending

IN_HAND = (PackStatus.SIGNED, PackStatus.IN_WORK)


@before_ending("receipt")
def in_hand(session: Session, case_id: int) -> Sentence | None:
    """The day's balance waits for this pack until it is registered, sent back or sent on (Annex C 3)."""
    pack = session.scalars(select(Pack).where(Pack.case_id == case_id, Pack.status.in_(IN_HAND))).first()
    if pack is None:
        return None
    return sentence(
        "Pack {number} was signed for: shelve its dossier, or send it back or on, first.", number=pack.tracking_no
    )
