"""B8l: what comes back is counted and taken as whole, or its difference is noted, material by material."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from archive import custody
from archive.answers import check_label, need, text
from archive.custody import PlaceKind
from archive.materials.models import Material
from archive.reading import by_material
from archive.reading.by_material import Counted
from archive.reading.loan_tables import Loan
from archive.reading.work import request_of
from archive.refusals import wrong
from workflow.clock import now
from workflow.identity import User
from workflow.models import UserTask
from workflow.registry import on_completion

KINDS = {"missing": "缺页", "damaged": "损坏、涂改", "added": "多出"}


@on_completion("reading.take_return")
def take_return(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """B8l: counted page by page against the catalogue, each material by itself; what is otherwise than it was lent, and
    more above all, is never taken as whole."""
    request = request_of(session, task)
    loan = session.get_one(Loan, request.case_id)
    check_label(request.dossier, answers)
    found = by_material.counted(answers)
    loan.returned_at = now()
    place = custody.place(PlaceKind.PERSON, user.name)
    custody.record(session, request.dossier, place, user.name, request.case, "given back, counted")
    if answers.get("return_result") == "differs":
        told = _note_materials(session, loan, found, answers) if found else _note_count(session, loan, answers)
        return {**told, "return_result": "differs"}
    by_material.refuse_other(found)
    counted = sum(each.back for each in found) if found else _count(answers)
    refuse_other_count(loan, counted)
    loan.pages_back = counted
    return {"return_result": "whole", "scan_label": None, "pages_in": None}


def _count(answers: Mapping[str, Any]) -> int:
    """The pages of a dossier whose materials are not counted one by one."""
    return int(need(answers, "pages_in", "Count the pages."))


def _note_count(session: Session, loan: Loan, answers: Mapping[str, Any]) -> dict[str, Any]:
    return note_difference(session, loan, _count(answers), answers)


def _note_materials(
    session: Session, loan: Loan, found: Sequence[Counted], answers: Mapping[str, Any]
) -> dict[str, Any]:
    """What the counts of the materials say, and what is damaged or belongs to none of them, row by row."""
    given = [row for row in answers.get("differences") or [] if row.get("kind") in KINDS]
    for number, row in enumerate(given):
        if row["kind"] == "missing" or (row["kind"] == "added" and row.get("material")):
            raise wrong(f"differences.{number}.kind", "Say this by the count in the row of its material.")
    foreign = sum(int(row.get("pages") or 0) for row in given if row["kind"] == "added")
    said = [*by_material.differences(found), *(_said(session, row) for row in given)]
    return _noted(loan, sum(each.back for each in found) + foreign, said, answers)


def refuse_other_count(loan: Loan, counted: int) -> None:
    """As many pages as went out, no more and no less; raises Invalid beside `pages_in`."""
    if counted > loan.pages_out:
        template = "{out} pages were lent, you counted {counted}: there are more. Report the difference."
        raise wrong("pages_in", template, out=loan.pages_out, counted=counted)
    if counted < loan.pages_out:
        template = "{out} pages were lent, you counted {counted}: some are missing. Report the difference."
        raise wrong("pages_in", template, out=loan.pages_out, counted=counted)


def note_difference(session: Session, loan: Loan, counted: int, answers: Mapping[str, Any]) -> dict[str, Any]:
    """What is missing, damaged or too many, row by row; the rows explain the count."""
    rows = [row for row in answers.get("differences") or [] if row.get("kind") in KINDS]
    if rows:
        gone = sum(int(row.get("pages") or 0) for row in rows if row["kind"] == "missing")
        more = sum(int(row.get("pages") or 0) for row in rows if row["kind"] == "added")
        if counted != loan.pages_out - gone + more:
            template = "{out} pages were lent and {counted} counted; the list of differences says {listed}."
            raise wrong("pages_in", template, out=loan.pages_out, counted=counted, listed=loan.pages_out - gone + more)
    return _noted(loan, counted, [_said(session, row) for row in rows], answers)


def _said(session: Session, row: Mapping[str, Any]) -> dict[str, Any]:
    named = by_material.called(session.get_one(Material, int(row["material"]))) if row.get("material") else ""
    note = " ".join(filter(None, (named, text(row, "note"))))
    return {"said": KINDS[row["kind"]], "pages": row.get("pages") or 0, "note": note}


def _noted(loan: Loan, counted: int, said: list[dict[str, Any]], answers: Mapping[str, Any]) -> dict[str, Any]:
    note = need(answers, "return_note", "Say what is missing or too many.")
    loan.differs, loan.pages_back = True, counted
    listed = said or [{"said": "—", "pages": abs(counted - loan.pages_out), "note": note}]
    return {"put_back_result": "differs", "differences": listed, "difference_note": note, "scan_label": None}
