"""Going back: the move of one token, and what it is inside of, to an earlier element; the state before a command again;
a process that is over begun once more in its middle."""

from collections.abc import Collection
from dataclasses import dataclass

from SpiffWorkflow.util.task import TaskState

from workflow.engine import codec
from workflow.engine.commands import at_rest
from workflow.engine.instance import Instance
from workflow.engine.model import Model
from workflow.engine.moving import enter
from workflow.engine.order import after_all
from workflow.engine.problems import EngineProblem, TokenGone
from workflow.engine.routes import Plays, Route, all_plays, movable, require_own, route
from workflow.engine.scopes import Handler, Root
from workflow.engine.several import Several
from workflow.engine.shapes import Step
from workflow.engine.token import LIVE, Token, fresh_id
from workflow.engine.waits import waits
from workflow.expressions import Around


@dataclass(frozen=True)
class Back:
    """What `move` takes: the token, and those that are consumed with it."""

    token_id: str
    others: tuple[str, ...]


def way_back(model: Model, state: bytes, token_id: str, activity_id: str) -> Back:
    """How to `move` the token to the element with as little as possible around it: of several runs all together, when
    the element is outside of them. Raises TokenGone, EngineProblem when no such move is sound."""
    instance = codec.load(state, model.specification)
    token, plays = instance.tasks.get(token_id), all_plays(model)
    if token is None:
        raise TokenGone
    refused = EngineProblem("There is no “{target}” in this process.", target=activity_id)
    while not isinstance(token.task_spec, Root):
        try:
            return _back(instance, token, activity_id, plays)
        except EngineProblem as problem:
            refused = problem
        token = token.parent
    raise refused


def _back(instance: Instance, token: Token, activity_id: str, plays: Plays) -> Back:
    require_own(token)
    way = route(instance, movable(instance, token.id), activity_id)
    along = way.least(plays)
    if along is None:
        raise way.refusal(plays, ())
    return Back(way.token.id, tuple(each.id for each in along))


def restore(model: Model, state: bytes, earlier: bytes, around: Around) -> tuple[Step, dict[str, str]]:
    """As it stood in `earlier`. What has ended since is there again under new token ids: earlier id → new id."""
    now, then = codec.load(state, model.specification, around), codec.load(earlier, model.specification, around)
    named: dict[str, str] = {}
    for token in [each for each in then.tasks.values() if each is not then.task_tree and each.id not in now.tasks]:
        earlier_id = token.id
        named[earlier_id] = _renamed(then, token)
    for token in now.tasks.values():
        if token.id not in then.tasks and token is not now.task_tree and _is_told(token):
            then.note("cancelled", token)
    for token in then.tasks.values():
        if token.id in named.values() and _is_told(token):
            then.note("entered", token)
    return _as_it_stands(then), named


def begin_at(model: Model, activity_id: str, around: Around) -> Step:
    """A process that is over goes on with one token, at this element; raises EngineProblem when it could never stand
    there with nothing beside it."""
    instance = codec.new(model.specification, around)
    way = _entrance(instance, activity_id)
    if not _is_sound(way, all_plays(model)):
        raise EngineProblem("The process could never stand at “{target}” alone.", target=activity_id)
    model.specification.start.stand_by(instance.task_tree)
    container = instance.task_tree
    for spec in way.entering:
        container = enter(spec, container)
    instance.arrive(way.target, container)
    return at_rest(instance)


def entrances(model: Model, activity_ids: Collection[str]) -> list[str]:
    """Those of these elements at which `begin_at` may begin."""
    plays, found = all_plays(model), []
    for activity_id in activity_ids:
        try:
            if _is_sound(_entrance(codec.new(model.specification), activity_id), plays):
                found.append(activity_id)
        except EngineProblem:
            continue
    return found


def behind(model: Model, activity_id: str) -> set[str]:
    """The elements that may come after this one, in whatever round; what is inside it as well."""
    return after_all(model.specification).get(activity_id, set())


def first(model: Model, start_id: str) -> str | None:
    """The element right behind a start event; None when it leads several ways at once."""
    ways = model.specification[start_id].ways
    return ways[0].target.bpmn_id if len(ways) == 1 else None


def _entrance(instance: Instance, activity_id: str) -> Route:
    """From nowhere: only the process itself is around."""
    nowhere = Token(instance, instance.spec.start, instance.task_tree, TaskState.FUTURE)
    found = route(instance, nowhere, activity_id)
    instance._remove_task(nowhere.id)
    return found


def _is_sound(way: Route, plays: Plays) -> bool:
    return not way.target.is_join and not _is_wrapped(way) and way.flow(plays, ()) is not None


def _is_wrapped(way: Route) -> bool:
    return any(isinstance(spec, Several | Handler) for spec in way.entering)


def _renamed(instance: Instance, token: Token) -> str:
    """The token under an id it never had."""
    fresh, siblings, inside = fresh_id(), token.parent._children, token.children
    siblings[siblings.index(token.id)] = fresh
    instance.tasks[fresh] = instance.tasks.pop(token.id)
    token.id = fresh
    for child in inside:
        child.parent = token
    return fresh


def _is_told(token: Token) -> bool:
    return token.has_state(LIVE) and token.task_spec.announces(token)


def _as_it_stands(instance: Instance) -> Step:
    """It was at rest: nothing moves."""
    return Step(
        state=codec.dump(instance),
        finished=instance.finished,
        waits=waits(instance),
        happenings=tuple(instance.happenings),
        thrown=(),
        variables={},
    )
