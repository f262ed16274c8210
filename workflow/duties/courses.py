"""The courses a process can take from a start to its very end, and what is done on each of them, whatever the
conditions say.

Unlike a way (`ways.py`) a course is of all tokens: of what runs side by side everything is done, also where it is never
brought together. From an end of a node a course goes on by one of its turns: all the ends that follow together.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property

from workflow.diagram.graph import Flow, Node, Process

Done = frozenset[str]  # the elements done on a way, of those asked about
End = tuple[str, bool]  # a node, and whether its work is behind it
Turn = tuple[End, ...]  # what follows together; (): nothing more comes
MANY_WAYS = 64  # sets that differ, at one node; beyond that nothing is said
SCOPES = ("subProcess", "transaction", "adHocSubProcess")
NOTHING: frozenset[Done] = frozenset([frozenset()])
_CHOOSES = ("exclusiveGateway", "eventBasedGateway")
_THROWN = ("error", "cancel", "escalation")
_ROUNDS = 20  # how often an end may be looked at again before nothing is said


class Courses:
    """The courses of one process. `kept`: the sets that are told apart."""

    def __init__(self, process: Process, kept: Callable[[Iterable[Done]], frozenset[Done]]) -> None:
        self.process, self.kept = process, kept

    def done(self, asked: Done, cut: Mapping[str, frozenset[Done]], scope: str = "") -> frozenset[Done] | None:
        """What is done of the elements asked about, for each course through this scope that differs in it; None when
        too many do. `cut`: what is done in a scope when an end breaks off the rest of it."""
        begin = scope, False
        mine = {begin, *((name, behind) for name in inside(self.process, scope) for behind in (False, True))}
        known = {(scope, True): NOTHING}
        todo = list(mine)
        for _ in range(_ROUNDS * len(mine)):
            if not todo:
                break
            end = todo.pop()
            sets = self.kept([*self._sets(end, known, asked), *self._ended(end, known, cut)])
            if len(sets) > MANY_WAYS:
                return None
            if sets != known.get(end, frozenset()):
                known[end] = sets
                todo += mine.intersection(self._before.get(end, ()))
        return None if todo else known.get(begin, frozenset())

    def _sets(self, end: End, known: Mapping[End, frozenset[Done]], asked: Done) -> Iterator[Done]:
        for turn in self._turns[end]:
            ways = frozenset([frozenset([end[0]]) & asked if (end[0], True) in turn else frozenset()])
            for after in turn:
                ways = self.kept(way | other for way in ways for other in known.get(after, ()))
                if len(ways) > MANY_WAYS:
                    break
            yield from ways

    def _ended(
        self, end: End, known: Mapping[End, frozenset[Done]], cut: Mapping[str, frozenset[Done]]
    ) -> Iterator[Done]:
        """Courses through a scope that ends although tokens are still on their way in it."""
        scope, behind = end
        if not behind:
            after = known.get((scope, True), frozenset())
            yield from (way | other for way in cut.get(scope, ()) for other in after)

    @cached_property
    def _turns(self) -> Mapping[End, tuple[Turn, ...]]:
        found: dict[End, tuple[Turn, ...]] = {("", False): tuple(self._entered(""))}
        for node in self.process.nodes.values():
            found[node.id, False] = tuple(self._worked(node))
            found[node.id, True] = tuple(self._left(node))
        return found

    @cached_property
    def _before(self) -> Mapping[End, list[End]]:
        found: dict[End, list[End]] = {}
        for end, turns in self._turns.items():
            follow = {each for turn in turns for each in turn} | ({(end[0], True)} & self._turns.keys())
            for after in follow - {end}:
                found.setdefault(after, []).append(end)
        return found

    def _entered(self, scope: str) -> Iterator[Turn]:
        """How a scope begins; an event beside its flow may add something."""
        begun = self.process.begins(scope)
        turns = [tuple((node.id, False) for node in begun)] if begun else []
        if not scope:
            turns += [((node.id, False),) for node in self.process.starts(scope) if node not in begun]
        for turn in turns or [((scope, True),)]:
            yield turn
            for start in self.process.handler_starts:
                if self.process.nodes[start.scope].scope == scope and not start.interrupting:
                    yield (*turn, (start.id, False))

    def _worked(self, node: Node) -> Iterator[Turn]:
        is_scope = node.kind in SCOPES and not node.triggered_by_event
        caught = [event for event in self._interrupting(node) if _may_come(event, node)]
        given_up = node.kind == "endEvent" and _event(node) in ("error", "cancel") and caught
        turns = list(self._entered(node.id)) if is_scope else [((node.id, True),)]
        for turn in [] if given_up else turns:
            yield turn
            for edge in self.process.boundaries(node.id):
                if not edge.interrupting:
                    yield (*turn, (edge.id, False))
        yield from (((event.id, False),) for event in caught)
        if may_be_skipped(node):
            yield from self._left(node)

    def _interrupting(self, node: Node) -> Iterator[Node]:
        """The events that may take over from a node: on its edge, and on and beside what is around it."""
        yield from (edge for edge in self.process.boundaries(node.id) if edge.interrupting)
        inside, around = node, node.scope
        while True:
            for start in self.process.handler_starts:
                if self.process.nodes[start.scope].scope == around and start.interrupting and start.scope != inside.id:
                    yield start
            if around not in self.process.nodes:
                return
            inside = self.process.nodes[around]
            yield from (edge for edge in self.process.boundaries(around) if edge.interrupting)
            around = inside.scope

    def _left(self, node: Node) -> Iterator[Turn]:
        flows = [flow for flow in self.process.outgoing(node.id) if flow.target in self.process.nodes]
        if not flows:
            yield self._behind(node.scope)
            return
        if node.kind in _CHOOSES:
            yield from (_to([flow]) for flow in flows)
            return
        sure = [flow for flow in flows if node.kind == "parallelGateway" or _is_sure(node, flow)]
        if sure:
            yield _to(sure)
        yield from (_to([*sure, flow]) for flow in flows if flow not in sure)

    def _behind(self, scope: str) -> Turn:
        """Where an end inside this scope leads."""
        if scope not in self.process.nodes:
            return ()
        around = self.process.nodes[scope]
        if not around.triggered_by_event:
            return ((scope, True),)
        interrupts = any(start.interrupting for start in self.process.handler_starts if start.scope == scope)
        return ((around.scope, True),) if interrupts and around.scope in self.process.nodes else ()


def inside(process: Process, scope: str) -> set[str]:
    """All nodes in a scope, also those in scopes of it; "": of the process."""
    nodes = process.nodes if not scope else [node.id for node in process.within(scope)]
    return set(nodes).union(*(inside(process, name) for name in nodes if scope and process.within(name)))


def may_be_skipped(node: Node) -> bool:
    """Whether it is a loop that asks before its first round."""
    return node.loop is not None and node.loop.test_before


def _to(flows: Iterable[Flow]) -> Turn:
    return tuple((flow.target, False) for flow in flows)


def _is_sure(node: Node, flow: Flow) -> bool:
    return node.kind != "inclusiveGateway" and flow.condition is None and flow.id != node.default


def _event(node: Node) -> str:
    return node.event.kind if node.event is not None else "none"


def _may_come(event: Node, node: Node) -> bool:
    """Whether what happens at the node may be what the event waits for: people throw no errors."""
    kind = _event(event)
    if kind == "compensate" or event.attached_to == node.id:
        return kind != "compensate"
    throws = node.kind not in ("userTask", "manualTask", "startEvent") and "Gateway" not in node.kind
    if node.kind in ("endEvent", "intermediateThrowEvent"):
        throws = _event(node) == kind
    return throws or kind not in _THROWN
