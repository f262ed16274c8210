"""B8: copies and extracts are compared with the approved pages, numbered and stamped, and stand in a register."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import documents, numbers
from archive.images import pages
from archive.materials.models import Material
from archive.reading.loan_tables import StampedCopy
from archive.reading.models import ReadingRequest
from archive.reading.work import facts, materials_of, request_of
from archive.refusals import wrong
from workflow.clock import now
from workflow.errors import Invalid, Sentence, sentence
from workflow.identity import User
from workflow.models import UserTask
from workflow.registry import on_completion


@on_completion("reading.copies")
def check(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """Each copy lies within what was approved and within its material; raises Invalid naming row and field."""
    request = request_of(session, task)
    within = {str(each.id): each for each in materials_of(session, request)}
    rows = list(answers.get("copies") or [])
    if not rows:
        raise wrong("copies", "Name at least one copy or extract.")
    problems: dict[str, list[Sentence]] = {}
    for number, row in enumerate(rows):
        for field, said in _wrong_with(row, within):
            problems[f"copies.{number}.{field}"] = [said]
    if problems:
        raise Invalid(problems)
    made = [_stamp(session, request, within[str(row["material"])], row, user) for row in rows]
    _register(session, request, made, user)
    return {"copy_numbers": [each.number for each in made]}


def of(session: Session, case_id: int) -> list[StampedCopy]:
    """The copies of a request, in the order of their numbers."""
    asked = select(StampedCopy).where(StampedCopy.case_id == case_id)
    return list(session.scalars(asked.order_by(StampedCopy.id)))


def _wrong_with(row: Mapping[str, Any], within: Mapping[str, Material]) -> Any:
    material = within.get(str(row.get("material") or ""))
    if material is None:
        yield "material", sentence("This material is not among those approved.")
        return
    first, last = int(row.get("page") or 0), int(row.get("last_page") or 0)
    if not 1 <= first <= last:
        yield "last_page", sentence("Pages are counted from the first to the last.")
    elif last > material.pages:
        yield "last_page", sentence("{place} has {pages} pages.", place=pages.number(material), pages=material.pages)


def _stamp(
    session: Session, request: ReadingRequest, material: Material, row: Mapping[str, Any], user: User
) -> StampedCopy:
    copy = StampedCopy(
        number=numbers.issue(session, "copy", f"copy of case {request.case_id}"),
        case_id=request.case_id,
        material_id=material.id,
        extract=row.get("kind") == "extract",
        page=int(row["page"]),
        last_page=int(row["last_page"]),
        sheets=int(row["sheets"]),
        stamped_at=now(),
        stamped_by=user.name,
    )
    session.add(copy)
    session.flush()  # its material is read below
    return copy


def _register(session: Session, request: ReadingRequest, made: list[StampedCopy], user: User) -> None:
    rows = [
        {
            "number": each.number,
            "material": f"{pages.number(each.material)} {each.material.name}",
            "pages": f"{each.page}-{each.last_page}",
            "kind": "摘录" if each.extract else "复制件",
            "sheets": each.sheets,
        }
        for each in made
    ]
    told = {**facts(session, request), "approval_no": request.number, "rows": rows, "stamper": user.display_name}
    documents.issue(session, request.case, "copy_register", told, user.name)
