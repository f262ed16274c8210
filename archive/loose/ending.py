"""A list of loose papers whose case ended before its time (cancelled, or stopped by a fault) is over."""

from sqlalchemy.orm import Session

from archive.loose.models import LooseList, PaperState
from workflow.clock import now
from workflow.registry import on_case_over

WHY = "事项提前终止，材料退回"


@on_case_over("loose")
def end(session: Session, case_id: int) -> None:
    """Papers that lie in the folder go back to who sent them; those that are materials of the dossier stay there."""
    sent = session.get(LooseList, case_id)
    if sent is None or sent.ended_at is not None:
        return
    sent.ended_at = now()
    for paper in sent.papers:
        if paper.material_id is not None:
            paper.state = PaperState.FILED
        elif paper.state is not PaperState.REFUSED:
            paper.state, paper.why = PaperState.REFUSED, WHY
