"""What the standard knows (BPMN 2.0.2, OMG formal/2013-12-09): every concrete element and event definition, at every place.

Activities: 10.3, tables 10.3 to 10.31 and the markers of 10.3.8. Events: 10.5, tables 10.82 to 10.99. Gateways: 10.6.
The rest of the process package: 8, 10.2, 10.4, 10.8; collaborations: 9; choreographies: 11.
"""

TASKS = ("task", "userTask", "manualTask", "serviceTask", "sendTask", "receiveTask", "businessRuleTask", "scriptTask")
SUB_PROCESSES = ("subProcess", "event sub-process", "transaction", "adHocSubProcess")
ACTIVITIES = (*TASKS, *SUB_PROCESSES, "callActivity")
CHOREOGRAPHIES = ("choreographyTask", "subChoreography", "callChoreography")
MARKERS = ("plain", "standard loop", "multi-instance, parallel", "multi-instance, sequential", "for compensation")

GATEWAYS = ("exclusiveGateway", "inclusiveGateway", "parallelGateway", "complexGateway")
GATES = ("diverging", "converging", "diverging and converging", "in a loop")
EVENT_GATEWAYS = ("in the middle", "instantiating", "instantiating, parallel")

START = "start of a process"
SUB_START = "start of a sub-process"
EVENT_START = "start of an event sub-process, interrupting"
QUIET_START = "start of an event sub-process, not interrupting"
CATCH = "intermediate catch"
THROW = "intermediate throw"
END = "end"
EDGE = "boundary, interrupting"
QUIET_EDGE = "boundary, not interrupting"
PLACES = (START, SUB_START, EVENT_START, QUIET_START, CATCH, THROW, END, EDGE, QUIET_EDGE)
EVENTS = (
    "none",
    "message",
    "timer",
    "signal",
    "error",
    "escalation",
    "conditional",
    "link",
    "terminate",
    "compensation",
    "cancel",
    "multiple",
    "parallel multiple",
)

FLOWS = (
    "plain",
    "with a condition, out of an activity",
    "default, out of an activity",
    "with a condition, out of a gateway",
    "default, out of a gateway",
    "several out of an activity",
    "several into an activity",
    "several out of a start event",
    "several into an end event",
)
DATA = (
    "dataObject",
    "dataObjectReference",
    "dataStore",
    "dataStoreReference",
    "dataInputAssociation",
    "dataOutputAssociation",
    "ioSpecification",
    "property",
)
PEOPLE = ("lane", "lane in a lane", "performer", "potentialOwner")
POOLS = (
    "participant",
    "participant without a process",
    "participant with multiplicity",
    "several executable processes",
    "messageFlow",
    "conversation",
    "choreography",
)
ARTIFACTS = ("textAnnotation", "association", "group", "category", "documentation", "auditing", "monitoring")
ROOTS = (
    "message",
    "signal",
    "error",
    "escalation",
    "itemDefinition",
    "import",
    "extension",
    "interface",
    "correlationProperty",
    "resource",
    "relationship",
    "globalTask",
    "globalUserTask",
    "globalManualTask",
    "globalBusinessRuleTask",
    "globalScriptTask",
)


def rows() -> set[tuple[str, str]]:
    """(element, place) of everything the table must tell."""
    return {
        *((kind, marker) for kind in ACTIVITIES for marker in MARKERS),
        *((kind, "") for kind in CHOREOGRAPHIES),
        *((kind, gate) for kind in GATEWAYS for gate in GATES),
        *(("eventBasedGateway", place) for place in EVENT_GATEWAYS),
        *((kind, place) for kind in EVENTS for place in PLACES),
        ("implicitThrowEvent", ""),
        *(("sequenceFlow", flow) for flow in FLOWS),
        *((kind, "") for kind in (*DATA, *PEOPLE, *POOLS, *ARTIFACTS)),
        *((kind, "beside the process") for kind in ROOTS),
    }
