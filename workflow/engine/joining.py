"""Runs that join a multi-instance, or leave it, while others are under way (加签, 减签); and signings looked at."""

from typing import Any

from workflow.engine import codec
from workflow.engine.commands import at_rest
from workflow.engine.elements import UserTask
from workflow.engine.instance import Instance
from workflow.engine.model import Model
from workflow.engine.problems import EngineProblem, TokenGone
from workflow.engine.several import Several, StandardLoop
from workflow.engine.shapes import Step
from workflow.engine.signing import Gathering, Signing, gathering
from workflow.engine.token import Token
from workflow.expressions import Around
from workflow.statuses import SignerPlace


def add_run(
    model: Model, state: bytes, token_id: str, item: Any, where: SignerPlace, around: Around, weight: int | None = None
) -> Step:
    """One more item for a multi-instance, before, after or beside the run `token_id`, which is not done.

    Before: that run cannot be completed until the new one is done or taken out. `weight`: of a signer, where the
    drawn weights do not say. Raises TokenGone; EngineProblem where there is no list to add to, or it is there already.
    """
    instance = codec.load(state, model.specification, around)
    run = _run(instance, token_id)
    spec = run.parent.task_spec
    if spec.collection is None:
        raise EngineProblem("“{activity}” works through a number, not a list.", activity_id=spec.bpmn_id)
    if where is SignerPlace.BEFORE and not isinstance(spec.body, UserTask):
        raise EngineProblem("Only a task for a person waits for another.", activity_id=spec.bpmn_id)
    if isinstance(spec, Signing):
        spec.join(run.parent, item, weight)
    spec.add(run.parent, run, item, where)
    return at_rest(instance)


def remove_run(model: Model, state: bytes, token_id: str, around: Around, item: Any = None) -> Step:
    """Take a run that is not done out of its multi-instance; with `item`, the first one of that item which has not
    begun, `token_id` being the multi-instance or any of its runs. What is enough is judged anew.

    Raises TokenGone; EngineProblem when it is the only one."""
    instance = codec.load(state, model.specification, around)
    token = instance.tasks.get(token_id)
    run = None if item is not None and token and isinstance(token.task_spec, Several) else _run(instance, token_id)
    several = run.parent if run is not None else token
    if several.internal_data["total"] == 1:
        said = "“{activity}” would have nobody left."
        raise EngineProblem(said, activity_id=several.task_spec.bpmn_id)
    if item is None:
        several.task_spec.take_out(several, run)
    elif not several.task_spec.strike(several, item):
        raise TokenGone
    return at_rest(instance)


def gatherings(model: Model, state: bytes) -> tuple[Gathering, ...]:
    """Every signing under way in a saved state."""
    instance = codec.load(state, model.specification)
    return tuple(gathering(token) for token in instance.tasks.values() if isinstance(token.task_spec, Signing))


def _run(instance: Instance, token_id: str) -> Token:
    token = instance.tasks.get(token_id)
    if token is None or token.parent is None or not token.alive:
        raise TokenGone
    several = token.parent.task_spec
    if not isinstance(several, Several) or isinstance(several, StandardLoop) or token.task_spec is not several.body:
        raise EngineProblem("“{activity}” is not done by several.", activity_id=token.task_spec.bpmn_id)
    return token
