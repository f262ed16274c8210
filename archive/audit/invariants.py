"""What must always hold of special audits, whoever wrote the rows."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.audit.filing import CODE
from archive.audit.models import Audit, AuditItem
from archive.dossier_tables import Dossier
from archive.materials.models import Material, MaterialState
from archive.statuses import AuditStatus
from workflow.registry import fsck_check


@fsck_check("audits_filed_to_class_5")
def _filed(session: Session) -> Iterator[str]:
    """The sheet of a finished audit is a material of its dossier, while kept in class 5; no doubt is left open."""
    asked = select(Audit, Material).join(Material, Material.id == Audit.material_id)
    for audit, sheet in session.execute(asked.order_by(Audit.case_id)):
        kept_elsewhere = sheet.state is MaterialState.KEPT and sheet.code != CODE
        if sheet.dossier_id != audit.dossier_id or kept_elsewhere:
            yield f"The sheet of audit {audit.number} does not stand in class 5 of its dossier."
        if any(each.is_open for each in audit.items):
            yield f"Audit {audit.number} is over, but a doubt is open."


@fsck_check("audits_of_own_records")
def _own(session: Session) -> Iterator[str]:
    """The earliest record of an item stands in a material of the dossier audited."""
    asked = select(AuditItem, Audit).join(Audit, Audit.case_id == AuditItem.case_id)
    asked = asked.join(Material, Material.id == AuditItem.material_id).where(Material.dossier_id != Audit.dossier_id)
    for item, audit in session.execute(asked.order_by(AuditItem.id)):
        yield f"Item {item.item} of audit {audit.case_id} is recorded in a material of another dossier."


@fsck_check("audited_by_an_audit")
def _auditing(session: Session) -> Iterator[str]:
    """A dossier is being audited only while an audit of it runs."""
    running = select(Audit.dossier_id).where(Audit.ended_at.is_(None))
    asked = select(Dossier.dossier_no).where(Dossier.audit_status == AuditStatus.AUDITING, Dossier.id.not_in(running))
    for number in session.scalars(asked.order_by(Dossier.id)):
        yield f"Dossier {number} is said to be audited, but no audit of it runs."
