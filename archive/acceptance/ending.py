"""An acceptance whose case ended before its time (cancelled, or stopped by a fault): nothing was accepted."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.acceptance.models import Acceptance, AcceptanceStatus
from workflow.clock import now
from workflow.registry import on_case_over


@on_case_over("acceptance")
def end(session: Session, case_id: int) -> None:
    """Nothing waits to be accepted in a matter that is over."""
    found = session.scalars(select(Acceptance).where(Acceptance.case_id == case_id)).first()
    if found is not None and found.status is AcceptanceStatus.OPEN:
        found.status, found.decided_at = AcceptanceStatus.REFUSED, now()
