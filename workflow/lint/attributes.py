"""What attributes and references ask for and we do not carry out: unsaid, it would run otherwise than drawn."""

from collections.abc import Iterator

from lxml import etree

from workflow.diagram.names import BPMN, SCOPES, bpmn, kind
from workflow.errors import sentence
from workflow.lint.findings import Finding, error

_TRUE = ("true", "1")  # xsd:boolean
_TOKENS = ("startQuantity", "completionQuantity")
_REFERENCES = ("messageRef", "signalRef", "errorRef", "escalationRef")
_EXPRESSIONS = {
    "conditionExpression", "condition", "timeDate", "timeDuration", "timeCycle", "loopCondition", "loopCardinality",
    "completionCondition",
}  # fmt: skip
_OUR_LANGUAGES = ("feel", "juel")


def attribute_findings(root: etree._Element) -> Iterator[Finding]:
    """Findings about single elements of the executable processes, as they are written."""
    yield from _extensions(root)
    ids = {element.get("id") for element in root if isinstance(element.tag, str)}
    for process in root.findall(bpmn("process")):
        if process.get("isExecutable") not in ("false", "0"):
            for element in process.iter(f"{{{BPMN}}}*"):
                yield from _tokens(element)
                yield from _racing(element)
                yield from _mapping(element)
                yield from _multi_instance(element)
                yield from _references(element, ids)
                yield from _language(element)


def _extensions(root: etree._Element) -> Iterator[Finding]:
    for extension in root.findall(bpmn("extension")):
        if extension.get("mustUnderstand") in _TRUE:
            said = sentence(
                "The file needs the extension “{name}”, which is not known here.", name=extension.get("definition")
            )
            yield error("extension", "", said)


def _tokens(element: etree._Element) -> Iterator[Finding]:
    """Activities begin with one token and end with one; none of them waits for compensation."""
    for name in _TOKENS:
        if element.get(name, "1") != "1":
            yield error("quantity", _named(element), sentence("“{name}” other than 1 is not run.", name=name))
    if element.get("isForCompensation") in _TRUE:
        yield error("compensation", _named(element), sentence("Compensation is not run. Draw the way back as a path."))


def _racing(element: etree._Element) -> Iterator[Finding]:
    if kind(element) == "eventBasedGateway" and element.get("eventGatewayType", "Exclusive") != "Exclusive":
        said = sentence("An event-based gateway waits for the first of its events only, not for all of them.")
        yield error("event_gateway", _named(element), said)


def _mapping(element: etree._Element) -> Iterator[Finding]:
    """Data objects are drawn only; what computes one from another would have to be run."""
    if kind(element) in ("assignment", "transformation") and (element.text or len(element)):
        said = sentence(
            "Data that is computed on its way (“{kind}”) is not run; variables belong to the whole process.",
            kind=kind(element),
        )
        yield error("data_mapping", _named(element), said)


def _multi_instance(element: etree._Element) -> Iterator[Finding]:
    behavior = element.get("behavior", "All")
    if kind(element) == "multiInstanceLoopCharacteristics" and behavior != "All":
        said = sentence("A multi-instance throws no events here (behavior “{behavior}”).", behavior=behavior)
        yield error("behavior", _named(element), said)


def _references(element: etree._Element, ids: set[str | None]) -> Iterator[Finding]:
    found = [element.get(name) for name in _REFERENCES]
    if kind(element) == "eventDefinitionRef":
        found.append((element.text or "").strip())
    for reference in found:
        if reference and reference.split(":")[-1] not in ids:
            said = sentence("“{reference}” is not in the file.", reference=reference)
            yield error("dangling_reference", _named(element), said)


def _language(element: etree._Element) -> Iterator[Finding]:
    if kind(element) not in _EXPRESSIONS:
        return
    language = element.get("language")
    if language and not any(ours in language.lower() for ours in _OUR_LANGUAGES):
        said = sentence("Expressions in “{language}” are not run.", language=language)
        yield error("expression", _named(element), said)
    if kind(element) == "conditionExpression" and not (element.text or "").strip():
        yield error("expression", _named(element), sentence("The condition is empty; write it, or delete it."))


def _named(element: etree._Element) -> str:
    """The id of the flow element this belongs to."""
    around = element.getparent()
    while around is not None and kind(around) not in ("process", *SCOPES):
        element, around = around, around.getparent()
    return element.get("id") or ""
