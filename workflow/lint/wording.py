"""How findings about separation of duty call what they speak of."""

from collections.abc import Iterable

from workflow.diagram.graph import Process
from workflow.duties.language import Rule
from workflow.lint.findings import Known


def title(process: Process, element: str) -> str:
    return process.nodes[element].activity.name or element


def titles(process: Process, elements: Iterable[str]) -> str:
    return "、".join(f"“{title(process, each)}”" for each in elements)


def quoted(rule: Rule) -> str:
    """A rule as it is written, behind the element it speaks of."""
    return f"{rule.at.element} {rule.kind.value}={rule.text}".strip()


def group_names(known: Known, keys: Iterable[str]) -> str:
    called = known.group_names or {}
    return "、".join(called[key][0] if key in called else key for key in keys) or "–"
