"""The sorting a step is about."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from archive.dossier_tables import Dossier
from archive.materials import editing
from archive.refusals import wrong
from archive.scans import normalise
from archive.sorting.models import Sorting
from workflow.errors import NotFound
from workflow.models import UserTask
from workflow.registry import Work

PROCESS = "sorting"
editing.workbench(PROCESS, "appraise", "arrange", "number_pages", "compile_catalogue")


def sorting_of(session: Session, step: UserTask | Work) -> Sorting:
    """The sorting of the step's case; raises NotFound when it is none."""
    case_id = step.case_id if isinstance(step, UserTask) else step.instance.case_id if step.instance else None
    found = session.get(Sorting, case_id or 0)
    if found is None:
        raise NotFound
    return found


def check_label(dossier: Dossier, answers: Mapping[str, Any]) -> None:
    """The label scanned is this dossier's; raises Invalid beside `scan_label`."""
    if _bare(answers.get("scan_label")) != _bare(dossier.dossier_no):
        raise wrong("scan_label", "This label is not of dossier {number}.", number=dossier.dossier_no)


def text(answers: Mapping[str, Any], field: str) -> str:
    """A text among the answers, "" when nothing was typed."""
    return str(answers.get(field) or "").strip()


def need(answers: Mapping[str, Any], field: str, template: str) -> str:
    """A text that must not be empty here; raises Invalid beside `field` with this sentence."""
    found = text(answers, field)
    if not found:
        raise wrong(field, template)
    return found


def _bare(code: Any) -> str:
    return normalise(str(code or "")).replace("-", "")
