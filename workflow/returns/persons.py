"""To whom a step goes that is done once more: to who did it before, if they may; else as drawn.

Who stands behind the step stays behind it: in whose place it was done, and who had prepared it by delegation, whose
answers are filled in.
"""

from sqlalchemy import update
from sqlalchemy.orm import Session

from workflow import cases, rows
from workflow.clock import now
from workflow.identity import User
from workflow.models import TaskCandidate, UserTask
from workflow.tasks import rules


def give_again(session: Session, task: UserTask, earlier: UserTask) -> bool:
    """Give the open task to who did the earlier one, in the same place; who no longer stands in for the other leaves it
    to them. Whether somebody has it."""
    prepared(session, task, earlier.prepared_by)
    if task.assignee is not None:
        return True
    who, principal = earlier.completed_by or "", earlier.on_behalf_of
    return give(session, task, who, principal) or (principal is not None and give(session, task, principal))


def give(session: Session, task: UserTask, name: str, for_: str | None = None) -> bool:
    """Give the open task to this person (`for_`: in whose place), if they are here and may have it; whether it is
    theirs."""
    user = session.get(User, name) if name else None
    if user is None or not user.active:
        return False
    if for_ is not None:
        refused = rules.way(session, task, user, for_)[1]
    else:
        refused = rules.unassignable(session, task, user) if task.assignee != user.name else None
    if refused is not None:
        return False
    rows.change(session, UserTask, task.id, assignee=user.name, claimed_at=now(), on_behalf_of=for_)
    mine = update(TaskCandidate).where(TaskCandidate.task_id == task.id).values(claimed=True)
    session.execute(mine.execution_options(synchronize_session=False))
    cases.show_to(session, task.case_id, people=[user.name])
    return True


def prepared(session: Session, task: UserTask, people: list[str]) -> None:
    """These people's answers are filled in: they stand behind the task whoever completes it."""
    if people:
        rows.change(session, UserTask, task.id, prepared_by=list(dict.fromkeys([*task.prepared_by, *people])))
