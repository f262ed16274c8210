"""Repairs of machine work and of processes: each an operation there is anyway, or the row that was lost made anew."""

from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from itertools import islice
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from workflow import definitions, engine, history, incidents, instances, operations, suspensions, timers, wakeups
from workflow.clock import now
from workflow.errors import Conflict, sentence
from workflow.identity import User
from workflow.models import Finding, Incident, Job, ProcessInstance, Timer, UserTask
from workflow.statuses import FindingKind, InstanceStatus, JobStatus, TimerStatus
from workflow.waits import LIVE_INSTANCES, LIVE_JOBS
from workflow.watchdog.found import named
from workflow.watchdog.repair import Repair

TARGETS = 6  # places a token is proposed to be moved to


def of_incident(session: Session, finding: Finding, user: User) -> Iterator[Repair]:
    incident = session.get_one(Incident, finding.row_id)
    act = partial(operations.retry, session, incident, user)
    yield Repair("retry", sentence("Try it again"), incidents.RETRY, act)


def of_timer(session: Session, finding: Finding, user: User) -> Iterator[Repair]:
    timer = session.get_one(Timer, finding.row_id)
    act = partial(_fire, session, timer)
    yield Repair("fire", sentence("Let it go on now, as if the timer had fired"), operations.CHANGE, act)


def of_job(session: Session, finding: Finding, user: User) -> Iterator[Repair]:
    act = partial(_wake, session, session.get_one(Job, finding.row_id))
    yield Repair("wake", sentence("Call a worker again"), incidents.RETRY, act)


def of_lost(session: Session, finding: Finding, user: User) -> Iterator[Repair]:
    instance = session.get_one(ProcessInstance, finding.instance_id)
    act = partial(_reinstate, session, instance, user)
    yield Repair("reinstate", sentence("Make anew what was lost"), operations.CHANGE, act)


def of_state(session: Session, finding: Finding, user: User) -> Iterator[Repair]:
    yield _end(session, finding, user, sentence("End the process; what it has done stays"))


def of_stuck(session: Session, finding: Finding, user: User) -> Iterator[Repair]:
    """To a place from which an end can be reached; or end it."""
    instance = session.get_one(ProcessInstance, finding.instance_id)
    for origin, target in islice(_ways_out(session, instance), TARGETS):
        names = {"origin": named(instance, origin.activity_id), "target": named(instance, target.activity_id)}
        said = sentence("Move “{origin}” to “{target}”", **names)
        act = partial(_move, session, instance, user, origin.token_id, target)
        yield Repair(f"move:{origin.token_id}:{target.activity_id}", said, operations.MOVE, act)
    yield _end(session, finding, user, sentence("End the process; what it has done stays"))


def _ways_out(session: Session, instance: ProcessInstance) -> Iterator[tuple[engine.Standing, engine.Target]]:
    """The moves of what is stuck after which an end can be reached."""
    model, state = definitions.model(session, instance.definition), instances.state(instance)
    sight = instances.around(session, instances.variables(session, instance), instance)
    places = engine.stuck(model, state)
    for origin in engine.standing(model, state):
        if origin.moves and origin.activity_id in places:
            for target in engine.targets(model, state, origin.token_id):
                with suppress(engine.EngineProblem):
                    step = engine.move(model, state, origin.token_id, target.activity_id, sight, target.others)
                    if step.finished or not engine.stuck(model, step.state):
                        yield origin, target


def of_suspended(session: Session, finding: Finding, user: User) -> Iterator[Repair]:
    child = session.get_one(ProcessInstance, finding.instance_id)
    if child.parent_id is None:
        act = partial(operations.resume, session, child, user)
        yield Repair("resume", sentence("Let it go on"), operations.SUSPEND, act)
        yield _end(session, finding, user, sentence("End the process; what it has done stays"))
        return
    parent = session.get_one(ProcessInstance, child.parent_id)
    if child.status is InstanceStatus.SUSPENDED:
        said = sentence("Let it go on with its caller")
        yield Repair("follow", said, operations.SUSPEND, lambda reason: _go_on(session, child))
        return
    said = sentence("Let it stand still with its caller")
    yield Repair("follow", said, operations.SUSPEND, lambda reason: suspensions.follow(session, parent))
    act = partial(operations.resume, session, _root(session, parent), user)
    yield Repair("resume", sentence("Resume the caller, and all it has called"), operations.SUSPEND, act)


def of_called(session: Session, finding: Finding, user: User) -> Iterator[Repair]:
    child = session.get_one(ProcessInstance, finding.instance_id)
    said = sentence("End what nobody awaits any more")
    yield Repair("end", said, operations.CANCEL, partial(_end_alone, session, child, user))


def of_sender(session: Session, finding: Finding, user: User) -> Iterator[Repair]:
    instance, token_id = session.get_one(ProcessInstance, finding.instance_id), finding.token_id or ""
    said = sentence("Go on as if the message had come")
    act = partial(_deliver, session, instance, user, token_id)
    yield Repair("deliver", said, operations.CHANGE, act)
    said = sentence("Skip it: the process goes on without the message")
    yield Repair("skip", said, operations.MOVE, partial(operations.skip, session, instance, user, token_id))


def _root(session: Session, instance: ProcessInstance) -> ProcessInstance:
    while instance.parent_id is not None:
        instance = session.get_one(ProcessInstance, instance.parent_id)
    return instance


def _end(session: Session, finding: Finding, user: User, said) -> Repair:
    root = _root(session, session.get_one(ProcessInstance, finding.instance_id))
    return Repair("end", said, operations.CANCEL, partial(operations.cancel, session, root, user))


def _fire(session: Session, timer: Timer, reason: str) -> None:
    if not timers.fire(session, timer):
        raise Conflict("This timer waits no more, or its process stands still.")


def _wake(session: Session, job: Job, reason: str) -> None:
    """It waits and is due, for its first try where it had failed; a worker that wakes up late changes nothing any
    more."""
    change = update(Job).where(Job.id == job.id, Job.status.in_(LIVE_JOBS))
    fresh: dict[str, Any] = {"status": JobStatus.WAITING, "due_at": now(), "lease_until": None, "fence": Job.fence + 1}
    if job.status is JobStatus.FAILED:
        fresh |= {"attempts": 0, "error": None}
    if session.execute(change.values(**fresh).execution_options(synchronize_session=False)).rowcount == 0:
        raise Conflict("This work is done by now.")
    session.refresh(job)
    wakeups.wake(session, job.due_at, job.id)


def _reinstate(session: Session, instance: ProcessInstance, user: User, reason: str) -> None:
    """Make the rows agree with the state again."""
    found = instances.lock(session, instance.id, instance.case_id)
    model, state = definitions.model(session, found.definition), instances.state(found)
    waits = engine.waits_of(model, state)
    for wait in waits:
        _revive(session, found, wait)
    step = engine.Step(state=state, finished=False, waits=waits, happenings=(), thrown=(), variables={})
    instances.settle(session, found, step, user.name)
    suspensions.follow(session, found)


def _revive(session: Session, instance: ProcessInstance, wait: engine.Wait) -> None:
    """What was ended by mistake is the same row again. A task is not: who was offered it is forgotten."""
    gone = {"synchronize_session": False}
    if wait.kind is engine.WaitKind.JOB:
        ended = (Job.instance_id == instance.id, Job.token_id == wait.token_id, Job.done_at.is_not(None))
        fresh = {"status": JobStatus.WAITING, "due_at": now(), "done_at": None, "attempts": 0}
        session.execute(update(Job).where(*ended).values(**fresh).execution_options(**gone))
    elif wait.kind is engine.WaitKind.TIMER:
        ended = (Timer.instance_id == instance.id, Timer.token_id == wait.token_id, Timer.due_at == wait.due_at)
        fresh = {"status": TimerStatus.WAITING, "fired_at": None}
        session.execute(update(Timer).where(*ended).values(**fresh).execution_options(**gone))
    elif wait.kind is engine.WaitKind.USER_TASK:
        mine = (UserTask.instance_id == instance.id, UserTask.token_id == wait.token_id, UserTask.ended_at.is_not(None))
        if session.scalar(select(UserTask.id).where(*mine)) is not None:
            raise Conflict("The task was ended and cannot be made anew; move the process past it by hand.")


def _move(
    session: Session, instance: ProcessInstance, user: User, token_id: str, target: engine.Target, reason: str
) -> None:
    operations.move(session, instance, user, token_id, target.activity_id, reason, target.others)


def _deliver(session: Session, instance: ProcessInstance, user: User, token_id: str, reason: str) -> None:
    operations.send_message(session, instance, user, token_id, {}, reason)


def _go_on(session: Session, child: ProcessInstance) -> None:
    history.hold(session, child.case_id)
    session.refresh(child)
    if child.status is not InstanceStatus.SUSPENDED:
        raise Conflict("The process is not suspended.")
    child.status = InstanceStatus.RUNNING
    session.flush()  # what is due is looked for by this status
    suspensions.catch_up(session, [child])


def _end_alone(session: Session, child: ProcessInstance, user: User, reason: str) -> None:
    """A called process whose caller is over is nobody's part any more."""
    history.hold(session, child.case_id)
    caller = session.get(ProcessInstance, child.parent_id) if child.parent_id else None
    if caller is not None and caller.status in LIVE_INSTANCES:
        raise Conflict("Its caller still waits for it.")
    child.parent_id = child.parent_token_id = None
    session.flush()  # it is ended as it stands in the database
    instances.cancel(session, child, user.name, reason)


OF_PROCESS = {
    FindingKind.INCIDENT: of_incident,
    FindingKind.TIMER: of_timer,
    FindingKind.JOB: of_job,
    FindingKind.LOST: of_lost,
    FindingKind.STATE: of_state,
    FindingKind.STUCK: of_stuck,
    FindingKind.SUSPENDED: of_suspended,
    FindingKind.CALLED: of_called,
    FindingKind.SENDER: of_sender,
}
