"""What may turn without end in one step: circles of the diagram in which nothing waits.

Each element has two corners, where a token comes in and where it goes out; an edge says that one follows the other
without anybody's doing. A circle of edges is a loop without a wait.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from workflow.diagram.graph import Flow, Node, Process
from workflow.errors import sentence
from workflow.expressions import ExpressionRefused
from workflow.expressions import compile as compile_expression
from workflow.lint.catching import caught_by, hearers, inside
from workflow.lint.findings import Finding, Known, error, rule, warning

Corner = tuple[str, str]  # ("in" or "out", element id)
_WAITS = {"userTask", "manualTask", "serviceTask", "sendTask", "receiveTask", "businessRuleTask", "callActivity"}
_CHOOSES = {"exclusiveGateway", "eventBasedGateway", "inclusiveGateway"}


@rule
def loop_without_wait(process: Process, known: Known) -> Iterator[Finding]:
    """A circle in which nothing waits would turn for ever in one step."""
    circle = _circle(Turning(process).edges())
    if circle:
        said = sentence(
            "This loop has no task or event that waits, so it may turn without end: {names}.",
            names=_names(process, circle),
        )
        yield error("loop_without_wait", circle[0][1], said)
        return
    circle = _circle(Turning(process, skipping=True).edges())
    if circle:
        said = sentence(
            "Where what is repeated in this loop has nothing to repeat, it turns without end: {names}.",
            names=_names(process, circle),
        )
        yield warning("loop_without_wait", circle[0][1], said)


def _names(process: Process, circle: list[Corner]) -> str:
    return ", ".join(list(dict.fromkeys(process.nodes[name].activity.name or name for _, name in circle))[:6])


class Turning:
    """What follows what at once. `passes` tells of each element whether a token may leave it at once;
    `skipping`: also because it may be repeated no times at all."""

    def __init__(self, process: Process, skipping: bool = False) -> None:
        self.process, self.skipping = process, skipping
        self.throws = {node.id: self._thrown_to(node) for node in process.nodes.values()}
        plain = [node for node in process.nodes.values() if node.kind != "subProcess"]
        self.passes = {node.id: not _waits(node) or self._skips(node) for node in plain}
        scopes = [node for node in process.nodes.values() if node.kind == "subProcess"]
        for scope in sorted(scopes, key=lambda node: -_depth(process, node)):
            self.passes[scope.id] = False
            self.passes[scope.id] = self._skips(scope) or self._may_end_at_once(scope)

    def _skips(self, node: Node) -> bool:
        return self.skipping and _may_be_skipped(node)

    def edges(self) -> dict[Corner, list[Corner]]:
        return {(side, name): self.after((side, name)) for name in self.process.nodes for side in ("in", "out")}

    def after(self, corner: Corner) -> list[Corner]:
        """The corners that may follow at once."""
        side, name = corner
        process, node = self.process, self.process.nodes[name]
        if side == "out":
            found = [("in", flow.target) for flow in process.outgoing(name) if flow.target in process.nodes]
            if process.starts_handler(node):
                found += self._conditional_starts(node.scope)
            return found + ([("in", name)] if self._turns_itself(node) else [])
        found = [("out", name)] if self.passes[name] else []
        found += [("out", catcher.id) for catcher in self.throws[name]]
        found += [("out", each.id) for each in process.boundaries(name) if _is_conditional(each)]
        if node.kind == "subProcess":
            found += [("in", begin.id) for begin in process.begins(name)] + self._conditional_starts(name)
        return found

    def _turns_itself(self, node: Node) -> bool:
        return self.passes[node.id] and _repeats_for_ever(node) and not self._skips(node)

    def _conditional_starts(self, scope: str) -> list[Corner]:
        nodes = self.process.nodes
        starts = self.process.handler_starts
        return [("out", node.id) for node in starts if _is_conditional(node) and nodes[node.scope].scope == scope]

    def _thrown_to(self, node: Node) -> list[Node]:
        """The events that what this element throws sets off in the same step."""
        event = node.event
        if node.kind not in ("endEvent", "intermediateThrowEvent") or event is None or node.activity.topic:
            return []
        if event.kind == "signal":
            return hearers(self.process, node)
        catcher = caught_by(self.process, node) if event.kind in ("error", "escalation") else None
        return [catcher] if catcher else []

    def _may_end_at_once(self, scope: Node) -> bool:
        """Whether all tokens inside may come to their end without a wait, or an event that ends the scope."""
        process = self.process
        done = self._done(scope.id)
        begins = process.begins(scope.id)
        if begins and all(node.id in done for node in begins):
            return True
        for side, name in self._reached(scope):
            node = process.nodes[name]
            if side == "in" and node.scope == scope.id and node.event and node.event.kind == "terminate":
                return True
            takes_over = side == "out" and process.starts_handler(node) and node.interrupting
            if takes_over and process.nodes[node.scope].scope == scope.id and name in self._done(node.scope):
                return True
        return False

    def _reached(self, scope: Node) -> set[Corner]:
        """The corners inside that are come to at once."""
        seen: set[Corner] = set()
        todo = self.after(("in", scope.id))
        while todo:
            corner = todo.pop()
            if corner not in seen and inside(self.process, corner[1], scope.id):
                seen.add(corner)
                todo += self.after(corner)
        return seen

    def _done(self, scope: str) -> set[str]:
        """The elements of a scope from which a token, and all that come of it, may end without a wait."""
        done: set[str] = set()
        todo = [node.id for node in self.process.within(scope)]
        while todo:
            name = todo.pop()
            if name not in done and self._ends(name, done):
                done.add(name)
                todo += [flow.source for flow in self.process.incoming(name)]
        return done

    def _ends(self, name: str, done: set[str]) -> bool:
        node, flows = self.process.nodes.get(name), self.process.outgoing(name)
        if node is None or not (self.passes[name] or self.process.starts_handler(node)):
            return False
        if not flows:
            return node.event is None or node.event.kind != "error"
        if node.kind in _CHOOSES:
            return any(flow.target in done for flow in flows)
        always = [flow for flow in flows if _is_always_taken(node, flow)]
        return all(flow.target in done for flow in always) if always else any(flow.target in done for flow in flows)


def _is_always_taken(node: Node, flow: Flow) -> bool:
    return node.kind == "parallelGateway" or (flow.condition is None and flow.id != node.default)


def _waits(node: Node) -> bool:
    event, topic = node.event, node.activity.topic
    if node.kind == "sendTask":
        return bool(topic)
    if node.kind == "businessRuleTask":
        return not node.activity.decision_ref  # a decision is made at once
    if node.kind in ("endEvent", "intermediateThrowEvent"):
        return bool(topic)
    if node.kind == "intermediateCatchEvent":
        return event is not None and event.kind not in ("link", "conditional")
    return node.kind in _WAITS or node.kind == "boundaryEvent"


def _is_conditional(node: Node) -> bool:
    return node.event is not None and node.event.kind == "conditional"


def _repeats_for_ever(node: Node) -> bool:
    """A standard loop that nothing counts."""
    if node.loop is None or not node.loop.standard or node.loop.maximum:
        return False
    try:
        return "loopCounter" not in compile_expression(node.loop.condition or "true").names
    except ExpressionRefused:
        return False


def _may_be_skipped(node: Node) -> bool:
    """Whether the number of repetitions may be 0."""
    loop = node.loop
    if loop is None:
        return False
    if loop.standard:
        return loop.test_before
    return loop.collection is not None or not (loop.cardinality or "").strip().isdecimal()


def _depth(process: Process, node: Node) -> int:
    depth = 0
    while node.scope in process.nodes:
        node, depth = process.nodes[node.scope], depth + 1
    return depth


def _circle(edges: dict[Corner, list[Corner]]) -> list[Corner]:
    """A circle of the graph, found by taking away what leads nowhere; empty when there is none."""
    before: dict[Corner, list[Corner]] = defaultdict(list)
    for corner, after in edges.items():
        for each in after:
            before[each].append(corner)
    left = _without(_without(set(edges), edges, before), before, edges)
    if not left:
        return []
    corner, path = min(left), []
    while corner not in path:
        path.append(corner)
        corner = next(each for each in edges[corner] if each in left)
    return path[path.index(corner) :]


def _without(left: set[Corner], after: dict[Corner, list[Corner]], before: dict[Corner, list[Corner]]) -> set[Corner]:
    """What is left without the corners that nothing follows, again and again."""
    count = {corner: sum(each in left for each in after.get(corner, ())) for corner in left}
    todo: Iterable[Corner] = [corner for corner, number in count.items() if not number]
    left = left - set(todo)
    todo = list(todo)
    while todo:
        for each in before.get(todo.pop(), ()):
            if each in left:
                count[each] -= 1
                if not count[each]:
                    left.discard(each)
                    todo.append(each)
    return left
