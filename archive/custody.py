"""The chain of custody: every move of a dossier or a pack, who moved it, when, from where, to where, why.

A place is typed text, `kind:name`: `position:K01-03-12-B-4-07`, `person:anna`, `desk:receipt`, `sender:云溪大学`,
`transit:机要 20260701`, `unit:…`. An item is where its last event says; the database keeps each chain a path
(an event points at the event before it, and at the place that one ended in).
"""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, String, Text, UniqueConstraint, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from workflow import history
from workflow.clock import now
from workflow.db import Base
from workflow.errors import Conflict, Sentence, sentence
from workflow.models import Case
from workflow.registry import fsck_check

Place = String(200)


class PlaceKind(StrEnum):
    POSITION = "position"  # on a shelf, by its code
    PERSON = "person"  # in somebody's hands, by login or name
    DESK = "desk"  # at a desk or in a room of the office
    SENDER = "sender"  # still (or again) with who sent it
    TRANSIT = "transit"  # on the way, by channel and number
    UNIT = "unit"  # with another keeper or unit


LABELS = {
    PlaceKind.POSITION: "Shelf {name}",
    PlaceKind.PERSON: "With {name}",
    PlaceKind.DESK: "Desk: {name}",
    PlaceKind.SENDER: "Sender: {name}",
    PlaceKind.TRANSIT: "On the way: {name}",
    PlaceKind.UNIT: "Unit: {name}",
}


class CustodyEvent(Base):
    """One move of one dossier or one pack."""

    __tablename__ = "custody_events"
    __table_args__ = (
        CheckConstraint("(dossier_id IS NULL) <> (pack_id IS NULL)", name="one_item"),
        CheckConstraint("(seq = 1) = (from_place IS NULL)", name="first_from_nowhere"),
        CheckConstraint("(seq = 1) = (previous_seq IS NULL)", name="first_has_no_previous"),
        CheckConstraint("previous_seq = seq - 1", name="no_gap"),
        CheckConstraint("seq >= 1", name="counts_from_one"),
        UniqueConstraint("dossier_id", "seq", "to_place"),
        UniqueConstraint("pack_id", "seq", "to_place"),
        UniqueConstraint("dossier_id", "seq"),
        UniqueConstraint("pack_id", "seq"),
        ForeignKeyConstraint(
            ["dossier_id", "previous_seq", "from_place"],
            ["custody_events.dossier_id", "custody_events.seq", "custody_events.to_place"],
            name="dossier_path",
        ),
        ForeignKeyConstraint(
            ["pack_id", "previous_seq", "from_place"],
            ["custody_events.pack_id", "custody_events.seq", "custody_events.to_place"],
            name="pack_path",
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int | None] = mapped_column(ForeignKey("dossiers.id"))
    pack_id: Mapped[int | None] = mapped_column(ForeignKey("packs.id"))
    seq: Mapped[int]
    previous_seq: Mapped[int | None]
    from_place: Mapped[str | None] = mapped_column(Place)
    to_place: Mapped[str] = mapped_column(Place, index=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(60))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    why: Mapped[str] = mapped_column(Text, default="")


class Item(Protocol):
    """A dossier or a pack."""

    __tablename__: str
    id: Mapped[int]


_OWNER = {"dossiers": "dossier_id", "packs": "pack_id"}


def record(
    session: Session, item: Item, to_place: str, by: str, case: Case | None = None, why: str = ""
) -> CustodyEvent:
    """Write that `item` (a dossier or a pack) is now at `to_place`; returns the event.

    Raises ValueError for a place without a known kind and Conflict when somebody moved it at the same moment.
    """
    split(to_place)
    last = _last(session, item)
    event = CustodyEvent(
        **{_OWNER[item.__tablename__]: item.id},
        seq=last.seq + 1 if last else 1,
        previous_seq=last.seq if last else None,
        from_place=last.to_place if last else None,
        to_place=to_place,
        at=now(),
        by=by,
        case_id=case.id if case else None,
        why=why,
    )
    try:
        with session.begin_nested():
            session.add(event)
    except IntegrityError:
        raise Conflict("Someone moved this at the same moment. Look where it is now.") from None
    if case is not None:
        history.record(session, case, by, "moved", item=item.__tablename__, id=item.id, to=to_place, why=why)
    return event


def chain(session: Session, item: Item) -> list[CustodyEvent]:
    """Every move of `item`, oldest first."""
    return list(session.scalars(_of(item).order_by(CustodyEvent.seq)))


def where(session: Session, item: Item) -> str | None:
    """The place `item` is at now, as typed text; None before its first event."""
    last = _last(session, item)
    return last.to_place if last else None


def place(kind: PlaceKind, name: str) -> str:
    """The typed text of a place."""
    return f"{kind}:{name}"[: Place.length]


def split(text: str) -> tuple[PlaceKind, str]:
    """(kind, name) of a typed place; ValueError when it has no known kind."""
    kind, _, name = text.partition(":")
    if not name:
        raise ValueError(f"a place is written kind:name, not {text!r}")
    return PlaceKind(kind), name


def label(text: str) -> Sentence:
    """The place as people read it."""
    kind, name = split(text)
    return sentence(LABELS[kind], name=name)


def _last(session: Session, item: Item) -> CustodyEvent | None:
    return session.scalars(_of(item).order_by(CustodyEvent.seq.desc()).limit(1)).first()


def _of(item: Item) -> Any:
    column = getattr(CustodyEvent, _OWNER[item.__tablename__])
    return select(CustodyEvent).where(column == item.id)


@fsck_check("custody_paths")
def _broken_paths(session: Session) -> Iterator[str]:
    """Each chain counts 1, 2, 3 … and starts every move where the last one ended (invariant I-5)."""
    moves = select(
        CustodyEvent.dossier_id, CustodyEvent.pack_id, CustodyEvent.seq, CustodyEvent.from_place, CustodyEvent.to_place
    ).order_by(CustodyEvent.dossier_id, CustodyEvent.pack_id, CustodyEvent.seq)
    last: tuple[Any, int, str | None] = (None, 0, None)
    for dossier_id, pack_id, seq, from_place, to_place in session.execute(moves):
        item = f"dossier {dossier_id}" if dossier_id else f"pack {pack_id}"
        if item != last[0]:
            last = (item, 0, None)
        if seq != last[1] + 1:
            yield f"The custody chain of {item} jumps from move {last[1]} to move {seq}."
        elif from_place != last[2]:
            yield f"Move {seq} of {item} starts at {from_place}, but the item was at {last[2]}."
        last = (item, seq, to_place)
