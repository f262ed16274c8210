"""What must be right in the file before its processes can be judged one by one."""

import re
from collections import Counter
from collections.abc import Iterator

from lxml import etree

from workflow.diagram.names import BPMN, CAMUNDA, NODES, SCOPES, SPIFF, ZEEBE, bpmn, flag, kind
from workflow.errors import sentence
from workflow.lint.findings import Finding, error

NODE_LIMIT = 1_000  # flow nodes of one file
FLOW_LIMIT = 2_000  # sequence flows
PROCESS_LIMIT = 20
WORDS_LIMIT = 300_000  # characters of all expressions, people, dates and properties together
NAME_LIMIT = 200  # characters
NESTING_LIMIT = 10  # sub-processes in one another
_PROSE = {bpmn("documentation"), bpmn("text")}  # no expressions in there
_OURS = (CAMUNDA, ZEEBE, SPIFF)
_KEY = re.compile(r"[^\W\d][\w.-]{0,199}")  # as an XML id (NCName), which BPMN asks for


def file_findings(root: etree._Element) -> Iterator[Finding]:
    """Findings about the file as a whole."""
    if root.tag != bpmn("definitions"):
        yield error("not_bpmn", "", sentence("The file is not a BPMN 2.0 diagram."))
        return
    yield from _processes(root)
    yield from _keys(root)
    yield from _duplicates(root)
    yield from _sizes(root)


def _processes(root: etree._Element) -> Iterator[Finding]:
    found = root.findall(bpmn("process"))
    if not found:
        yield error("no_process", "", sentence("There is no process in the file."))
    elif not any(flag(process, "isExecutable", True) for process in found):
        yield error(
            "no_process",
            found[0].get("id") or "",
            sentence("No process of the file is executable; mark one as executable."),
        )


def _keys(root: etree._Element) -> Iterator[Finding]:
    """The key of an executable process is written into addresses, case numbers and calls."""
    for process in root.findall(bpmn("process")):
        key = process.get("id") or ""
        if flag(process, "isExecutable", True) and not _KEY.fullmatch(key):
            said = sentence("The id “{id}” cannot be the key of a process.", id=key[:NAME_LIMIT])
            yield error("process_key", key[:NAME_LIMIT], said)


def _duplicates(root: etree._Element) -> Iterator[Finding]:
    ids = Counter(element.get("id") for element in root.iter(f"{{{BPMN}}}*") if element.get("id"))
    for name, times in ids.items():
        if times > 1:
            yield error(
                "duplicate_id", str(name), sentence("The id “{id}” is used {times} times.", id=name, times=times)
            )


def _sizes(root: etree._Element) -> Iterator[Finding]:
    nodes = [element for element in root.iter(f"{{{BPMN}}}*") if kind(element) in NODES]
    flows = sum(1 for _flow in root.iter(bpmn("sequenceFlow")))
    if len(nodes) > NODE_LIMIT:
        yield error("too_large", "", sentence("The diagram has more than {limit} elements.", limit=NODE_LIMIT))
    if flows > FLOW_LIMIT:
        yield error("too_large", "", sentence("The diagram has more than {limit} sequence flows.", limit=FLOW_LIMIT))
    if len(root.findall(bpmn("process"))) > PROCESS_LIMIT:
        yield error("too_large", "", sentence("The file has more than {limit} processes.", limit=PROCESS_LIMIT))
    if sum(map(_words, root.iter(etree.Element))) > WORDS_LIMIT:
        said = sentence("The expressions of the file have more than {limit} characters together.", limit=WORDS_LIMIT)
        yield error("too_large", "", said)
    for element in nodes:
        yield from _measures(element)


def _words(element: etree._Element) -> int:
    """The characters of an element that may be expressions."""
    name = etree.QName(element)
    if name.namespace == BPMN and element.tag not in _PROSE:
        marked = (value for key, value in element.attrib.items() if key.startswith("{"))
        return len((element.text or "").strip()) + sum(map(len, marked))
    return sum(map(len, element.attrib.values())) if name.namespace in _OURS else 0


def _measures(element: etree._Element) -> Iterator[Finding]:
    """Names and nesting of one element."""
    if len(element.get("name") or "") > NAME_LIMIT or len(element.get("id") or "") > NAME_LIMIT:
        said = sentence("A name is longer than {limit} characters.", limit=NAME_LIMIT)
        yield error("name_too_long", (element.get("id") or "")[:NAME_LIMIT], said)
    if sum(1 for around in element.iterancestors() if kind(around) in SCOPES) >= NESTING_LIMIT:
        said = sentence("Sub-processes are nested more than {limit} levels deep.", limit=NESTING_LIMIT)
        yield error("nested_too_deep", element.get("id") or "", said)
