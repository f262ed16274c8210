"""Who may write a dossier's catalogue now: while a case holds the dossier, who has a step of it in hand at which the
papers are worked on; else who keeps catalogues up."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.dossier_tables import Dossier
from archive.statuses import SortStatus
from workflow.errors import NotAllowed
from workflow.identity import User
from workflow.models import Case, UserTask
from workflow.statuses import TaskStatus

KEEP_UP = "dossiers.catalogue"
WORKBENCHES: set[tuple[str, str]] = set()  # (process, step) at which papers are worked on


def workbench(process_key: str, *activities: str) -> None:
    """Say that at these steps of a process whoever has the task in hand works on the papers of the dossier it holds."""
    WORKBENCHES.update((process_key, activity) for activity in activities)


def task_of(session: Session, dossier: Dossier, user: User) -> UserTask | None:
    """The task the user has in hand for which this dossier's papers are on their desk; None without one."""
    if dossier.held_by_case_id is None:
        return None
    mine = select(UserTask).where(
        UserTask.case_id == dossier.held_by_case_id, UserTask.assignee == user.name, UserTask.status == TaskStatus.OPEN
    )
    found = session.scalars(mine.order_by(UserTask.id))
    return next((task for task in found if (task.process_key, task.activity_id) in WORKBENCHES), None)


def may(session: Session, dossier: Dossier, user: User) -> bool:
    """Whether the user may write this catalogue now."""
    if dossier.held_by_case_id is not None:
        return task_of(session, dossier, user) is not None
    return user.may(KEEP_UP)


def needs_reason(dossier: Dossier) -> bool:
    """Whether a change of this catalogue must say why: the dossier is sorted, and no case has it in hand."""
    return dossier.held_by_case_id is None and dossier.sort_status is SortStatus.SORTED


def case_of(session: Session, dossier: Dossier, user: User) -> Case | None:
    """The case in which the user writes the catalogue, None outside any. Raises NotAllowed."""
    if not may(session, dossier, user):
        if dossier.held_by_case_id is None:
            raise NotAllowed("You may read this catalogue, but not change it.")
        raise NotAllowed("Only who has the dossier in hand for this case may change its catalogue.")
    return session.get(Case, dossier.held_by_case_id) if dossier.held_by_case_id is not None else None
