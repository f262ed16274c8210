"""The sorting a step is about."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy.orm import Session

from archive.dossier_tables import Dossier
from archive.materials import editing
from archive.refusals import wrong
from archive.relations import SUBJECT
from archive.scans import normalise
from archive.sorting.models import Sorting
from workflow.errors import NotFound
from workflow.models import UserTask
from workflow.registry import Work, subjects_of_case

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


@subjects_of_case("sorting")
def person_of(session: Session, case_id: int) -> Iterator[str]:
    """Whose dossier is sorted, also before it is handed out: neither they nor their relatives take part."""
    sorting = session.get(Sorting, case_id)
    if sorting is not None:
        yield SUBJECT + sorting.dossier.person.id_fingerprint
