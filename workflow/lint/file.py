"""What must be right in the file before its processes can be judged one by one."""

from collections import Counter
from collections.abc import Iterator

from lxml import etree

from workflow.diagram.names import BPMN, NODES, SCOPES, bpmn, kind
from workflow.errors import sentence
from workflow.lint.findings import Finding, error

NODE_LIMIT = 1_000  # flow nodes of one file
NAME_LIMIT = 200  # characters
NESTING_LIMIT = 10  # sub-processes in one another


def file_findings(root: etree._Element) -> Iterator[Finding]:
    """Findings about the file as a whole."""
    if root.tag != bpmn("definitions"):
        yield error("not_bpmn", "", sentence("The file is not a BPMN 2.0 diagram."))
        return
    yield from _processes(root)
    yield from _duplicates(root)
    yield from _sizes(root)


def _processes(root: etree._Element) -> Iterator[Finding]:
    found = root.findall(bpmn("process"))
    if not found:
        yield error("no_process", "", sentence("There is no process in the file."))
    elif all(process.get("isExecutable") == "false" for process in found):
        yield error(
            "no_process",
            found[0].get("id") or "",
            sentence("No process of the file is executable; mark one as executable."),
        )


def _duplicates(root: etree._Element) -> Iterator[Finding]:
    ids = Counter(element.get("id") for element in root.iter(f"{{{BPMN}}}*") if element.get("id"))
    for name, times in ids.items():
        if times > 1:
            yield error(
                "duplicate_id", str(name), sentence("The id “{id}” is used {times} times.", id=name, times=times)
            )


def _sizes(root: etree._Element) -> Iterator[Finding]:
    nodes = [element for element in root.iter(f"{{{BPMN}}}*") if kind(element) in NODES]
    if len(nodes) > NODE_LIMIT:
        yield error("too_large", "", sentence("The diagram has more than {limit} elements.", limit=NODE_LIMIT))
    for element in nodes:
        if len(element.get("name") or "") > NAME_LIMIT or len(element.get("id") or "") > NAME_LIMIT:
            yield error(
                "name_too_long",
                (element.get("id") or "")[:NAME_LIMIT],
                sentence("A name is longer than {limit} characters.", limit=NAME_LIMIT),
            )
        if sum(1 for around in element.iterancestors() if kind(around) in SCOPES) >= NESTING_LIMIT:
            yield error(
                "nested_too_deep",
                element.get("id") or "",
                sentence("Sub-processes are nested more than {limit} levels deep.", limit=NESTING_LIMIT),
            )
