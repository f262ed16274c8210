"""The invariant of I-5: every dossier is in exactly one place, and its status, custody and home agree."""

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from archive.custody import CustodyEvent, PlaceKind, split
from archive.dossier_tables import Dossier
from archive.statuses import ENDED, DossierStatus
from archive.storage import Position, PositionSlot
from workflow.registry import fsck_check

HOMED = frozenset({DossierStatus.IN_STORE})  # lie on their position
ON_SHELF_PERMITTED = HOMED | {
    DossierStatus.LEAVING,
    DossierStatus.SEALED,
    DossierStatus.STOCKTAKING,
    DossierStatus.MISSING,
    DossierStatus.DAMAGED,
}


@fsck_check("dossiers_in_one_place")
def _misplaced(session: Session) -> Iterator[str]:
    for number, status, place, home in session.execute(_standing()):
        if place is None:
            yield f"Dossier {number} is nowhere: it has no custody event."
            continue
        kind, name = split(place)
        if status in HOMED and (kind is not PlaceKind.POSITION or name != home):
            yield f"Dossier {number} is in store at {home or 'no position'}, but was last seen at {place}."
        elif kind is PlaceKind.POSITION and status not in ON_SHELF_PERMITTED:
            yield f"Dossier {number} is {status}, but was last put on a shelf at {place}."
        elif status in ENDED and home:
            yield f"Dossier {number} has left the house ({status}), but keeps position {home}."
        elif status in ENDED and kind in (PlaceKind.DESK, PlaceKind.PERSON) and status is not DossierStatus.CANCELLED:
            yield f"Dossier {number} is {status}, but was last seen at {place}."


@fsck_check("positions_within_capacity")
def _crowded(session: Session) -> Iterator[str]:
    """No position has more slots, or holds more dossiers, than its capacity."""
    counted = (
        select(Position.code, Position.capacity, func.count(PositionSlot.slot), func.count(PositionSlot.dossier_id))
        .outerjoin(PositionSlot)
        .group_by(Position.id, Position.code, Position.capacity)
        .having(func.count(PositionSlot.slot) != Position.capacity)
        .order_by(Position.code)
    )
    for code, capacity, slots, held in session.execute(counted):
        yield f"Position {code} has capacity {capacity}, but {slots} slots with {held} dossiers."


def _standing():
    last = select(CustodyEvent.dossier_id, func.max(CustodyEvent.seq).label("seq")).group_by(CustodyEvent.dossier_id)
    newest = last.where(CustodyEvent.dossier_id.is_not(None)).subquery()
    event = aliased(CustodyEvent)
    return (
        select(Dossier.dossier_no, Dossier.status, event.to_place, Position.code)
        .outerjoin(newest, newest.c.dossier_id == Dossier.id)
        .outerjoin(event, (event.dossier_id == Dossier.id) & (event.seq == newest.c.seq))
        .outerjoin(PositionSlot, PositionSlot.dossier_id == Dossier.id)
        .outerjoin(Position, Position.id == PositionSlot.position_id)
        .order_by(Dossier.id)
    )
