"""Elements we do not run, and what to draw instead."""

from collections.abc import Iterator

from workflow.diagram.graph import Loop, Node, Process
from workflow.errors import sentence
from workflow.lint.findings import Finding, Known, error, rule, warning

_MACHINES = {"serviceTask", "sendTask", "businessRuleTask"}
_REFUSED_SENTENCES = {
    "scriptTask": "Scripts are not run. Use a service task with a topic, or set the value in a form.",
    "transaction": "Transactions are not run. Use a sub-process with an error boundary event.",
    "adHocSubProcess": "Ad-hoc sub-processes are not run. Draw the order of the tasks, or parallel branches.",
    "complexGateway": "Complex gateways are not run. Use a parallel, exclusive or inclusive gateway.",
    "choreographyTask": "Choreographies are not run; draw a process.",
    "callChoreography": "Choreographies are not run; draw a process.",
    "subChoreography": "Choreographies are not run; draw a process.",
    "implicitThrowEvent": "This event is not run; use an intermediate throw event.",
}


@rule
def unsupported_element(process: Process, known: Known) -> Iterator[Finding]:
    """Elements whose meaning we do not carry out."""
    for node in process.nodes.values():
        message = _REFUSED_SENTENCES.get(node.kind)
        if message:
            yield error("unsupported_element", node.id, sentence(message))


@rule
def ignored_extension(process: Process, known: Known) -> Iterator[Finding]:
    """Mappings, execution listeners and the like of other makers have no effect here."""
    for node in process.nodes.values():
        for name in node.ignored:
            yield warning("ignored_extension", node.id, sentence("“{name}” has no effect here; remove it.", name=name))


@rule
def no_work(process: Process, known: Known) -> Iterator[Finding]:
    """Tasks for machines must say which; calls whom."""
    for node in process.nodes.values():
        if node.kind == "serviceTask" and not node.activity.topic:
            yield error(
                "no_work", node.id, sentence("The service task has no topic; write it in “External task, topic”.")
            )
        if node.kind == "businessRuleTask":
            yield from _rule_task(node)
        if node.kind == "sendTask" and not node.activity.topic and node.event is None:
            yield error("no_work", node.id, sentence("The send task has neither a message nor a topic."))
        if node.kind == "receiveTask" and node.event is None:
            yield error("no_work", node.id, sentence("The receive task does not say which message it waits for."))
        if node.kind == "callActivity" and not node.activity.called_element:
            yield error("no_work", node.id, sentence("The call activity does not say which process it calls."))


def _rule_task(node: Node) -> Iterator[Finding]:
    decision, topic = node.activity.decision_ref, node.activity.topic
    if not decision and not topic:
        yield error("no_work", node.id, sentence("The business rule task names neither a decision nor a topic."))
    elif decision and topic:
        yield error("no_work", node.id, sentence("The business rule task names a decision and a topic; choose one."))


@rule
def loop_marker(process: Process, known: Known) -> Iterator[Finding]:
    """Multi-instances need a number or a collection, loops an end."""
    for node in process.nodes.values():
        if node.loop is not None:
            yield from _loop(process, node)


def _turns_for_ever(process: Process, node: Node, loop: Loop) -> bool:
    """Whether a machine would do this again and again, and nothing on its edge could stop it."""
    if node.kind not in _MACHINES or loop.maximum is not None or process.boundaries(node.id):
        return False
    return (loop.condition or "").strip(" ${#}=") == "true"


def _loop(process: Process, node: Node) -> Iterator[Finding]:
    loop = node.loop
    assert loop is not None
    if loop.standard:
        if node.kind == "task" and loop.maximum is None:
            said = sentence("A task without type is done at once, so its loop may turn without end; give it a maximum.")
            yield error("loop_marker", node.id, said)
        if loop.condition is None and loop.maximum is None:
            yield error("loop_marker", node.id, sentence("The loop needs a condition or a maximum."))
        if _turns_for_ever(process, node, loop):
            said = sentence("The loop never ends: its condition is always true. Give it a maximum.")
            yield error("loop_marker", node.id, said)
        if loop.maximum is not None and not loop.maximum.isdecimal():
            yield error("loop_marker", node.id, sentence("The maximum of the loop must be a whole number."))
    elif (loop.cardinality is None) == (loop.collection is None):
        yield error("loop_marker", node.id, sentence("The multi-instance needs either a number or a collection."))
