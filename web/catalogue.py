"""A dossier's catalogue, read and written as quickly as a spreadsheet (static/catalogue.js does the keys).

The page speaks JSON: rows go to be checked while one types, and are saved whole. 422 names the cells that cannot be
kept, 409 the rows somebody else has changed meanwhile, with what stands there now.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, g, jsonify, make_response, render_template, request

from archive import sight
from archive.dossier_tables import Dossier
from archive.images import texts
from archive.materials import catalogue, categories, editing, striking, suggestions
from archive.materials.catalogue import CatalogueChanged, Differing, Finding, Row
from archive.materials.models import MATERIAL_STATE_LABELS, Material, MaterialState
from archive.materials.pasted import pasted
from archive.materials.rows import LONGEST_NAME, MOST_ROWS
from web.auth import needs
from web.dossiers import READ
from web.i18n import _, language, say
from web.reader import current_user
from web.task_forms import password_right
from workflow import office
from workflow.errors import Invalid, sentence

blueprint = Blueprint("catalogue", __name__, url_prefix="/dossiers/<int:dossier_id>/catalogue")

TEXTS = ("name", "code", "formed", "pages", "note", "struck")
LONGEST = LONGEST_NAME + 100  # a longer cell is cut here and refused by its length
OUT = (
    MaterialState.FROZEN,
    MaterialState.RETURNED,
    MaterialState.TRANSFERRED,
    MaterialState.TO_PERSON,
    MaterialState.DESTROYED,
    MaterialState.STRUCK,
)


@blueprint.get("")
@needs(READ)
def show(dossier_id: int) -> str:
    """The catalogue; a sheet to write in for who may."""
    dossier = _bench(dossier_id)
    rows = catalogue.rows(g.session, dossier)
    writes = editing.may(g.session, dossier, current_user())
    return render_template(
        "catalogue.html",
        dossier=dossier,
        rows=rows,
        taken_out=catalogue.of(g.session, dossier, *OUT),
        writes=writes,
        reason=editing.needs_reason(dossier),
        seconds=striking.seconds(g.session, dossier, current_user()) if writes else [],
        task=editing.task_of(g.session, dossier, current_user()),
        leaves=categories.LEAVES,
        findings=_findings(catalogue.check([catalogue.row_of(each) for each in rows], _today())),
        suggested=_suggested(dossier, rows) if writes else [],
    )


def _suggested(dossier: Dossier, rows: Sequence[Material]) -> list[dict[str, Any]]:
    """What the text of the pages says otherwise, for a person to take over into the sheet; nothing is kept by it."""
    told, read = [], texts.of(g.session, dossier)
    for material in (each for each in rows if each.id in read):
        found = suggestions.of(read[material.id], _today())
        cells = suggestions.differing(found, material.name, material.code or "", material.formed or "")
        if cells:
            what = " · ".join(cells[field] for field in ("code", "name", "formed") if field in cells)
            said = _("The text of the pages suggests: {what}", what=what)
            told.append({"id": material.id, "cells": cells, "said": said})
    return told


@blueprint.put("")
@needs(READ)
def save(dossier_id: int) -> Response:
    """Keep the rows, all or none. `second`: who agrees with their password that accepted rows are struck."""
    dossier, user = _bench(dossier_id), current_user()
    case = editing.case_of(g.session, dossier, user)
    said, rows = _sent()
    why = _text(said.get("why"))
    if not why and editing.needs_reason(dossier):
        return _answer(422, said=_("This catalogue is complete: say above why it is changed."), reason=True)
    try:
        filled, second = [row for row in rows if not row.is_blank], _second(said)
        with g.session.begin_nested():
            saved = catalogue.save(g.session, dossier, filled, user.name, case, why, second)
    except CatalogueChanged as changed:
        return _answer(409, said=say(changed), differing=[_differing(each) for each in changed.differing])
    except Invalid as wrong:
        return _refused(wrong, rows)
    findings = _findings(catalogue.check([catalogue.row_of(each) for each in saved], _today()))
    said = _("Saved: {materials} materials, {pages} pages.", materials=len(saved), pages=dossier.page_count)
    return _answer(200, said=said, rows=[_row(each) for each in saved], findings=findings)


@blueprint.post("/checks")
@needs(READ)
def check(dossier_id: int) -> Response:
    """All that is wrong with rows still being written; keeps nothing."""
    _bench(dossier_id)
    return _answer(200, findings=_findings(catalogue.check(_sent()[1], _today())))


@blueprint.post("/pasted")
@needs(READ)
def read_pasted(dossier_id: int) -> Response:
    """What a spreadsheet's block means, as rows; keeps nothing."""
    _bench(dossier_id)
    told = request.get_json(silent=True)
    text = told.get("text") if isinstance(told, dict) else None
    if not isinstance(text, str):
        raise Invalid(message="This was not understood.")
    rows, _wrong = pasted(text)
    return _answer(200, rows=[_typed(row) for row in rows])


def _bench(dossier_id: int) -> Dossier:
    """The dossier, if the reader sees it or is at work on it; else NotFound."""
    return sight.find(g.session, current_user(), dossier_id, bench=True)


def _refused(wrong: Invalid, rows: Sequence[Row]) -> Response:
    """What cannot be kept; `second` when a second person is asked for, or is not right."""
    if "second" in wrong.problems:
        return _answer(422, said=say(wrong.problems["second"][0]), second=True)
    asked = any(path.endswith(".struck") for path in wrong.problems)
    said = _("Some cells cannot be kept; nothing was saved.")
    return _answer(422, said=said, problems=_problems(wrong, rows), second=asked)


def _second(said: Any) -> str | None:
    """The login of who agrees beside the writer, their password compared; None when nobody does. Raises Invalid."""
    told = said.get("second")
    name, password = (told.get("by"), told.get("password")) if isinstance(told, dict) else (None, None)
    if not isinstance(name, str) or not name:
        return None
    if not isinstance(password, str) or not password_right(name, password):
        raise Invalid({"second": [sentence("The second person's password is not right.")]})
    return name


def _sent() -> tuple[Any, list[Row]]:
    """The rows as sent; whatever is none is refused."""
    told = request.get_json(silent=True)
    rows = told.get("rows") if isinstance(told, dict) else None
    if not isinstance(rows, list) or len(rows) > MOST_ROWS or not all(isinstance(row, dict) for row in rows):
        raise Invalid(message="A catalogue has at most {most} rows.", most=MOST_ROWS)
    return told, [_row_sent(row) for row in rows]


def _row_sent(row: Mapping[str, Any]) -> Row:
    texts = {field: _text(row.get(field)) for field in TEXTS}
    ids = {field: row[field] for field in ("id", "revision") if type(row.get(field)) is int and 0 < row[field] < 2**31}
    return Row(**texts, **ids, copy=row.get("copy") is True)


def _text(value: Any) -> str:
    """Clean text: what the database takes, cut where no cell goes on."""
    plain = value if isinstance(value, str) else ""
    return "".join(sign for sign in plain if sign.isprintable())[:LONGEST]


def _today() -> Any:
    return office.of(g.session).today()


def _row(material: Material) -> dict[str, Any]:
    row = catalogue.row_of(material)
    return {**_typed(row), "id": row.id, "revision": row.revision}


def _typed(row: Row) -> dict[str, Any]:
    return {field: getattr(row, field) for field in ("code", "seq", "name", "formed", "pages", "note", "copy")}


def _findings(found: Sequence[Finding]) -> list[dict[str, Any]]:
    return [
        {"row": each.row - 1, "field": each.field, "rule": each.rule, "said": say(each.said), "grave": each.grave}
        for each in found
    ]


def _differing(each: Differing) -> dict[str, Any]:
    present = each.material.state in catalogue.LISTED
    theirs = _row(each.material) if present else None
    row = None if each.row is None else each.row - 1
    return {"id": each.material.id, "row": row, "said": say(each.said), "theirs": theirs}


def _problems(wrong: Invalid, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Of every bad cell its row as sent (blank ones count there), field, and what is wrong."""
    places = [number for number, row in enumerate(rows) if not row.is_blank]
    told = []
    for path, sentences in wrong.problems.items():
        _rows, number, field = path.split(".")
        told += [{"row": places[int(number)], "field": field, "said": say(each), "grave": True} for each in sentences]
    return told


def _answer(status: int, **facts: Any) -> Response:
    return make_response(jsonify(facts), status)


def class_name(code: str) -> str:
    """A class's name in the reader's language; in Chinese as catalogues write it."""
    return _(categories.CATEGORY_LABELS[code]) if language() == "en" else categories.name(code)


def material_state(state: MaterialState) -> str:
    """What became of a material, in the reader's language."""
    return _(MATERIAL_STATE_LABELS[state])


def held(dossier: Dossier) -> dict[str, Any]:
    """For the dossier's page: what each class holds (Count), its materials in order, and what lies outside them."""
    listed: dict[str, list[Material]] = {code: [] for code in categories.LEAVES}
    loose = []
    for material in catalogue.rows(g.session, dossier):
        (listed[str(material.code)] if material.seq else loose).append(material)
    frozen = catalogue.of(g.session, dossier, MaterialState.FROZEN)
    return {"counts": catalogue.completeness(g.session, dossier), "listed": listed, "loose": loose, "frozen": frozen}


blueprint.app_context_processor(lambda: {"class_name": class_name, "material_state": material_state, "held": held})
