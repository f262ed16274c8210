"""Processes: what runs waits for something, what is over leaves nothing behind."""

from collections.abc import Iterable, Iterator

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from workflow import definitions, engine, instances
from workflow.errors import DefinitionRefused
from workflow.models import Case, Incident, Job, ProcessInstance, Subscription, Timer, UserTask
from workflow.registry import fsck_check
from workflow.statuses import IncidentStatus, InstanceStatus, JobStatus, TaskStatus, TimerStatus
from workflow.waits import LIVE_INSTANCES, LIVE_JOBS

# Said so that SQLite looks by the instance, and not through everything that is open in the whole office.
ENDED_TASKS = (TaskStatus.COMPLETED, TaskStatus.CANCELLED)
ENDED_JOBS = (JobStatus.DONE, JobStatus.CANCELLED)
ENDED_TIMERS = (TimerStatus.FIRED, TimerStatus.CANCELLED)


@fsck_check("waiting")
def waiting(session: Session) -> Iterator[str]:
    """Each running instance waits for something: a task, job, timer, message, signal, condition, called process or
    incident."""
    child = ProcessInstance.__table__.alias("child")
    reasons = [
        exists().where(UserTask.instance_id == ProcessInstance.id, UserTask.status.not_in(ENDED_TASKS)),
        exists().where(Job.instance_id == ProcessInstance.id, Job.status.not_in(ENDED_JOBS)),
        exists().where(Timer.instance_id == ProcessInstance.id, Timer.status.not_in(ENDED_TIMERS)),
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


@fsck_check("cases")
def closed_cases(session: Session) -> Iterable[str]:
    """A closed case has no running process."""
    running = exists().where(ProcessInstance.case_id == Case.id, ProcessInstance.status.in_(LIVE_INSTANCES))
    for key in session.scalars(select(Case.business_key).where(Case.closed_at.is_not(None), running)):
        yield f"Case “{key}” is closed, but a process runs in it."
