"""Builds the specification of a process from its graph. The graph has passed lint: everything in it can run."""

from collections.abc import Mapping

from workflow import voting
from workflow.diagram.activity import Activity
from workflow.diagram.graph import Flow, Node, Process
from workflow.engine.elements import Call, Element, Job, UserTask
from workflow.engine.events import Boundary, Catch, EventGateway, HandlerStart
from workflow.engine.gateways import Exclusive, Inclusive, Parallel
from workflow.engine.scopes import Handler, Root, SubProcess
from workflow.engine.several import Several, StandardLoop
from workflow.engine.shapes import WaitKind
from workflow.engine.signing import Signing
from workflow.engine.specification import Specification, Way
from workflow.engine.throwing import EndByError, Terminate, Throw, ThrowEscalation, ThrowMessage, ThrowSignal
from workflow.engine.timing import Timer
from workflow.expressions import Expression, compile_value
from workflow.expressions import compile as compile_expression

_PLAIN: Mapping[str, type[Element]] = {
    "task": Element,
    "startEvent": Element,
    "userTask": UserTask,
    "manualTask": UserTask,
    "serviceTask": Job,
    "businessRuleTask": Job,
    "callActivity": Call,
    "receiveTask": Catch,
    "subProcess": SubProcess,
    "intermediateCatchEvent": Catch,
    "boundaryEvent": Boundary,
    "exclusiveGateway": Exclusive,
    "parallelGateway": Parallel,
    "inclusiveGateway": Inclusive,
    "eventBasedGateway": EventGateway,
}
_THROWN: Mapping[str, type[Throw]] = {
    "none": Throw,
    "link": Throw,
    "message": ThrowMessage,
    "signal": ThrowSignal,
    "escalation": ThrowEscalation,
    "error": EndByError,
    "terminate": Terminate,
}
_WAITS = {
    "timer": WaitKind.TIMER,
    "message": WaitKind.MESSAGE,
    "signal": WaitKind.SIGNAL,
    "conditional": WaitKind.CONDITION,
}


def build(process: Process) -> Specification:
    """The process ready for instances; raises ExpressionRefused when a text in it is no expression."""
    specification = Specification(process.id)
    specification.start = Root(specification, Node(Activity(id="", kind="process")))
    for node in process.nodes.values():
        _add(specification, process, node)
    for scope in ("", *(node.id for node in process.nodes.values() if node.kind == "subProcess")):
        specification.begins[scope] = [specification[node.id] for node in process.begins(scope)]
    for node in process.nodes.values():
        _connect(specification, process, node)
        if node.triggered_by_event:
            _stand_by(specification, process, node)
    return specification


def _add(specification: Specification, process: Process, node: Node) -> None:
    if node.loop is None:
        _element(specification, process, node, node.id)
        return
    several = _repeated(node)(specification, node)
    several.body = _element(specification, process, node, f"{node.id} [each]")
    several.until = _expression(node.loop.condition)
    several.cardinality = _expression(node.loop.cardinality)
    several.collection = _expression(node.loop.collection)
    several.result = _expression(node.loop.output_element)
    if isinstance(several, StandardLoop) and node.loop.maximum:
        several.maximum = int(node.loop.maximum)
    if isinstance(several, Signing) and isinstance(several.terms.weights, str):
        several.weights = _expression(several.terms.weights)


def _repeated(node: Node) -> type[Several]:
    if node.loop.standard:
        return StandardLoop
    signed = node.kind == "userTask" and voting.PROPERTY in node.activity.properties
    return Signing if signed else Several


def _element(specification: Specification, process: Process, node: Node, name: str) -> Element:
    spec = _kind_of(process, node)(specification, node, name)
    event = node.event
    if isinstance(spec, Call):
        spec.called = compile_value(node.activity.called_element or "")
    if event is not None and isinstance(spec, Catch):
        spec.waits_as = _WAITS.get(event.kind)
        spec.timer = Timer(event.text or "") if event.kind == "timer" else None
        if event.kind == "conditional":
            spec.condition = _expression(event.text)
            specification.has_conditions = True
    if event is not None and isinstance(spec, (Catch, ThrowMessage)):
        spec.key = _expression(event.correlation_key)
    return spec


def _kind_of(process: Process, node: Node) -> type[Element]:
    kind = node.event.kind if node.event else "none"
    if node.triggered_by_event:
        return Handler
    if node.kind == "startEvent" and node.scope and process.nodes[node.scope].triggered_by_event:
        return HandlerStart
    if node.kind in ("sendTask", "endEvent", "intermediateThrowEvent"):
        return Job if node.activity.topic else _THROWN[kind]
    if node.kind == "intermediateCatchEvent" and kind == "link":
        return Element
    return _PLAIN[node.kind]


def _connect(specification: Specification, process: Process, node: Node) -> None:
    spec = specification[node.id]
    spec.ways = tuple(_way(specification, node, flow) for flow in process.outgoing(node.id))
    spec.arrivals = tuple(flow.id for flow in process.incoming(node.id))
    spec.is_join = node.kind in ("parallelGateway", "inclusiveGateway") and len(spec.arrivals) > 1
    spec.boundaries = tuple(specification[boundary.id] for boundary in process.boundaries(node.id))


def _stand_by(specification: Specification, process: Process, node: Node) -> None:
    """Let the event sub-process wait in the scope it is drawn in."""
    handler = specification[node.id]
    handler.start = next(specification[inner.id] for inner in process.within(node.id) if inner.kind == "startEvent")
    handler.start.handler = handler
    specification.handlers.setdefault(node.scope, []).append(handler)


def _way(specification: Specification, node: Node, flow: Flow) -> Way:
    default = node.default == flow.id
    condition = None if default or node.kind in ("parallelGateway", "eventBasedGateway") else flow.condition
    return Way(flow.id, specification[flow.target], _expression(condition), default)


def _expression(text: str | None) -> Expression | None:
    return None if text is None else compile_expression(text)
