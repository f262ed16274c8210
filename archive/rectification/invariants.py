"""What must always hold of corrections of master data, whoever wrote the rows."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.corrections import Correction
from archive.rectification.models import Rectification
from archive.rectification.work import ID_NO
from workflow.registry import fsck_check


@fsck_check("corrections_keep_old_values")
def _kept(session: Session) -> Iterator[str]:
    """Every fact of a correction that was applied has its old value kept, with its case and who decided."""
    asked = select(Rectification).where(Rectification.applied_at.is_not(None)).order_by(Rectification.case_id)
    for each in session.scalars(asked):
        kept = select(Correction.field).where(Correction.case_id == each.case_id)
        fields = {ID_NO if field == "id_sealed" else field for field in session.scalars(kept)}
        for fact in each.facts:
            if fact.field not in fields:
                yield f"Correction {each.case_id} changed {fact.field}, but what it said before is not kept."
