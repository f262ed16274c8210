"""A matter of loss whose case ended before its time is stopped; another one may begin."""

from sqlalchemy.orm import Session

from archive.losses.models import Loss, Resolution
from workflow.clock import now
from workflow.registry import on_case_over


@on_case_over("losses")
def end(session: Session, case_id: int) -> None:
    """What is missing stays missing; the hold goes with the case."""
    loss = session.get(Loss, case_id)
    if loss is not None and loss.ended_at is None:
        loss.resolution, loss.ended_at = Resolution.STOPPED, now()
