"""Diagrams that are connected and still could not run to their end: joins that wait for ever, loops without a stop."""

from collections.abc import Iterator
from functools import cache, partial

from workflow.diagram.graph import Node, Process
from workflow.errors import sentence
from workflow.lint.findings import Finding, Known, error, rule, warning


@rule
def deadlock(process: Process, known: Known) -> Iterator[Finding]:
    """A parallel join fed by one exclusive decision waits for ever; only a warning where several tokens may come to
    the decision, as one may take each way."""
    origins = cache(partial(_origins, process))
    several_may_come = cache(partial(_several_may_come, process))
    for join in process.nodes.values():
        flows = process.incoming(join.id)
        if join.kind != "parallelGateway" or len(flows) < 2:
            continue
        split = _shared_choice(process, [{**origins(flow.source), flow.source: flow.id} for flow in flows])
        if split is not None:
            said = sentence(
                "“{join}” waits for all its ways, but gateway “{split}” takes only one of them: it would wait for ever."
                " Use an exclusive gateway to bring the ways together.",
                join=join.activity.name or join.id,
                split=split.activity.name or split.id,
            )
            yield (warning if several_may_come(split.id) else error)("deadlock", join.id, said)


def _several_may_come(process: Process, node_id: str) -> bool:
    """Whether something before the node may make several tokens of one."""
    before: set[str] = set()
    todo = [node_id]
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


def _origins(process: Process, name: str) -> dict[str, str]:
    """Going back from an element: each element met, with its outgoing flow that leads here ("" for the first). Stops
    where ways meet or divide otherwise than exclusively, as there more tokens may come."""
    met: dict[str, str] = {}
    via = ""
    while name in process.nodes and name not in met:
        met[name] = via
        incoming = process.incoming(name)
        if len(incoming) != 1 or process.nodes[name].kind in ("parallelGateway", "inclusiveGateway"):
            break
        name, via = incoming[0].source, incoming[0].id
    return met


def _shared_choice(process: Process, origins: list[dict[str, str]]) -> Node | None:
    """The decision that every way comes from, each by a flow of its own."""
    shared = set.intersection(*(set(met) for met in origins)) & process.nodes.keys()
    for name in shared:
        decides = process.nodes[name].kind in ("exclusiveGateway", "eventBasedGateway")
        if decides and len({met[name] for met in origins}) == len(origins):
            return process.nodes[name]
    return None
