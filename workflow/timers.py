"""Timers: a row per due moment, fired exactly once however many schedulers look."""

import logging

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from workflow import definitions, engine, history, incidents, instances
from workflow.clock import now
from workflow.db import Database
from workflow.models import Incident, ProcessInstance, Timer
from workflow.statuses import IncidentStatus, InstanceStatus, TimerStatus
from workflow.troubles import is_unwell

log = logging.getLogger(__name__)
AT_ONCE = 200


def fire_due(database: Database) -> int:
    """Fire what is due, each in its own transaction; how many fired. One that cannot be fired becomes an incident
    and is left alone until that is resolved; it does not stop the others."""
    return sum(_fire_one(database, timer_id) for timer_id in _due(database))


def fire(session: Session, timer: Timer) -> bool:
    """Let the process go on at this timer; False when it is no longer waiting or its process is not running."""
    instance = instances.lock(session, timer.instance_id)
    if instance.status is not InstanceStatus.RUNNING:
        return False
    take = update(Timer).where(Timer.id == timer.id, Timer.status == TimerStatus.WAITING)
    if session.execute(take.values(status=TimerStatus.FIRED, fired_at=now())).rowcount == 0:
        return False
    model, known = definitions.model(session, instance.definition), instances.variables(session, instance)
    step = engine.fire(model, instances.state(instance), timer.token_id, instances.around(session, known, instance))
    instances.settle(session, instance, step, history.SYSTEM, known)
    return True


def _due(database: Database) -> list[int]:
    stuck = select(Incident.id).where(
        Incident.instance_id == Timer.instance_id,
        Incident.activity_id == Timer.activity_id,
        Incident.status == IncidentStatus.OPEN,
    )
    query = (
        select(Timer.id)
        .join(ProcessInstance, ProcessInstance.id == Timer.instance_id)
        .where(
            Timer.status == TimerStatus.WAITING,
            Timer.due_at <= now(),
            ProcessInstance.status == InstanceStatus.RUNNING,
            ~stuck.exists(),
        )
        .order_by(Timer.due_at, Timer.id)
        .limit(AT_ONCE)
    )
    with database.reading() as session:
        return list(session.scalars(query))


def _fire_one(database: Database, timer_id: int) -> bool:
    try:
        with database.transaction() as session:
            timer = session.get(Timer, timer_id)
            return timer is not None and fire(session, timer)
    except Exception as error:  # a poison row cannot stop the loop
        log.warning("timer_failed", extra={"timer": timer_id}, exc_info=True)
        if not is_unwell(error):
            _note(database, timer_id, error)
        return False


def _note(database: Database, timer_id: int, error: Exception) -> None:
    with database.transaction() as session:
        timer = session.get_one(Timer, timer_id)
        instance = instances.lock(session, timer.instance_id)
        incidents.open_(session, f"{error}"[:2000], instance, timer.activity_id)
