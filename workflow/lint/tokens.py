"""The token game of one scope without data: every choice is tried, every event may come. Shows which joins never open
and which are left with tokens nobody fetches.

A position tells where tokens stand: (element, "") where one is about to go on, (join, flow) where one has arrived and
waits. What does not wait goes on first, and inclusive joins open last: the order in which tokens move makes no
difference to where they end; only what gateways choose and which events come does.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from workflow.diagram.graph import Flow, Node, Process

Place = tuple[str, str]
Position = frozenset[tuple[Place, int]]

CROWD = 100  # tokens in a position, above which a loop makes more and more of them
LEAVES = {"terminate", "error"}  # ends the scope, whatever else stands in it


@dataclass
class Budget:
    """Positions that may still be looked at."""

    left: int


@dataclass
class Played:
    """All that may come of a scope. `whole` is false when it was too much to look at everything."""

    whole: bool = True
    after: dict[Position, list[Position]] = field(default_factory=dict)
    opened: dict[str, set[Position]] = field(default_factory=dict)  # join → positions just after it has opened
    locked: set[str] = field(default_factory=set)  # inclusive joins that wait for one another

    def ends(self, positions: Iterable[Position]) -> list[Position]:
        """The last positions that may come of these."""
        seen: set[Position] = set()
        todo = list(positions)
        while todo:
            position = todo.pop()
            if position not in seen:
                seen.add(position)
                todo += self.after[position]
        return [position for position in seen if not self.after[position]]

    def with_tokens_at(self, join: str) -> set[Position]:
        return self._waiting.get(join, set())

    @cached_property
    def _waiting(self) -> dict[str, set[Position]]:
        found: dict[str, set[Position]] = {}
        for position in self.after:
            for (name, flow), _ in position:
                if flow:
                    found.setdefault(name, set()).add(position)
        return found


class Game:
    def __init__(self, process: Process, scope: str, budget: Budget, ending: set[str]) -> None:
        self.process, self.scope, self.budget, self.ending = process, scope, budget, ending
        self.just_opened: list[str] = []

    def play(self) -> Played:
        played = Played()
        todo = [_position(Counter({(node.id, ""): 1 for node in begun})) for begun in self._beginnings()]
        while todo:
            position = todo.pop()
            if position in played.after:
                continue
            self.budget.left -= 1
            if self.budget.left < 0 or sum(count for _, count in position) > CROWD:
                played.whole = False
                return played
            played.after[position] = list(self._after(Counter(dict(position)), played))
            todo += played.after[position]
        return played

    def _beginnings(self) -> list[list[Node]]:
        """The elements tokens come to first, for each way in which the scope may begin."""
        untriggered = self.process.begins(self.scope)
        triggered = [[node] for node in self.process.starts(self.scope) if node not in untriggered]
        return [untriggered, *triggered] if untriggered else triggered

    def _after(self, tokens: Counter[Place], played: Played) -> Iterator[Position]:
        moving = min((place for place in tokens if not place[1]), key=self._turn, default=None)
        if moving is None or self._turn(moving)[0]:
            opened = list(self._open_inclusive(tokens.copy(), played))
            if opened or moving is None:
                yield from opened
                return
        _take(tokens, moving)
        node = self.process.nodes[moving[0]]
        for flows in self._choices(node):
            if flows is None:
                yield frozenset()
            else:
                yield self._noted(self._arrived(tokens, flows), played)

    def _turn(self, place: Place) -> tuple[int, bool, str]:
        """Others must come to their end before who goes round for ever, and they before who ends all. Who is in a loop
        goes after who is not, so that what a round makes has come to its end before the next."""
        name, node = place[0], self.process.nodes[place[0]]
        return 2 if _ends_all(node) else int(name not in self.ending), name in self._turning, name

    @cached_property
    def _turning(self) -> set[str]:
        """The elements in loops: what is left when those nothing leads to, or that lead nowhere, are taken away again
        and again."""
        left = {node.id for node in self.process.within(self.scope)}
        after = {name: self._next(name) & left for name in left}
        while True:
            reached = set().union(*(after[name] & left for name in left))
            kept = {name for name in left & reached if after[name] & left}
            if kept == left:
                return left
            left = kept

    def _next(self, name: str) -> set[str]:
        flows = self.process.outgoing(name)
        return {*(flow.target for flow in flows), *(edge.id for edge in self.process.boundaries(name))}

    def _choices(self, node: Node) -> Iterator[tuple[Flow, ...] | None]:
        """The flows a token at this element may take, for each thing that may happen; None: it ends the scope."""
        if _ends_all(node):
            yield None
            return
        yield from self._ways(node)
        for boundary in self.process.boundaries(node.id):
            beside = self.process.outgoing(boundary.id)
            if boundary.interrupting:
                yield beside
            else:
                yield from ((*ways, *beside) for ways in self._ways(node))

    def _ways(self, node: Node) -> Iterator[tuple[Flow, ...]]:
        flows = self.process.outgoing(node.id)
        if node.kind in ("exclusiveGateway", "eventBasedGateway") and flows:
            yield from ((flow,) for flow in flows)
            return
        sure = flows if node.kind == "parallelGateway" else tuple(flow for flow in flows if _is_sure(node, flow))
        maybe = tuple(flow for flow in flows if flow not in sure)
        if sure or not maybe:
            yield sure
        yield from ((*sure, flow) for flow in maybe)
        if len(maybe) > 1:
            yield (*sure, *(flow for flow in maybe if flow.id != node.default))

    def _noted(self, tokens: Counter[Place], played: Played) -> Position:
        position = _position(tokens)
        while self.just_opened:
            played.opened.setdefault(self.just_opened.pop(), set()).add(position)
        return position

    def _arrived(self, tokens: Counter[Place], flows: tuple[Flow, ...]) -> Counter[Place]:
        tokens = tokens.copy()
        for flow in flows:
            target = self.process.nodes[flow.target]
            if not is_join(self.process, target):
                tokens[target.id, ""] += 1
                continue
            tokens[target.id, flow.id] += 1
            arrivals = [(target.id, each.id) for each in self.process.incoming(target.id)]
            if target.kind == "parallelGateway" and all(tokens[place] for place in arrivals):
                self._open(tokens, target.id)
        return tokens

    def _open(self, tokens: Counter[Place], join: str) -> None:
        for flow in self.process.incoming(join):
            if tokens[join, flow.id]:
                _take(tokens, (join, flow.id))
        tokens[join, ""] += 1
        self.just_opened.append(join)

    def _open_inclusive(self, tokens: Counter[Place], played: Played) -> Iterator[Position]:
        """The inclusive join that no token waiting at another can still come to; of those that wait for one another,
        the first."""
        joins = sorted({name for name, flow in tokens if flow and self.process.nodes[name].kind == "inclusiveGateway"})
        free = next((join for join in joins if not self._more_may_come(tokens, join)), None)
        if joins and free is None:
            played.locked.update(joins)
        if joins:
            self._open(tokens, free or joins[0])
            yield self._noted(tokens, played)

    def _more_may_come(self, tokens: Counter[Place], join: str) -> bool:
        """Whether a token elsewhere has a way to an empty flow of the join and none to a filled one (13.4.3)."""
        filled = {flow for name, flow in tokens if name == join}
        ways = [self._flows_into(join, name) for name in {name for name, _ in tokens} - {join}]
        return any(way - filled and not way & filled for way in ways)

    def _flows_into(self, join: str, name: str) -> frozenset[str]:
        """The flows a token at this element may come to the join by, not passing the join before."""
        if (join, name) not in self._known_ways:
            self.budget.left -= len(self.process.nodes) // 50  # looking for a way takes as long as so many positions
            seen, found, todo = {join}, set(), [name]
            while todo:
                at = todo.pop()
                if at in seen:
                    continue
                seen.add(at)
                found |= {flow.id for flow in self.process.outgoing(at) if flow.target == join}
                todo += self._next(at)
            self._known_ways[join, name] = frozenset(found)
        return self._known_ways[join, name]

    @cached_property
    def _known_ways(self) -> dict[tuple[str, str], frozenset[str]]:
        return {}


def scopes(process: Process) -> list[str]:
    """The process itself ("") and every sub-process and event sub-process."""
    return ["", *(node.id for node in process.nodes.values() if node.kind == "subProcess")]


def ending_in(process: Process, scope: str) -> set[str]:
    """The elements of a scope from which a way leads to an end of it."""
    todo = [node.id for node in process.within(scope) if not process.outgoing(node.id)]
    ending = set(todo)
    while todo:
        name = todo.pop()
        host = process.nodes[name].attached_to if name in process.nodes else None
        before = [flow.source for flow in process.incoming(name)] + ([host] if host in process.nodes else [])
        todo += [each for each in before if each not in ending]
        ending.update(before)
    return ending


def is_join(process: Process, node: Node) -> bool:
    return node.kind in ("parallelGateway", "inclusiveGateway") and len(process.incoming(node.id)) > 1


def _ends_all(node: Node) -> bool:
    return node.kind == "endEvent" and node.event is not None and node.event.kind in LEAVES


def _is_sure(node: Node, flow: Flow) -> bool:
    return flow.condition is None and flow.id != node.default and node.kind != "inclusiveGateway"


def _take(tokens: Counter[Place], place: Place) -> None:
    tokens[place] -= 1
    if not tokens[place]:
        del tokens[place]


def _position(tokens: Counter[Place]) -> Position:
    return frozenset((place, count) for place, count in tokens.items() if count)
