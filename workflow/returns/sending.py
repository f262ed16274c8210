"""Sending a task back: to an earlier step, with a reason, straight or to redo everything after it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from workflow import history, instances
from workflow.errors import Conflict, Invalid, sentence
from workflow.identity import User
from workflow.models import Return, UserTask
from workflow.returns import corrections, places, redoing, rounds
from workflow.returns.places import Target
from workflow.returns.problems import MOST_MARKS, required
from workflow.statuses import ReturnMode


def send_back(
    session: Session, task: UserTask, user: User, to: str, mode: ReturnMode, reason: str, marks: Sequence[str] = ()
) -> Return:
    """Send the user's open task back to the step `to` (Target.key). `marks`: names of fields of that step to look at.

    Raises Invalid (no reason), NotAllowed (not theirs, or the diagram forbids it), Conflict: ended meanwhile,
    suspended, the step cannot be gone back to in this way.
    """
    reason, marks = required(reason), _checked(marks)
    history.hold(session, task.case_id)
    session.refresh(task)
    places.require(session, task, user)
    instances.require_running(instances.lock(session, task.instance_id, task.case_id))
    target = places.find(session, task, user, to)
    if mode in target.refused:
        refused = target.refused[mode]
        raise Conflict(refused.template, **refused.facts)
    instances.require_running(instances.lock(session, target.instance.id, task.case_id))
    said = {"mode": mode.value, "reason": reason, "marks": marks}
    if mode is ReturnMode.STRAIGHT or target.is_start:
        _tell(session, task, target, user, **said)
        return corrections.ask(session, task, target, user, mode, reason, marks)
    planned = redoing.plan(session, task, target)
    said |= {"round": rounds.number(session, task.case_id) + 1, "void": [each.id for each in planned.void]}
    _tell(session, task, target, user, **said)
    return redoing.redo(session, task, target, planned, user, reason, marks)


def _checked(marks: Sequence[str]) -> list[str]:
    """Names of fields, each once."""
    kept = list(dict.fromkeys(str(each).strip()[:200] for each in marks if str(each).strip()))
    if len(kept) > MOST_MARKS:
        raise Invalid({"marks": [sentence("Mark at most {most} fields.", most=MOST_MARKS)]})
    return kept


def _tell(session: Session, task: UserTask, target: Target, user: User, **said: Any) -> None:
    where = (task.instance_id, task.activity_id, task.token_id)
    to = target.performers[0] if len(target.performers) == 1 else None
    facts = {**said, "task": task.id, "target": target.named(), "to": to}
    history.record(session, task.case_id, user.name, "sent_back", *where, **facts)
