"""Where a step may be sent back to: the property `sendBack`, and `withdraw` of a start event."""

from collections.abc import Iterator

from workflow.diagram.graph import Process
from workflow.errors import sentence
from workflow.lint.findings import Finding, Known, did_you_mean, error, rule, warning

RULE, WORDS = "sendBack", ("none", "starter")
WITHDRAW, NEVER = "withdraw", "never"
STEPS = ("userTask", "manualTask")


@rule
def send_back(process: Process, known: Known) -> Iterator[Finding]:
    """`sendBack` is said of a step people do and is `none`, `starter`, or ids of such steps and plain start events."""
    allowed = [node.id for node in process.nodes.values() if node.kind in (*STEPS, "startEvent")]
    for node in process.nodes.values():
        said = (node.activity.properties.get(RULE) or "").strip()
        name = node.activity.name or node.id
        if said and node.kind not in STEPS:
            told = sentence("“{name}” is no step people do, so “sendBack” says nothing there.", name=name)
            yield warning("send_back", node.id, told)
        elif said and said not in WORDS:
            yield from _listed(node.id, name, said, allowed)


def _listed(element: str, name: str, said: str, allowed: list[str]) -> Iterator[Finding]:
    for each in (part.strip() for part in said.split(",")):
        if each not in allowed:
            told = sentence("“{name}” may be sent back to “{step}”, which is no step people do.", name=name, step=each)
            yield error("send_back", element, told, did_you_mean(each, [*WORDS, *allowed]))
        elif each == element:
            yield error("send_back", element, sentence("“{name}” cannot be sent back to itself.", name=name))


@rule
def withdraw(process: Process, known: Known) -> Iterator[Finding]:
    """`withdraw` of a start event is `never`: who began the case may not withdraw it."""
    for node in process.nodes.values():
        said = node.activity.properties.get(WITHDRAW)
        if said is not None and (node.kind != "startEvent" or said != NEVER):
            name = node.activity.name or node.id
            told = sentence("“{name}”: “withdraw” is said of a start event, and is “never”.", name=name)
            yield error("withdraw", node.id, told)
