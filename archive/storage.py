"""The storeroom: positions 库-列-柜-面-层-位 (`K01-03-12-B-4-07`) and the slots in them.

A position of capacity n is n slot rows; a dossier's home is the one slot that names it. So no slot ever holds two, no
position holds more than its slots, and no dossier has two homes: the database cannot write it otherwise. A dossier
that is lent or at work keeps its home; one that left the house gives it up.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from archive import columns, custody, dossiers
from archive.custody import PlaceKind
from archive.dossier_tables import Dossier
from archive.refusals import wrong
from archive.scans import normalise
from archive.statuses import ENDED, DossierStatus
from workflow.db import Base
from workflow.errors import NotFound
from workflow.models import Case

CODE = re.compile(r"(?P<room>[A-Z]\d{2})-(\d{2})-(\d{2})-([A-Z])-(\d)-(\d{2})")
_BARE = re.compile(r"([A-Z]\d{2})(\d{2})(\d{2})([A-Z])(\d)(\d{2})")


class Room(Base):
    """A storeroom (库)."""

    __tablename__ = "rooms"
    code: Mapped[str] = mapped_column(columns.code(10), primary_key=True)  # "K01"
    name: Mapped[str] = mapped_column(String(120))


class Position(Base):
    """A place on a shelf; the order of codes is the order one walks by."""

    __tablename__ = "positions"
    __table_args__ = (CheckConstraint("capacity >= 1", name="holds_one_at_least"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(columns.code(40), unique=True)
    room_code: Mapped[str] = mapped_column(ForeignKey("rooms.code"), index=True)
    capacity: Mapped[int]
    usable: Mapped[bool] = mapped_column(default=True)  # False: damaged, reserved


class PositionSlot(Base):
    """One of the `capacity` slots of a position, and the dossier whose home it is."""

    __tablename__ = "position_slots"
    __table_args__ = (
        CheckConstraint("slot >= 1", name="counts_from_one"),
        Index(
            "ix_position_slots_free",
            "position_id",
            sqlite_where=text("dossier_id IS NULL"),
            postgresql_where=text("dossier_id IS NULL"),
        ),
    )
    position_id: Mapped[int] = mapped_column(ForeignKey("positions.id"), primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    dossier_id: Mapped[int | None] = mapped_column(ForeignKey("dossiers.id"), unique=True)


@dataclass(frozen=True)
class Shelves:
    """What a room is furnished with: every row has `cabinets` cabinets with these sides, layers and places."""

    rows: int
    cabinets: int
    layers: int
    places: int
    sides: str = "AB"
    capacity: int = 1

    def codes(self, room: str) -> Iterator[str]:
        for row in range(1, self.rows + 1):
            for cabinet in range(1, self.cabinets + 1):
                for side in self.sides:
                    for layer in range(1, self.layers + 1):
                        for place in range(1, self.places + 1):
                            yield f"{room}-{row:02d}-{cabinet:02d}-{side}-{layer}-{place:02d}"


def furnish(session: Session, room: str, name: str, shelves: Shelves) -> int:
    """Make a room and its positions; positions that exist are left alone. Returns how many were made.

    Raises Invalid when the room's code or a number of pieces does not fit into a position code.
    """
    room = normalise(room)
    if not CODE.fullmatch(f"{room}-01-01-A-1-01"):
        raise wrong("room", "A room's code is a letter and two digits, like K01.")
    if max(shelves.rows, shelves.cabinets, shelves.places) > 99 or shelves.layers > 9:
        raise wrong("room", "At most 99 rows, cabinets and places and 9 layers fit into a position code.")
    session.merge(Room(code=room, name=name))
    session.flush()
    known = set(session.scalars(select(Position.code).where(Position.room_code == room)))
    fresh = [
        Position(code=code, room_code=room, capacity=shelves.capacity)
        for code in shelves.codes(room)
        if code not in known
    ]
    session.add_all(fresh)
    session.flush()  # the slots need the positions' ids
    slots = [{"position_id": made.id, "slot": slot} for made in fresh for slot in range(1, made.capacity + 1)]
    if slots:
        session.execute(PositionSlot.__table__.insert(), slots)
    return len(fresh)


def code_of(scanned: str, field: str = "position") -> str:
    """A position code as it is stored, from what was scanned or typed (hyphens may be missing); raises Invalid."""
    found = normalise(scanned)
    if bare := _BARE.fullmatch(found.replace("-", "")):
        found = "-".join(bare.groups())
    if not CODE.fullmatch(found):
        raise wrong(field, "“{code}” is not a position code; one looks like K01-03-12-B-4-07.", code=found[:40])
    return found


def free_positions(
    session: Session, room: str | None = None, near: str | None = None, limit: int = 20
) -> list[Position]:
    """Usable positions with a free slot: the nearest to `near` by code, else in walking order."""
    empty = select(PositionSlot.position_id).where(PositionSlot.dossier_id.is_(None))  # listed once, by its own index
    free = select(Position).where(Position.usable, Position.id.in_(empty))
    if room:
        free = free.where(Position.room_code == normalise(room))
    if not near:
        return list(session.scalars(free.order_by(Position.code).limit(limit)))
    start = code_of(near)
    after = session.scalars(free.where(Position.code >= start).order_by(Position.code).limit(limit))
    before = session.scalars(free.where(Position.code < start).order_by(Position.code.desc()).limit(limit))
    return sorted([*after, *before], key=lambda position: _distance(position.code, start))[:limit]


def shelve(
    session: Session, dossier: Dossier, position: str, by: str, case: Case | None = None, why: str = "shelved"
) -> Position:
    """Put the dossier on a position (as scanned): its home from now on; its status becomes in store.

    Raises Invalid beside `position` when there is no such position, or no room on it; Conflict as change_status.
    """
    code = code_of(position)
    found = session.scalars(select(Position).where(Position.code == code)).first()
    if found is None:
        raise wrong("position", "There is no position {code}.", code=code)
    with session.begin_nested():  # refused half way, the dossier keeps its old home
        if home(session, dossier) != code:
            _occupy(session, dossier, found)
        if dossier.status is not DossierStatus.IN_STORE:
            dossiers.change_status(session, dossier, DossierStatus.IN_STORE, by, case, why)
    place = custody.place(PlaceKind.POSITION, code)
    if custody.where(session, dossier) != place:
        custody.record(session, dossier, place, by, case, why)
    return found


def take_out(
    session: Session,
    dossier: Dossier,
    to_place: str,
    status: DossierStatus,
    by: str,
    case: Case | None = None,
    why: str = "",
) -> None:
    """Take the dossier to `to_place` (typed text, see archive.custody) and give it `status`.

    Its home is kept unless it leaves the house for good. Raises Conflict as change_status.
    """
    dossiers.change_status(session, dossier, status, by, case, why)
    custody.record(session, dossier, to_place, by, case, why)
    if dossier.status in ENDED:
        vacate(session, dossier)


def vacate(session: Session, dossier: Dossier) -> None:
    """Give up the dossier's home."""
    session.execute(_slots_of(dossier).values(dossier_id=None))


def home(session: Session, dossier: Dossier) -> str | None:
    """The code of the position that is the dossier's home, wherever it is now."""
    query = select(Position.code).join(PositionSlot).where(PositionSlot.dossier_id == dossier.id)
    return session.scalars(query).first()


def homes(session: Session, dossier_ids: Iterable[int]) -> dict[int, str]:
    """The homes of several dossiers by their ids; those without one are left out."""
    query = select(PositionSlot.dossier_id, Position.code).join(Position, Position.id == PositionSlot.position_id)
    return dict(session.execute(query.where(PositionSlot.dossier_id.in_(list(dossier_ids)))).all())


def on_position(session: Session, position: str, *seen: ColumnElement[bool]) -> list[Dossier]:
    """The dossiers whose home is this position; `seen`: of those that are (archive.sight). Raises NotFound."""
    code = code_of(position)
    found = session.scalars(select(Position).where(Position.code == code)).first()
    if found is None:
        raise NotFound("There is no position {code}.", code=code)
    query = select(Dossier).join(PositionSlot).where(PositionSlot.position_id == found.id, *seen)
    return list(session.scalars(query.order_by(PositionSlot.slot)))


def _occupy(session: Session, dossier: Dossier, position: Position) -> None:
    """Take a free slot. The database chooses between two who want the last one."""
    if not position.usable:
        raise wrong("position", "Position {code} is not in use.", code=position.code)
    session.execute(select(Position.id).where(Position.id == position.id).with_for_update())  # one after the other
    free = select(PositionSlot.slot).where(PositionSlot.position_id == position.id, PositionSlot.dossier_id.is_(None))
    chosen = session.scalars(free.order_by(PositionSlot.slot).limit(1)).first()
    if chosen is None:
        raise wrong("position", "Position {code} is full. Choose another one.", code=position.code)
    vacate(session, dossier)
    session.execute(
        update(PositionSlot)
        .where(PositionSlot.position_id == position.id, PositionSlot.slot == chosen)
        .values(dossier_id=dossier.id)
    )


def _slots_of(dossier: Dossier) -> Any:
    return update(PositionSlot).where(PositionSlot.dossier_id == dossier.id)


def _distance(code: str, start: str) -> tuple[int, ...]:
    """How far two codes are apart, part by part: another room is farther than another cabinet."""
    parts = zip(code.split("-"), start.split("-"), strict=True)
    return tuple(abs(_number(one) - _number(other)) for one, other in parts)


def _number(part: str) -> int:
    return int(part) if part.isdecimal() else int.from_bytes(part.encode())
