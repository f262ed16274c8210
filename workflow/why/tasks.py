"""Of a task: who may do it, why this person may not, and who could change that."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import beside, operations, performers, separation, suspensions, tasks
from workflow.errors import sentence
from workflow.identity import Group, User
from workflow.models import UserTask
from workflow.statuses import TaskStatus
from workflow.tasks.hands import no_say
from workflow.tasks.rules import tickets
from workflow.why.acts import Act, Answer, Way
from workflow.why.holders import Holders, of_permission

MANAGE = "users.manage"  # the permission to say who is in which group


@dataclass(frozen=True)
class Doers:
    """Who holds the task, to which groups and people it is offered, and who of them may do it."""

    holder: User | None
    groups: tuple[Group, ...]
    people: tuple[User, ...]
    may: tuple[User, ...]


def doers(session: Session, task: UserTask) -> Doers:
    """Whoever holds it or could claim it; nobody for a task that has ended."""
    if task.status is not TaskStatus.OPEN:
        return Doers(None, (), (), ())
    offered = tasks.candidates(session, task)
    keys = [each.removeprefix("group:") for each in offered if each.startswith("group:")]
    names = [each.removeprefix("user:") for each in offered if each.startswith("user:")]
    holder = session.get(User, task.assignee) if task.assignee else None
    return Doers(
        holder=holder,
        groups=tuple(session.scalars(select(Group).where(Group.key.in_(keys)).order_by(Group.key))),
        people=tuple(session.scalars(select(User).where(User.name.in_(names)).order_by(User.display_name))),
        may=(holder,) if holder else tuple(tasks.possible_performers(session, task)),
    )


def answer(session: Session, task: UserTask, user: User) -> Answer:
    """Whether this user may do the task: the refusal as the task gives it, and the ways to change that."""
    refused = tasks.why_not(session, task, user)
    waits = beside.why_not(session, task) if refused is None else None
    found = refused or waits
    return Answer(found, doers(session, task).may, tuple(_ways(session, task, user)) if refused else ())


def acts(session: Session, task: UserTask, user: User) -> list[Act]:
    """What can be done with an open task, each with why this user may not."""
    if task.status is not TaskStatus.OPEN:
        return []
    hands_on = _handing_over(session, task)
    return [
        Act("do", sentence("Do it"), answer(session, task, user)),
        Act("assign", sentence("Hand it over to somebody else"), Answer(no_say(session, task, user), hands_on.people)),
    ]


def _ways(session: Session, task: UserTask, user: User) -> Iterator[Way]:
    """Who could let this user do it."""
    if task.status is not TaskStatus.OPEN:
        return
    if not user.active:
        yield Way(sentence("Can let you in again"), of_permission(session, MANAGE))
        return
    if suspensions.why_not(session, task.instance):
        yield Way(sentence("Can let the process go on"), of_permission(session, operations.SUSPEND))
    if separation.why_not(session, task, user):
        said = sentence("A rule of separation stands against it, and nobody can set it aside for you. These may do it:")
        yield Way(said, Holders((), doers(session, task).may))
        return
    if task.assignee not in (None, user.name):
        yield Way(sentence("Can hand it over to you, or put it back"), _handing_over(session, task))
    elif not _is_offered(session, task, user):
        yield Way(sentence("Can hand it over to somebody else"), _handing_over(session, task))
    groups = doers(session, task).groups
    if groups and not _is_offered(session, task, user):
        said = sentence("Can make you a member of {groups}", groups="、".join(group.name for group in groups))
        yield Way(said, of_permission(session, MANAGE))


def _handing_over(session: Session, task: UserTask) -> Holders:
    """Who may give the task to another: who has it, their heads, who hands out work."""
    managers = of_permission(session, tasks.ASSIGN)
    holder = session.get(User, task.assignee) if task.assignee else None
    heads = [head for head in [performers.heads(session, task.assignee)] if head] if task.assignee else []
    own = [each for each in [holder, *heads] if each is not None and each.active and each not in managers.people]
    return Holders(managers.groups, (*own, *managers.people))


def _is_offered(session: Session, task: UserTask, user: User) -> bool:
    return task.assignee == user.name or bool({*tickets(user)} & {*tasks.candidates(session, task)})
