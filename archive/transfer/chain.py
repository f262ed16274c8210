"""The way of a dossier through several keepers of this house: one chain, printed without a gap."""

from sqlalchemy.orm import Session

from archive import custody
from archive.custody import CustodyEvent
from archive.dossier_tables import Dossier


def whole(session: Session, dossier: Dossier) -> list[CustodyEvent]:
    """Every move of the dossier, oldest first, also under the earlier records it is linked to."""
    moves = custody.chain(session, dossier)
    seen = {dossier.id}
    while dossier.previous_id is not None and dossier.previous_id not in seen:
        seen.add(dossier.previous_id)
        dossier = session.get_one(Dossier, dossier.previous_id)
        moves = [*custody.chain(session, dossier), *moves]
    return moves
