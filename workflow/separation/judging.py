"""The judge: whether a person may act on a task."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from workflow import definitions
from workflow.errors import Sentence, sentence
from workflow.identity import User
from workflow.models import Upgrade, UpgradeRun, UserTask
from workflow.statuses import TaskStatus, UpgradeStatus

DIFFERENT_FROM = "differentFrom"  # properties of an activity: ids of activities, separated by commas
SAME_PERSON_AS = "samePersonAs"
_MOVES = (
    select(Upgrade.instance_id, Upgrade.ended_at, UpgradeRun.mapping)
    .join(UpgradeRun, UpgradeRun.id == Upgrade.run_id)
    .where(Upgrade.case_id == bindparam("case_id"), Upgrade.status == UpgradeStatus.DONE)
    .order_by(Upgrade.id)
)


def why_not(session: Session, task: UserTask, user: User, for_: User | str | None = None) -> Sentence | None:
    """The rule that would be broken if this user did the task, in the place of `for_` if they are a substitute; None
    when there is none.

    "Different from" holds both ways, whichever of the two activities is done first, over the whole case.
    """
    activities = definitions.activities(session, task.definition)
    different = _different_from(activities, task.activity_id)
    same = _ids(activities, task.activity_id, SAME_PERSON_AS)
    if not different and not same:
        return None
    behind = {user.name} | ({for_ if isinstance(for_, str) else for_.name} if for_ is not None else set())
    done = _performers(session, task, {*different, *same})
    for activity_id, people in done:
        if activity_id in different and people & behind:
            return sentence(
                "“{task}” must be done by another person than “{other}”, and you did that.",
                task=task.name,
                other=_name(activities, activity_id),
            )
    latest = {activity_id: people for activity_id, people in done if activity_id in same}
    for activity_id, people in latest.items():
        if not people & behind:
            return sentence(
                "“{task}” must be done by {person}, who did “{other}”.",
                task=task.name,
                person="、".join(sorted(people)),
                other=_name(activities, activity_id),
            )
    return None


def _different_from(activities: definitions.Activities, activity_id: str) -> set[str]:
    """Whose performers are excluded: those this activity names, and those that name it."""
    naming = {each for each in activities if activity_id in _ids(activities, each, DIFFERENT_FROM)}
    return {*_ids(activities, activity_id, DIFFERENT_FROM), *naming}


def _ids(activities: definitions.Activities, activity_id: str, rule: str) -> list[str]:
    said = (activities.get(activity_id) or {}).get("properties", {}).get(rule, "")
    return [each.strip() for each in said.split(",") if each.strip()]


def _performers(session: Session, task: UserTask, activity_ids: Iterable[str]) -> list[tuple[str, set[str]]]:
    """(activity id, who) of what was completed in the case, oldest first; by the ids of the version it runs on now."""
    moves = session.execute(_MOVES, {"case_id": task.case_id}).all()
    asked = set(activity_ids)
    for move in reversed(moves):
        asked |= {old for old, new in move.mapping.items() if new in asked}
    query = select(
        UserTask.activity_id, UserTask.completed_by, UserTask.on_behalf_of, UserTask.instance_id, UserTask.ended_at
    ).where(
        UserTask.case_id == task.case_id,
        UserTask.activity_id.in_(asked),
        UserTask.status == TaskStatus.COMPLETED,
        UserTask.id != task.id,
    )
    done = session.execute(query.order_by(UserTask.ended_at, UserTask.id))
    return [(_called_now(row, moves), {row.completed_by, row.on_behalf_of} - {None}) for row in done]


def _called_now(row: Any, moves: Sequence[Any]) -> str:
    """The id of a completed task's activity, after every move of its instance to another version since."""
    name = row.activity_id
    for move in moves:
        if move.instance_id == row.instance_id and move.ended_at >= row.ended_at:
            name = move.mapping.get(name, name)
    return name


def _name(activities: definitions.Activities, activity_id: str) -> str:
    return (activities.get(activity_id) or {}).get("name") or activity_id
