"""What a call activity gives to the process it calls and takes back: camunda:in and camunda:out, zeebe:ioMapping.

Not drawn (None) means everything both ways. As soon as one line is drawn, only what is drawn passes in that direction.
"""

from collections.abc import Iterator

from lxml import etree

from workflow.diagram.activity import Passed
from workflow.diagram.names import CAMUNDA, ZEEBE, bpmn

EVERYTHING = Passed()
OF_CALLS = frozenset({"in", "out", "ioMapping"})  # extension elements that mean something on a call activity
_OWN_KEY = ("#{execution.processBusinessKey}", "${execution.processBusinessKey}", "=businessKey")


def given(call: etree._Element) -> tuple[Passed, ...] | None:
    """What passes into the called process."""
    drawn = [_camunda(line) for line in _lines(call, CAMUNDA, "in") if line.get("businessKey") not in _OWN_KEY]
    if drawn:
        return tuple(drawn)
    mapped = [_zeebe(line) for line in _mapped(call, "input")]
    if _says_no(call, "propagateAllParentVariables"):
        return tuple(mapped)
    return (EVERYTHING, *mapped) if mapped else None


def taken(call: etree._Element) -> tuple[Passed, ...] | None:
    """What passes back when the called process has ended."""
    drawn = [_camunda(line) for line in _lines(call, CAMUNDA, "out")] or [
        _zeebe(line) for line in _mapped(call, "output")
    ]
    return tuple(drawn) if drawn or _says_no(call, "propagateAllChildVariables") else None


def _camunda(line: etree._Element) -> Passed:
    if line.get("variables") == "all":
        return EVERYTHING
    if line.get("businessKey"):
        return Passed(expression=line.get("businessKey"))
    return Passed(line.get("target") or "", line.get("source"), line.get("sourceExpression"))


def _zeebe(line: etree._Element) -> Passed:
    return Passed(line.get("target") or "", expression=line.get("source") or "")


def _mapped(call: etree._Element, tag: str) -> Iterator[etree._Element]:
    for mapping in _lines(call, ZEEBE, "ioMapping"):
        yield from mapping.iterchildren(f"{{{ZEEBE}}}{tag}")


def _says_no(call: etree._Element, attribute: str) -> bool:
    return any(line.get(attribute) == "false" for line in _lines(call, ZEEBE, "calledElement"))


def _lines(call: etree._Element, namespace: str, tag: str) -> Iterator[etree._Element]:
    for extension in call.iterchildren(bpmn("extensionElements")):
        yield from extension.iterchildren(f"{{{namespace}}}{tag}")
