"""A task for which nobody living is left is never unseen: it goes where the model's `noPerformer` says.

Who offers a task, or takes a person or a member away, notes what may be stranded by it in a short list, in the same
transaction; the sweep looks at each of them, gives away what really is, and tells why in the history and on the task.
What was offered to an emptied group stays offered to it too: whoever joins it finds the work there.
"""

import logging
from collections.abc import Sequence
from typing import Any

from sqlalchemy import JSON, ColumnElement, String, cast, delete, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert  # both databases say "or else" in the same words
from sqlalchemy.orm import Session

from workflow import cases, definitions, history
from workflow.clock import now
from workflow.db import Database
from workflow.diagram import policies
from workflow.errors import Sentence, sentence
from workflow.identity import Group, Membership, User, called
from workflow.kept_sentences import kept
from workflow.models import FAR, StrandedTask, TaskCandidate, UserTask
from workflow.performers.living import has_living, living
from workflow.statuses import TaskStatus

log = logging.getLogger(__name__)
AT_ONCE = 200  # tasks looked at in one round
ADMINISTER = ("tasks.assign", "users.manage")  # whose groups are the administrators: the first that anybody holds


def strand_of(session: Session, names: Sequence[str] = (), group_keys: Sequence[str] = ()) -> None:
    """These people, or members of these groups, are no longer here: note their open tasks nobody living is left for."""
    offered = [*(f"user:{name}" for name in names), *(f"group:{key}" for key in group_keys)]
    session.flush()  # who is here is asked of the database
    touched = or_(
        UserTask.assignee.in_(names),
        UserTask.id.in_(select(TaskCandidate.task_id).where(TaskCandidate.candidate.in_(offered))),
    )
    found = select(UserTask.id, literal([], JSON())).where(UserTask.status == TaskStatus.OPEN, touched, ~has_living())
    session.execute(upsert(StrandedTask).from_select(["task_id", "gone"], found).on_conflict_do_nothing())


def sweep(database: Database) -> int:
    """Look at what may be stranded, each in its own transaction; how many were given to somebody else."""
    with database.reading() as session:
        waiting = list(session.scalars(select(StrandedTask.task_id).order_by(StrandedTask.task_id).limit(AT_ONCE)))
    return sum(_rescue_one(database, task_id) for task_id in waiting)


def _rescue_one(database: Database, task_id: int) -> bool:
    with database.transaction() as session:
        return rescue(session, session.get_one(UserTask, task_id))


def rescue(session: Session, task: UserTask) -> bool:
    """Give the task to whom the model names for this when nobody living is left for it; whether that was so."""
    history.hold(session, task.case_id)
    session.refresh(task)
    if task.status is not TaskStatus.OPEN or living(session, task):
        session.execute(delete(StrandedTask).where(StrandedTask.task_id == task.id))
        return False
    delegator = session.get(User, task.delegated_by) if task.delegated_by else None
    if delegator is not None and delegator.active:
        _give_back(session, task, delegator)
        return True
    gone = session.scalar(select(StrandedTask.gone).where(StrandedTask.task_id == task.id)) or []
    return to_others(session, task, _why(session, task, gone))


def _give_back(session: Session, task: UserTask, delegator: User) -> None:
    """What was delegated to somebody who is no longer here is its delegator's again."""
    gone = called(session, task.assignee or "")
    task.delegated_by = None
    hand_to(session, task, delegator, sentence("{person}, to whom you delegated this, is no longer here.", person=gone))
    session.execute(delete(StrandedTask).where(StrandedTask.task_id == task.id))


def to_others(session: Session, task: UserTask, why: Sentence) -> bool:
    """Give the open task to whom the model names for what nobody is left for, besides those it is offered to."""
    found = fallback(session, task)
    if not found:
        log.error("task_without_anybody", extra={"task": task.id})
        return False  # stays on the list: somebody will be here some day
    before, groups = task.assignee, [each.removeprefix("group:") for each in found if each.startswith("group:")]
    _take_away(session, task, why)
    queue = {"claimed": False, "due_at": task.due_at or FAR, "rank": -task.urgency}
    offered = [{"task_id": task.id, "candidate": each, **queue} for each in found]
    session.execute(upsert(TaskCandidate).values(offered).on_conflict_do_nothing())
    _tell(session, task, why, before=before, offered=found)
    people = [each.removeprefix("user:") for each in found if each.startswith("user:")]
    cases.show_to(session, task.case_id, groups, people)
    session.execute(delete(StrandedTask).where(StrandedTask.task_id == task.id))
    return True


def hand_to(session: Session, task: UserTask, to: User, why: Sentence) -> None:
    """Give the open task to this person, with the reason."""
    before = task.assignee
    task.assignee, task.claimed_at, task.remark = to.name, now(), kept(why)
    session.flush()  # the queue is written past the session
    _queue(session, task, claimed=True)
    _tell(session, task, why, before=before, to=to.name)
    cases.show_to(session, task.case_id, people=[to.name])


def fallback(session: Session, task: UserTask) -> list[str]:
    """Who gets what nobody is left for: "user:anna" or groups; the administrators where the model names nobody here."""
    properties = (definitions.activities(session, task.definition).get(task.activity_id) or {}).get("properties", {})
    named = policies.policy(properties, policies.NO_PERFORMER)
    if named.startswith((policies.USER, policies.GROUP)) and _is_here(session, named):
        return [named]
    return administrators(session)


def administrators(session: Session) -> list[str]:
    """The groups with somebody in them who may hand over the tasks of others: "group:director"; where there are none,
    those who manage people."""
    for permission in ADMINISTER:
        found = session.scalars(select(Group).where(_permits(permission), _has_member()).order_by(Group.key))
        if groups := [f"group:{group.key}" for group in found]:
            return groups
    return []


def _permits(permission: str) -> ColumnElement[bool]:
    said = cast(Group.permissions, String)
    return or_(said.contains(f'"{permission}"'), said.contains('"*"'))


def _has_member() -> ColumnElement[bool]:
    members = select(Membership.user_name).join(User, User.name == Membership.user_name)
    return members.where(Membership.group_key == Group.key, User.active).exists()


def _is_here(session: Session, named: str) -> bool:
    if named.startswith(policies.USER):
        person = session.get(User, named.removeprefix(policies.USER))
        return person is not None and person.active
    key = named.removeprefix(policies.GROUP)
    return session.scalar(select(Group.key).where(Group.key == key, _has_member())) is not None


def _why(session: Session, task: UserTask, gone: Sequence[str]) -> Sentence:
    names = [*gone, *([task.assignee] if task.assignee else [])]
    offered = session.scalars(select(TaskCandidate.candidate).where(TaskCandidate.task_id == task.id))
    groups = []
    for each in offered:
        kind, _colon, key = each.partition(":")
        group = session.get(Group, key) if kind == "group" else None
        groups += [group.name if group else key] if kind == "group" else []
        names += [key] if kind == "user" else []
    people = [called(session, name) for name in dict.fromkeys(names)]
    if not people and not groups:
        return sentence("The diagram finds nobody for this, so it came to those who hand out work.")
    left = "、".join([*people, *groups])
    return sentence("Nobody is left of those it is meant for ({people}), so it came to others.", people=left)


def _take_away(session: Session, task: UserTask, why: Sentence) -> None:
    task.assignee, task.claimed_at, task.on_behalf_of, task.remark = None, None, None, kept(why)
    session.flush()  # the queue is written past the session
    _queue(session, task, claimed=False)


def _queue(session: Session, task: UserTask, claimed: bool) -> None:
    there = update(TaskCandidate).where(TaskCandidate.task_id == task.id).values(claimed=claimed)
    session.execute(there.execution_options(synchronize_session=False))


def _tell(session: Session, task: UserTask, why: Sentence, **told: Any) -> None:
    place = (task.instance_id, task.activity_id, task.token_id)
    said = {"task": task.id, "why": kept(why), **told}
    history.record(session, task.case_id, history.SYSTEM, "redirected", *place, **said)
