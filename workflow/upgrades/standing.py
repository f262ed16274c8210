"""The rows of an instance's waits on the way to another version: ids, claims, drafts, due dates and leases stay.

What a row says of the diagram (element, name, form, topic, message) follows the new version. Whom a task is offered to
follows it only where the diagram says something else there: a claim stays with who has it, and what a person has
handed over or put off stays so.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from workflow import cases, definitions, instances, outgoing
from workflow.engine import Activity, Around, Model, Wait, WaitKind
from workflow.errors import Conflict
from workflow.models import (
    FAR,
    Incident,
    Job,
    ProcessInstance,
    Subscription,
    TaskCandidate,
    TaskOnlooker,
    Timer,
    UserTask,
)
from workflow.offers import offer
from workflow.statuses import IncidentStatus, TaskKind, TaskStatus, TimerStatus
from workflow.upgrades.differences import OFFERED
from workflow.waits import LIVE_JOBS, live_rows

Row = UserTask | Job | Timer | Subscription | Incident
Said = dict[str, dict[str, Any]]  # "table id" → what its row said before
_LIVE = {
    UserTask: UserTask.status == TaskStatus.OPEN,
    Job: Job.status.in_(LIVE_JOBS),
    Timer: Timer.status == TimerStatus.WAITING,
    Subscription: Subscription.id.is_not(None),
    Incident: Incident.status == IncidentStatus.OPEN,
}


def live(session: Session, instance: ProcessInstance) -> list[Row]:
    """The rows of everything the instance waits for, called processes apart, as they are now."""
    return [
        row
        for table, is_live in _LIVE.items()
        for row in session.scalars(
            select(table)
            .where(table.instance_id == instance.id, is_live)
            .order_by(table.id)
            .execution_options(populate_existing=True)
        )
    ]


def follow(
    session: Session,
    instance: ProcessInstance,
    before: Model,
    rows: Sequence[Row],
    waits: Sequence[Wait],
    mapping: Mapping[str, str],
    known: Mapping[str, Any],
) -> Said:
    """Let the rows that were there say what the instance's version says (`known`: its variables). Returns what they
    said before."""
    after, said = definitions.model(session, instance.definition), {}
    by_token = {wait.token_id: wait for wait in waits}
    for row in rows:
        if isinstance(row, Incident):
            fresh = {"activity_id": mapping.get(row.activity_id or "", row.activity_id)}
        elif row.token_id in by_token:
            fresh = _fresh(row, by_token[row.token_id], after, instance)
        elif isinstance(row, UserTask) and row.kind is not TaskKind.STEP:
            moved = mapping.get(row.activity_id, row.activity_id)
            fresh = {"definition_id": instance.definition_id, "activity_id": moved}
        else:
            continue  # nobody waits there any more
        said[_key(row)] = _say(row, fresh)
    tasks = {row: said[_key(row)] for row in rows if isinstance(row, UserTask) and row.token_id in by_token}
    for task, was in tasks.items():
        activity = after.activities[task.activity_id]
        if _differ(before.activities[was["activity_id"]], activity):
            here = instances.around(session, {**known, **by_token[task.token_id].variables}, instance)
            was["candidates"] = _offer_anew(session, task, activity, here)
    renamed = [by_token[row.token_id] for row in rows if isinstance(row, Subscription) and _renamed(row, said)]
    outgoing.catch_up(session, renamed)
    return said


def _key(row: Row) -> str:
    return f"{row.__tablename__} {row.id}"


def _renamed(row: Subscription, said: Said) -> bool:
    return _key(row) in said and said[_key(row)]["name"] != row.name


def _fresh(row: Row, wait: Wait, model: Model, instance: ProcessInstance) -> dict[str, Any]:
    activity = model.activities[wait.activity_id]
    fresh: dict[str, Any] = {"activity_id": wait.activity_id}
    match row:
        case UserTask():
            name = (activity.name or wait.activity_id)[:200]
            fresh |= {"definition_id": instance.definition_id, "name": name, "form_key": activity.form_key}
        case Job():
            fresh |= {"topic": wait.name or ""}
        case Subscription():
            fresh |= {"name": wait.name or ""}
    return fresh


def _say(row: Row, fresh: Mapping[str, Any]) -> dict[str, Any]:
    before = {name: getattr(row, name) for name in fresh}
    for name, value in fresh.items():
        setattr(row, name, value)
    return before


def _differ(before: Activity, after: Activity) -> bool:
    return any(getattr(before, word) != getattr(after, word) for word in OFFERED)


def _offer_anew(session: Session, task: UserTask, activity: Activity, around: Around) -> list[str]:
    """To whom the new version offers the task; who had it keeps it. Returns its candidates before."""
    before = sorted(session.scalars(select(TaskCandidate.candidate).where(TaskCandidate.task_id == task.id)))
    made = offer(session, activity, around)
    if task.assignee is None and made.assignee is not None:
        task.assignee, task.claimed_at = made.assignee, around.now
    if before and task.assignee is None and not made.candidates:
        raise Conflict("In the new version “{task}” would be offered to nobody.", task=task.name)
    people = [*made.users, *([made.assignee] if made.assignee else [])]
    _put_up(session, task, made.candidates, made.groups, people)
    return before


def _put_up(
    session: Session, task: UserTask, candidates: Sequence[str], groups: Sequence[str] = (), people: Sequence[str] = ()
) -> None:
    """Offer the task to these and no others; who may see its case looks on, `groups` and `people` too from now on."""
    for table in (TaskCandidate, TaskOnlooker):
        session.execute(delete(table).where(table.task_id == task.id))
    claimed, due_at = task.assignee is not None, task.due_at or FAR
    if candidates:
        queue = {"task_id": task.id, "due_at": due_at, "claimed": claimed, "rank": -task.urgency}
        session.execute(insert(TaskCandidate), [{**queue, "candidate": each} for each in candidates])
    session.flush()  # who looks on is found by what the task says
    cases.show_to(session, task.case_id, list(groups), list(people))


def put_back(session: Session, rows: Sequence[Row], said: Said) -> None:
    """Let the rows that are still there say what they said before."""
    for row in rows:
        before = dict(said.get(_key(row), {}))
        candidates = before.pop("candidates", None)
        _say(row, before)
        if isinstance(row, UserTask) and candidates is not None:
            _put_up(session, row, candidates)


def let_timers_wait_again(session: Session, instance: ProcessInstance, waits: Sequence[Wait]) -> None:
    """A timer that had stopped waiting is the same row again."""
    for wait in waits:
        if wait.kind is WaitKind.TIMER:
            stopped = (Timer.token_id == wait.token_id, Timer.status == TimerStatus.CANCELLED)
            session.execute(
                update(Timer)
                .where(Timer.instance_id == instance.id, Timer.due_at == wait.due_at, *stopped)
                .values(status=TimerStatus.WAITING)
            )


def is_work(wait: Wait) -> bool:
    """Whether somebody or something works there: what has ended once is not begun again."""
    return wait.kind in (WaitKind.USER_TASK, WaitKind.JOB, WaitKind.CALL)


def work(session: Session, instance: ProcessInstance) -> set[str]:
    """The tokens at which somebody or something works."""
    return {row.token_id for row in live_rows(session, [instance.id]) if row.kind in ("user_task", "job", "call")}
