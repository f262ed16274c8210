"""Where a token may be taken by hand, and what must then be taken along.

A route is sound when it leaves the tokens of every scope at places to which the scope could have come by itself (see
`markings`): then none is lost, none is doubled and no join waits for ever.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from workflow.engine.events import EventGateway
from workflow.engine.instance import Instance
from workflow.engine.markings import Place, Play, place
from workflow.engine.model import Model
from workflow.engine.problems import EngineProblem, TokenGone
from workflow.engine.scopes import Handler, Root, Scope
from workflow.engine.several import Several
from workflow.engine.token import Token

Plays = Callable[[str], Play]


@dataclass(frozen=True)
class Route:
    """From a token to an element. `leaving` is what goes out of `container`: the token or what it is inside of;
    `entering` are the sub-processes around the target, from without."""

    token: Token
    leaving: Token
    container: Token
    entering: tuple[Any, ...]
    target: Any

    def flow(self, plays: Plays, along: Collection[Token]) -> str | None:
        """The flow by which the token arrives ("" where it makes no difference); None when it may not go there while
        nothing but `along` is taken with it."""
        if any(not _covered(each, {*along, self.token}) for each in _leaves(self.leaving)):
            return None
        held = [_place(each) for each in self._beside if each not in along]
        for spec in self.entering:
            if not plays(spec.node.scope).can_stand([*held, place(spec, "")]):
                return None
            held = []
        play, flows = plays(self.target.node.scope), self.target.arrivals if self.target.is_join else ("",)
        return next((flow for flow in flows if play.can_stand([*held, place(self.target, flow)])), None)

    def least(self, plays: Plays) -> list[Token] | None:
        """As few tokens as possible to be taken along; None when no choice of them helps."""
        inside = [each for each in _leaves(self.leaving) if not _covered(each, {self.token})]
        if self.flow(plays, inside) is not None:
            return inside
        along = [*inside, *self._beside]
        if self.flow(plays, along) is None:
            return None
        for each in self._beside:
            fewer = [other for other in along if other is not each]
            if self.flow(plays, fewer) is not None:
                along = fewer
        return along

    def refusal(self, plays: Plays, along: Collection[Token]) -> EngineProblem:
        """Why not."""
        for other in along:
            if not self.may_take(other):
                return EngineProblem(
                    "“{other}” cannot be taken along: it does not stand beside “{activity}”.",
                    other=_name(other.task_spec),
                    activity=_name(self.token.task_spec),
                )
        missing = [each for each in self.least(plays) or () if each not in along]
        if missing:
            names = list(dict.fromkeys(_name(each.task_spec) for each in missing))
            return EngineProblem(
                (
                    "“{target}” cannot be reached while these go on beside it: {others}. "
                    "Take them along, or they would wait for each other for ever or be done twice."
                ),
                target=_name(self.target),
                others=names,
            )
        return EngineProblem(
            (
                "The process could never stand at “{target}” like this: it would wait for ever for the ways beside it. "
                "Choose a place before the ways divide or after they meet."
            ),
            target=_name(self.target),
        )

    def may_take(self, other: Token) -> bool:
        """Whether it stands inside what is left, or beside it."""
        return other in self._beside or other is self.leaving or other in _leaves(self.leaving)

    @property
    def _beside(self) -> list[Token]:
        """The other tokens of the scope. An event sub-process is none: it runs beside them, or alone."""
        return [
            each
            for each in self.container.children
            if each is not self.leaving
            and not each.task_spec.stands_by(each)
            and not isinstance(each.task_spec, Handler)
        ]


def all_plays(model: Model) -> Plays:
    """The play of each scope, made when it is asked for."""
    return cache(lambda scope: Play(model.specification, scope))


def require_own(token: Token) -> None:
    """Raises EngineProblem for what only stands by: on the edge of an activity, or beside a scope."""
    if token.task_spec.stands_by(token):
        raise EngineProblem("What waits on the edge of an activity or beside its scope goes where the activity goes.")


def movable(instance: Instance, token_id: str, alone: bool = True) -> Token:
    """The token, or the event gateway it waits in. One of several runs may not be moved `alone`."""
    token = instance.tasks.get(token_id)
    if token is None or token is instance.task_tree:
        raise TokenGone
    require_own(token)
    if isinstance(token.parent.task_spec, EventGateway):
        return token.parent
    if alone and isinstance(token.parent.task_spec, Several):
        raise EngineProblem(
            "“{activity}” is one of several runs; take all of them together.", activity=_name(token.task_spec)
        )
    return token


def route(instance: Instance, token: Token, activity_id: str) -> Route:
    """The way from a token to an element; raises EngineProblem when none arrives there as if by a flow."""
    target = instance.spec.task_specs.get(activity_id)
    if target is None or target.name != target.node.id:
        raise EngineProblem("There is no “{target}” in this process.", target=activity_id)
    _require_entrance(target)
    path = _path(target)
    leaving = token
    while not (isinstance(leaving.parent.task_spec, Scope) and leaving.parent.task_spec.node.id in path):
        leaving = leaving.parent
    container = leaving.parent
    inner = path[path.index(container.task_spec.node.id) + 1 :]
    entering = tuple(instance.spec[each] for each in inner)
    for spec in entering:
        _require_open(spec, container, leaving, target)
    return Route(token, leaving, container, entering, target)


def at_rest_in(container: Token) -> Iterator[Token]:
    """The tokens in a container, what is around before what is inside; what only stands by is left out."""
    for token in container.children:
        if not token.task_spec.stands_by(token):
            yield token
            yield from at_rest_in(token)


def _require_entrance(target: Any) -> None:
    name = _name(target)
    if target.node.kind == "startEvent":
        raise EngineProblem(
            "Nothing can be taken to “{target}”: a process begins there by itself. Choose what follows it.", target=name
        )
    if target.node.kind == "boundaryEvent":
        raise EngineProblem(
            "Nothing can be taken to “{target}”: it is an event on the edge of an activity. Choose what follows it.",
            target=name,
        )
    if isinstance(target, Handler):
        raise _by_event(name, name)
    for spec in target._wf_spec.task_specs.values():
        if isinstance(spec, EventGateway) and any(way.target is target for way in spec.ways):
            raise EngineProblem(
                "“{target}” waits together with other events behind “{gateway}”; choose “{gateway}”.",
                target=name,
                gateway=_name(spec),
            )


def _require_open(spec: Any, container: Token, leaving: Token, target: Any) -> None:
    facts = {"target": _name(target), "around": _name(spec)}
    if isinstance(spec, Handler):
        raise _by_event(**facts)
    if isinstance(spec, Several):
        raise EngineProblem(
            "“{target}” is inside “{around}”, which runs several times; only what is in the same run can go there.",
            **facts,
        )
    if any(each.task_spec is spec for each in container.children if each is not leaving):
        raise EngineProblem("“{around}” runs already; take what is inside it to “{target}”, not a second one.", **facts)


def _by_event(target: str, around: str) -> EngineProblem:
    return EngineProblem(
        "“{target}” is inside “{around}”, which begins by its event only.", target=target, around=around
    )


def _path(spec: Any) -> list[str]:
    """The scopes around an element, from the process ("") inwards."""
    path = [spec.node.scope]
    while path[0]:
        path.insert(0, spec._wf_spec[path[0]].node.scope)
    return path


def _leaves(token: Token) -> list[Token]:
    """What stands in a token and has nothing in it: itself, unless it is a scope or several runs."""
    standing = [each for each in [token, *at_rest_in(token)] if not isinstance(each.task_spec, (Scope, Several))]
    return [each for each in standing if not isinstance(each.parent.task_spec, EventGateway)]


def _covered(token: Token, taken: Collection[Token]) -> bool:
    """Whether the token or something around it is taken."""
    while not isinstance(token.task_spec, Root):
        if token in taken:
            return True
        token = token.parent
    return False


def _place(token: Token) -> Place:
    return place(token.task_spec, token.internal_data.get("flow", ""))


def _name(spec: Any) -> str:
    return spec.node.activity.name or spec.node.id
