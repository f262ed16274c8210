"""Machine tasks that name no work, as drawing programs make them: here each is known by its own id.

A house could not do such work, so a deployment refuses it; to try a process out, the answers can speak of the element.
"""

from dataclasses import replace

from lxml import etree

from workflow import xmlsafe
from workflow.diagram import reading
from workflow.diagram.names import BPMN, CAMUNDA
from workflow.simulation.casting import DIAGRAM, Script, named_in

RULE = "no_work"
_MACHINES = frozenset(f"{{{BPMN}}}{kind}" for kind in ("serviceTask", "sendTask", "businessRuleTask"))


def supplied(script: Script) -> Script:
    """The script in which every machine task has a topic. A strict one stays as it is."""
    if script.strict:
        return script
    beside = {name: _supplied(each) if name.endswith(DIAGRAM) else each for name, each in script.beside.items()}
    return replace(script, xml=_supplied(script.xml), beside=beside)


def _supplied(xml: bytes) -> bytes:
    idle = {found.element for found in named_in(xml) if found.rule == RULE}
    if not idle:
        return xml
    root = xmlsafe.read(xml)
    reading.give_ids(root)
    for task in root.iter(*_MACHINES):
        if task.get("id") in idle:
            task.set(f"{{{CAMUNDA}}}type", "external")
            task.set(f"{{{CAMUNDA}}}topic", task.get("id", ""))
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)
