"""The ways a token can take through a diagram, and what is done on each of them, whatever the conditions say.

Each node has two ends, before and after its work; an event on its edge leads away from before it. A sub-process leads
to what it begins with, its ends lead on behind it. Of what parallel gateways bring together everything was done.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property

from workflow.diagram.graph import Node, Process

Done = frozenset[str]  # the elements done on a way, of those asked about
End = tuple[str, bool]  # a node, and whether its work is behind it
MANY_WAYS = 64  # sets that differ, at one node; beyond that nothing is said
_SCOPES = ("subProcess", "transaction", "adHocSubProcess")
_GIVES_UP = ("error", "cancel")  # ends that lead to an event on the edge, not behind


class Ways:
    """The ways through one process."""

    def __init__(self, process: Process) -> None:
        self.process = process

    @cached_property
    def edges(self) -> Mapping[End, tuple[End, ...]]:
        """End → the ends that follow it."""
        found: dict[End, dict[End, None]] = {}
        for start, end in self._edges():
            found.setdefault(start, {})[end] = None
        return {start: tuple(ends) for start, ends in found.items()}

    @cached_property
    def starts(self) -> tuple[End, ...]:
        """Where tokens come from: whatever begins the process, and events that begin something beside its flow."""
        nodes = {node.id: node for node in [*self.process.starts(""), *self.process.begins("")]}
        return tuple((name, False) for name in nodes)

    def after(self, element: str) -> set[str]:
        """The elements a token that stands here can still come to, its own included."""
        seen: set[End] = set()
        todo: list[End] = [(element, False)]
        while todo:
            end = todo.pop()
            if end not in seen:
                seen.add(end)
                todo += self.edges.get(end, ())
        return {name for name, _done in seen}

    def certain(self, element: str, asked: Collection[str]) -> set[str]:
        """Of the elements asked about those done on every way from here to an end, its own included."""
        found = self._done([(element, False)], asked)
        if found is None:
            return set()
        last = [sets for end, sets in found.items() if end[1] and end not in self.edges]
        ways = [way for sets in last for way in sets]
        return set(frozenset.intersection(*ways)) if ways else set(asked)

    def fewest(self, element: str, asked: Collection[str]) -> frozenset[Done]:
        """What of the elements asked about is done before this one, on the ways that do least; nothing when no way
        leads to it, or too many do."""
        found = self._done(self.starts, asked)
        return found.get((element, False), frozenset()) if found is not None else frozenset()

    def _done(self, starts: Iterable[End], asked: Collection[str]) -> dict[End, frozenset[Done]] | None:
        """At each end that can be reached the least sets of what was done; None when there are too many."""
        before: dict[End, list[End]] = {}
        for start, ends in self.edges.items():
            for end in ends:
                before.setdefault(end, []).append(start)
        known: dict[End, frozenset[Done]] = {start: frozenset([frozenset()]) for start in starts}
        fixed, reached, todo = set(known), self._reached(known), list(known)
        while todo:
            end = todo.pop()
            for after in self.edges.get(end, ()):
                if after in fixed:
                    continue
                sets = self._met(after, [each for each in before[after] if each in reached], known, asked)
                if len(sets) > MANY_WAYS:
                    return None
                if sets != known.get(after):
                    known[after] = sets
                    todo.append(after)
        return {end: sets for end, sets in known.items() if sets}

    def _met(
        self, end: End, before: list[End], known: Mapping[End, frozenset[Done]], asked: Collection[str]
    ) -> frozenset[Done]:
        """What was done when a token comes to this end."""
        name, done = end
        node = self.process.nodes[name]
        if done and node.kind not in _SCOPES:
            own = frozenset([name]) & frozenset(asked)
            return _least(way | own for way in known.get((name, False), ()))
        if done or node.kind != "parallelGateway":
            return _least(way for each in before for way in known.get(each, ()))
        ways: frozenset[Done] = frozenset([frozenset()])
        for each in before:
            ways = _least(way | other for way in ways for other in known.get(each, ()))
        return ways

    def _reached(self, starts: Iterable[End]) -> set[End]:
        seen: set[End] = set()
        todo = list(starts)
        while todo:
            end = todo.pop()
            if end not in seen:
                seen.add(end)
                todo += self.edges.get(end, ())
        return seen

    def _edges(self) -> Iterator[tuple[End, End]]:
        nodes = self.process.nodes
        for flow in self.process.flows:
            if flow.source in nodes and flow.target in nodes:
                yield (flow.source, True), (flow.target, False)
        for node in nodes.values():
            if node.attached_to in nodes:
                yield (str(node.attached_to), False), (node.id, False)
            if node.kind in _SCOPES and not node.triggered_by_event:
                yield from self._through(node)
            else:
                yield (node.id, False), (node.id, True)
        yield from self._handlers()

    def _through(self, scope: Node) -> Iterator[tuple[End, End]]:
        inner = [node for node in self.process.within(scope.id) if not node.triggered_by_event]
        for first in self.process.begins(scope.id):
            yield (scope.id, False), (first.id, False)
        for last in self._ends(inner):
            yield (last.id, True), (scope.id, True)
        if not inner:
            yield (scope.id, False), (scope.id, True)

    def _ends(self, inner: Iterable[Node]) -> Iterator[Node]:
        for node in inner:
            gives_up = node.kind == "endEvent" and node.event is not None and node.event.kind in _GIVES_UP
            if not self.process.outgoing(node.id) and not gives_up:
                yield node

    def _handlers(self) -> Iterator[tuple[End, End]]:
        """An event sub-process begins at any time its surroundings run; if it interrupts, it ends them."""
        for start in self.process.handler_starts:
            handler = self.process.nodes[start.scope]
            around = handler.scope
            entries = self.starts if not around else ((around, False),)
            for entry in entries:
                yield entry, (start.id, False)
            if around and start.interrupting:
                for last in self._ends(self.process.within(handler.id)):
                    yield (last.id, True), (around, True)


def _least(ways: Iterable[Done]) -> frozenset[Done]:
    """Without those that hold all of another."""
    kept: list[Done] = []
    for way in sorted(set(ways), key=len):
        if not any(less <= way for less in kept):
            kept.append(way)
            if len(kept) > MANY_WAYS:
                break
    return frozenset(kept)
