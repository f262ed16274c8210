"""Who may do a task: candidates, and the separation of duty drawn in the diagram."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from workflow import definitions, suspensions
from workflow.errors import Sentence, sentence
from workflow.identity import Group, Membership, User, called
from workflow.models import TaskCandidate, Upgrade, UpgradeRun, UserTask
from workflow.statuses import TaskStatus, UpgradeStatus

DIFFERENT_FROM = "differentFrom"  # properties of an activity: ids of activities, separated by commas
SAME_PERSON_AS = "samePersonAs"
_MOVES = (
    select(Upgrade.instance_id, Upgrade.ended_at, UpgradeRun.mapping)
    .join(UpgradeRun, UpgradeRun.id == Upgrade.run_id)
    .where(Upgrade.case_id == bindparam("case_id"), Upgrade.status == UpgradeStatus.DONE)
    .order_by(Upgrade.id)
)


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
    return [person for person in people if separation(session, task, person) is None]


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
    return separation(session, task, user)


def unassignable(session: Session, task: UserTask, user: User) -> Sentence | None:
    """Why the open task cannot be handed to this person. What has no candidates may go to anyone active."""
    if user.active and not candidates(session, task):
        return separation(session, task, user)
    return unfit(session, task, user)


def separation(session: Session, task: UserTask, user: User) -> Sentence | None:
    """The rule of the diagram about different and same persons that this user would break, or None.

    "Different from" holds both ways, whichever of the two activities is done first, over the whole case.
    """
    activities = definitions.activities(session, task.definition)
    different = _different_from(activities, task.activity_id)
    same = _ids(activities, task.activity_id, SAME_PERSON_AS)
    if not different and not same:
        return None
    done = _performers(session, task, {*different, *same})
    for activity_id, person in done:
        if activity_id in different and person == user.name:
            return sentence(
                "“{task}” must be done by another person than “{other}”, and you did that.",
                task=task.name,
                other=_name(activities, activity_id),
            )
    latest = {activity_id: person for activity_id, person in done if activity_id in same}
    for activity_id, person in latest.items():
        if person != user.name:
            return sentence(
                "“{task}” must be done by {person}, who did “{other}”.",
                task=task.name,
                person=person,
                other=_name(activities, activity_id),
            )
    return None


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


def _different_from(activities: definitions.Activities, activity_id: str) -> set[str]:
    """Whose performers are excluded: those this activity names, and those that name it."""
    naming = {each for each in activities if activity_id in _ids(activities, each, DIFFERENT_FROM)}
    return {*_ids(activities, activity_id, DIFFERENT_FROM), *naming}


def _ids(activities: definitions.Activities, activity_id: str, rule: str) -> list[str]:
    said = (activities.get(activity_id) or {}).get("properties", {}).get(rule, "")
    return [each.strip() for each in said.split(",") if each.strip()]


def _performers(session: Session, task: UserTask, activity_ids: Iterable[str]) -> list[tuple[str, str]]:
    """(activity id, who) of what was completed in the case, oldest first; by the ids of the version it runs on now."""
    moves = session.execute(_MOVES, {"case_id": task.case_id}).all()
    asked = set(activity_ids)
    for move in reversed(moves):
        asked |= {old for old, new in move.mapping.items() if new in asked}
    query = select(UserTask.activity_id, UserTask.completed_by, UserTask.instance_id, UserTask.ended_at).where(
        UserTask.case_id == task.case_id,
        UserTask.activity_id.in_(asked),
        UserTask.status == TaskStatus.COMPLETED,
        UserTask.id != task.id,
    )
    done = session.execute(query.order_by(UserTask.ended_at, UserTask.id))
    return [(_called_now(row, moves), row.completed_by) for row in done]


def _called_now(row: Any, moves: Sequence[Any]) -> str:
    """The id of a completed task's activity, after every move of its instance to another version since."""
    name = row.activity_id
    for move in moves:
        if move.instance_id == row.instance_id and move.ended_at >= row.ended_at:
            name = move.mapping.get(name, name)
    return name


def _name(activities: definitions.Activities, activity_id: str) -> str:
    return (activities.get(activity_id) or {}).get("name") or activity_id
