"""The rows of what an instance waits for, made to agree with what the engine says it waits for.

A wait without a row gets one; a row without a wait is cancelled; the rest is left as it is.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    column,
    delete,
    insert,
    literal,
    select,
    union_all,
    update,
    values,
)
from sqlalchemy.orm import Session

from workflow import beside, cases, rows
from workflow.around import arrivals, urgency
from workflow.beside import withdraw
from workflow.clock import now
from workflow.db import Moment
from workflow.diagram import policies
from workflow.engine import Activity, Around, Model, Wait, WaitKind
from workflow.models import (
    FAR,
    Incident,
    Job,
    ProcessInstance,
    StrandedTask,
    Subscription,
    TaskCandidate,
    Timer,
    UserTask,
)
from workflow.offers import Offer, offer
from workflow.performers.living import has_living
from workflow.statements import Given, Statement, one_of
from workflow.statuses import IncidentStatus, InstanceStatus, JobStatus, TaskKind, TaskStatus, TimerStatus
from workflow.wakeups import wake

LIVE_JOBS = (JobStatus.WAITING, JobStatus.RUNNING, JobStatus.FAILED)
LIVE_INSTANCES = (InstanceStatus.RUNNING, InstanceStatus.SUSPENDED)
Key = tuple[Any, ...]  # (kind, token id) and, for a timer, its due time


@dataclass
class Changes:
    """What agreeing has brought that others must act on: new subscriptions and calls, and the called instances that
    are no longer waited for."""

    subscriptions: list[Wait] = field(default_factory=list)
    calls: list[Wait] = field(default_factory=list)
    calls_gone: list[int] = field(default_factory=list)
    passing: list[str] = field(default_factory=list)  # tokens of new tasks that performers.consider looks at


def agree(
    session: Session,
    instance: ProcessInstance,
    model: Model,
    waits: Sequence[Wait],
    around: Around,
    standing: Mapping[Key, int] | None = None,
) -> Changes:
    """Make the rows agree with the waits. `around`: what the attributes of new tasks see; `standing` are the rows as
    `standing_rows` gives them, if the caller has them."""
    there = standing_rows(live_rows(session, [instance.id])) if standing is None else standing
    wanted = {wait_key(wait): wait for wait in waits}
    changes = Changes()
    _end(session, {key: row_id for key, row_id in there.items() if key not in wanted}, changes)
    fresh = [wait for key, wait in wanted.items() if key not in there]
    _begin(session, instance, model, fresh, around, changes)
    return changes


def live_rows(session: Session, instance_ids: Sequence[int]) -> Sequence[Any]:
    """(instance_id, kind, id, token_id, due_at) of every row that stands for a wait of these instances."""
    return session.execute(_MANY, {"instance_ids": list(instance_ids)}).all()


def standing_rows(found: Iterable[Any]) -> dict[Key, int]:
    """What the rows of `live_rows` (of one instance) stand for → their ids."""
    return {row_key(row): row.id for row in found}


_OPEN_STEP = [UserTask.status == TaskStatus.OPEN, UserTask.kind == TaskKind.STEP]


def _live_rows(among: Callable[[Any], Any]) -> CompoundSelect[Any]:
    """`among`: the condition on the column that names the instance."""

    def live(kind: str, table: Any, owner: Any, token: Any, is_live: Any, due: Any = None) -> Select[Any]:
        at = literal(None, Moment()) if due is None else due
        return select(
            owner.label("instance_id"),
            literal(kind).label("kind"),
            table.id.label("id"),
            token.label("token_id"),
            at.label("due_at"),
        ).where(among(owner), *is_live)

    child = ProcessInstance
    return union_all(
        live("user_task", UserTask, UserTask.instance_id, UserTask.token_id, _OPEN_STEP),
        live("job", Job, Job.instance_id, Job.token_id, [one_of(Job.status, LIVE_JOBS)]),
        live("timer", Timer, Timer.instance_id, Timer.token_id, [Timer.status == TimerStatus.WAITING], Timer.due_at),
        live("news", Subscription, Subscription.instance_id, Subscription.token_id, []),
        live("call", child, child.parent_id, child.parent_token_id, [one_of(child.status, LIVE_INSTANCES)]),
    )


_MANY = _live_rows(lambda owner: owner.in_(bindparam("instance_ids", expanding=True)))
LIVE = Statement(_live_rows(lambda owner: owner == bindparam("instance_id")))  # `live_rows` of one instance


def row_key(row: Any) -> Key:
    """What a row of `live_rows` stands for."""
    return (row.kind, row.token_id, row.due_at) if row.kind == "timer" else (row.kind, row.token_id)


def wait_key(wait: Wait) -> Key:
    """The same for a wait of the engine."""
    if wait.kind is WaitKind.TIMER:
        return ("timer", wait.token_id, wait.due_at)
    return ("news" if wait.kind in (WaitKind.MESSAGE, WaitKind.SIGNAL) else wait.kind.value, wait.token_id)


def _end(session: Session, gone: Mapping[Key, int], changes: Changes) -> None:
    at = now()
    for (kind, *_), row_id in gone.items():
        match kind:
            case "user_task":
                rows.change(session, UserTask, row_id, status=TaskStatus.CANCELLED, ended_at=at)
                withdraw(session, row_id)
                beside.end(session, row_id)
            case "job":
                rows.change(session, Job, row_id, status=JobStatus.CANCELLED, done_at=at, lease_until=None)
                rows.write(session, _CLOSE_INCIDENTS(of_job=row_id, resolved_at=at))
            case "timer":
                rows.change(session, Timer, row_id, status=TimerStatus.CANCELLED)
            case "news":
                rows.write(session, _UNSUBSCRIBE(gone=row_id))
            case "call":
                changes.calls_gone.append(row_id)


_UNSUBSCRIBE = Statement(delete(Subscription).where(Subscription.id == bindparam("gone")))
_CLOSE_INCIDENTS = Statement(
    update(Incident)
    .where(Incident.job_id == bindparam("of_job"), Incident.status == IncidentStatus.OPEN)
    .values(status=IncidentStatus.RESOLVED, resolved_at=bindparam("resolved_at"), resolved_by="system")
)


def _begin(
    session: Session, instance: ProcessInstance, model: Model, waits: list[Wait], around: Around, changes: Changes
) -> None:
    for wait in waits:
        match wait.kind:
            case WaitKind.JOB:
                _add_job(session, instance, wait)
            case WaitKind.TIMER:
                _add(session, Timer, instance, wait, due_at=wait.due_at)
            case WaitKind.MESSAGE | WaitKind.SIGNAL:
                _subscribe(session, instance, wait)
                changes.subscriptions.append(wait)
            case WaitKind.CALL:
                changes.calls.append(wait)
    people = [wait for wait in waits if wait.kind is WaitKind.USER_TASK]
    if people:
        _offer_tasks(session, instance, model, people, around)
        changes.passing += [wait.token_id for wait in people if _may_pass(model.activities[wait.activity_id], wait)]


def _may_pass(activity: Activity, wait: Wait) -> bool:
    """Those of a multi-instance are asked one by one, whoever they are."""
    return not wait.variables and policies.may_pass(activity.properties)


def _add(session: Session, entity: type, instance: ProcessInstance, wait: Wait, **values: Any) -> None:
    of = {"instance_id": instance.id, "token_id": wait.token_id, "activity_id": wait.activity_id}
    rows.add(session, entity, **of, **values)


def _add_job(session: Session, instance: ProcessInstance, wait: Wait) -> None:
    at = now()
    work = {"topic": wait.name or "", "payload": dict(wait.variables)}
    _add(
        session, Job, instance, wait, **work, due_at=at, created_at=at, told=lambda made: wake(session, at, made[0].id)
    )


def _subscribe(session: Session, instance: ProcessInstance, wait: Wait) -> None:
    news = {"kind": wait.kind.value, "name": wait.name or "", "correlation_key": wait.correlation_key or ""}
    _add(session, Subscription, instance, wait, **news)


def _offer_tasks(session: Session, instance: ProcessInstance, model: Model, waits: list[Wait], around: Around) -> None:
    groups: dict[str, None] = {}
    people: dict[str, None] = {}
    for wait in waits:
        here = replace(around, variables={**around.variables, **wait.variables}) if wait.variables else around
        made = offer(session, model.activities[wait.activity_id], here)
        _add_task(session, instance, model, wait, made, around.now)
        groups |= dict.fromkeys(made.groups)
        people |= dict.fromkeys([*made.users, *([made.assignee] if made.assignee else [])])
    cases.show_to(session, instance.case_id, list(groups), list(people))
    arrivals.prepare(session, instance, model, waits, around)


def _add_task(session: Session, instance: ProcessInstance, model: Model, wait: Wait, made: Offer, at: datetime) -> None:
    activity = model.activities[wait.activity_id]
    urgent, until = urgency.computed(made.priority, TaskKind.STEP, at, made.due_at, at)
    _add(
        session,
        UserTask,
        instance,
        wait,
        case_id=instance.case_id,
        definition_id=instance.definition_id,
        process_key=model.key,
        name=(activity.name or wait.activity_id)[:200],
        form_key=activity.form_key,
        local_variables=dict(wait.variables),
        assignee=made.assignee,
        claimed_at=at if made.assignee else None,
        priority=made.priority,
        urgency=urgent,
        urgency_until=until,
        created_at=at,
        due_at=made.due_at,
    )
    queue = {"claimed": made.assignee is not None, "due_at": made.due_at or FAR, "rank": -urgent}
    of = {"of_instance": instance.id, "of_token": wait.token_id}
    stranded = [] if made.assignee or made.users else [_STRAND(**of, gone=made.gone)]
    rows.write(session, *(_OFFER(**of, candidate=each, **queue) for each in made.candidates), *stranded)


_OFFER = Statement(  # the task by its place in the process: its id is the database's affair
    insert(TaskCandidate),
    ["of_instance", "of_token", "candidate", "claimed", "due_at", "rank"],
    found={
        "task_id": lambda given: (
            select(UserTask.id)
            .where(UserTask.instance_id == given("of_instance"), UserTask.token_id == given("of_token"))
            .scalar_subquery()
        )
    },
)


def _strand(offers: Sequence[Given]) -> Any:
    """Unless somebody of the groups it is offered to is here, for performers.rescue."""
    kinds = {"of_instance": Integer(), "of_token": String(), "gone": StrandedTask.__table__.c.gone.type}
    rows_of = [tuple(offer(name, kind) for name, kind in kinds.items()) for offer in offers]
    offered = values(*(column(name, kind) for name, kind in kinds.items()), name="offered").data(rows_of).cte("offered")
    place = and_(UserTask.instance_id == offered.c.of_instance, UserTask.token_id == offered.c.of_token)
    found = select(UserTask.id, offered.c.gone).join_from(offered, UserTask, place).where(~has_living())
    return insert(StrandedTask).from_select(["task_id", "gone"], found)


_STRAND = Statement(_strand)
