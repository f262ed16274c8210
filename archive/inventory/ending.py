"""The freeze of a count goes with its case, however that ended."""

from sqlalchemy.orm import Session

from archive.inventory.models import Inventory
from archive.inventory.planning import move_frozen
from archive.statuses import DossierStatus
from workflow.clock import now
from workflow.registry import on_case_over


@on_case_over("inventory")
def end(session: Session, case_id: int) -> None:
    """What the count still has frozen is in store again: it has never left its shelf."""
    inventory = session.get(Inventory, case_id)
    if inventory is None:
        return
    move_frozen(session, inventory, DossierStatus.STOCKTAKING, DossierStatus.IN_STORE, "count over")
    inventory.ended_at = inventory.ended_at or now()
