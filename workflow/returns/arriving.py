"""A process comes to a step once more: its tasks go to who did them before, the return knows them."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import engine, history, instances, operations, rows
from workflow.identity import User
from workflow.models import ProcessInstance, Return, UserTask
from workflow.returns.persons import give_again
from workflow.returns.problems import CannotGoBack
from workflow.statuses import TaskStatus


def arrive(
    session: Session, made: Return, instance: ProcessInstance, step: engine.Step, before: Sequence[UserTask], user: User
) -> None:
    """Settle the step of a return; `before` are the tasks in which it was done. Raises CannotGoBack."""
    there = {each.id for each in _open_at(session, instance, made.activity_id)}
    try:
        instances.settle(session, instance, step, history.SYSTEM)
    except engine.EngineProblem as problem:
        raise CannotGoBack(reason=problem.sentence) from problem
    operations.resolve_left(session, instance, user)
    tokens = dict(made.tokens)
    for fresh in _open_at(session, instance, made.activity_id):
        if fresh.id in there:
            continue
        earlier = _alike(fresh, before)
        tokens[fresh.token_id] = earlier.id if earlier is not None else None
        if earlier is not None:
            give_again(session, fresh, earlier)
    rows.change(session, Return, made.id, tokens=tokens)


def _open_at(session: Session, instance: ProcessInstance, activity_id: str) -> Sequence[UserTask]:
    mine = (UserTask.instance_id == instance.id, UserTask.activity_id == activity_id)
    query = select(UserTask).where(*mine, UserTask.status == TaskStatus.OPEN)
    return session.scalars(query.order_by(UserTask.id)).all()


def _alike(fresh: UserTask, before: Sequence[UserTask]) -> UserTask | None:
    """The earlier task of the same run."""
    same = (each for each in before if each.local_variables == fresh.local_variables)
    return next(same, before[0] if len(before) == 1 else None)
