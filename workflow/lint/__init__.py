"""Judges a BPMN file before it may run: what we cannot run exactly as drawn is refused in a sentence.

`lint` gives every finding; `require` raises when one of them is an error. Rules stand one function each in the modules
beside this one; other folders add theirs with `@rule`.
"""

from lxml import etree

from workflow import xmlsafe
from workflow.diagram import reading
from workflow.errors import DefinitionRefused, sentence
from workflow.lint import (  # noqa: F401 - their rules register themselves
    around,
    calls,
    elements,
    events,
    flows,
    people,
    references,
    returns,
    separation,
    signing,
    soundness,
    turning,
    weakened,
)
from workflow.lint.advice import advised
from workflow.lint.attributes import attribute_findings
from workflow.lint.file import file_findings
from workflow.lint.findings import NOTHING_KNOWN, Finding, Known, Level, error, rule, rules, warning


def lint(xml: bytes, known: Known = NOTHING_KNOWN) -> list[Finding]:
    """Every finding about a BPMN file, errors first; never raises for bad content."""
    try:
        root = xmlsafe.read(xml)
    except xmlsafe.XmlRefused as problem:
        return [unreadable(problem)]
    return lint_tree(root, known)


def unreadable(problem: xmlsafe.XmlRefused) -> Finding:
    """The finding about a file that is no XML we read."""
    return advised(Finding("", "xml", problem.sentence))


def lint_tree(root: etree._Element, known: Known) -> list[Finding]:
    """The same for a file already read."""
    found = list(file_findings(root))
    if not found:
        for process in reading.processes(root):
            if process.executable:
                found += [finding for judge in rules.values() for finding in judge(process, known)]
        found += attribute_findings(root)
    return sorted(map(advised, found), key=lambda finding: finding.level is not Level.ERROR)


def require(xml: bytes, known: Known = NOTHING_KNOWN) -> None:
    """Raises DefinitionRefused with the errors when there are any."""
    errors = [finding for finding in lint(xml, known) if finding.level is Level.ERROR]
    if errors:
        raise refused(errors)


def refused(errors: list[Finding], file: str = "BPMN") -> DefinitionRefused:
    return DefinitionRefused(errors, file=file, reason=errors[0].message)


def no_such_process(key: str | None, existing: list[str]) -> DefinitionRefused:
    """The file has no executable process of this key."""
    said = sentence(
        "There is no executable process “{key}” in the file, only: {existing}.",
        key=key or "",
        existing=", ".join(existing) or "-",
    )
    return refused([advised(error("no_process", key or "", said))])


__all__ = [
    "NOTHING_KNOWN",
    "Finding",
    "Known",
    "Level",
    "error",
    "lint",
    "lint_tree",
    "no_such_process",
    "refused",
    "require",
    "rule",
    "unreadable",
    "warning",
]
