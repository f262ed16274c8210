"""The list a step is about, and what its forms and papers say of it."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy.orm import Session

from archive.loose.models import LooseList, LoosePaper
from archive.materials import editing
from archive.relations import SUBJECT
from archive.steps import case_id
from workflow.errors import NotFound
from workflow.models import UserTask
from workflow.registry import Work, subjects_of_case

PROCESS = "loose-materials"
editing.workbench(PROCESS, "file_papers")


def list_of(session: Session, step: UserTask | Work) -> LooseList:
    """The list of the step's case; raises NotFound when it is none."""
    found = session.get(LooseList, case_id(step))
    if found is None:
        raise NotFound
    return found


def rows(papers: Iterable[LoosePaper]) -> list[dict[str, Any]]:
    """Papers as forms and letters list them."""
    return [
        {
            "name": each.name,
            "formed": each.formed,
            "pages": each.pages,
            "copy": "复制件" if each.copy else "原件",
            "note": each.note,
            "late": f"迟交{each.late_days}天" if each.late_days else "",
            "why": each.why,
        }
        for each in papers
    ]


def paper(sent: LooseList) -> dict[str, Any]:
    """What every paper of a list says."""
    dossier = sent.dossier
    told = {"dossier_no": dossier.dossier_no, "name": dossier.person.name, "sender": sent.sender}
    return told | {"hander": sent.hander, "handed_on": sent.handed_on.isoformat()}


@subjects_of_case("loose")
def person_of(session: Session, case: int) -> Iterator[str]:
    """Whose papers these are: neither they nor their relatives take part."""
    sent = session.get(LooseList, case)
    if sent is not None:
        yield SUBJECT + sent.dossier.person.id_fingerprint
