"""The ways through the diagram: connected, decidable, without dead ends."""

from collections.abc import Iterator

from workflow.diagram.graph import Process
from workflow.errors import sentence
from workflow.lint.findings import Finding, Known, error, rule, warning

_DECIDES = {"exclusiveGateway", "inclusiveGateway"}


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
    """A process has a start event, at most one without kind; a sub-process and an event sub-process exactly one."""
    scopes = ["", *(node.id for node in process.nodes.values() if node.kind == "subProcess")]
    for scope in scopes:
        starts, plain = process.starts(scope), process.begins(scope)
        if not starts:
            yield from _unbegun(process, scope)
        elif len(plain) > 1:
            yield error("beginning", plain[1].id, sentence("There is more than one start event without kind."))
        elif scope and len(starts) > 1:
            yield error("beginning", starts[1].id, sentence("A sub-process has one start event only."))


def _unbegun(process: Process, scope: str) -> Iterator[Finding]:
    """A scope without start begins with all that no flow leads to."""
    begins = process.begins(scope)
    if not begins or (scope and process.nodes[scope].triggered_by_event):
        yield error("beginning", scope or process.id, sentence("There is no start event."))
    else:
        names = ", ".join(node.activity.name or node.id for node in begins)
        said = sentence("There is no start event; it begins with all that no flow leads to: {names}.", names=names)
        yield warning("beginning", scope or process.id, said)


@rule
def instantiating(process: Process, known: Known) -> Iterator[Finding]:
    """What begins the process when its message comes has no way in, and waits for nothing before."""
    for node in process.nodes.values():
        if not node.instantiate:
            continue
        if node.scope:
            yield error("instantiating", node.id, sentence("Only on the top level can an element begin the process."))
        elif process.incoming(node.id):
            said = sentence(
                "“{name}” begins the process, so no flow may lead to it.", name=node.activity.name or node.id
            )
            yield error("instantiating", node.id, said)
        elif node.loop is not None or process.boundaries(node.id):
            said = sentence("“{name}” begins the process, so it has no loop and no events on its edge.", name=node.id)
            yield error("instantiating", node.id, said)


@rule
def event_sub_process(process: Process, known: Known) -> Iterator[Finding]:
    """An event sub-process stands by itself: its start event begins it, its scope goes on when it ends."""
    for node in process.nodes.values():
        if not node.triggered_by_event:
            continue
        if process.incoming(node.id) or process.outgoing(node.id):
            yield error(
                "event_sub_process", node.id, sentence("No sequence flow may enter or leave an event sub-process.")
            )
        if process.boundaries(node.id):
            said = sentence("An event sub-process has no events on its edge; put them on what is around it.")
            yield error("event_sub_process", node.id, said)
        if node.loop is not None:
            yield error("event_sub_process", node.id, sentence("An event sub-process has no loop marker."))
    for node in process.nodes.values():
        if process.starts_handler(node) and node.event and node.event.kind == "error" and not node.interrupting:
            said = sentence("An error always interrupts; make the start event interrupting.")
            yield error("event_sub_process", node.id, said)


@rule
def unreachable(process: Process, known: Known) -> Iterator[Finding]:
    """Every element can be reached from a start event."""
    reached: set[str] = set()
    todo = [node.id for node in process.nodes.values() if node.triggered_by_event or node.instantiate]
    for scope in ("", *(node.id for node in process.nodes.values() if node.kind == "subProcess")):
        todo += [node.id for node in (*process.starts(scope), *process.begins(scope))]
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
        elif flows and not plain and not node.default:
            said = sentence(
                "All flows out of “{name}” have conditions and none is the default: if none is true, "
                "the process stops with an incident.",
                name=node.activity.name or node.id,
            )
            yield warning("decision", node.id, said)
