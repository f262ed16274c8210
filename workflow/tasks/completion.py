"""Completing a task: once, by the right person, and then the process goes on."""

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from workflow import definitions, engine, history, incidents, instances, registry, values, waits
from workflow.clock import now
from workflow.errors import NotAllowed, TaskNotOpen, Unavailable
from workflow.identity import User
from workflow.models import ProcessInstance, UserTask
from workflow.statuses import TaskStatus
from workflow.tasks.rules import separation

OUTCOME = "outcome"  # the variable that holds the button pressed last


def complete(
    session: Session,
    task: UserTask,
    user: User,
    answers: Mapping[str, Any],
    outcome: str | None = None,
    request_key: str | None = None,
    sent: Any = None,
) -> UserTask:
    """Finish the task with these answers (JSON values) and let its process go on.

    Listeners of the activity run first; what they return joins the answers. The same request again (same
    `request_key`, user and answers) changes nothing and gives the same task. `sent` (JSON) stands for the answers in
    that comparison where they differ each time: moments of signatures, numbers of files.
    Raises TaskNotOpen, NotAllowed (not claimed by this user, or a rule of the diagram), Invalid (from a listener),
    incidents.CannotGoOn (the engine refuses; an incident is opened).
    """
    outcome = outcome if outcome is not None else answers.get(OUTCOME)
    digest = _digest(request_key, user, [outcome, dict(answers)] if sent is None else sent)
    instance = instances.lock(session, task.instance_id, task.case_id)
    if not _finish(session, task, user, outcome, digest):
        session.refresh(task)
        if digest is not None and task.request_digest == digest:
            return task
        _refuse(task, user)
    instances.require_running(instance)
    refused = separation(session, task, user)
    if refused is not None:
        raise NotAllowed(refused.template, **refused.facts)
    try:
        _go_on(session, task, instance, user, answers, outcome)
    except engine.EngineProblem as problem:
        raise incidents.note(session, instance.id, task.activity_id, problem) from problem
    return task


def repeated(session: Session, task: UserTask, user: User, request_key: str | None, sent: Any) -> bool:
    """Whether just this request has completed the task already. The case is held, so that the answer stays true."""
    history.hold(session, task.case_id)
    session.refresh(task)
    return request_key is not None and task.request_digest == _digest(request_key, user, sent)


def _digest(request_key: str | None, user: User, asked: Any) -> str | None:
    """Of who asked for what: a key used again by another, or for something else, is not the same request."""
    if request_key is None:
        return None
    said = orjson.dumps([request_key, user.name, asked], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(said).hexdigest()


def _finish(session: Session, task: UserTask, user: User, outcome: str | None, digest: str | None) -> bool:
    """Mark the task done if it is open and this user's; whether it was."""
    done = {
        "status": TaskStatus.COMPLETED,
        "completed_by": user.name,
        "ended_at": now(),
        "outcome": outcome,
        "request_digest": digest,
    }
    mine = (UserTask.id == task.id, UserTask.status == TaskStatus.OPEN, UserTask.assignee == user.name)
    change = update(UserTask).where(*mine).values(**done).execution_options(synchronize_session=False)
    if not user.active or session.execute(change).rowcount == 0:
        return False
    for name, value in done.items():
        set_committed_value(task, name, value)
    waits.withdraw(session, [task.id])
    return True


def _refuse(task: UserTask, user: User) -> None:
    if task.status is not TaskStatus.OPEN:
        raise TaskNotOpen(task=task.name)
    if not user.active:
        raise NotAllowed("{person} is no longer active.", person=user.display_name)
    raise NotAllowed("Task “{task}” is not yours; claim it first.", task=task.name)


def _go_on(
    session: Session,
    task: UserTask,
    instance: ProcessInstance,
    user: User,
    answers: Mapping[str, Any],
    outcome: str | None,
) -> None:
    model = definitions.model(session, instance.definition)
    given = dict(answers) if outcome is None else {**answers, OUTCOME: outcome}
    values.check(given)
    given.update(_listen(session, task, user, given, model.activities[task.activity_id].listeners))
    known = instances.variables(session, instance)
    known.update(instances.write(session, instance, known, given))
    step = engine.complete(model, instances.state(instance), task.token_id, instances.around(session, known))
    facts = {task.token_id: {"task": task.id, "outcome": outcome, "variables": given}}
    instances.settle(session, instance, step, user.name, known, facts)


def _listen(
    session: Session, task: UserTask, user: User, given: dict[str, Any], topics: tuple[str, ...]
) -> dict[str, Any]:
    """What the domain does now, in the order of the diagram; each sees what those before it returned."""
    returned: dict[str, Any] = {}
    for topic in topics:
        listener = registry.listener(topic)
        if listener is None:
            raise Unavailable("“{topic}” is not known to this installation.", topic=topic)
        returned.update(listener(session, task, user, {**given, **returned}) or {})
    return returned
