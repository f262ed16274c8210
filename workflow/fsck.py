"""Checks what must always hold, over the whole database; names each bad row in a sentence.

Reads only. Best run while nobody works: what changes between two queries may look wrong.
The invariants are those a durable workflow engine owes: tasks agree with tokens, every completion is told once,
histories have no gap, states are what was written, nothing that runs waits for nothing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, Text, and_, cast, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload

from workflow import definitions, engine, instances, office, registry
from workflow.errors import DefinitionRefused
from workflow.identity import User
from workflow.models import (
    Case,
    HistoryEvent,
    Incident,
    Job,
    ProcessInstance,
    StoredFile,
    Subscription,
    TaskCandidate,
    Timer,
    UserTask,
    Variable,
)
from workflow.registry import fsck_check
from workflow.statuses import IncidentStatus, InstanceStatus, JobStatus, TaskStatus, TimerStatus
from workflow.waits import LIVE_INSTANCES, LIVE_JOBS, Key, live_rows, row_key, wait_key

AT_ONCE = 500  # instances read at a time


@dataclass(frozen=True)
class Problem:
    """One breach: the name of the check and what is wrong where."""

    check: str
    sentence: str


def run(session: Session) -> list[Problem]:
    """Every breach of every registered check; nothing when all is well."""
    return [Problem(name, said) for name, check in registry.checks.items() for said in check(session)]


@fsck_check("states")
def states(session: Session) -> Iterator[str]:
    """Each instance's state opens, belongs to its revision, and waits for just what the rows say."""
    last = 0
    query = select(ProcessInstance).options(joinedload(ProcessInstance.definition)).order_by(ProcessInstance.id)
    while found := list(session.scalars(query.where(ProcessInstance.id > last).limit(AT_ONCE))):
        last = found[-1].id
        rows: dict[int, set[Key]] = {}
        for row in live_rows(session, [instance.id for instance in found]):
            rows.setdefault(row.instance_id, set()).add(row_key(row))
        for instance in found:
            yield from _state(session, instance, rows.get(instance.id, set()))


def _state(session: Session, instance: ProcessInstance, rows: set[Key]) -> Iterator[str]:
    where = f"Process instance {instance.id} ({instance.definition.key}, revision {instance.revision})"
    try:
        model, state = definitions.model(session, instance.definition), instances.state(instance)
        said = engine.state_problems(model, state)
        open_ = () if said else engine.waits_of(model, state)
        waits = {wait_key(wait): wait for wait in open_ if wait.kind is not engine.WaitKind.CONDITION}
    except (engine.EngineProblem, DefinitionRefused) as problem:
        said, waits = [str(problem)], {}
    if said:
        yield from (f"{where}: {each}" for each in said)
        return
    for key in waits.keys() - rows:
        yield f"{where}: “{waits[key].activity_id}” waits for a {key[0]}, but there is no row for its token {key[1]}."
    for kind, token_id, *_ in rows - waits.keys():
        yield f"{where}: a {kind} row waits for token {token_id}, but the process does not."


@fsck_check("completions")
def completions(session: Session) -> Iterator[str]:
    """Each completed task is told exactly once, by who completed it."""
    told = (
        select(func.count())
        .where(
            HistoryEvent.instance_id == UserTask.instance_id,
            HistoryEvent.token_id == UserTask.token_id,
            HistoryEvent.kind == "completed",
            HistoryEvent.actor == UserTask.completed_by,
        )
        .scalar_subquery()
    )
    query = select(UserTask.id, UserTask.name, told.label("told"))
    for row in session.execute(query.where(UserTask.status == TaskStatus.COMPLETED, told != 1)):
        yield f"Task {row.id} “{row.name}” is completed, but the history tells it {row.told} times."
    untold = select(UserTask.id, UserTask.name).join(
        HistoryEvent,
        and_(
            HistoryEvent.instance_id == UserTask.instance_id,
            HistoryEvent.token_id == UserTask.token_id,
            HistoryEvent.kind == "completed",
        ),
    )
    for row in session.execute(untold.where(UserTask.status != TaskStatus.COMPLETED)):
        yield f"Task {row.id} “{row.name}” is not completed, but the history says so."


@fsck_check("histories")
def histories(session: Session) -> Iterator[str]:
    """The events of a case are numbered 1..n."""
    count, last = func.count(HistoryEvent.id), func.max(HistoryEvent.seq)
    query = select(HistoryEvent.case_id, count, last).group_by(HistoryEvent.case_id)
    for case_id, events, highest in session.execute(query.having(or_(count != last, func.min(HistoryEvent.seq) != 1))):
        yield f"Case {case_id} has {events} events, but the last is number {highest}."


@fsck_check("waiting")
def waiting(session: Session) -> Iterator[str]:
    """Each running instance waits for something: a task, job, timer, message, signal, condition, called process or
    incident."""
    child = ProcessInstance.__table__.alias("child")
    reasons = [
        exists().where(UserTask.instance_id == ProcessInstance.id, UserTask.status == TaskStatus.OPEN),
        exists().where(Job.instance_id == ProcessInstance.id, Job.status.in_(LIVE_JOBS)),
        exists().where(Timer.instance_id == ProcessInstance.id, Timer.status == TimerStatus.WAITING),
        exists().where(Subscription.instance_id == ProcessInstance.id),
        exists().where(child.c.parent_id == ProcessInstance.id, child.c.status.in_(LIVE_INSTANCES)),
        exists().where(Incident.instance_id == ProcessInstance.id, Incident.status == IncidentStatus.OPEN),
    ]
    running = select(ProcessInstance).where(ProcessInstance.status == InstanceStatus.RUNNING)
    for instance in session.scalars(running.where(*(~each for each in reasons))):
        if not _waits_for_a_condition(session, instance):
            yield f"Process instance {instance.id} runs, but waits for nothing."


def _waits_for_a_condition(session: Session, instance: ProcessInstance) -> bool:
    """No row stands for these waits: only the saved state knows them."""
    try:
        waits = engine.waits_of(definitions.model(session, instance.definition), instances.state(instance))
    except (engine.EngineProblem, DefinitionRefused):
        return False
    return any(wait.kind is engine.WaitKind.CONDITION for wait in waits)


@fsck_check("left_over")
def left_over(session: Session) -> Iterator[str]:
    """What is over leaves nothing to do: no open task, live job, waiting timer or subscription."""
    over = ProcessInstance.status.not_in(LIVE_INSTANCES)
    for table, live in (
        (UserTask, UserTask.status == TaskStatus.OPEN),
        (Job, Job.status.in_(LIVE_JOBS)),
        (Timer, Timer.status == TimerStatus.WAITING),
        (Subscription, Subscription.id.is_not(None)),
    ):
        query = select(table.id, table.instance_id).join(ProcessInstance, ProcessInstance.id == table.instance_id)
        for row_id, instance_id in session.execute(query.where(over, live)):
            yield f"Process instance {instance_id} is over, but row {row_id} of {table.__tablename__} still waits."


@fsck_check("failed_jobs")
def failed_jobs(session: Session) -> Iterator[str]:
    """A failed job has exactly one open incident, and no other job has one."""
    opened = select(func.count()).where(Incident.job_id == Job.id, Incident.status == IncidentStatus.OPEN)
    query = select(Job.id, Job.topic, Job.status, opened.scalar_subquery().label("opened"))
    wrong = or_(
        and_(Job.status == JobStatus.FAILED, opened.scalar_subquery() != 1),
        and_(Job.status != JobStatus.FAILED, opened.scalar_subquery() != 0),
    )
    for row in session.execute(query.where(wrong)):
        yield f"Job {row.id} ({row.topic}) is {row.status} and has {row.opened} open incidents."


@fsck_check("candidates")
def candidates(session: Session) -> Iterator[str]:
    """Only open tasks are offered, and the queue says rightly whether somebody has them."""
    query = select(TaskCandidate.task_id, TaskCandidate.candidate).join(UserTask, UserTask.id == TaskCandidate.task_id)
    for task_id, candidate in session.execute(query.where(UserTask.status != TaskStatus.OPEN)):
        yield f"Task {task_id} is not open, but offered to {candidate}."
    mistaken = TaskCandidate.claimed != UserTask.assignee.is_not(None)
    for task_id, _ in session.execute(query.where(UserTask.status == TaskStatus.OPEN, mistaken)):
        yield f"Task {task_id} stands in the wrong queue: its candidates do not know whether it is claimed."


@fsck_check("performers")
def performers(session: Session) -> Iterator[str]:
    """An open task is held by someone active, or offered to somebody."""
    is_open = UserTask.status == TaskStatus.OPEN
    gone: Select[Any] = select(UserTask.id, UserTask.name, User.display_name).join(User, User.name == UserTask.assignee)
    for row in session.execute(gone.where(is_open, User.active.is_(False))):
        yield f"Task {row.id} “{row.name}” is held by {row.display_name}, who is no longer active."
    offered = exists().where(TaskCandidate.task_id == UserTask.id)
    free = select(UserTask.id, UserTask.name).where(is_open, UserTask.assignee.is_(None), ~offered)
    for row in session.execute(free):
        yield f"Task {row.id} “{row.name}” is nobody's and offered to nobody."


@fsck_check("cases")
def closed_cases(session: Session) -> Iterable[str]:
    """A closed case has no running process."""
    running = exists().where(ProcessInstance.case_id == Case.id, ProcessInstance.status.in_(LIVE_INSTANCES))
    for key in session.scalars(select(Case.business_key).where(Case.closed_at.is_not(None), running)):
        yield f"Case “{key}” is closed, but a process runs in it."


@fsck_check("files")
def files(session: Session) -> Iterator[str]:
    """Each stored file is on the disk with the bytes that were kept."""
    store = office.of(session).files
    said = {None: "is not on the disk", False: "is not what was kept: its bytes have changed"}
    query = select(StoredFile.sha256, func.min(StoredFile.id)).group_by(StoredFile.sha256)
    for sha256, number in session.execute(query):
        whole = store.whole(sha256)
        if not whole:
            yield f"File {number} ({sha256[:12]}…) {said[whole]}."


@fsck_check("file_answers")
def file_answers(session: Session) -> Iterator[str]:
    """Each file an answer names exists."""
    known = set(session.scalars(select(StoredFile.id)))
    query = select(Variable).where(cast(Variable.value, Text).contains('"sha256"'))
    for variable in session.scalars(query):
        for number in sorted(set(_file_numbers(variable.value)) - known):
            yield f"Process instance {variable.instance_id}: “{variable.name}” names file {number}, which is not there."


def _file_numbers(value: Any) -> Iterator[int]:
    """The ids of every answer {"file": id, "sha256": …} in a value."""
    if isinstance(value, dict):
        if "file" in value and "sha256" in value:
            yield value["file"]
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _file_numbers(each)
