"""Redo everything after (重走): the token goes back to the earlier step, with as little as possible around it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from workflow import definitions, engine, instances, rows
from workflow.clock import now
from workflow.identity import User
from workflow.models import ProcessInstance, Return, UserTask
from workflow.returns import once, places, rounds
from workflow.returns.arriving import arrive
from workflow.returns.places import Target
from workflow.returns.problems import CannotGoBack
from workflow.statuses import ReturnMode


@dataclass(frozen=True)
class Plan:
    """What a redo would do. `step` is not settled yet; `void` are the completed tasks it makes void."""

    instance: ProcessInstance
    goal: str
    step: engine.Step
    void: tuple[UserTask, ...]


def plan(session: Session, task: UserTask, target: Target) -> Plan:
    """The move, made in memory; raises CannotGoBack when the engine refuses it."""
    instance = target.instance
    model, known = definitions.model(session, instance.definition), instances.variables(session, instance)
    state, sight = instances.state(instance), instances.around(session, known, instance)
    try:
        goal = places.goal(model, target)
        way = engine.way_back(model, state, target.token_id or "", goal)
        step = engine.move(model, state, way.token_id, goal, sight, way.others)
    except engine.EngineProblem as problem:
        raise CannotGoBack(reason=problem.sentence) from problem
    void = places.redone(session, task, target, model)
    if said := once.why_not(session, void):
        raise CannotGoBack(reason=said)
    return Plan(instance, goal, step, tuple(void))


def redo(
    session: Session, task: UserTask, target: Target, planned: Plan, user: User, reason: str, marks: Sequence[str]
) -> Return:
    """Do what was planned. Raises CannotGoBack."""
    made = _row(session, task, target, user, reason, marks)
    rounds.make_void(session, made, planned.void)
    arrive(session, made, planned.instance, planned.step, target.tasks, user)
    return made


def from_the_start(session: Session, asked: Return, user: User) -> None:
    """The start form has been corrected: the process begins anew behind it, from where the sender's step stands."""
    sender = session.get_one(UserTask, asked.task_id)
    found = [
        each for each in places.line_of(session, sender.instance, sender.token_id) if each[0].id == asked.instance_id
    ]
    (instance, token_id) = found[0]
    instance = instances.lock(session, instance.id, instance.case_id)
    activity = definitions.model(session, instance.definition).activities[asked.activity_id]
    target = Target(instance, activity, (), (), token_id)
    planned = plan(session, sender, target)
    rounds.make_void(session, asked, planned.void)
    arrive(session, asked, instance, planned.step, (), user)


def _row(session: Session, task: UserTask, target: Target, user: User, reason: str, marks: Sequence[str]) -> Return:
    facts = {"case_id": task.case_id, "mode": ReturnMode.REDO, "task_id": task.id, "by": user.name, "at": now()}
    where = {"instance_id": target.instance.id, "activity_id": target.activity.id}
    (made,) = rows.new(session, Return, {**facts, **where, "reason": reason, "marks": list(marks)})
    return made
