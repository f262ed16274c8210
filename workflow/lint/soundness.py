"""Diagrams that are connected and still could not run to their end: joins that wait for ever, loops without a stop."""

from collections.abc import Iterable, Iterator

from workflow.diagram.graph import Node, Process
from workflow.errors import sentence
from workflow.lint.findings import Finding, Known, error, rule, warning

_WAITS = {"userTask", "manualTask", "serviceTask", "sendTask", "receiveTask", "businessRuleTask", "callActivity"}


@rule
def deadlock(process: Process, known: Known) -> Iterator[Finding]:
    """A parallel join fed by one exclusive decision waits for ever; only a warning where several tokens may come to
    the decision, as one may take each way."""
    for join in process.nodes.values():
        flows = process.incoming(join.id)
        if join.kind != "parallelGateway" or len(flows) < 2:
            continue
        origins = [_origins(process, flow.id, flow.source, join.id) for flow in flows]
        split = _shared_choice(process, origins)
        if split is not None:
            said = sentence(
                "“{join}” waits for all its ways, but gateway “{split}” takes only one of them: it would wait for ever."
                " Use an exclusive gateway to bring the ways together.",
                join=join.activity.name or join.id,
                split=split.activity.name or split.id,
            )
            yield (warning if _several_may_come(process, split) else error)("deadlock", join.id, said)


def _several_may_come(process: Process, node: Node) -> bool:
    """Whether something before the node may make several tokens of one."""
    before: set[str] = set()
    todo = [node.id]
    while todo:
        name = todo.pop()
        if name not in before and name in process.nodes:
            before.add(name)
            host = process.nodes[name].attached_to
            todo += [flow.source for flow in process.incoming(name)] + ([host] if host else [])
    return any(_multiplies(process, process.nodes[name]) for name in before)


def _multiplies(process: Process, node: Node) -> bool:
    divides = len(process.outgoing(node.id)) > 1 and node.kind not in ("exclusiveGateway", "eventBasedGateway")
    return divides or (node.kind == "boundaryEvent" and not node.interrupting)


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
