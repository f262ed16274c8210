"""S4 to S6: every paper in its class and order, its pages counted, the catalogue printed."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from archive import documents
from archive.answers import text
from archive.documents import Document
from archive.materials import catalogue, categories
from archive.materials.models import Material, MaterialState
from archive.refusals import wrong
from archive.sorting.handing import pages_within
from archive.sorting.models import Sorting
from archive.sorting.work import sorting_of
from archive.statuses import DossierKind
from workflow import instances, office
from workflow.identity import User
from workflow.models import UserTask
from workflow.registry import on_completion

TITLES = {DossierKind.CADRE: "干部人事档案目录", DossierKind.FLOW: "流动人员人事档案目录"}
SHOWN = 5  # names in one sentence


@on_completion("sorting.arrange")
def arrange(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> None:
    """S4: no paper is left without its class. Their order within it is that of the catalogue."""
    loose = catalogue.of(session, sorting_of(session, task).dossier, MaterialState.LOOSE)
    if loose:
        raise wrong("arranged", "These have no class yet: {names}.", names=_names(loose))


@on_completion("sorting.number_pages")
def number_pages(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> None:
    """S5: every paper bears its number and its pages are counted."""
    rows = catalogue.rows(session, sorting_of(session, task).dossier)
    uncounted = [material for material in rows if not material.pages]
    if uncounted:
        raise wrong("numbered", "The pages of these are not counted yet: {names}.", names=_names(uncounted))


@on_completion("sorting.compile")
def compile_catalogue(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """S6: the machine looks at order, dates, pages and doubles; what stays doubtful is explained. Pages handed out =
    pages within + pages taken out, else explained as well. The catalogue (档案目录) is issued."""
    sorting = sorting_of(session, task)
    rows = catalogue.rows(session, sorting.dossier)
    doubts = catalogue.check([catalogue.row_of(each) for each in rows], office.of(session).today())
    if doubts and not text(answers, "doubts_explained"):
        template = "{count} places are doubtful, the first in row {row}. Mend them or say why it is so."
        raise wrong("doubts_explained", template, count=len(doubts), row=doubts[0].row)
    _compare_pages(session, sorting, task, answers)
    _issue(session, sorting, rows, user)
    return {"materials": len(rows), "pages": sum(each.pages for each in rows), "doubts": len(doubts)}


def _compare_pages(session: Session, sorting: Sorting, task: UserTask, answers: dict[str, Any]) -> None:
    removed = int(instances.variables(session, task.instance).get("removed_pages") or 0)
    within = pages_within(session, sorting.dossier)
    if sorting.pages_out != within + removed and not text(answers, "pages_explained"):
        template = "{out} pages were handed out, {within} are within and {removed} were taken out. Say why."
        raise wrong("pages_explained", template, out=sorting.pages_out or 0, within=within, removed=removed)


def _issue(session: Session, sorting: Sorting, rows: list[Material], user: User) -> None:
    """The printed catalogue; an earlier one of this sorting is superseded."""
    dossier = sorting.dossier
    counts = catalogue.completeness(session, dossier)
    facts = {
        "title": TITLES.get(dossier.kind, "人事档案目录"),
        "dossier_no": dossier.dossier_no,
        "name": dossier.person.name,
        "materials": len(rows),
        "pages": sum(each.pages for each in rows),
        "classes": [
            {"heading": categories.heading(code), "rows": [_line(each) for each in rows if each.code == code]}
            for code, count in counts.items()
            if count.materials
        ],
    }
    issued = documents.issue(session, sorting.case, "catalogue", facts, user.name)
    earlier = (Document.case_id == sorting.case_id, Document.kind == "catalogue", Document.id != issued.id)
    session.execute(update(Document).where(*earlier, Document.superseded_by.is_(None)).values(superseded_by=issued.id))


def _line(material: Material) -> dict[str, Any]:
    year, month, day = [*material.formed.split("-"), "", ""][:3]
    return {
        "seq": material.seq,
        "name": material.name,
        "year": year,
        "month": month.lstrip("0"),
        "day": day.lstrip("0"),
        "pages": material.pages,
        "note": material.note,
    }


def _names(materials: list[Material]) -> str:
    shown = "、".join(material.name for material in materials[:SHOWN])
    return shown if len(materials) <= SHOWN else f"{shown}… ({len(materials)})"
