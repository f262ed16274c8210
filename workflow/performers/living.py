"""Who of those a task is offered to is here."""

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from workflow.identity import Membership, User
from workflow.models import TaskCandidate, UserTask


def living(session: Session, task: UserTask) -> list[User]:
    """The active people who hold the open task or may claim it, as far as the offer says, by display name."""
    if task.assignee is not None:
        holder = session.get_one(User, task.assignee)
        return [holder] if holder.active else []
    return offered(session, task)


def offered(session: Session, task: UserTask) -> list[User]:
    """The active people the task is offered to, whoever holds it, by display name."""
    query = select(User).where(User.active, _is_offered(TaskCandidate.task_id == task.id))
    return list(session.scalars(query.order_by(User.display_name, User.name)))


def sole(session: Session, task: UserTask) -> User | None:
    """The person the task comes to alone; None when there are several, or nobody."""
    people = living(session, task)
    return people[0] if len(people) == 1 else None


def has_living() -> ColumnElement[bool]:
    """The condition on an open user task that somebody active holds it or is a candidate."""
    held = exists().where(User.name == UserTask.assignee, User.active).correlate(UserTask)
    person = aliased(User)
    candidates = select(TaskCandidate.task_id).where(TaskCandidate.task_id == UserTask.id)
    named = candidates.join(person, _means("user:", person.name)).where(person.active)
    grouped = (
        candidates.join(Membership, _means("group:", Membership.group_key))
        .join(person, person.name == Membership.user_name)
        .where(person.active)
    )
    free = UserTask.assignee.is_(None)
    return or_(held, free & or_(named.correlate(UserTask).exists(), grouped.correlate(UserTask).exists()))


def _means(kind: str, name: Any) -> ColumnElement[bool]:
    """The condition that a candidate is this one of its kind; also said from the candidate's side, so that who it means
    is looked up, not looked for among all people."""
    return and_(TaskCandidate.candidate == kind + name, name == func.substr(TaskCandidate.candidate, len(kind) + 1))


def _is_offered(here: ColumnElement[bool]) -> ColumnElement[bool]:
    """The condition on users that one of these candidate rows means them."""
    by_name = exists().where(here, TaskCandidate.candidate == "user:" + User.name)
    by_group = exists().where(
        here, Membership.user_name == User.name, TaskCandidate.candidate == "group:" + Membership.group_key
    )
    return or_(by_name, by_group)
