"""Where a case stands: the elements its tokens are on, and whether the machine is about to move it."""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from workflow.clock import now
from workflow.history import MOVED, Event
from workflow.models import Case, Incident, Job, ProcessInstance, Subscription, Timer, UserTask
from workflow.statuses import IncidentStatus, JobStatus, TaskStatus, TimerStatus
from workflow.waits import LIVE_INSTANCES

SOON = timedelta(seconds=5)
AT_WORK = (JobStatus.WAITING, JobStatus.RUNNING)


def at_work(session: Session, case: Case) -> bool:
    """Whether machine work of the case is due within seconds, so that its next task may appear."""
    query = select(
        exists().where(
            Job.instance_id == ProcessInstance.id,
            ProcessInstance.case_id == case.id,
            Job.status.in_(AT_WORK),
            Job.due_at <= now() + SOON,
        )
    )
    return bool(session.scalar(query))


def elements(session: Session, instance: ProcessInstance) -> list[str]:
    """The ids of the elements on which the instance's tokens wait: tasks, machine work, timers, news."""
    if instance.status not in LIVE_INSTANCES:
        return []
    mine = instance.id
    queries = (
        select(UserTask.activity_id).where(UserTask.instance_id == mine, UserTask.status == TaskStatus.OPEN),
        select(Job.activity_id).where(Job.instance_id == mine, Job.status.in_((*AT_WORK, JobStatus.FAILED))),
        select(Timer.activity_id).where(Timer.instance_id == mine, Timer.status == TimerStatus.WAITING),
        select(Subscription.activity_id).where(Subscription.instance_id == mine),
    )
    found = [activity_id for query in queries for activity_id in session.scalars(query) if activity_id]
    boundary = {key for key, each in instance.definition.activities.items() if each.get("kind") == "boundaryEvent"}
    return [activity_id for activity_id in dict.fromkeys(found) if activity_id not in boundary]


def passed(instance: ProcessInstance, told: Iterable[Event]) -> list[str]:
    """The ids of the elements the instance has passed, as the version it runs on now calls them."""
    ids: list[str] = []
    for event in told:
        if event.instance_id == instance.id and event.kind in MOVED:
            mapping: dict[str, str] = event.data.get("mapping") or {}
            names = mapping if event.kind == MOVED[0] else {new: old for old, new in mapping.items()}
            ids = [names.get(each, each) for each in ids]
        elif event.instance_id == instance.id and event.activity_id:
            ids.append(event.activity_id)
    return list(dict.fromkeys(ids))


def incidents(session: Session, case: Case) -> list[Incident]:
    """The open incidents of the case, oldest first."""
    query = (
        select(Incident)
        .join(ProcessInstance, ProcessInstance.id == Incident.instance_id)
        .where(ProcessInstance.case_id == case.id, Incident.status == IncidentStatus.OPEN)
    )
    return list(session.scalars(query.order_by(Incident.id)))


def instances(session: Session, case: Case) -> list[ProcessInstance]:
    """The case's process instances, running ones first."""
    query = select(ProcessInstance).where(ProcessInstance.case_id == case.id).order_by(ProcessInstance.id)
    return sorted(session.scalars(query), key=lambda each: each.status not in LIVE_INSTANCES)
