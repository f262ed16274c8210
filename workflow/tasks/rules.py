"""Who may do a task: candidates whom no rule of separation excludes."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from workflow import separation, substitutes, suspensions
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
    if task.assignee == user.name and (misplaced := out_of_place(session, task, user)):
        return misplaced
    principal, refused = way(session, task, user)
    if refused is None and task.assignee not in (None, user.name, principal):
        holder = called(session, task.assignee)
        return sentence("Task “{task}” is already claimed by {assignee}.", task=task.name, assignee=holder)
    return refused


def out_of_place(session: Session, task: UserTask, user: User) -> Sentence | None:
    """Why who holds the task may not complete it, because of whose it is: it was delegated, or was a principal's whose
    substitute they are no longer. None in all other cases; then nothing is asked of the database."""
    if task.delegated_by is not None:
        said = "“{task}” was delegated to you by {person}: give it back when you are done, and they complete it."
        return sentence(said, task=task.name, person=called(session, task.delegated_by))
    if task.on_behalf_of is not None:
        standing = substitutes.stands_for(session, user).get(task.on_behalf_of)
        if standing is None or not standing.covers(task.process_key, task.activity_id):
            said = "You no longer stand in for {person}: “{task}” goes back to them."
            return sentence(said, task=task.name, person=called(session, task.on_behalf_of))
    return None


def way(
    session: Session, task: UserTask, user: User, for_: User | str | None = None
) -> tuple[str | None, Sentence | None]:
    """In whose place this user could have the open task (None: in their own), and why they could not.

    Their own right comes first; a substitute with one principal only need not say for whom.
    """
    wanted = for_.name if isinstance(for_, User) else for_
    refused = unfit(session, task, user)
    if wanted is None and (refused is None or task.assignee == user.name or not user.active):
        return None, refused
    principals = [each for each in places(session, task, user) if wanted in (None, each)]
    if not principals:
        if wanted is not None:
            refused = sentence("You do not stand in for {person} here.", person=called(session, wanted))
        return None, refused
    if len(principals) > 1:
        people = "、".join(called(session, each) for each in principals)
        return None, sentence("Say for whom you take “{task}”: {people}.", task=task.name, people=people)
    return principals[0], separation.why_not(session, task, user, principals[0])


def places(session: Session, task: UserTask, user: User) -> list[str]:
    """In whose place the user could take the open task: those they stand in for who hold it, or to whom it is offered.
    Nothing is asked of the database for who stands in for nobody."""
    standings = substitutes.stands_for(session, user)
    if not standings:
        return []
    offered = set(candidates(session, task))
    return [
        name
        for name, standing in standings.items()
        if standing.covers(task.process_key, task.activity_id)
        and (task.assignee == name or (task.assignee is None and offered & set(standing.tickets)))
    ]


def unfit(session: Session, task: UserTask, user: User) -> Sentence | None:
    """Why the open task could never be this person's, whoever holds it now; None when it could."""
    if not user.active:
        return sentence("{person} is no longer active.", person=user.display_name)
    if task.assignee != user.name and not _is_candidate(session, task, user):
        return _not_offered(session, task)
    return separation.why_not(session, task, user, task.on_behalf_of if task.assignee == user.name else None)


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
