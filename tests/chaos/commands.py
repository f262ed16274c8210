"""The commands that are killed: how trials of each are prepared, what the child does, and how it is asked again."""

import itertools
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.chaos import human_moves
from tests.chaos.command import Command, Trial, ask_again
from tests.workflow import made, world
from tests.workflow.engine.drawing import bpmn
from workflow import (
    cases,
    clock,
    definitions,
    instances,
    jobs,
    leases,
    messages,
    operations,
    registry,
    tasks,
    timers,
    upgrades,
)
from workflow.clock import now
from workflow.identity import User
from workflow.models import Comment, Job, ProcessDefinition, ProcessInstance, Subscription, Timer, UserTask
from workflow.office import Office
from workflow.registry import Work

DRAWING = """
    start s
    and f
    user a candidateGroups=registry
    boundary late on=a timer=PT1H
    user chase candidateGroups=registry
    xor m
    service w topic=chaos.work
    catch c message=paid key=number
    call k calls=chaos-inner
    and j
    user z candidateGroups=registry
    throw t message=told key=number
    end e
    s -> f -> a -> m -> j -> z -> t -> e
    late -> chase -> m
    f -> w -> j
    f -> c -> j
    f -> k -> j
"""
LONGER = DRAWING.replace("and j\n", "and j\n    user y candidateGroups=registry\n").replace("j -> z", "j -> y -> z")
INNER = "start s\nuser i candidateGroups=registry\nend e\ns -> i -> e"
KEY, REASON = "chaos", "tried in a drill"
_numbers = itertools.count()


@registry.service_task("chaos.work")
def work(session: Session, work: Work) -> dict[str, Any]:
    if work.instance is not None:
        session.add(Comment(case_id=work.instance.case_id, author="anna", body="worked", written_at=now()))
    return {"worked": True}


@registry.on_completion("chaos.listen")
def listen(session: Session, task: UserTask, user: User, given: dict[str, Any]) -> dict[str, Any]:
    session.add(Comment(case_id=task.case_id, author=user.name, body="heard", written_at=now()))
    return {"heard": sorted(given)}


def deployed(office: Office, key: str = KEY, drawing: str = DRAWING, version: int = 1) -> int:
    """The id of this version; made the first time it is asked for."""
    with office.database.transaction() as session:
        query = select(ProcessDefinition.id).where(ProcessDefinition.key == key, ProcessDefinition.version == version)
        found = session.scalar(query)
        if found is not None:
            return found
        definitions.deploy(session, bpmn(INNER, "chaos-inner"), {}, "eve")
        xml = world.drawn(drawing, key, a={"listener": "chaos.listen"})
        return definitions.deploy(session, xml, {}, "eve").id


def running(office: Office, count: int, key: str = KEY, drawing: str = DRAWING) -> list[Trial]:
    """So many instances, task "a" of each held by anna."""
    definition_id, trials = deployed(office, key, drawing), []
    with office.database.transaction() as session:
        definition, anna = session.get_one(ProcessDefinition, definition_id), session.get_one(User, "anna")
        for _ in range(count):
            case = made.case(session, "drill", by="anna")
            instance = instances.start(session, definition, case, "anna", {"number": case.business_key})
            task = world.open_tasks(session, instance)["a"]
            tasks.claim(session, task, anna)
            trials.append(
                {"case": case.id, "instance": instance.id, "task": task.id, "key": case.business_key, "n": len(trials)}
            )
    return trials


def _one(session: Session, column: Any, table: Any, trial: Trial, activity: str) -> Any:
    where = (table.instance_id == trial["instance"], table.activity_id == activity)
    return session.scalars(select(column).where(*where)).one()


def unclaimed(office: Office, count: int) -> list[Trial]:
    trials = running(office, count)
    with office.database.transaction() as session:
        anna = session.get_one(User, "anna")
        for trial in trials:
            tasks.release(session, session.get_one(UserTask, trial["task"]), anna)
    return trials


def fresh(office: Office, count: int) -> list[Trial]:
    """Nothing but a key for a case that is yet to be opened."""
    deployed(office)
    return [{"key": f"fresh-{next(_numbers)}"} for _ in range(count)]


def start(office: Office, trial: Trial) -> None:
    with office.database.transaction() as session:
        definition = definitions.latest(session, KEY)
        case = cases.open_case(session, trial["key"], "drill", KEY, "anna")
        instances.start(session, definition, case, "anna", {"number": trial["key"]})


def claim(office: Office, trial: Trial) -> None:
    with office.database.transaction() as session:
        tasks.claim(session, session.get_one(UserTask, trial["task"]), session.get_one(User, "anna"))


def complete(office: Office, trial: Trial) -> None:
    with office.database.transaction() as session:
        task, anna = session.get_one(UserTask, trial["task"]), session.get_one(User, "anna")
        tasks.complete(session, task, anna, {"seen": ["whole", 3]}, "ok", request_key=f"key-{trial['task']}")


def complete_together(office: Office, trial: Trial) -> None:
    """Two tasks of one case in one request: the branch and the called process."""
    with office.database.transaction() as session:
        anna = session.get_one(User, "anna")
        inner = session.scalars(
            select(UserTask.id).join(UserTask.instance).where(ProcessInstance.parent_id == trial["instance"])
        ).one()
        ids = [trial["task"], inner]
        results = tasks.complete_all(session, ids, anna, {"seen": 1}, request_key=f"together-{trial['task']}")
        assert all(result.done for result in results), [str(result.refused) for result in results]


def fire(office: Office, trial: Trial) -> None:
    with office.database.transaction() as session:
        timers.fire(session, session.get_one(Timer, _one(session, Timer.id, Timer, trial, "late")))


def receive(office: Office, trial: Trial) -> None:
    with office.database.transaction() as session:
        messages.receive(session, "paid", trial["key"], {"sum": 300}, f"m-{trial['key']}")


def perform(office: Office, trial: Trial) -> None:
    with office.database.reading() as session:
        job_id = trial["job"] if "job" in trial else _one(session, Job.id, Job, trial, "w")
    jobs.perform(office.database, job_id)


def perform_again(office: Office, trial: Trial) -> None:
    """As when the lease of a dead worker is over and the sweep wakes another."""
    with clock.held(now() + leases.LEASE + timedelta(seconds=1)):
        jobs._release_dead(office.database)
    perform(office, trial)


def cancel(office: Office, trial: Trial) -> None:
    with office.database.transaction() as session:
        instance, dora = session.get_one(ProcessInstance, trial["instance"]), session.get_one(User, "dora")
        operations.cancel(session, instance, dora, REASON)


def looked_at(office: Office, count: int) -> list[Trial]:
    """Running, and somebody has seen where their tokens stand."""
    trials = running(office, count)
    with office.database.reading() as session:
        for trial in trials:
            standing = operations.standing(session, session.get_one(ProcessInstance, trial["instance"]))
            trial["tokens"] = {each.activity_id: each.token_id for each in standing}
    return trials


def move(office: Office, trial: Trial) -> None:
    """Token of "a" to "z", out of the parallel branches: the others go with it."""
    tokens = trial["tokens"]
    with office.database.transaction() as session:
        instance, dora = session.get_one(ProcessInstance, trial["instance"]), session.get_one(User, "dora")
        others = [tokens[name] for name in ("w", "c", "k")]
        operations.move(session, instance, dora, tokens["a"], "z", REASON, others=others)


def suspend(office: Office, trial: Trial) -> None:
    with office.database.transaction() as session:
        instance, dora = session.get_one(ProcessInstance, trial["instance"]), session.get_one(User, "dora")
        operations.suspend(session, instance, dora, REASON)


def suspended(office: Office, count: int) -> list[Trial]:
    trials = running(office, count)
    for trial in trials:
        suspend(office, trial)
    return trials


def resume(office: Office, trial: Trial) -> None:
    with office.database.transaction() as session:
        instance, dora = session.get_one(ProcessInstance, trial["instance"]), session.get_one(User, "dora")
        operations.resume(session, instance, dora, REASON)


def to_be_upgraded(office: Office, count: int) -> list[Trial]:
    """Instances of a version of their own and, for each, the job that moves it to the next."""
    key = f"{KEY}-upgraded"
    trials = running(office, count, key)
    before, later = deployed(office, key), deployed(office, key, LONGER, version=2)
    with office.database.transaction() as session:
        old, new = session.get_one(ProcessDefinition, before), session.get_one(ProcessDefinition, later)
        upgrades.begin(session, upgrades.plan(session, old, new), session.get_one(User, "dora"), REASON)
        found = select(Job.id).where(Job.topic.contains("upgrade")).order_by(Job.id.desc()).limit(count)
        for trial, job_id in zip(trials, sorted(session.scalars(found)), strict=True):
            trial["job"] = job_id
    return trials


def kept(office: Office, count: int) -> list[Trial]:
    """A message came before anybody waited for it; the job that delivers it is due."""
    trials = running(office, count)
    with office.database.transaction() as session:
        for trial in trials:
            subscription = session.get_one(Subscription, _one(session, Subscription.id, Subscription, trial, "c"))
            job = registered(session, trial, subscription)
            trial["job"] = job.id
    return trials


def registered(session: Session, trial: Trial, subscription: Subscription) -> Job:
    message = messages.outgoing.keep(session, subscription.name, trial["key"], {"sum": 5}, f"kept-{trial['key']}")
    return jobs.add(session, messages.DELIVER, {"message": message.id})


def undeployed(office: Office, count: int) -> list[Trial]:
    return [{"process": f"new-{next(_numbers)}"} for _ in range(count)]


def deploy(office: Office, trial: Trial) -> None:
    with office.database.transaction() as session:
        definitions.deploy(
            session,
            bpmn(DRAWING.replace("calls=chaos-inner", f"calls={trial['process']}"), trial["process"]),
            {},
            "eve",
            together=[trial["process"]],
        )


COMMANDS = {
    "start": Command(fresh, start, ask_again(start)),
    "claim": Command(unclaimed, claim, ask_again(claim)),
    "complete": Command(running, complete, complete),
    "complete together": Command(running, complete_together, complete_together),
    "timer": Command(running, fire, fire),
    "message": Command(running, receive, receive),
    "kept message": Command(kept, perform, perform_again),
    "job": Command(running, perform, perform_again),
    "cancel": Command(running, cancel, ask_again(cancel)),
    "move": Command(looked_at, move, ask_again(move)),
    "suspend": Command(running, suspend, ask_again(suspend)),
    "resume": Command(suspended, resume, ask_again(resume)),
    "upgrade": Command(to_be_upgraded, perform, perform_again),
    "deploy": Command(undeployed, deploy, deploy, costly=True),
    **human_moves.commands(perform, perform_again),
}
