"""A sorting whose case ended before its time (cancelled, or stopped by a fault) is over, too."""

from sqlalchemy.orm import Session

from archive import dossiers
from archive.sorting.models import Sorting
from archive.statuses import SortStatus
from workflow import history
from workflow.clock import now
from workflow.registry import on_case_over


@on_case_over("sorting")
def end(session: Session, case_id: int) -> None:
    """Its dossier may be sorted by another case; half sorted, it waits in the queue again."""
    sorting = session.get(Sorting, case_id)
    if sorting is None or sorting.ended_at is not None:
        return
    sorting.ended_at = now()
    if sorting.dossier.sort_status is SortStatus.SORTING:
        queued = {"sort_status": SortStatus.QUEUED}
        dossiers.update_facts(session, sorting.dossier, queued, history.SYSTEM, sorting.case, "sorting ended early")
