"""The vocabularies of a BPMN file."""

from lxml import etree

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"
SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"

TASKS = {"task", "userTask", "manualTask", "serviceTask", "sendTask", "receiveTask", "businessRuleTask", "scriptTask"}
SCOPES = {"subProcess", "transaction", "adHocSubProcess"}
ACTIVITIES = TASKS | SCOPES | {"callActivity"}
GATEWAYS = {"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway"}
EVENTS = {
    "startEvent",
    "endEvent",
    "intermediateCatchEvent",
    "intermediateThrowEvent",
    "boundaryEvent",
    "implicitThrowEvent",
}
NODES = (
    ACTIVITIES
    | GATEWAYS
    | EVENTS
    | {"choreographyTask", "callChoreography", "subChoreography"}  # not ours, but they must be seen to be refused
)


def bpmn(tag: str) -> str:
    """The tag with BPMN's namespace, as lxml writes it."""
    return f"{{{BPMN}}}{tag}"


def kind(element: etree._Element) -> str:
    """The local name of a BPMN element; "" for elements of other vocabularies."""
    tag = element.tag
    return tag[len(BPMN) + 2 :] if isinstance(tag, str) and tag.startswith(f"{{{BPMN}}}") else ""


def children(element: etree._Element, tag: str) -> list[etree._Element]:
    return element.findall(bpmn(tag))


def flag(element: etree._Element, name: str, default: bool = False) -> bool:
    """An attribute of type xsd:boolean."""
    value = (element.get(name) or "").strip()
    return value in ("true", "1") if value in ("true", "1", "false", "0") else default


def text(element: etree._Element | None) -> str | None:
    """The stripped text; None when there is none."""
    found = element is not None and (element.text or "").strip()
    return found or None
