"""To whom a new user task is offered, and until when: the attributes of its activity, evaluated.

An attribute is plain text (`registry, store`; `P2D`; `80`) or an expression (`${working_days(1)}`).
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from workflow.engine import Activity, Around, ExpressionFailed
from workflow.errors import Refusal, sentence
from workflow.expressions import compile_value
from workflow.expressions.times import Duration, later, parse
from workflow.identity import Group, User

log = logging.getLogger(__name__)
PRIORITY = 50  # of a task whose diagram says nothing; 0 (lowest) to 100


@dataclass(frozen=True)
class Offer:
    """`candidates` as in task_candidates: "group:registry", "user:anna"."""

    assignee: str | None
    groups: list[str]
    users: list[str]
    due_at: datetime | None
    priority: int
    gone: list[str]  # who was named and is not here

    @property
    def candidates(self) -> list[str]:
        return [*(f"group:{key}" for key in self.groups), *(f"user:{name}" for name in self.users)]


def offer(session: Session, activity: Activity, around: Around) -> Offer:
    """Evaluate the activity's attributes; raises ExpressionFailed naming activity and expression.

    Who is named but unknown or no longer active is left out and told in `gone`; what nobody is left for is looked
    after by workflow.performers. An assignee that turns out to be several people is offered to all of them. An
    activity that names nobody is for the group named like its lane.
    """
    named = list(_names(_evaluated(activity, activity.assignee, around)))
    if not (activity.assignee or activity.candidate_users or activity.candidate_groups):
        groups = _groups_of_lane(session, activity.lane)
    else:
        groups = list(dict.fromkeys(_names(_evaluated(activity, activity.candidate_groups, around))))
    users = list(_names(_evaluated(activity, activity.candidate_users, around)))
    if len(named) > 1:
        named, users = [], [*named, *users]
    wanted = dict.fromkeys([*named, *users])
    living = _active(session, set(wanted))
    return Offer(
        assignee=next((name for name in named if name in living), None),
        groups=groups,
        users=[name for name in dict.fromkeys(users) if name in living],
        due_at=moment(activity, activity.due_date, around),
        priority=_priority(activity, around),
        gone=[name for name in wanted if name not in living],
    )


def _groups_of_lane(session: Session, lane: str | None) -> list[str]:
    """Who performs an activity that names nobody: the group of its lane's name (BPMN 2.0.2, 10.8), if there is one."""
    if not lane:
        return []
    named = or_(Group.key == lane, Group.name == lane, Group.name_en == lane)
    return list(session.scalars(select(Group.key).where(named).order_by(Group.key)))


def _evaluated(activity: Activity, text: str | None, around: Around) -> Any:
    if not text or not text.strip():
        return None
    try:
        return compile_value(text.strip()).evaluate(around)
    except Refusal as refused:
        raise _failed(activity, text, refused.sentence) from refused


def _names(value: Any) -> Iterable[str]:
    """From `a, b`, a list, or nothing."""
    parts = value if isinstance(value, list) else str(value or "").split(",")
    return [name for part in parts if part is not None and (name := str(part).strip())]


def _active(session: Session, names: set[str]) -> set[str]:
    if not names:
        return set()
    known = set(session.scalars(select(User.name).where(User.name.in_(names), User.active)))
    if known != names:
        log.warning("people_unknown", extra={"people": sorted(names - known)})
    return known


def moment(activity: Activity, drawn: str | None, around: Around) -> datetime | None:
    """What an attribute such as `dueDate` means: a duration counts from now; a day means its last second; a moment is
    itself. Raises ExpressionFailed naming activity and expression."""
    text = _evaluated(activity, drawn, around)
    if text is None or text == "":
        return None
    when = parse(str(text), around.zone)
    if when is None:
        raise _failed(activity, drawn, sentence("a day, a moment or a duration is needed"))
    if isinstance(when, Duration):
        return later(around.now, when, around.zone)
    if not isinstance(when, datetime):
        return datetime.combine(when, time(23, 59, 59), around.zone)
    return when


def _priority(activity: Activity, around: Around) -> int:
    value = _evaluated(activity, activity.priority, around)
    if value is None or value == "":
        return PRIORITY
    try:
        return min(100, max(0, int(value)))
    except (TypeError, ValueError):
        raise _failed(activity, activity.priority, sentence("a whole number from 0 to 100 is needed")) from None


def _failed(activity: Activity, expression: str | None, reason: Any) -> ExpressionFailed:
    return ExpressionFailed(activity_id=activity.id, expression=expression, reason=reason)
