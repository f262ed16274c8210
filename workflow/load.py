"""Absence and load: what each person of a head has in hand and how old it is; a person's own day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session, joinedload

from workflow import cases, office, substitutes
from workflow.clock import now
from workflow.identity import User
from workflow.models import Substitution, UserTask
from workflow.statuses import TaskStatus
from workflow.tasks.hands import ASSIGN

SHOWN = 200  # tasks of one person on a page


@dataclass(frozen=True)
class Load:
    """What one person has in hand: how many open tasks, of them overdue and due today, and since when the oldest
    waits. `stood_in`: who does their work now."""

    person: User
    open: int
    overdue: int
    today: int
    oldest: datetime | None
    stood_in: tuple[Substitution, ...]


@dataclass(frozen=True)
class Day:
    """A person's day: what they did, what is due, what they have promised (later), and what they gave to delegates."""

    done: list[UserTask]
    due: list[UserTask]
    later: list[UserTask]
    delegated: list[UserTask]
    standing_in: list[Substitution]


def people_of(session: Session, head: User) -> list[User]:
    """Whose load this user sees: everybody's who hands out work, else that of the people below them, by name."""
    query = select(User).where(User.active).order_by(User.display_name, User.name)
    if head.may(ASSIGN):
        return list(session.scalars(query))
    found: set[str] = set()
    level = {head.name}
    while level:
        below = set(session.scalars(select(User.name).where(User.head.in_(level))))
        level = below - found - {head.name}
        found |= level
    return list(session.scalars(query.where(User.name.in_(found)))) if found else []


def loads(session: Session, people: Sequence[User], head: User) -> list[Load]:
    """The load of these people, in their order, as far as their head sees it."""
    names = [person.name for person in people]
    overdue, today = (UserTask.due_at < now()), (UserTask.due_at >= now()) & (UserTask.due_at < _midnight(session))
    query = select(
        UserTask.assignee,
        func.count(),
        func.sum(case((overdue, 1), else_=0)),
        func.sum(case((today, 1), else_=0)),
        func.min(UserTask.created_at),
    ).where(UserTask.assignee.in_(names), UserTask.status == TaskStatus.OPEN, _seen(session, head))
    found = {row[0]: row[1:] for row in session.execute(query.group_by(UserTask.assignee))}
    away = _stood_in(session, names)
    return [Load(each, *found.get(each.name, (0, 0, 0, None)), tuple(away.get(each.name, ()))) for each in people]


def tasks_of(session: Session, person: User, head: User) -> list[UserTask]:
    """What the person has in hand, the most pressing first, up to SHOWN, as far as their head sees it."""
    return _listed(session, UserTask.assignee == person.name, _seen(session, head))


def chosen(session: Session, head: User, task_ids: Sequence[int]) -> list[UserTask]:
    """Those of these tasks that are in the hands of people whose load this user sees, in the order asked."""
    names = [person.name for person in people_of(session, head)]
    asked = (UserTask.id.in_(task_ids), UserTask.assignee.in_(names), _seen(session, head))
    found = {task.id: task for task in _listed(session, *asked)}
    return [found[each] for each in dict.fromkeys(task_ids) if each in found]


def day(session: Session, user: User) -> Day:
    """The user's day."""
    mine, end = _listed(session, UserTask.assignee == user.name), _midnight(session)
    begin = end - timedelta(days=1)
    done = select(UserTask).where(UserTask.completed_by == user.name, UserTask.ended_at >= begin)
    done = done.where(UserTask.passed_over.is_(False)).order_by(UserTask.ended_at.desc(), UserTask.id.desc())
    return Day(
        done=list(session.scalars(_whole(done))),
        due=[task for task in mine if task.due_at is not None and task.due_at < end],
        later=[task for task in mine if task.due_at is None or task.due_at >= end],
        delegated=_listed(session, UserTask.delegated_by == user.name),
        standing_in=[each for each in substitutes.around(session, user) if each.substitute == user.name],
    )


def _stood_in(session: Session, names: Sequence[str]) -> dict[str, list[Substitution]]:
    at = now()
    query = select(Substitution).where(
        Substitution.principal.in_(names),
        Substitution.begins_at <= at,
        Substitution.ends_at > at,
        Substitution.ended_at.is_(None),
    )
    found: dict[str, list[Substitution]] = {}
    for each in session.scalars(query.order_by(Substitution.id)):
        found.setdefault(each.principal, []).append(each)
    return found


def _seen(session: Session, head: User) -> ColumnElement[bool]:
    return cases.reached(session, head, ASSIGN, UserTask.case_id)


def _listed(session: Session, *of: ColumnElement[bool]) -> list[UserTask]:
    query = select(UserTask).where(*of, UserTask.status == TaskStatus.OPEN)
    return list(session.scalars(_whole(query.order_by(UserTask.due_at.is_(None), UserTask.due_at, UserTask.id))))


def _whole(query):  # type: ignore[no-untyped-def]
    return query.options(joinedload(UserTask.case), joinedload(UserTask.definition)).limit(SHOWN)


def _midnight(session: Session) -> datetime:
    """When the office's day ends."""
    here = office.of(session)
    return datetime.combine(here.today() + timedelta(days=1), time(), here.settings.zone)
