"""Rooms and positions kept by people: a room furnished or enlarged, a position taken out of use or back into it."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from archive import directory_history, sight, storage
from archive.directory_history import Directory
from archive.refusals import wrong
from archive.scans import halved, normalise
from archive.storage import Position, PositionSlot, Room, Shelves
from workflow.errors import NotFound

KEEP = "storage.keep"
MOST = 20_000  # positions made at once
SHOWN = 200


@dataclass(frozen=True)
class Figures:
    """What a room holds: positions, those not in use, slots in all and taken."""

    room: Room
    positions: int
    unusable: int
    slots: int
    taken: int


def overview(session: Session, seen: ColumnElement[bool] = sight.EVERYTHING) -> list[Figures]:
    """Every room in order of its code; `taken` counts the dossiers that are `seen`."""
    unusable = func.sum(case((Position.usable, 0), else_=1))
    counted = select(Position.room_code, func.count(), unusable).group_by(Position.room_code)
    slots = select(Position.room_code, func.count(), _taken(seen)).join(PositionSlot)
    of_positions = {code: (number, int(out)) for code, number, out in session.execute(counted)}
    of_slots = {code: (all_, taken) for code, all_, taken in session.execute(slots.group_by(Position.room_code))}
    return [
        Figures(room, *of_positions.get(room.code, (0, 0)), *of_slots.get(room.code, (0, 0)))
        for room in session.scalars(select(Room).order_by(Room.code))
    ]


def furnish(session: Session, code: str, name: str, shelves: Shelves, by: str, why: str) -> int:
    """Make a room, or more shelves in one; returns how many positions were made. Raises Invalid beside `room`, `name`
    or the number of pieces that cannot be."""
    if not halved(name):
        raise wrong("name", "A room needs a name.")
    sizes = (shelves.rows, shelves.cabinets, shelves.layers, shelves.places, shelves.capacity, len(shelves.sides))
    if min(sizes) < 1 or not all("A" <= side <= "Z" for side in shelves.sides):
        raise wrong("room", "Each number is at least 1; sides are letters, like AB.")
    pieces = shelves.rows * shelves.cabinets * len(shelves.sides) * shelves.layers * shelves.places
    if pieces > MOST or shelves.capacity > 100:
        raise wrong("room", "At most {most} positions are made at once.", most=MOST)
    code = normalise(code)
    known = session.get(Room, code)
    before = known.name if known else None
    made = storage.furnish(session, code, halved(name)[:120], shelves)
    changed = {"name": (before, halved(name)[:120])} if before != halved(name)[:120] else {}
    changed |= {"positions": ("", f"+{made}")} if made else {}
    directory_history.keep(session, Directory.ROOM, code, changed, by, halved(why))
    return made


def find(session: Session, code: str) -> Room:
    """Raises NotFound."""
    found = session.get(Room, normalise(code))
    if found is None:
        raise NotFound
    return found


def positions(session: Session, room: Room, beginning: str = "", out_of_use: bool = False) -> list[Position]:
    """The room's positions whose code begins like this, in walking order, at most SHOWN."""
    asked = select(Position).where(Position.room_code == room.code)
    if beginning:
        asked = asked.where(Position.code.startswith(normalise(beginning), autoescape=True))
    if out_of_use:
        asked = asked.where(Position.usable.is_(False))
    return list(session.scalars(asked.order_by(Position.code).limit(SHOWN)))


def taken(session: Session, listed: list[Position], seen: ColumnElement[bool] = sight.EVERYTHING) -> dict[int, int]:
    """How many slots of each position hold a dossier that is `seen`, by the position's id."""
    asked = select(PositionSlot.position_id, _taken(seen))
    asked = asked.where(PositionSlot.position_id.in_([each.id for each in listed])).group_by(PositionSlot.position_id)
    return dict(session.execute(asked).all())


def _taken(seen: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((sight.through(PositionSlot.dossier_id, seen), PositionSlot.dossier_id)))


def set_usable(session: Session, code: str, usable: bool, by: str, why: str) -> Position:
    """Take a position out of use, or back; what stands there stays. Raises Invalid beside `position` or `why`."""
    if not halved(why):
        raise wrong("why", "Say why: what is broken, for what it is kept free.")
    full = storage.code_of(code)
    found = session.scalars(select(Position).where(Position.code == full)).first()
    if found is None:
        raise wrong("position", "There is no position {code}.", code=full)
    if found.usable != usable:
        directory_history.keep(session, Directory.POSITION, full, {"usable": (found.usable, usable)}, by, halved(why))
        found.usable = usable
        session.flush()
    return found
