"""The template of a process's approval form (审批单) as a file deployed along with its diagram: `approval-<key>.docx`.

It is pinned with the version, as forms are, and judged before: a running case keeps the paper it began with.
"""

from collections.abc import Mapping
from typing import Any

from workflow import documents
from workflow.errors import sentence
from workflow.lint import refused
from workflow.lint.findings import error

SUFFIX = ".docx"
ROW = dict.fromkeys(("step", "opinion", "outcome", "person", "at", "signed", "picture"), "字")
FACTS: Mapping[str, Any] = {  # whatever a template may name, filled in as for a try
    **dict.fromkeys(("office", "title", "number", "process", "heading"), "字"),
    **dict.fromkeys(("opened_at", "opened_by", "closed_at", "printed_at"), "字"),
    "rows": [{**ROW, "answers": [("字", "字")]}],
}


def name_of(process_key: str) -> str:
    """The file that holds the template of this process."""
    return f"approval-{process_key}{SUFFIX}"


def require(process_key: str, resources: Mapping[str, bytes]) -> None:
    """Raise DefinitionRefused for a template among these files that cannot be used: it is filled in once for a try."""
    name = name_of(process_key)
    if name not in resources:
        return
    try:
        documents.render(resources[name], FACTS)
    except documents.TemplateRefused as wrong:
        fix = sentence("Take the template of the page as it is, and change that in Word.")
        raise refused([error("approval_template", name, wrong.sentence, fix)]) from wrong
