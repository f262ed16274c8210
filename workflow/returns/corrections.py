"""Straight back to me (直送): an earlier step is corrected beside the process, while the sender's step waits.

No token moves. The answers are written when the correction is completed; the way the process has taken is not decided
anew, so the button pressed (`outcome`) is not written.
"""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import beside, cases, definitions, engine, history, instances, offers, rows
from workflow.around import case_clock
from workflow.clock import now
from workflow.errors import Conflict, NotAllowed, TaskNotOpen
from workflow.holding import Held
from workflow.identity import User
from workflow.models import FAR, Return, TaskCandidate, UserTask
from workflow.returns import redoing, rounds
from workflow.returns.persons import give, give_again
from workflow.returns.places import Target
from workflow.returns.problems import required
from workflow.statuses import ReturnMode, TaskKind, TaskStatus
from workflow.tasks.completion import OUTCOME, ends, listen

TOKEN = "correction:"  # how the token ids of corrections begin


def ask(
    session: Session, task: UserTask, target: Target, user: User, mode: ReturnMode, reason: str, marks: Sequence[str]
) -> Return:
    """Have the step corrected by who did it, or by whom it is offered to when they cannot; Conflict when by nobody.

    `mode` is REDO for a start form: when it is corrected, the process begins anew behind it."""
    tokens: dict[str, Any] = {}
    for earlier in target.tasks or (None,):
        made = _open(session, task, target, earlier)
        tokens[made.token_id] = earlier.id if earlier is not None else None
    (asked,) = rows.new(
        session,
        Return,
        {
            "case_id": task.case_id,
            "mode": mode,
            "task_id": task.id,
            "instance_id": target.instance.id,
            "activity_id": target.activity.id,
            "tokens": tokens,
            "by": user.name,
            "at": now(),
            "reason": reason,
            "marks": list(marks),
        },
    )
    return asked


def recall(session: Session, correction: UserTask, user: User, reason: str) -> None:
    """Who sent it back needs no answer any more: the correction ends and their step is open again."""
    history.hold(session, correction.case_id)
    session.refresh(correction)
    reason = required(reason)
    if correction.kind is not TaskKind.CORRECTION or correction.status is not TaskStatus.OPEN:
        raise TaskNotOpen(task=correction.name)
    sender = session.get_one(UserTask, correction.parent_id)
    if sender.assignee != user.name:
        raise NotAllowed("Task “{task}” is not yours.", task=sender.name)
    beside.end(session, correction.id)
    beside.cancel(session, correction, user.name, reason)


def _open(session: Session, task: UserTask, target: Target, earlier: UserTask | None) -> UserTask:
    instance, activity, at = target.instance, target.activity, now()
    local = dict(earlier.local_variables) if earlier is not None else {}
    known = {**instances.variables(session, instance), **local}
    made = offers.offer(session, activity, instances.around(session, known, instance))
    (correction,) = rows.new(
        session,
        UserTask,
        {
            "instance_id": instance.id,
            "case_id": task.case_id,
            "definition_id": instance.definition_id,
            "process_key": instance.definition.key,
            "token_id": f"{TOKEN}{uuid4().hex}",
            "activity_id": activity.id,
            "name": (activity.name or activity.id)[:200],
            "form_key": activity.form_key,
            "local_variables": local,
            "priority": max(made.priority, task.priority),
            "created_at": at,
            "due_at": made.due_at,
            "kind": TaskKind.CORRECTION,
            "parent_id": task.id,
        },
    )
    _offer(session, correction, made, target)
    did = give_again(session, correction, earlier) if earlier else give(session, correction, target.performers[0])
    if not did and not give(session, correction, made.assignee or ""):
        _require_somebody(session, correction)
    case_clock.join(session, correction)
    return correction


def _offer(session: Session, correction: UserTask, made: offers.Offer, target: Target) -> None:
    starters = definitions.model(session, target.instance.definition).starters if target.is_start else ()
    candidates = dict.fromkeys([*made.candidates, *(f"group:{key}" for key in starters)])
    queue = {"claimed": False, "due_at": correction.due_at or FAR}
    for each in candidates:
        rows.add(session, TaskCandidate, task_id=correction.id, candidate=each, **queue)
    cases.show_to(session, correction.case_id, [*made.groups, *starters], made.users)


def _require_somebody(session: Session, correction: UserTask) -> None:
    offered = select(TaskCandidate.task_id).where(TaskCandidate.task_id == correction.id).limit(1)
    if session.scalar(offered) is None:
        raise Conflict("Nobody is left who could correct “{step}”.", step=correction.name)


@ends(TaskKind.CORRECTION)
def answer(session: Session, task: UserTask, held: Held, user: User, given: dict[str, Any]) -> None:
    """The correction is completed: what was answered is written, and the sender's step is open again."""
    asked = rounds.of(session, task)
    assert asked is not None, "a correction was asked for by somebody"
    instance, activity = held.instance, _activity(session, task)
    outcome = given.get(OUTCOME)
    given.update(listen(session, task, user, given, activity.listeners))
    written = {name: value for name, value in given.items() if name != OUTCOME}
    known = instances.variables(session, instance)
    changed = instances.write(session, instance, known, written)
    before = {name: [known[name]] if name in known else [] for name in changed}
    session.refresh(asked)
    rows.change(session, Return, asked.id, before={**before, **(asked.before or {})})
    facts = {"task": task.id, "outcome": outcome, "variables": written, "corrects": asked.tokens[task.token_id] or 0}
    where = (task.activity_id, task.token_id)
    history.record(session, task.case_id, user.name, "completed", instance, *where, **facts, before=before)
    if asked.mode is ReturnMode.REDO:
        redoing.from_the_start(session, asked, user)
    else:
        instances.reconsider(session, instance, {**known, **changed})


def _activity(session: Session, task: UserTask) -> engine.Activity:
    """As drawn in the version the correction was made for."""
    return definitions.model(session, task.definition).activities[task.activity_id]
