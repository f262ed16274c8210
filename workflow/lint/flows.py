"""The ways through the diagram: connected, decidable, without dead ends."""

from collections.abc import Iterable, Iterator

from workflow.diagram.graph import Node, Process
from workflow.errors import sentence
from workflow.lint.findings import Finding, Known, error, rule, warning

_JOINS = {"parallelGateway"}
_DECIDES = {"exclusiveGateway", "inclusiveGateway"}
_WAITS = {"userTask", "manualTask", "serviceTask", "sendTask", "receiveTask", "businessRuleTask", "callActivity"}


@rule
def dangling_flow(process: Process, known: Known) -> Iterator[Finding]:
    """Flows begin and end at elements of the same sub-process."""
    for flow in process.flows:
        source, target = process.nodes.get(flow.source), process.nodes.get(flow.target)
        if source is None or target is None:
            yield error("dangling_flow", flow.id, sentence("The sequence flow does not connect two elements."))
        elif source.scope != target.scope:
            yield error("dangling_flow", flow.id, sentence("A sequence flow must not cross the edge of a sub-process."))
        elif source.kind == "endEvent" or target.kind in ("startEvent", "boundaryEvent"):
            yield error(
                "dangling_flow", flow.id, sentence("A sequence flow cannot leave an end event or enter a start event.")
            )
    for node in process.nodes.values():
        if node.default and node.default not in {flow.id for flow in process.outgoing(node.id)}:
            yield error(
                "dangling_flow",
                node.id,
                sentence("The default flow “{flow}” does not leave this element.", flow=node.default),
            )


@rule
def beginning(process: Process, known: Known) -> Iterator[Finding]:
    """A process has a start event; each scope at most one without kind, a sub-process exactly one."""
    scopes = ["", *(node.id for node in process.nodes.values() if node.kind == "subProcess")]
    for scope in scopes:
        starts = [node for node in process.within(scope) if node.kind == "startEvent"]
        plain = [node for node in starts if node.event is None or node.event.kind == "none"]
        if not starts:
            yield error("beginning", scope or process.id, sentence("There is no start event."))
        elif len(plain) > 1 or (scope and len(starts) > 1):
            yield error("beginning", starts[1].id, sentence("There is more than one start event without kind."))


@rule
def unreachable(process: Process, known: Known) -> Iterator[Finding]:
    """Every element can be reached from a start event."""
    reached: set[str] = set()
    todo = [node.id for node in process.nodes.values() if node.kind == "startEvent"]
    while todo:
        name = todo.pop()
        if name not in reached and name in process.nodes:
            reached.add(name)
            todo += [flow.target for flow in process.outgoing(name)]
            todo += [boundary.id for boundary in process.boundaries(name)]
    for node in process.nodes.values():
        if node.id not in reached and (not node.scope or node.scope in reached):
            yield error(
                "unreachable",
                node.id,
                sentence("No way leads to “{name}”; connect it or delete it.", name=node.activity.name or node.id),
            )


@rule
def decision(process: Process, known: Known) -> Iterator[Finding]:
    """Where the way divides by conditions, each flow has one, save the default."""
    for node in process.nodes.values():
        flows = process.outgoing(node.id)
        plain = [flow for flow in flows if flow.condition is None and flow.id != node.default]
        if node.kind in _DECIDES and len(flows) > 1:
            for flow in plain:
                yield error(
                    "decision",
                    flow.id,
                    sentence(
                        "The flow out of gateway “{name}” needs a condition, or make it the default.",
                        name=node.activity.name or node.id,
                    ),
                )
            if not node.default and not plain:
                yield warning(
                    "decision",
                    node.id,
                    sentence(
                        "No flow of gateway “{name}” is the default: if no condition is true, "
                        "the process stops with an incident.",
                        name=node.activity.name or node.id,
                    ),
                )
        elif node.kind in ("parallelGateway", "eventBasedGateway", "startEvent"):
            for flow in flows:
                if flow.condition is not None:
                    yield error(
                        "decision",
                        flow.id,
                        sentence("A condition has no effect here; use an exclusive or inclusive gateway."),
                    )


@rule
def deadlock(process: Process, known: Known) -> Iterator[Finding]:
    """A parallel join fed by one exclusive decision waits for ever."""
    for join in process.nodes.values():
        flows = process.incoming(join.id)
        if join.kind in _JOINS and len(flows) > 1:
            origins = [_origins(process, flow.id, flow.source, join.id) for flow in flows]
            split = _shared_choice(process, origins)
            if split is not None:
                yield error(
                    "deadlock",
                    join.id,
                    sentence(
                        "“{join}” waits for all its ways, but gateway “{split}” takes only one of "
                        "them: it would wait for ever. Use an exclusive gateway to bring the ways together.",
                        join=join.activity.name or join.id,
                        split=split.activity.name or split.id,
                    ),
                )


def _origins(process: Process, flow_id: str, source: str, stop: str) -> dict[str, frozenset[str]]:
    """Going back along a flow: each element met, with its outgoing flows that lead here. Stops where ways meet or
    divide otherwise than exclusively, as there more tokens may come."""
    met: dict[str, frozenset[str]] = {}
    name, via = source, flow_id
    while name in process.nodes and name not in met and name != stop:
        node = process.nodes[name]
        met[name] = frozenset({via})
        incoming = process.incoming(name)
        if len(incoming) != 1 or node.kind in ("parallelGateway", "inclusiveGateway"):
            break
        name, via = incoming[0].source, incoming[0].id
    return met


def _shared_choice(process: Process, origins: list[dict[str, frozenset[str]]]) -> Node | None:
    shared = set.intersection(*(set(met) for met in origins))
    for name in shared:
        node = process.nodes[name]
        ways = {next(iter(met[name])) for met in origins}
        if node.kind in ("exclusiveGateway", "eventBasedGateway") and len(ways) == len(origins):
            return node
    return None


@rule
def loop_without_wait(process: Process, known: Known) -> Iterator[Finding]:
    """A circle in which nothing waits would turn for ever in one step."""
    stopping = {node.id for node in process.nodes.values() if _waits(process, node)}
    for circle in _circles(process, stopping):
        yield error(
            "loop_without_wait",
            circle[0],
            sentence(
                "This loop has no task or event that waits, so it may turn without end: {names}.",
                names=", ".join(process.nodes[name].activity.name or name for name in circle[:6]),
            ),
        )


def _waits(process: Process, node: Node) -> bool:
    if node.kind == "sendTask":
        return bool(node.activity.topic)
    if node.kind == "intermediateCatchEvent":
        return node.event is not None and node.event.kind != "link"
    if node.kind == "subProcess":
        return any(_waits(process, inner) for inner in process.within(node.id))
    return node.kind in _WAITS


def _circles(process: Process, stopping: Iterable[str]) -> Iterator[list[str]]:
    """Circles of the graph without the stopping elements (one for each, by removing what leads nowhere)."""
    left = set(process.nodes) - set(stopping)
    while left:
        dead = [
            name
            for name in left
            if not any(flow.target in left for flow in process.outgoing(name))
            or not any(flow.source in left for flow in process.incoming(name))
        ]
        if not dead:
            yield _walk(process, left)
            return
        left.difference_update(dead)


def _walk(process: Process, left: set[str]) -> list[str]:
    name, path = sorted(left)[0], []
    while name not in path:
        path.append(name)
        name = next(flow.target for flow in process.outgoing(name) if flow.target in left)
    return path[path.index(name) :]
