"""Which event catches what an element throws, as far as the drawing tells."""

from collections.abc import Iterable

from workflow.diagram.graph import Node, Process


def caught_by(process: Process, thrower: Node) -> Node | None:
    """The nearest event around that catches the error or escalation thrown here."""
    kind = thrower.event.kind if thrower.event else ""
    code = thrower.event.name if thrower.event else None
    came_from, scope = thrower.id, thrower.scope
    while True:
        starts = _starts_within(process, scope, came_from)
        edges = process.boundaries(scope) if scope else []
        found = _catching(starts, kind, code) or _catching(edges, kind, code)
        if found or not scope or scope not in process.nodes:
            return found
        came_from, scope = scope, process.nodes[scope].scope


def _starts_within(process: Process, scope: str, came_from: str) -> list[Node]:
    """The starts of event sub-processes of a scope that may catch what comes from this element in it: none while an
    interrupting one runs, and not the one it comes from."""
    starts = [node for node in process.handler_starts if process.nodes[node.scope].scope == scope]
    if any(node.scope == came_from and node.interrupting for node in starts):
        return []
    return [node for node in starts if node.scope != came_from]


def _catching(events: Iterable[Node], kind: str, code: str | None) -> Node | None:
    fitting = [node for node in events if node.event and node.event.catches(kind, code)]
    return max(fitting, key=lambda node: node.event is not None and node.event.name == code, default=None)


def hearers(process: Process, thrower: Node) -> list[Node]:
    """The events beside activities and scopes that hear a signal thrown here, and may hear it again."""
    name = thrower.event.name if thrower.event else None
    found = []
    for node in process.nodes.values():
        if node.event is None or node.event.kind != "signal" or node.event.name != name:
            continue
        if node.kind == "boundaryEvent" and (not node.interrupting or inside(process, thrower.id, node.attached_to)):
            found.append(node)
        elif process.starts_handler(node):
            own = inside(process, thrower.id, node.scope)
            if not node.interrupting or (not own and inside(process, thrower.id, process.nodes[node.scope].scope)):
                found.append(node)
    return found


def inside(process: Process, name: str, scope: str | None) -> bool:
    """Whether an element stands in a scope, however deep; everything stands in the process itself (\"\")."""
    while name in process.nodes:
        name = process.nodes[name].scope
        if name == (scope or ""):
            return True
    return False
