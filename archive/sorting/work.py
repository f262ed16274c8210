"""The sorting a step is about."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from archive.materials import editing
from archive.relations import SUBJECT
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


@subjects_of_case("sorting")
def person_of(session: Session, case_id: int) -> Iterator[str]:
    """Whose dossier is sorted, also before it is handed out: neither they nor their relatives take part."""
    sorting = session.get(Sorting, case_id)
    if sorting is not None:
        yield SUBJECT + sorting.dossier.person.id_fingerprint
