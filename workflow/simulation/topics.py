"""Machine tasks that name no work, as drawing programs make them: here each is known by its own id.

A house could not do such work, so a deployment refuses it; to try a process out, the answers can speak of the element.
"""

from lxml import etree

from workflow import lint, xmlsafe
from workflow.diagram.names import BPMN, CAMUNDA
from workflow.errors import sentence
from workflow.lint import Finding

RULE = "no_work"
_MACHINES = frozenset(f"{{{BPMN}}}{kind}" for kind in ("serviceTask", "sendTask", "businessRuleTask"))


def supplied(xml: bytes) -> tuple[bytes, list[Finding]]:
    """The diagram with a topic for each machine task that has none, and a warning about each."""
    idle = {found.element for found in lint.lint(xml, lint.NOTHING_KNOWN) if found.rule == RULE}
    if not idle:
        return xml, []
    root = xmlsafe.read(xml)
    tasks = [each for each in root.iter() if each.tag in _MACHINES and each.get("id") in idle]
    for task in tasks:
        task.set(f"{{{CAMUNDA}}}type", "external")
        task.set(f"{{{CAMUNDA}}}topic", task.get("id", ""))
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True), [_remark(task.get("id", "")) for task in tasks]


def _remark(element: str) -> Finding:
    said = sentence("This names no work to do; the answers may speak of it as “{name}”.", name=element)
    return lint.warning(RULE, element, said)
