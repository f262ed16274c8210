"""Who does it: claim, release, hand over for good (转办)."""

from sqlalchemy.orm import Session

from workflow import history, instances
from workflow.errors import Conflict, NotAllowed, TaskAlreadyClaimed
from workflow.identity import User, called
from workflow.models import UserTask
from workflow.tasks.hands import ASSIGN, give, goes_on, require_open, require_say, tell
from workflow.tasks.rules import candidates, unassignable, way

__all__ = ["ASSIGN", "assign", "claim", "release"]


def claim(session: Session, task: UserTask, user: User, for_: User | str | None = None) -> UserTask:
    """The task is now this user's. Claiming one's own again changes nothing.

    `for_`: the principal (or their login) in whose place a substitute takes it, from the queue or from the principal's
    own hand; found by itself where the user has no right of their own and there is one principal only.
    Raises TaskNotOpen, TaskAlreadyClaimed, Conflict while its process is suspended, or NotAllowed when the user is no
    candidate or a rule excludes them.
    """
    history.hold(session, task.case_id)
    principal, refused = way(session, task, user, for_)
    if refused is not None and task.assignee != user.name:
        session.refresh(task)
        require_open(task)
        raise NotAllowed(refused.template, **refused.facts)
    free = UserTask.assignee.is_(None)
    if principal is not None:
        free |= UserTask.assignee == principal
    if not give(session, task, free & goes_on(task), user.name, principal):
        return _had(session, task, user, principal)
    tell(session, task, user.name, "claimed")
    return task


def _had(session: Session, task: UserTask, user: User, principal: str | None) -> UserTask:
    """Why it could not be claimed; the task itself when it is the user's already."""
    session.refresh(task)
    require_open(task)
    if task.assignee in (None, principal):
        instances.require_running(instances.lock(session, task.instance_id, task.case_id))
    if task.assignee != user.name:
        raise TaskAlreadyClaimed(task=task.name, assignee=called(session, task.assignee))
    return task


def release(session: Session, task: UserTask, user: User, reason: str = "") -> UserTask:
    """The task is nobody's again and stands in its candidates' queues; one taken over for a principal who had it by
    name is the principal's again.

    For its assignee, their heads, or who has the permission "tasks.assign". A task given by name has no queue to go
    back to.
    """
    history.hold(session, task.case_id)
    session.refresh(task)
    require_open(task)
    if task.assignee is None:
        return task
    require_say(session, task, user)
    if task.delegated_by is not None:
        raise NotAllowed("Task “{task}” was delegated; give it back instead.", task=task.name)
    back_to = None if candidates(session, task) else task.on_behalf_of
    if back_to is None and not candidates(session, task):
        raise NotAllowed("Task “{task}” was given to you by name; hand it over instead.", task=task.name)
    before, principal = task.assignee, task.on_behalf_of
    give(session, task, UserTask.assignee == before, back_to)
    told = {"before": before} | _named(on_behalf_of=principal, to=back_to, reason=reason.strip())
    tell(session, task, user.name, "released", **told)
    return task


def assign(session: Session, task: UserTask, user: User, to: User, reason: str = "") -> UserTask:
    """Hand the task over to another person, who must be one that could claim it.

    For its assignee, their heads, or who has the permission "tasks.assign"; raises NotAllowed with the reason,
    Conflict when the task has changed hands meanwhile.
    """
    history.hold(session, task.case_id)
    seen = task.assignee
    session.refresh(task)
    require_open(task)
    if task.assignee != seen:
        raise Conflict("Task “{task}” has changed hands meanwhile.", task=task.name)
    require_say(session, task, user)
    if task.delegated_by is not None and task.assignee == user.name:
        raise NotAllowed("Task “{task}” was delegated; give it back instead.", task=task.name)
    refused = unassignable(session, task, to)
    if refused is not None:
        raise NotAllowed("This cannot go to {person}: {reason}", person=to.display_name, reason=refused)
    if seen != to.name:
        principal = task.on_behalf_of
        give(session, task, UserTask.assignee.is_not_distinct_from(seen), to.name)
        told = {"before": seen, "to": to.name, "reason": reason.strip()} | _named(on_behalf_of=principal)
        tell(session, task, user.name, "assigned", **told)
    return task


def _named(**facts: str | None) -> dict[str, str]:
    return {name: value for name, value in facts.items() if value}
