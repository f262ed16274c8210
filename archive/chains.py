"""What a reader may see of a dossier's way: its chain of custody, the cases it was in, what was changed about it.

A reading that is shielded (discipline, courts) is known to those who oversee readings only: to all others its moves
stand in the chain with their moments, so that the chain has no gap, but without place, person, case and reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from archive import corrections, custody, dossiers
from archive.corrections import Correction
from archive.custody import CustodyEvent, Item
from archive.dossier_tables import Dossier, StatusChange
from archive.packs.models import Pack
from archive.reading.grants import OVERSEE
from archive.reading.models import ReadingRequest
from workflow import cases
from workflow.identity import User
from workflow.models import Case, CaseKey

HIDDEN = "?"  # instead of a place that is not to be seen
LATEST = 40  # entries of a history on one page


@dataclass(frozen=True)
class Link:
    """One move as a reader sees it; `seq` counts through the whole chain, `under` is the number it went under then (of
    its pack, of the dossier). `shielded`: places, person, case and reason are not to be seen. `case`: None also when
    the reader may not see it (`other_case` then)."""

    seq: int
    under: str
    at: datetime
    by: str
    from_place: str | None
    to_place: str
    why: str
    case: Case | None
    other_case: bool
    shielded: bool


@dataclass(frozen=True)
class Entry:
    """One thing that became otherwise: the status (`before` > `after`), or a field whose old value was `before`."""

    at: datetime
    by: str
    field: str
    before: str
    after: str
    why: str
    count: int = 1  # of fields changed at once


@dataclass(frozen=True)
class Move:
    """One move of the whole way: what was written down, and the number the thing went under."""

    event: CustodyEvent
    under: str
    from_place: str | None


def links(session: Session, item: Item, user: User) -> list[Link]:
    """The chain of custody of a dossier or pack, oldest first, as `user` may see it: a dossier's with the way its pack
    came and with its earlier records, here or at another office of this house."""
    moves = whole(session, item)
    events = [move.event for move in moves]
    seen = _seen(session, events, user)
    hidden = _shielded(session, [event.case_id for event in events], user)
    veiled = {n for n, event in enumerate(events) if event.case_id in hidden and _is_telling(event.to_place)}
    return [_link(n, move, seen, move.event.case_id in hidden, veiled) for n, move in enumerate(moves)]


def whole(session: Session, item: Item) -> list[Move]:
    """Every move, under all the numbers it went under. A stretch begins where the one before ended, unless that one
    ended on a shelf: nothing leaves a shelf unsaid, so that would be a gap."""
    moves: list[Move] = []
    for under, events in _stretches(session, item):
        for event in events:
            moves.append(Move(event, under, event.from_place or _handed_on(moves)))
    return moves


def _handed_on(moves: Sequence[Move]) -> str | None:
    last = moves[-1].event.to_place if moves else None
    return None if last is None or custody.split(last)[0] is custody.PlaceKind.POSITION else last


def _stretches(session: Session, item: Item) -> list[tuple[str, list[CustodyEvent]]]:
    """(number, moves) of each record, oldest first."""
    if not isinstance(item, Dossier):
        return [(item.tracking_no if isinstance(item, Pack) else "", custody.chain(session, item))]
    before = session.get(Dossier, item.previous_id) if item.previous_id else None
    own = custody.chain(session, item)
    earlier = _stretches(session, before) if before is not None else _arrival(session, item, own)
    return [*earlier, (item.dossier_no, own)]


def _arrival(session: Session, dossier: Dossier, own: Sequence[CustodyEvent]) -> list[tuple[str, list[CustodyEvent]]]:
    """The way of the pack it came in, to where the dossier was registered."""
    same = (Pack.dossier_id == dossier.id, Pack.case_id == own[0].case_id) if own else ()
    pack = session.scalars(select(Pack).where(*same)).first() if same else None
    moves = custody.chain(session, pack) if pack else []
    here = [n for n, move in enumerate(moves) if move.to_place == own[0].to_place]
    return [(pack.tracking_no, moves[: here[-1] + 1])] if pack and here else []


def first_gap(chain: Sequence[Link]) -> int | None:
    """The number of the first move that does not begin where the one before ended; None when there is no gap. The
    database keeps chains whole; a printed one says that somebody looked."""
    place: str | None = None
    for number, link in enumerate(chain, start=1):
        if link.seq != number or link.from_place != place:
            return number
        place = link.to_place
    return None


def place_now(chain: Sequence[Link]) -> Link | None:
    """The last move: where it is."""
    return chain[-1] if chain else None


def matters(session: Session, dossier: Dossier, user: User) -> list[Case]:
    """The cases the dossier came by, was moved or is named in, newest first, as far as the reader may see them."""
    of_it = (
        select(CustodyEvent.case_id).where(CustodyEvent.dossier_id == dossier.id),
        select(Pack.case_id).where(Pack.dossier_id == dossier.id),
        select(CaseKey.case_id).where(CaseKey.key == cases.normal(dossier.dossier_no)),
    )
    query = cases.visible(session, user).where(or_(Case.id == dossier.held_by_case_id, *map(Case.id.in_, of_it)))
    return list(session.scalars(query.order_by(Case.id.desc())))


def history(session: Session, dossier: Dossier, user: User) -> list[Entry]:
    """What became otherwise, newest first, at most LATEST entries; several fields changed at once are one."""
    changes = dossiers.status_changes(session, dossier)
    kept = corrections.of(session, dossier)
    hidden = _shielded(session, [*(each.case_id for each in changes), *(each.case_id for each in kept)], user)
    entries = [_of_status(each) for each in changes if each.case_id not in hidden]
    entries += _of_fields([each for each in kept if each.case_id not in hidden])
    entries.sort(key=lambda each: each.at)
    return entries[: -LATEST - 1 : -1]


def _seen(session: Session, moves: Sequence[CustodyEvent], user: User) -> dict[int, Case]:
    wanted = {move.case_id for move in moves if move.case_id is not None}
    if not wanted:
        return {}
    return {case.id: case for case in session.scalars(cases.visible(session, user).where(Case.id.in_(wanted)))}


def _shielded(session: Session, case_ids: Sequence[int | None], user: User) -> set[int]:
    """Which of these cases are readings this reader may not know of."""
    wanted = {each for each in case_ids if each is not None}
    if not wanted or user.may(OVERSEE):
        return set()
    asked = select(ReadingRequest.case_id).where(ReadingRequest.case_id.in_(wanted), ReadingRequest.shielded)
    return set(session.scalars(asked))


def _is_telling(place: str) -> bool:
    """Whether a place says who reads: not a shelf or a desk of the house."""
    return custody.split(place)[0] not in (custody.PlaceKind.POSITION, custody.PlaceKind.DESK)


def _link(number: int, move: Move, seen: dict[int, Case], shielded: bool, veiled: set[int]) -> Link:
    event = move.event
    case = None if event.case_id is None or shielded else seen.get(event.case_id)
    return Link(
        seq=number + 1,
        under=move.under,
        at=event.at,
        by="" if shielded else event.by,
        from_place=HIDDEN if number - 1 in veiled else move.from_place,
        to_place=HIDDEN if number in veiled else event.to_place,
        why="" if shielded else event.why,
        case=case,
        other_case=event.case_id is not None and case is None,
        shielded=shielded,
    )


def _of_status(change: StatusChange) -> Entry:
    return Entry(change.at, change.by, "status", change.from_status or "", change.to_status, change.why)


def _of_fields(kept: Sequence[Correction]) -> list[Entry]:
    """A row for each field of the dossier; a catalogue saved is one row, however many cells."""
    found: dict[tuple[datetime, str, str], Entry] = {}
    for each in kept:
        field = each.field.partition(".")[0]
        key = (each.corrected_at, each.corrected_by, field)
        count = found[key].count + 1 if key in found else 1
        before = each.old_value or "" if count == 1 and "." not in each.field else ""
        found[key] = Entry(each.corrected_at, each.corrected_by, field, before, "", each.why, count)
    return list(found.values())
