"""Completing a task: once, by the right person, and then the process goes on."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from workflow import (
    ballots,
    beside,
    cosigners,
    definitions,
    engine,
    footing,
    history,
    holding,
    incidents,
    instances,
    registry,
    rows,
    separation,
    values,
    voting,
    waits,
)
from workflow.around import copies, ending, wording
from workflow.clock import now
from workflow.errors import Conflict, NotAllowed, TaskNotOpen, Unavailable
from workflow.holding import Held
from workflow.identity import User
from workflow.models import UserTask
from workflow.statements import Statement, columns
from workflow.statuses import TaskKind, TaskStatus
from workflow.tasks import requests
from workflow.tasks.rules import out_of_place, why_not

OUTCOME = "outcome"  # the variable that holds the button pressed last
_ITSELF = Statement(select(*columns(UserTask)).where(UserTask.id == bindparam("task_id")))
_AS_IT_IS = Statement(
    select(
        UserTask.status,
        UserTask.assignee,
        or_(beside.HUNG, ending.UNTICKED, cosigners.ASKED).label("hung"),
        or_(UserTask.on_behalf_of.is_not(None), UserTask.delegated_by.is_not(None)).label("of_another"),
        beside.AROUND.label("around"),
    ).where(UserTask.id == bindparam("task_id"))
)
Ending = Callable[[Session, UserTask, Held, User, dict[str, Any]], None]
endings: dict[TaskKind, Ending] = {}


def ends(kind: TaskKind) -> Callable[[Ending], Ending]:
    """Register what the completion of a task of this kind beside the process does with its answers. It tells the
    history "completed" with the task's token."""

    def keep(ending: Ending) -> Ending:
        endings[kind] = ending
        return ending

    return keep


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
    Raises TaskNotOpen, NotAllowed (not claimed by this user, or a rule of the diagram), Conflict while it waits for a
    correction, Invalid (from a listener; the RequestReused of a key used for other answers), incidents.CannotGoOn (the
    engine refuses; an incident is opened).
    """
    outcome = outcome if outcome is not None else answers.get(OUTCOME)
    digest = requests.digest(request_key, user, [outcome, dict(answers)] if sent is None else sent)
    held = holding.take(session, task.instance_id, task.case_id, _AS_IT_IS(task_id=task.id))
    status, assignee, hung, of_another, _around = held.answers[0][0]
    if (status, assignee) != (TaskStatus.OPEN, user.name) or not user.active:
        session.refresh(task)
        if requests.is_repeated(task, digest):
            return task
        _refuse(session, task, user)
    if of_another:
        _require_place(session, task, user)
    if hung and _waits(session, task, user, held, answers, outcome, digest):
        return task
    _finish(session, task, held, user, None if ballots.is_hidden(session, task) else outcome, digest)
    _require_fit(session, task, user, held)
    try:
        with footing.watching(session) as stood:
            _go_on(session, task, held, user, answers, outcome)
        footing.keep(session, task.id, stood)
    except engine.EngineProblem as problem:
        raise incidents.note(session, task.instance_id, task.activity_id, problem) from problem
    return task


def repeated(session: Session, task: UserTask, user: User, request_key: str | None, sent: Any) -> bool:
    """Whether just this request has completed the task already; raises RequestReused when its key was used for another.

    The case is held, so that the answer stays true.
    """
    ((found,),) = history.hold(session, task.case_id, _ITSELF(task_id=task.id))
    rows.objects(session, found, UserTask)
    return requests.is_repeated(task, requests.digest(request_key, user, sent))


def _finish(session: Session, task: UserTask, held: Held, user: User, outcome: str | None, digest: str | None) -> None:
    rows.change(
        session,
        UserTask,
        task.id,
        status=TaskStatus.COMPLETED,
        assignee=user.name,
        completed_by=user.name,
        ended_at=now(),
        outcome=outcome,
        request_digest=digest,
    )
    waits.withdraw(session, task.id, held.answers[0][0].around)
    held.standing.pop(("user_task", task.token_id), None)


def _refuse(session: Session, task: UserTask, user: User) -> None:
    """In the words of tasks.why_not; who could have it must claim it first."""
    if task.status is not TaskStatus.OPEN:
        raise TaskNotOpen(task=task.name)
    if refused := why_not(session, task, user):
        raise NotAllowed(refused.template, **refused.facts)
    raise NotAllowed("Task “{task}” is not yours; claim it first.", task=task.name)


def _require_place(session: Session, task: UserTask, user: User) -> None:
    session.refresh(task)
    refused = out_of_place(session, task, user)
    if refused is not None:
        raise NotAllowed(refused.template, **refused.facts)


def _require_fit(session: Session, task: UserTask, user: User, held: Held) -> None:
    instances.require_running(held.instance)
    asked = task.kind is not TaskKind.STEP or bool(held.answers[0][0].hung)
    refused = separation.why_not(session, task, user, task.on_behalf_of, asked)
    if refused is not None:
        raise NotAllowed(refused.template, **refused.facts)


def _waits(
    session: Session,
    task: UserTask,
    user: User,
    held: Held,
    answers: Mapping[str, Any],
    outcome: str | None,
    digest: str | None,
) -> bool:
    """Whether the answers wait for those who were asked to sign. If not, what hangs on the task ends with it."""
    waits_for = beside.why_not(session, task)
    if waits_for is not None:
        raise Conflict(waits_for.template, **waits_for.facts)
    if task.kind is TaskKind.STEP:
        _require_fit(session, task, user, held)
        if cosigners.put_aside(session, task, user, answers, outcome, digest):
            return True
    beside.end(session, task.id)
    return False


def _go_on(
    session: Session, task: UserTask, held: Held, user: User, answers: Mapping[str, Any], outcome: str | None
) -> None:
    instance, known, standing = held.instance, held.variables, held.standing
    given = dict(answers) if outcome is None else {**answers, OUTCOME: outcome}
    values.check(given)
    if task.kind is not TaskKind.STEP:
        endings[task.kind](session, task, held, user, given)
        return
    model = definitions.model(session, instance.definition)
    activity = model.activities[task.activity_id]
    listeners = activity.listeners
    vote = ballots.cast(session, task, user, activity, given) if voting.PROPERTY in activity.properties else None
    kept = given if vote is None else {}
    if listeners:
        kept.update(listen(session, task, user, given, listeners))
        known, standing = instances.variables(session, instance), None  # they may have changed both
    known.update(instances.write(session, instance, known, kept))
    here = instances.around(session, known, instance)
    step = engine.complete(model, instances.state(instance), task.token_id, here, vote)
    told = (
        {"task": task.id, "outcome": outcome, "variables": given} if vote is None else ballots.told(session, task, vote)
    )
    facts = {task.token_id: {**told, **_behind(task)}}
    instances.settle(session, instance, step, user.name, known, facts, standing)
    if wording.COPY_TO in activity.properties:
        copies.follow(session, task, activity, instances.around(session, known, instance), wording.COMPLETION)


def _behind(task: UserTask) -> dict[str, Any]:
    """Who else stands behind the completion, as the history tells it."""
    told = {"on_behalf_of": task.on_behalf_of, "prepared_by": task.prepared_by}
    return {name: value for name, value in told.items() if value}


def listen(
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
