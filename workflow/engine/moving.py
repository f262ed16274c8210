"""What a person may do to the tokens of a process by hand: take one to another element, or past its work.

A move that would lose or double a token, or leave one waiting for ever, is refused. Where tokens belong together, all
of them must be taken along: `others`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from SpiffWorkflow.util.task import TaskState

from workflow.engine import codec
from workflow.engine.commands import at_rest, waiting
from workflow.engine.events import Catch, EventGateway
from workflow.engine.model import Model
from workflow.engine.problems import EngineProblem
from workflow.engine.routes import all_plays, at_rest_in, movable, require_own, route
from workflow.engine.scopes import Handler, Root
from workflow.engine.several import Several
from workflow.engine.shapes import Step
from workflow.engine.token import Token
from workflow.engine.waits import is_waiting
from workflow.expressions import Around


@dataclass(frozen=True)
class Standing:
    """A token at rest. `within`: the token of the activity around it. `moves`: it may be moved; `skips`: skipped."""

    token_id: str
    activity_id: str
    within: str | None
    moves: bool
    skips: bool
    counter: int | None = None  # which run of several


@dataclass(frozen=True)
class Target:
    """An element a token may be taken to, and the tokens that must then be taken along."""

    activity_id: str
    others: tuple[str, ...] = ()


def move(
    model: Model, state: bytes, token_id: str, activity_id: str, around: Around, others: Sequence[str] = ()
) -> Step:
    """Take a token, with everything inside it, to an element, where one arrives as if by a flow; `others` are consumed.

    Raises TokenGone, or EngineProblem with a sentence when tokens would be lost, doubled or left waiting for ever."""
    instance = codec.load(state, model.specification, around)
    way = route(instance, movable(instance, token_id), activity_id)
    along = {movable(instance, each, alone=False) for each in others} - {way.token}
    plays = all_plays(model)
    flow = way.flow(plays, along) if all(map(way.may_take, along)) else None
    if flow is None:
        raise way.refusal(plays, along)
    for token in [way.token, *along, way.leaving]:
        if token.id in instance.tasks:
            instance._remove_task(token.id)
    if isinstance(way.leaving.task_spec, Handler) and way.leaving.task_spec.interrupts:
        way.container.task_spec.stand_by(way.container)
    container = way.container
    for spec in way.entering:
        container = enter(spec, container)
    instance.arrive(way.target, container, flow or None)
    return _still_going(at_rest(instance))


def skip(model: Model, state: bytes, token_id: str, around: Around) -> Step:
    """Let a task, job, called process or event be passed without its work; conditions decide the way as usual.

    Its happening is "skipped", not "completed". Raises TokenGone, and EngineProblem for what waits on an edge."""
    instance = codec.load(state, model.specification, around)
    token = waiting(instance, token_id)
    require_own(token)
    if isinstance(token.task_spec, Catch):
        token.task_spec.caught(token)
    else:
        token.complete()
    step = _still_going(at_rest(instance))
    told = [
        replace(each, kind="skipped") if (each.token_id, each.kind) == (token_id, "completed") else each
        for each in step.happenings
    ]
    return replace(step, happenings=tuple(told))


def standing(model: Model, state: bytes) -> tuple[Standing, ...]:
    """Every token at rest, what is around before what is inside; what only stands by is left out."""
    return tuple(_standing(token) for token in at_rest_in(codec.load(state, model.specification).task_tree))


def targets(model: Model, state: bytes, token_id: str) -> tuple[Target, ...]:
    """Every element this token may be taken to, in the order of the file, with as few others as possible."""
    instance = codec.load(state, model.specification)
    token, plays = movable(instance, token_id), all_plays(model)
    found = []
    for activity_id in model.activities:
        try:
            way = route(instance, token, activity_id)
        except EngineProblem:
            continue
        arrived = way.target.is_join and way.target is token.task_spec
        along = None if arrived else way.least(plays)
        if along is not None:
            found.append(Target(activity_id, tuple(each.id for each in along)))
    return tuple(found)


def enter(spec: Any, container: Token) -> Token:
    """A sub-process begins in its container, save for its start event."""
    token = container.workflow.token(spec, container, TaskState.STARTED)
    token.workflow.note("entered", token)
    spec.arm(token)
    spec.stand_by(token)
    return token


def _still_going(step: Step) -> Step:
    if not step.finished and not step.waits:
        raise EngineProblem("The process would stand still for ever: it waits for nothing.")
    return step


def _standing(token: Token) -> Standing:
    container = token.parent.task_spec
    return Standing(
        token_id=token.id,
        activity_id=token.task_spec.bpmn_id,
        within=None if isinstance(container, Root) else token.parent.id,
        moves=not isinstance(container, (Several, EventGateway)),
        skips=is_waiting(token),
        counter=token.internal_data.get("counter"),
    )
