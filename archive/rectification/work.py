"""The correction a step is about, and what its forms say of it."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from archive.images import pages
from archive.person_facts import BY_KEY
from archive.rectification.models import Rectification, RectifiedFact
from archive.relations import SUBJECT
from archive.steps import case_id
from workflow.clock import now
from workflow.errors import NotFound
from workflow.models import UserTask
from workflow.registry import Work, on_case_over, subjects_of_case

PROCESS = "correction"
ID_NO = "id_no"


def rectification_of(session: Session, step: UserTask | Work) -> Rectification:
    """The correction of the step's case; raises NotFound when it is none."""
    found = session.get(Rectification, case_id(step))
    if found is None:
        raise NotFound
    return found


def rows(rectification: Rectification) -> list[dict[str, str]]:
    """Its facts as forms list them; an ID number as lists show it."""
    return [_row(each) for each in rectification.facts]


def fact(rectification: Rectification, field: str) -> RectifiedFact | None:
    """What it writes of this field, None for nothing."""
    return next((each for each in rectification.facts if each.field == field), None)


def _row(found: RectifiedFact) -> dict[str, str]:
    material = found.material
    place = f"{pages.number(material)} {material.name}" if material else ""
    named = BY_KEY[found.field]
    return {
        "field": found.field,
        "said": named.zh,
        "old_value": found.old_value,
        "new_value": found.new_value,
        "basis": "；".join(filter(None, (found.basis, place))),
    }


@on_case_over("rectification")
def end(session: Session, case: int) -> None:
    """Another correction of this person may begin, however this one ended."""
    found = session.get(Rectification, case)
    if found is not None and found.ended_at is None:
        found.ended_at = now()


@subjects_of_case("rectification")
def person_of(session: Session, case: int) -> Iterator[str]:
    """Whose record is corrected: neither they nor their relatives take part."""
    found = session.get(Rectification, case)
    if found is not None:
        yield SUBJECT + found.person.id_fingerprint
