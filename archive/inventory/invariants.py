"""What must always hold of counts, whoever wrote the rows."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from archive.dossier_tables import Dossier
from archive.inventory.models import DIFFERENCES, Inventory, InventoryLine, InventoryScan
from archive.statuses import DossierStatus
from workflow.models import Case
from workflow.registry import fsck_check


@fsck_check("counted_while_a_count_runs")
def _frozen(session: Session) -> Iterator[str]:
    """A dossier is being counted exactly because a count that is not over has frozen it."""
    by = select(InventoryLine.dossier_id).join(Inventory, Inventory.case_id == InventoryLine.case_id)
    by = by.join(Case, Case.id == Inventory.case_id).where(InventoryLine.frozen, Case.closed_at.is_(None))
    stuck = select(Dossier.dossier_no).where(
        Dossier.status == DossierStatus.STOCKTAKING, Dossier.id.not_in(by.where(InventoryLine.dossier_id.is_not(None)))
    )
    for number in session.scalars(stuck.order_by(Dossier.id)):
        yield f"Dossier {number} is being counted, but no count has it."


@fsck_check("differences_decided")
def _decided(session: Session) -> Iterator[str]:
    """A count with its report has a decision on every difference."""
    left = (
        select(InventoryLine.label, InventoryLine.case_id)
        .join(Inventory)
        .where(
            Inventory.reported_at.is_not(None), InventoryLine.result.in_(DIFFERENCES), InventoryLine.decision.is_(None)
        )
    )
    for label, case_id in session.execute(left.order_by(InventoryLine.id)):
        yield f"The count of case {case_id} is reported, but nothing was decided about {label}."


@fsck_check("two_people_counted")
def _counters(session: Session) -> Iterator[str]:
    """Nobody stands in both lists of a count."""
    other = aliased(InventoryScan)
    both = (other.case_id == InventoryScan.case_id) & (other.by == InventoryScan.by) & (other.counter == 2)
    asked = select(InventoryScan.case_id, InventoryScan.by).join(other, both).where(InventoryScan.counter == 1)
    for case_id, by in session.execute(asked.distinct().order_by(InventoryScan.case_id, InventoryScan.by)):
        yield f"{by} stands in both lists of the count of case {case_id}."
