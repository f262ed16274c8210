"""Who may do a task: candidates whom no rule of separation excludes."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from workflow import separation, suspensions
from workflow.errors import Sentence, sentence
from workflow.identity import Group, Membership, User, called
from workflow.models import TaskCandidate, UserTask
from workflow.statuses import TaskStatus


def tickets(user: User) -> list[str]:
    """What the user can show to claim a task: their name and their groups, as task_candidates.candidate says them."""
    return [f"user:{user.name}", *(f"group:{key}" for key in user.group_keys)]


def candidates(session: Session, task: UserTask) -> list[str]:
    """Who may claim the task: "group:<key>" or "user:<name>"; nothing for an ended one."""
    query = select(TaskCandidate.candidate).where(TaskCandidate.task_id == task.id)
    return list(session.scalars(query.order_by(TaskCandidate.candidate)))


def possible_performers(session: Session, task: UserTask) -> list[User]:
    """The active people who are candidates of the task and whom no rule of the diagram excludes, by display name."""
    offered = candidates(session, task)
    groups = [each.removeprefix("group:") for each in offered if each.startswith("group:")]
    names = [each.removeprefix("user:") for each in offered if each.startswith("user:")]
    members = select(Membership.user_name).where(Membership.group_key.in_(groups))
    query = select(User).where(User.active, or_(User.name.in_(names), User.name.in_(members)))
    people = session.scalars(query.order_by(User.display_name, User.name)).unique()
    return [person for person in people if separation.why_not(session, task, person) is None]


def why_not(session: Session, task: UserTask, user: User) -> Sentence | None:
    """Why this user may neither claim nor complete the task; None when they may."""
    if task.status is not TaskStatus.OPEN:
        return sentence("Task “{task}” is no longer open.", task=task.name)
    if standing_still := suspensions.why_not(session, task.instance):
        return standing_still
    if task.assignee not in (None, user.name):
        holder = called(session, task.assignee)
        return sentence("Task “{task}” is already claimed by {assignee}.", task=task.name, assignee=holder)
    return unfit(session, task, user)


def unfit(session: Session, task: UserTask, user: User) -> Sentence | None:
    """Why the open task could never be this person's, whoever holds it now; None when it could."""
    if not user.active:
        return sentence("{person} is no longer active.", person=user.display_name)
    if task.assignee != user.name and not _is_candidate(session, task, user):
        return _not_offered(session, task)
    return separation.why_not(session, task, user)


def unassignable(session: Session, task: UserTask, user: User) -> Sentence | None:
    """Why the open task cannot be handed to this person. What has no candidates may go to anyone active."""
    if user.active and not candidates(session, task):
        return separation.why_not(session, task, user)
    return unfit(session, task, user)


def _is_candidate(session: Session, task: UserTask, user: User) -> bool:
    query = select(TaskCandidate.task_id).where(
        TaskCandidate.task_id == task.id, TaskCandidate.candidate.in_(tickets(user))
    )
    return session.scalar(query.limit(1)) is not None


def _not_offered(session: Session, task: UserTask) -> Sentence:
    offered = candidates(session, task)
    keys = [each.removeprefix("group:") for each in offered if each.startswith("group:")]
    names = list(session.scalars(select(Group.name).where(Group.key.in_(keys)).order_by(Group.key)))
    if names:
        said = "“{task}” is for {groups}, and you are not among them."
        return sentence(said, task=task.name, groups="、".join(names))
    return sentence("“{task}” is not offered to you.", task=task.name)
