"""To whom a step goes that is done once more: to who did it before, if they may; else as drawn."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from workflow import cases, rows
from workflow.clock import now
from workflow.identity import User
from workflow.models import TaskCandidate, UserTask
from workflow.tasks import rules


def give(session: Session, task: UserTask, name: str) -> bool:
    """Give the open task to this person, if they are here and may have it; whether it is theirs."""
    user = session.get(User, name) if name else None
    if user is None or not user.active:
        return False
    if task.assignee != user.name and rules.unassignable(session, task, user) is not None:
        return False
    rows.change(session, UserTask, task.id, assignee=user.name, claimed_at=now())
    mine = update(TaskCandidate).where(TaskCandidate.task_id == task.id).values(claimed=True)
    session.execute(mine.execution_options(synchronize_session=False))
    cases.show_to(session, task.case_id, people=[user.name])
    return True
