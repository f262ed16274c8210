"""Steps done once more: what returns name is there, and what hangs on a step hangs on an open one."""

from collections.abc import Iterator

from sqlalchemy import and_, exists, select
from sqlalchemy.orm import Session, aliased

from workflow.models import Return, SupersededTask, UserTask
from workflow.registry import fsck_check
from workflow.statuses import TaskKind, TaskStatus


@fsck_check("beside")
def beside(session: Session) -> Iterator[str]:
    """What stands open beside the process hangs on an open task; every correction was asked for."""
    parent = aliased(UserTask)
    hung = (UserTask.status == TaskStatus.OPEN, UserTask.parent_id.is_not(None))
    query = select(UserTask.id, UserTask.name).join(parent, parent.id == UserTask.parent_id)
    for row in session.execute(query.where(*hung, parent.status != TaskStatus.OPEN)):
        yield f"Task {row.id} “{row.name}” is open, but the task it hangs on has ended."
    asked: dict[tuple[int, str], int] = {}
    for row in session.execute(select(Return.id, Return.instance_id, Return.tokens)):
        asked |= {(row.instance_id, token_id): row.id for token_id in row.tokens}
    corrections = select(UserTask.id, UserTask.name, UserTask.instance_id, UserTask.token_id)
    for row in session.execute(corrections.where(UserTask.kind == TaskKind.CORRECTION)):
        if (row.instance_id, row.token_id) not in asked:
            yield f"Task {row.id} “{row.name}” is a correction nobody asked for."


@fsck_check("rounds")
def rounds(session: Session) -> Iterator[str]:
    """Only what was completed was made void, by a return of its own case; a step beside the process has no token."""
    query = select(UserTask.id, UserTask.name).join(SupersededTask, SupersededTask.task_id == UserTask.id)
    for row in session.execute(query.where(UserTask.status != TaskStatus.COMPLETED)):
        yield f"Task {row.id} “{row.name}” was made void, but it was never completed."
    foreign = query.join(Return, Return.id == SupersededTask.return_id).where(Return.case_id != UserTask.case_id)
    for row in session.execute(foreign):
        yield f"Task {row.id} “{row.name}” was made void by a return of another case."
    waiting = exists().where(and_(UserTask.id == Return.task_id, UserTask.case_id != Return.case_id))
    for return_id in session.scalars(select(Return.id).where(waiting)):
        yield f"Return {return_id} was made from a task of another case."
