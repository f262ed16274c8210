"""Who looks on at an open task without being offered it: the groups and people who may see its case.

So that what waits for others is read from one short index, as the groups' queue is, and not looked for among all
open tasks or all cases there ever were. The rows go when the task ends.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Integer, Select, and_, func, literal, select, union_all
from sqlalchemy.dialects.postgresql import insert  # both databases say "or else" in the same words
from sqlalchemy.orm import Session

from workflow import rows
from workflow.db import Moment
from workflow.models import FAR, CaseGroup, CasePerson, TaskCandidate, TaskOnlooker, UserTask
from workflow.registry import fsck_check
from workflow.statements import Given, Statement
from workflow.statuses import TaskStatus

EVERYONE = "everyone"  # who may read all cases looks on at every open task


def keep_up(session: Session, case_id: int) -> None:
    """The case has new tasks, or others may see it: have its open tasks looked on at by all who may."""
    rows.write(session, _LOOK_ON(case_id=case_id))


def _all_who_may(*open_: Any) -> list[Select[Any]]:
    """(task, onlooker, due) for every task of which `open_` says that it is, and everybody who may see it and is not
    offered it."""
    due = func.coalesce(UserTask.due_at, literal(FAR, Moment()), type_=Moment())
    everyone = select(UserTask.id, literal(EVERYONE), due)
    others = [_of(table, name, due) for table, name in ((CaseGroup, "group"), (CasePerson, "user"))]
    return [each.where(*open_) for each in (everyone, *others)]


def _of(table: Any, kind: str, due: Any) -> Select[Any]:
    name = literal(f"{kind}:") + (table.group_key if table is CaseGroup else table.user_name)
    offered = select(TaskCandidate.task_id).where(TaskCandidate.task_id == UserTask.id, TaskCandidate.candidate == name)
    query = select(UserTask.id, name, due).join(table, table.case_id == UserTask.case_id)
    return query.where(~offered.exists())


def _look_on(cases: Sequence[Given]) -> Any:
    """Of one case, however many tasks it has had, the open ones by the index of both. Several are a list that is begun:
    all its tasks, told apart by `ended_at`, which is empty just as long as a task is open (by the status SQLite would
    take all that are open for fewer than those of several cases, and look through them)."""
    first, *more = [case("case_id", Integer()) for case in cases]
    those = UserTask.case_id.in_([first, *more]) if more else UserTask.case_id == first
    open_ = UserTask.ended_at.is_(None) if more else UserTask.status == TaskStatus.OPEN
    new, found = insert(TaskOnlooker), union_all(*_all_who_may(those, open_))
    return new.from_select(["task_id", "onlooker", "due_at"], found).on_conflict_do_update(
        index_elements=["task_id", "onlooker"],
        set_={"due_at": new.excluded.due_at},
        where=TaskOnlooker.due_at != new.excluded.due_at,
    )


_LOOK_ON = Statement(_look_on)


@fsck_check("onlookers")
def _all_look_on(session: Session) -> Iterator[str]:
    """Everybody who may see an open task without being offered it looks on at it; nobody does at an ended one."""
    wanted = union_all(*_all_who_may(UserTask.status == TaskStatus.OPEN)).subquery()
    task_id, name, due = wanted.c
    there = and_(TaskOnlooker.task_id == task_id, TaskOnlooker.onlooker == name, TaskOnlooker.due_at == due)
    missing = select(task_id, name).where(~select(TaskOnlooker.task_id).where(there).exists())
    for task, onlooker in session.execute(missing.order_by(task_id, name)):
        yield f"Task {task} is not seen by {onlooker}, who may see its case."
    ended = select(TaskOnlooker.task_id, TaskOnlooker.onlooker).join(UserTask, UserTask.id == TaskOnlooker.task_id)
    for task, onlooker in session.execute(ended.where(UserTask.status != TaskStatus.OPEN)):
        yield f"Task {task} is not open, but {onlooker} looks on."
