"""What two counters saw against what was expected; what agrees is given free at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from archive import storage
from archive.custody import CustodyEvent, PlaceKind, place
from archive.dossier_tables import Dossier
from archive.inventory.models import DIFFERENCES, Inventory, InventoryLine, InventoryScan, Result
from archive.inventory.planning import move_frozen
from archive.inventory.work import counts, differences, inventory_of, rows
from archive.statuses import DossierStatus
from workflow.clock import now
from workflow.registry import Work, service_task

STANDING = frozenset({DossierStatus.IN_STORE, DossierStatus.STOCKTAKING, DossierStatus.SEALED, DossierStatus.LEAVING})
OUT = {DossierStatus.LENT: Result.ON_LOAN, DossierStatus.SCANNING: Result.SCANNING}
SHELF = place(PlaceKind.POSITION, "")


@dataclass(frozen=True)
class Seen:
    """What was scanned of one label: by how many, on which position ("": none scanned), what looked damaged."""

    by: int
    position: str
    damage: str


@service_task("inventory.compare")
def compare(session: Session, work: Work) -> Mapping[str, Any]:
    """Both lists against the expected one. Returns differing (how many), and what agrees is no longer frozen."""
    inventory = inventory_of(session, work)
    if inventory.compared_at is None:
        seen, moved = _seen(session, inventory), _moved(session, inventory)
        known = {each.label: each for each in session.scalars(_lines(inventory))}
        _add_strangers(session, inventory, seen, known)
        changes = [_judged(line, seen.get(line.label), moved.get(line.dossier_id or 0)) for line in known.values()]
        session.execute(update(InventoryLine), changes)
        inventory.compared_at = now()
        session.flush()  # the freeze asks for it
        session.expire_all()
        free = InventoryLine.result.not_in(DIFFERENCES)
        move_frozen(session, inventory, DossierStatus.STOCKTAKING, DossierStatus.IN_STORE, "counted", free)
    found = differences(session, inventory)
    figures = {f"n_{result.value}": number for result, number in counts(session, inventory).items()}
    return {"differing": len(found), "difference_rows": rows(found[:100]), **figures}


def result_of(was: DossierStatus | None, home: str, seen: Seen | None, moved: bool) -> Result:
    """The result of one dossier: `was` its status when the scope froze (None: not expected there), `moved`: its custody
    says it came or went during the count."""
    if seen is None:
        if was in OUT:
            return OUT[was]
        return Result.AWAY if moved or was not in STANDING else Result.MISSING
    if was not in STANDING and not moved:
        return Result.UNEXPECTED
    if seen.by == 1 and not moved:
        return Result.DISPUTED
    if seen.damage:
        return Result.DAMAGED
    return Result.MISPLACED if seen.position and seen.position != home else Result.PRESENT


def _lines(inventory: Inventory) -> Any:
    return select(InventoryLine).where(InventoryLine.case_id == inventory.case_id)


def _seen(session: Session, inventory: Inventory) -> dict[str, Seen]:
    """By label. Where the two scanned different positions, the one that is not its home stands in the later line."""
    scans = select(InventoryScan).where(InventoryScan.case_id == inventory.case_id).order_by(InventoryScan.counter)
    homes = dict(session.execute(select(InventoryLine.label, InventoryLine.home).where(
        InventoryLine.case_id == inventory.case_id)).all())  # fmt: skip
    found: dict[str, Seen] = {}
    for scan in session.scalars(scans):
        before = found.get(scan.label, Seen(0, "", ""))
        elsewhere = [each for each in (before.position, scan.position) if each and each != homes.get(scan.label)]
        position = elsewhere[0] if elsewhere else before.position or scan.position
        found[scan.label] = Seen(before.by + 1, position, before.damage or scan.damage)
    return found


def _moved(session: Session, inventory: Inventory) -> dict[int, datetime]:
    """The dossiers that came to a shelf or left one since the scope froze, with the last time."""
    shelf = or_(CustodyEvent.from_place.startswith(SHELF), CustodyEvent.to_place.startswith(SHELF))
    asked = select(CustodyEvent.dossier_id, func.max(CustodyEvent.at)).where(
        CustodyEvent.at > inventory.frozen_at, CustodyEvent.dossier_id.is_not(None), shelf
    )
    return dict(session.execute(asked.group_by(CustodyEvent.dossier_id)).all())


def _add_strangers(
    session: Session, inventory: Inventory, seen: Mapping[str, Seen], known: dict[str, InventoryLine]
) -> None:
    """A line for what was seen and not expected; a label nobody knows is one, too."""
    for label in sorted(set(seen) - set(known)):
        dossier = session.scalars(select(Dossier).where(Dossier.dossier_no == label)).first()
        home = storage.home(session, dossier) if dossier else None
        line = InventoryLine(
            case_id=inventory.case_id, label=label, dossier_id=dossier.id if dossier else None, home=home or ""
        )
        session.add(line)
        known[label] = line
    session.flush()  # the results are written by their ids


def _judged(line: InventoryLine, seen: Seen | None, moved_at: datetime | None) -> dict[str, Any]:
    """The line as it is written after the comparison."""
    result = result_of(line.was, line.home, seen, moved_at is not None)
    return {
        "id": line.id,
        "result": result,
        "found_at": seen.position if seen else "",
        "damage": seen.damage if seen else "",
        "moved_at": moved_at,
    }
