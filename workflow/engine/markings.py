"""Where the tokens of a process may stand: its flows played without data, every decision open.

A place is (element, incoming flow): the flow matters at joins only, elsewhere it is "". A marking is the places of all
tokens of one scope. A marking the scope can come to by itself is one from which nothing is lost and nothing happens
twice; whoever moves tokens by hand must leave them so (W. van der Aalst, "The Application of Petri Nets to Workflow
Management", 1998: soundness).
"""

from collections import Counter
from collections.abc import Collection, Iterator
from functools import cached_property
from heapq import heappop, heappush
from itertools import combinations
from typing import Any

from workflow.engine.events import EventGateway
from workflow.engine.gateways import Exclusive, Inclusive, Parallel
from workflow.engine.specification import Specification, Way
from workflow.engine.throwing import EndByError, Terminate

Place = tuple[str, str]
Marking = tuple[Place, ...]  # sorted
MOST = 2_000  # markings looked at for one question; a process that needs more is too entangled to be sure
CONDITIONS = 6  # of one element: up to here every combination is tried, above only each alone and all together
SPAWNED = "*"  # in the place of a flow: a quiet event of this name has begun its path once more


class Play:
    """One scope ("" or a sub-process) of a process, played from its start. `unsure`: the last answer was no only
    because the play was given up after MOST markings."""

    unsure = False

    def __init__(self, specification: Specification, scope: str) -> None:
        inside = {spec.name: spec for spec in specification.task_specs.values() if _stands_in(spec, scope)}
        self._specs: dict[str, Any] = inside
        self._follows = {name: [_places(ways) for ways in _choices(spec)] for name, spec in inside.items()}
        self._starts = [name for name, spec in inside.items() if spec.node.kind == "startEvent"]
        self._inclusive = [spec for spec in inside.values() if spec.is_join and isinstance(spec, Inclusive)]
        self._known: dict[Marking, bool] = {}

    def can_stand(self, wanted: Collection[Place]) -> bool:
        """Whether the tokens, begun anew, could come to stand at just these places together."""
        goal = tuple(sorted(wanted))
        if goal not in self._known:
            self._known[goal] = self._comes_to(goal)
        return self._known[goal]

    def _comes_to(self, goal: Marking) -> bool:
        """Looks first at what is most like the goal."""
        self._goal = Counter(goal)
        most, seen, needed = len(goal) + self._width, set(), self._mask(goal)
        todo: list[tuple[int, Marking]] = [(0, ((name, ""),)) for name in self._starts]
        while todo and len(seen) < MOST:
            _, marking = heappop(todo)
            standing = tuple(place for place in marking if place[1] != SPAWNED)
            if standing == goal:
                return True
            if marking in seen or len(standing) > most or needed & ~self._ahead(standing):
                continue
            seen.add(marking)
            for each in self._next(marking):
                heappush(todo, (self._unlike(each), each))
        self.unsure = bool(todo)
        return False

    def _unlike(self, marking: Marking) -> int:
        here = Counter(marking)
        return (self._goal - here).total() + (here - self._goal).total()

    @cached_property
    def _width(self) -> int:
        """How many more tokens there may be than one, with every split taken once."""
        return 2 + sum(max(len(places) for places in follows) - 1 for follows in self._follows.values() if any(follows))

    def _next(self, marking: Marking) -> list[Marking]:
        """The markings one move away. A token that may not stay, and whose moves touch no other, goes first and alone:
        the order of such moves makes no difference, save for an inclusive join that looks at all tokens."""
        held = Counter(marking)
        found: list[Marking] = []
        for place in held:
            used = self._used(place, held)
            moves = list(self._moves(place[0], used, held)) if used else []
            if moves and not any(self._goal[each] for each in used) and not self._is_looked_at(place, held):
                return moves
            found += moves
        return found

    def _is_looked_at(self, place: Place, held: Counter[Place]) -> bool:
        """Whether it makes a difference for an inclusive join when this token moves: it may come to the join on
        several flows, and others come there too; or it is the join that moves, and could still have more."""
        if not self._inclusive:
            return False
        others = [each for each in held - Counter([place]) if each[1] != SPAWNED]
        for join in self._inclusive:
            mine, came = place[0] == join.name, any(name == join.name for name, _ in others)
            several = mine or sum(join.reaches(self._specs[place[0]], (flow,)) for flow in join.arrivals) > 1
            comes = any(join.reaches(self._specs[name], join.arrivals) for name, _ in others if name != join.name)
            if several and (comes or (came and not mine)):
                return True
        return False

    def _used(self, place: Place, held: Counter[Place]) -> list[Place]:
        """What moves on together from here; nothing while it must wait. A join moves as the first of its arrivals."""
        name, flow = place
        if not flow:
            return [place]
        used = [] if flow == SPAWNED else self._opened(self._specs[name], held)
        return used if place == min(used, default=None) else []

    def _moves(self, name: str, used: list[Place], held: Counter[Place]) -> Iterator[Marking]:
        rest = held - Counter(used)
        for places in self._follows[name]:
            yield _sorted(rest, places)
        for boundary in self._specs[name].boundaries:
            yield from self._edge(boundary, held, rest)

    def _edge(self, boundary: Any, held: Counter[Place], rest: Counter[Place]) -> Iterator[Marking]:
        """A quiet event leaves its activity where it is; it comes as often as the wanted places may need."""
        if boundary.node.interrupting:
            yield _sorted(rest, [(boundary.name, "")])
        elif held[boundary.name, SPAWNED] < self._needed(boundary.name):
            yield _sorted(held, [(boundary.name, ""), (boundary.name, SPAWNED)])

    def _needed(self, name: str) -> int:
        ahead = self._ahead([(name, "")])
        meets = any(flow and ahead & bit for (_, flow), bit in self._bits.items())
        return meets + sum(count for place, count in self._goal.items() if ahead & self._bits[place])

    def _opened(self, join: Any, held: Counter[Place]) -> list[Place]:
        """The arrivals a join would go on with now; none while it must wait."""
        filled = {flow for flow in join.arrivals if held[join.name, flow]}
        if isinstance(join, Inclusive):
            empty = set(join.arrivals) - filled
            others = [self._specs[name] for name, flow in held if name != join.name and flow != SPAWNED]
            if any(join.reaches(other, empty) and not join.reaches(other, filled) for other in others):
                return []
        elif len(filled) < len(join.arrivals):
            return []
        return [(join.name, flow) for flow in filled]

    def _mask(self, places: Collection[Place]) -> int:
        mask = 0
        for each in places:
            mask |= self._bits[each]
        return mask

    def _ahead(self, marking: Collection[Place]) -> int:
        """The places these tokens may still come to, each a bit; where they are is among them."""
        mask = 0
        for each in marking:
            mask |= self._closure[each]
        return mask

    @cached_property
    def _bits(self) -> dict[Place, int]:
        flows = [(spec, flow) for spec in self._specs.values() for flow in (spec.arrivals if spec.is_join else ("",))]
        return {place(spec, flow): 1 << number for number, (spec, flow) in enumerate(flows)}

    @cached_property
    def _closure(self) -> dict[Place, int]:
        """place → every place a token at it may come to, as bits."""
        found = dict(self._bits)
        changed = True
        while changed:
            changed = False
            for each, mask in found.items():
                for following in self._following(each[0]):
                    mask |= found[following]
                changed |= mask != found[each]
                found[each] = mask
        return found

    def _following(self, name: str) -> set[Place]:
        edges = {place(boundary, "") for boundary in self._specs[name].boundaries}
        return edges.union(*self._follows[name])


def _stands_in(spec: Any, scope: str) -> bool:
    return bool(spec.node.id) and spec.node.scope == scope and spec.name == spec.node.id


def _choices(spec: Any) -> list[list[Way]]:
    """The sets of flows an element may take, whatever its conditions say."""
    ways = list(spec.ways)
    if isinstance(spec, (Terminate, EndByError)):
        return []  # nothing stands in this scope any more
    if isinstance(spec, (Exclusive, EventGateway)) and ways:
        return [[way] for way in ways]
    asked = [way for way in ways if way.condition is not None]
    otherwise = [way for way in ways if way.default]
    if isinstance(spec, Parallel) or not asked:
        return [ways]
    always = [] if isinstance(spec, Inclusive) else [way for way in ways if way not in asked and not way.default]
    some = [[*always, *chosen] for chosen in _some_of(asked)]
    return some + ([[*always, *otherwise]] if always or otherwise else [])


def _some_of(ways: list[Way]) -> Iterator[tuple[Way, ...]]:
    sizes = range(1, len(ways) + 1) if len(ways) <= CONDITIONS else (1, len(ways))
    for size in sizes:
        yield from combinations(ways, size)


def _places(ways: list[Way]) -> list[Place]:
    return [place(way.target, way.id) for way in ways]


def place(spec: Any, flow_id: str) -> Place:
    """Where a token stands that comes into an element along a flow."""
    return (spec.name, flow_id if spec.is_join else "")


def _sorted(held: Counter[Place], more: list[Place]) -> Marking:
    return tuple(sorted([*held.elements(), *more]))
