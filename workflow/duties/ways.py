"""The ways a token can take through a diagram, and what is done on each of them, whatever the conditions say.

Each node has two ends, before and after its work; an event on its edge leads away from before it. A sub-process leads
to what it begins with, its ends lead on behind it. Of what parallel gateways bring together everything was done, and
all that runs side by side in a sub-process before what is behind it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property

from workflow.diagram.graph import Node, Process
from workflow.duties.courses import MANY_WAYS, NOTHING, SCOPES, Courses, Done, End, inside, may_be_skipped

_GIVES_UP = ("error", "cancel")  # ends that lead to an event on the edge, not behind


class Ways:
    """The ways through one process. `begun`: beside those that do least, those that do least of what does something."""

    def __init__(self, process: Process, begun: bool = False) -> None:
        self.process, self.begun = process, begun

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

    def courses(self, asked: Collection[str]) -> frozenset[Done]:
        """What is done of the elements asked about on the courses to the very end that do least; nothing when too many
        differ."""
        return self._courses(frozenset(asked), "") or frozenset()

    def only_after(self, element: str) -> set[str]:
        """The elements a token comes to only when this one is done."""
        done = frozenset([frozenset([element])])
        return {name for (name, _), sets in self._before_work(element) if sets == done}

    def without(self, element: str) -> set[str]:
        """The elements a token can come to without this one being done."""
        return {name for (name, _), sets in self._before_work(element) if frozenset() in sets}

    def _before_work(self, element: str) -> list[tuple[End, frozenset[Done]]]:
        found = self._done(self.starts, [element]) or {}
        return [(end, sets) for end, sets in found.items() if not end[1]]

    def _done(
        self, starts: Iterable[End], asked: Collection[str], within: str = ""
    ) -> dict[End, frozenset[Done]] | None:
        """At each end that can be reached, in this scope, the least sets of what was done; None when too many."""
        before: dict[End, list[End]] = {}
        for start, ends in self.edges.items():
            for end in ends:
                before.setdefault(end, []).append(start)
        known: dict[End, frozenset[Done]] = dict.fromkeys(starts, NOTHING)
        through, allowed = self._scopes(known, asked, within), inside(self.process, within)
        fixed, reached, todo = set(known), self._reached(known), list(known)
        while todo:
            end = todo.pop()
            for after in self.edges.get(end, ()):
                if after in fixed or after[0] not in allowed:
                    continue
                sets = self._met(after, [each for each in before[after] if each in reached], known, asked)
                if after in through:
                    sets = self._kept(way | own for way in known.get((after[0], False), ()) for own in through[after])
                if len(sets) > MANY_WAYS:
                    return None
                if sets != known.get(after):
                    known[after] = sets
                    todo.append(after)
        return {end: sets for end, sets in known.items() if sets}

    def _scopes(self, starts: Iterable[End], asked: Collection[str], within: str) -> dict[End, frozenset[Done]]:
        """The ends behind scopes in which some of it is done, and what is; of those begun inside we know ways."""
        found = {}
        for name in inside(self.process, within):
            node, own = self.process.nodes[name], inside(self.process, name)
            whole = node.kind in SCOPES and not node.triggered_by_event and not any(each in own for each, _ in starts)
            if whole and own & set(asked):
                courses = self._courses(frozenset(asked) & own, name)
                if courses is not None:
                    found[name, True] = courses | NOTHING if may_be_skipped(node) else courses
        return found

    def _courses(self, asked: Done, scope: str) -> frozenset[Done] | None:
        cut: dict[str, frozenset[Done]] = {}
        for name in inside(self.process, scope):
            node = self.process.nodes[name]
            around = self.process.nodes.get(node.scope)
            breaks_off = node.kind == "endEvent" and node.event is not None and node.event.kind == "terminate"
            if breaks_off and not (around and around.triggered_by_event):
                done = self._done([(node.scope, False)] if node.scope else self.starts, asked, node.scope) or {}
                cut[node.scope] = cut.get(node.scope, frozenset()) | done.get((name, False), frozenset())
        return Courses(self.process, self._kept).done(asked, cut, scope)

    def _met(
        self, end: End, before: list[End], known: Mapping[End, frozenset[Done]], asked: Collection[str]
    ) -> frozenset[Done]:
        """What was done when a token comes to this end."""
        name, done = end
        node = self.process.nodes[name]
        if done and node.kind not in SCOPES:
            done_here = {frozenset([name]) & frozenset(asked)} | ({frozenset()} if may_be_skipped(node) else set())
            return self._kept(way | own for way in known.get((name, False), ()) for own in done_here)
        if done or node.kind != "parallelGateway":
            return self._kept(way for each in before for way in known.get(each, ()))
        ways = NOTHING
        for each in before:
            ways = self._kept(way | other for way in ways for other in known.get(each, ()))
        return ways

    def _kept(self, ways: Iterable[Done]) -> frozenset[Done]:
        if not self.begun:
            return _least(ways)
        found = set(ways)
        return _least(way for way in found if way) | (found & NOTHING)

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
            if node.kind in SCOPES and not node.triggered_by_event:
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
        if not inner or may_be_skipped(scope):
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
