"""The rows of what an instance waits for, made to agree with what the engine says it waits for.

A wait without a row gets one; a row without a wait is cancelled; the rest is left as it is.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import CompoundSelect, Select, bindparam, delete, literal, select, union_all, update
from sqlalchemy.orm import Session

from workflow import cases
from workflow.clock import now
from workflow.db import Moment
from workflow.engine import Around, Model, Wait, WaitKind
from workflow.models import FAR, Incident, Job, ProcessInstance, Subscription, TaskCandidate, TaskDraft, Timer, UserTask
from workflow.offers import offer
from workflow.statuses import IncidentStatus, InstanceStatus, JobStatus, TaskStatus, TimerStatus
from workflow.wakeups import wake

LIVE_JOBS = (JobStatus.WAITING, JobStatus.RUNNING, JobStatus.FAILED)
LIVE_INSTANCES = (InstanceStatus.RUNNING, InstanceStatus.SUSPENDED)
Key = tuple[Any, ...]  # (kind, token id) and, for a timer, its due time
_ENDED = bindparam("task_ids", expanding=True)
_WITHDRAWN = [delete(table).where(table.task_id.in_(_ENDED)) for table in (TaskCandidate, TaskDraft)]


@dataclass
class Changes:
    """What agreeing has brought: what is new, and the called instances that are no longer waited for."""

    tasks: list[UserTask] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    subscriptions: list[Subscription] = field(default_factory=list)
    calls: list[Wait] = field(default_factory=list)
    calls_gone: list[int] = field(default_factory=list)


def agree(
    session: Session, instance: ProcessInstance, model: Model, waits: Sequence[Wait], around: Callable[[], Around]
) -> Changes:
    """Make the rows agree with the waits. `around` is asked for only when a new task needs it."""
    rows = {row_key(row): row.id for row in live_rows(session, [instance.id])}
    wanted = {wait_key(wait): wait for wait in waits}
    changes = Changes()
    _end(session, {key: row_id for key, row_id in rows.items() if key not in wanted}, changes)
    fresh = [wait for key, wait in wanted.items() if key not in rows]
    _begin(session, instance, model, fresh, around, changes)
    return changes


def live_rows(session: Session, instance_ids: Sequence[int]) -> Sequence[Any]:
    """(instance_id, kind, id, token_id, due_at) of every row that stands for a wait of these instances."""
    return session.execute(_live_rows(), {"instance_ids": list(instance_ids)}).all()


@cache
def _live_rows() -> CompoundSelect[Any]:
    """Built once: building it costs more than asking it."""
    wanted = bindparam("instance_ids", expanding=True)

    def rows(kind: str, table: Any, owner: Any, token: Any, live: Any, due: Any = None) -> Select[Any]:
        at = literal(None, Moment()) if due is None else due
        return select(
            owner.label("instance_id"),
            literal(kind).label("kind"),
            table.id.label("id"),
            token.label("token_id"),
            at.label("due_at"),
        ).where(owner.in_(wanted), *live)

    child = ProcessInstance
    return union_all(
        rows("user_task", UserTask, UserTask.instance_id, UserTask.token_id, [UserTask.status == TaskStatus.OPEN]),
        rows("job", Job, Job.instance_id, Job.token_id, [Job.status.in_(LIVE_JOBS)]),
        rows("timer", Timer, Timer.instance_id, Timer.token_id, [Timer.status == TimerStatus.WAITING], Timer.due_at),
        rows("news", Subscription, Subscription.instance_id, Subscription.token_id, []),
        rows("call", child, child.parent_id, child.parent_token_id, [child.status.in_(LIVE_INSTANCES)]),
    )


def row_key(row: Any) -> Key:
    """What a row of `live_rows` stands for."""
    return (row.kind, row.token_id, row.due_at) if row.kind == "timer" else (row.kind, row.token_id)


def wait_key(wait: Wait) -> Key:
    """The same for a wait of the engine."""
    if wait.kind is WaitKind.TIMER:
        return ("timer", wait.token_id, wait.due_at)
    return ("news" if wait.kind in (WaitKind.MESSAGE, WaitKind.SIGNAL) else wait.kind.value, wait.token_id)


def _end(session: Session, gone: Mapping[Key, int], changes: Changes) -> None:
    ids: dict[str, list[int]] = {}
    for key, row_id in gone.items():
        ids.setdefault(key[0], []).append(row_id)
    if found := ids.get("user_task"):
        _update(session, UserTask, found, status=TaskStatus.CANCELLED, ended_at=now())
        withdraw(session, found)
    if found := ids.get("job"):
        _update(session, Job, found, status=JobStatus.CANCELLED, done_at=now(), lease_until=None)
        _close_incidents(session, found)
    if found := ids.get("timer"):
        _update(session, Timer, found, status=TimerStatus.CANCELLED)
    if found := ids.get("news"):
        session.execute(delete(Subscription).where(Subscription.id.in_(found)))
    changes.calls_gone += ids.get("call", [])


def withdraw(session: Session, task_ids: Iterable[int]) -> None:
    """The tasks have ended: nobody may claim them any more, and what was typed is no longer needed."""
    for gone in _WITHDRAWN:
        session.execute(gone, {"task_ids": list(task_ids)})


def _update(session: Session, table: Any, ids: list[int], **values: Any) -> None:
    session.execute(update(table).where(table.id.in_(ids)).values(**values))


def _close_incidents(session: Session, job_ids: list[int]) -> None:
    session.execute(
        update(Incident)
        .where(Incident.job_id.in_(job_ids), Incident.status == IncidentStatus.OPEN)
        .values(status=IncidentStatus.RESOLVED, resolved_at=now(), resolved_by="system")
    )


def _begin(
    session: Session,
    instance: ProcessInstance,
    model: Model,
    waits: list[Wait],
    around: Callable[[], Around],
    changes: Changes,
) -> None:
    for wait in waits:
        match wait.kind:
            case WaitKind.JOB:
                changes.jobs.append(_job(instance, wait))
            case WaitKind.TIMER:
                session.add(_timer(instance, wait))
            case WaitKind.MESSAGE | WaitKind.SIGNAL:
                changes.subscriptions.append(_subscription(instance, wait))
            case WaitKind.CALL:
                changes.calls.append(wait)
    session.add_all([*changes.jobs, *changes.subscriptions])
    for job in changes.jobs:
        wake(session, job)
    people = [wait for wait in waits if wait.kind is WaitKind.USER_TASK]
    if people:
        _offer_tasks(session, instance, model, people, around(), changes)


def _offer_tasks(
    session: Session, instance: ProcessInstance, model: Model, waits: list[Wait], around: Around, changes: Changes
) -> None:
    offers = []
    for wait in waits:
        activity = model.activities[wait.activity_id]
        here = Around({**around.variables, **wait.variables}, around.now, around.functions, around.zone)
        offers.append(made := offer(session, activity, here))
        changes.tasks.append(
            UserTask(
                instance_id=instance.id,
                case_id=instance.case_id,
                definition_id=instance.definition_id,
                process_key=model.key,
                token_id=wait.token_id,
                activity_id=wait.activity_id,
                name=(activity.name or wait.activity_id)[:200],
                form_key=activity.form_key,
                local_variables=dict(wait.variables),
                assignee=made.assignee,
                claimed_at=around.now if made.assignee else None,
                priority=made.priority,
                created_at=around.now,
                due_at=made.due_at,
            )
        )
    session.add_all(changes.tasks)
    session.flush()  # the candidates' rows need the tasks' ids
    for task, made in zip(changes.tasks, offers, strict=True):
        session.add_all(
            TaskCandidate(task_id=task.id, candidate=each, due_at=task.due_at or FAR, claimed=task.assignee is not None)
            for each in made.candidates
        )
    groups = list(dict.fromkeys(key for made in offers for key in made.groups))
    people = [name for made in offers for name in [*made.users, *([made.assignee] if made.assignee else [])]]
    cases.show_to(session, instance.case_id, groups, list(dict.fromkeys(people)))


def _job(instance: ProcessInstance, wait: Wait) -> Job:
    at = now()
    return Job(
        instance_id=instance.id,
        token_id=wait.token_id,
        activity_id=wait.activity_id,
        topic=wait.name or "",
        payload=dict(wait.variables),
        due_at=at,
        created_at=at,
    )


def _timer(instance: ProcessInstance, wait: Wait) -> Timer:
    return Timer(instance_id=instance.id, token_id=wait.token_id, activity_id=wait.activity_id, due_at=wait.due_at)


def _subscription(instance: ProcessInstance, wait: Wait) -> Subscription:
    return Subscription(
        instance_id=instance.id,
        token_id=wait.token_id,
        activity_id=wait.activity_id,
        kind=wait.kind.value,
        name=wait.name or "",
        correlation_key=wait.correlation_key or "",
    )
