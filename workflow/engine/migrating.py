"""Takes the tokens of a running instance over to another version of its process.

Every token keeps its id, its local variables and what its element remembers: rounds of a multi-instance, due times,
correlation keys. A token goes to the element that stands for its own; sub-processes drawn around it, or taken away, are
entered or left with it. Events at edges and event sub-processes that are new begin to wait, those that are gone stop.
It is refused unless each scope could have come to stand just so by itself (`markings`): else work would be done twice,
or a join would wait for ever.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from workflow.engine import codec
from workflow.engine.commands import at_rest
from workflow.engine.elements import Element
from workflow.engine.events import Beside, EventGateway, HandlerStart
from workflow.engine.gateways import Exclusive
from workflow.engine.likeness import called, misfit
from workflow.engine.markings import Marking, Play, place
from workflow.engine.model import Model
from workflow.engine.problems import CannotMigrate
from workflow.engine.rehoming import Rehoming, beside
from workflow.engine.scopes import Handler, Scope
from workflow.engine.several import Several
from workflow.engine.shapes import Step
from workflow.engine.specification import Specification
from workflow.engine.token import Token
from workflow.expressions import Around

Outline = tuple[tuple[int, str, str], ...]


def migrate(old: Model, new: Model, state: bytes, mapping: Mapping[str, str], around: Around) -> Step:
    """The state of an instance of `old` as one of `new`. `mapping`: old element or flow id → new one; ids it leaves
    out stay. Raises CannotMigrate with the reason, naming the element."""
    moved = _moved(old, new, state, mapping, around)
    for token_id, token in list(moved.homes.items()):
        if token.alive:
            _arm(moved, token, moved.before.tasks[token_id].task_spec)
    for token in moved.made:
        token.task_spec.arm(token)
        token.task_spec.stand_by(token)
    return at_rest(moved.instance)


def why_not_migrate(old: Model, new: Model, state: bytes, mapping: Mapping[str, str]) -> CannotMigrate | None:
    """Why `migrate` would refuse a state like this, whatever its variables are; None when it would not."""
    try:
        _moved(old, new, state, mapping, None)
    except CannotMigrate as problem:
        return problem
    return None


def outline(model: Model, state: bytes) -> Outline:
    """What of a state decides about `why_not_migrate`: for each token its parent (by number; -1: none), its element
    and, at a join, its flow. States with the same outline fare alike."""
    tokens = list(codec.load(state, model.specification).tasks.values())
    numbers = {token.id: number for number, token in enumerate(tokens)}
    return tuple((numbers.get(token._parent, -1), token.task_spec.name, _arrival(token)) for token in tokens)


def _moved(old: Model, new: Model, state: bytes, mapping: Mapping[str, str], around: Around | None) -> Rehoming:
    before = codec.load(state, old.specification)
    moved = Rehoming(old.specification, new.specification, mapping, before, around)
    for token in moved.instance.tasks.values():
        if isinstance(token.task_spec, Scope):
            _require_possible(moved, token)
    return moved


def _arm(moved: Rehoming, token: Token, spec: Element) -> None:
    """Let wait what is new at the edge, in the scope or behind the gateway of a token. What stood there in the old
    version and does not wait any more has happened already."""
    images = {each: moved.image(each) for each in beside(spec)}
    known = {image for each, image in images.items() if image is not None and misfit(each, image) is None}
    for each in beside(token.task_spec):
        if each in known or each.waits_as is None or (_interrupted(token) and isinstance(each, HandlerStart)):
            continue
        if isinstance(each, Beside):
            each.wait_in(token)
        else:
            moved.instance.arrive(each, token, next(way.id for way in token.task_spec.ways if way.target is each))


def _require_possible(moved: Rehoming, scope: Token) -> None:
    standing = [
        child
        for child in scope.children
        if not child.task_spec.stands_by(child) and not isinstance(child.task_spec, Handler)
    ]
    if not standing or _as_before(moved, scope, standing):
        return
    marking = tuple(sorted((each.task_spec.name, _arrival(each)) for each in standing))
    where = moved.new, scope.task_spec.node.id, marking
    if _interrupted(scope) or not _can_stand(*where):
        raise _impossible(moved.new, standing, where)


def _as_before(moved: Rehoming, scope: Token, standing: Iterable[Token]) -> bool:
    """Whether the scope holds what it held, and is drawn as it was: then it is as sound as it was."""
    was = moved.before.tasks.get(scope.id)
    if was is None or any(child.id not in was._children for child in standing):
        return False
    if any(child.id not in scope._children for child in was.children if not child.task_spec.stands_by(child)):
        return False
    drawn = _drawing(moved.new, scope.task_spec.node.id, lambda spec: spec)
    return drawn == _drawing(moved.old, was.task_spec.node.id, moved.image)


def _impossible(
    specification: Specification, standing: list[Token], where: tuple[Specification, str, Marking]
) -> CannotMigrate:
    places = "、".join(dict.fromkeys(f"“{called(token.task_spec)}”" for token in standing))
    at = standing[0].task_spec.bpmn_id
    if _can_stand(*where) is None:
        return CannotMigrate(
            "The new version is too entangled to be sure that work may stand at {places} together.", at, places=places
        )
    lacking = _lacking(*where)
    if lacking is None:
        return CannotMigrate(
            "In the new version work never stands at {places} like this: it would be done twice, or wait for ever.",
            at,
            places=places,
        )
    return CannotMigrate(
        "With work at {places} the new version also has work at “{lacking}”, which is missing here: "
        "a gateway would wait for it for ever.",
        at,
        places=places,
        lacking=called(specification[lacking]),
    )


def _interrupted(scope: Token) -> bool:
    """Whether an event sub-process has taken the place of all else in a scope."""
    return any(isinstance(child.task_spec, Handler) and child.task_spec.interrupts for child in scope.children)


def _arrival(token: Token) -> str:
    return token.internal_data.get("flow", "") if token.task_spec.is_join else ""


@lru_cache(maxsize=4096)
def _can_stand(specification: Specification, scope: str, marking: Marking) -> bool | None:
    """None: the scope is too entangled to be sure."""
    play = Play(specification, scope)
    return True if play.can_stand(marking) else None if play.unsure else False


@lru_cache(maxsize=1024)
def _lacking(specification: Specification, scope: str, marking: Marking) -> str | None:
    """The one element at which there would have to be work besides, if that is all that is wrong."""
    for name, spec in specification.task_specs.items():
        waits = spec.waits_as is not None or isinstance(spec, Scope | Several | EventGateway)
        inside = name == spec.bpmn_id != "" and spec.node.scope == scope and not isinstance(spec, Beside | Handler)
        if waits and inside and _can_stand(specification, scope, tuple(sorted((*marking, place(spec, ""))))):
            return name
    return None


def _drawing(
    specification: Specification, scope: str, image: Callable[[Element], Element | None]
) -> frozenset[tuple[object, ...]]:
    """The elements and flows of a scope, as far as they decide where tokens may come to stand."""
    found: set[tuple[object, ...]] = set()
    for spec in specification.task_specs.values():
        if spec.node.scope == scope and spec.name == spec.bpmn_id != "":
            here, asked = image(spec), not isinstance(spec, Exclusive)
            host = spec.node.attached_to and image(specification[spec.node.attached_to])
            found.add((here, type(spec), len(spec.arrivals), len(spec.ways), host, spec.node.interrupting))
            found |= {(here, image(way.target), asked and bool(way.condition), way.default) for way in spec.ways}
    return frozenset(found)
