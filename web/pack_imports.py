"""Courier's lists: look at what a file would bring, import it, watch it, take the result along."""

import io
from typing import Any

import xlsxwriter
from flask import Blueprint, Response, current_app, g, make_response, redirect, render_template, request, send_file
from sqlalchemy import ColumnElement

from archive.packs import columns, imports, lists, seen
from archive.packs.models import CourierList, ListStatus, RowStatus
from forms.kinds.uploads import own_name
from web.auth import needs
from web.errors import is_fragment
from web.fragments import page
from web.i18n import _, say
from web.reader import current_user
from workflow.errors import Invalid
from workflow.kept_sentences import spoken

blueprint = Blueprint("pack_imports", __name__, url_prefix="/packs/imports")

IMPORT = "packs.import"
PREVIEW_ROWS = 20
LATEST = 50  # lists
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROW_LABELS = {RowStatus.WAITING: "waiting", RowStatus.ACCEPTED: "accepted", RowStatus.REJECTED: "rejected"}
ROW_BADGES = {RowStatus.WAITING: "", RowStatus.ACCEPTED: "ok", RowStatus.REJECTED: "bad"}


@blueprint.get("")
@needs(IMPORT)
def index() -> str:
    found = [
        (each, imports.progress(g.session, each, _seen()))
        for each in imports.latest(g.session, LATEST, seen.lists_seen_by(g.session, current_user()))
    ]
    return render_template("pack_imports.html", lists=found)


@blueprint.post("/preview")
@needs(IMPORT)
def preview() -> Response:
    """What the chosen file would bring; nothing is kept. The page sends the file again to import it."""
    try:
        content, name = _sent()
        found = lists.parse(content, name)
    except Invalid as wrong:
        return _preview(422, wrong=wrong)
    return _preview(200, preview=found)


@blueprint.post("")
@needs(IMPORT)
def begin() -> Response:
    try:
        with g.session.begin_nested():
            content, name = _sent()
            courier_list = imports.begin(g.session, content, name, current_user().name)
    except Invalid as wrong:
        return _preview(422, wrong=wrong)
    target = f"/packs/imports/{courier_list.id}"
    if is_fragment():
        return make_response("", 200, {"HX-Redirect": target})
    return make_response(redirect(target, 303))


@blueprint.get("/<int:list_id>")
@needs(IMPORT)
def show(list_id: int) -> Response:
    """Progress while it runs, the result of every row once it is done."""
    courier_list = _find(list_id)
    wanted = request.args.get("rows")
    status = RowStatus(wanted) if wanted in set(RowStatus) else None
    return page(
        "pack_import.html",
        "_pack_import.html",
        list=courier_list,
        progress=imports.progress(g.session, courier_list, _seen()),
        running=courier_list.status is not ListStatus.DONE,
        rows=imports.rows(g.session, courier_list, status, _seen()),
        status=status,
        row_labels=ROW_LABELS,
        row_badges=ROW_BADGES,
        spoken=spoken,
    )


@blueprint.get("/<int:list_id>/result.xlsx")
@needs(IMPORT)
def result(list_id: int) -> Response:
    """The result of every row as a workbook. Cells are written as text, so that no cell becomes a formula."""
    courier_list = _find(list_id)
    body = io.BytesIO()
    with xlsxwriter.Workbook(body, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(_("Result"))
        rows = imports.rows(g.session, courier_list, None, _seen())
        for number, cells in enumerate([_result_head(), *map(_result_row, rows)]):
            for place, cell in enumerate(cells):
                sheet.write_string(number, place, cell)
        sheet.autofit()
    body.seek(0)
    name = f"{courier_list.name.rsplit('.', 1)[0]}-{_('Result')}.xlsx"
    return send_file(body, mimetype=XLSX, as_attachment=True, download_name=name)


def _find(list_id: int) -> CourierList:
    return imports.find(g.session, list_id, seen.lists_seen_by(g.session, current_user()))


def _seen() -> ColumnElement[bool]:
    return seen.rows_seen_by(g.session, current_user())


def _result_head() -> list[str]:
    return [_("Row"), _("Tracking number"), _("Name"), _("Sender"), _("Result"), _("Remarks")]


def _result_row(row: Any) -> list[str]:
    told = [say(spoken(said)) for said in [*([row.reason] if row.reason else []), *row.warnings]]
    facts = [str(row.facts.get(name, "")) for name in ("tracking_no", "name", "sender")]
    return [str(row.number), *facts, _(ROW_LABELS[row.status]), " ".join(told)]


def _sent() -> tuple[bytes, str]:
    """The uploaded file's bytes and name. Raises Invalid when none was chosen or it is too large."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise Invalid(message="Choose a list first: an .xlsx or .csv file.")
    content = sent.stream.read(current_app.office.settings.upload_limit + 1)  # type: ignore[attr-defined]
    if len(content) > current_app.office.settings.upload_limit:  # type: ignore[attr-defined]
        raise Invalid(message="The file is larger than this office allows.")
    return content, own_name(sent.filename)


def _preview(status: int, **facts: Any) -> Response:
    labels = {name: _(label) for name, label in columns.LABELS.items()}
    name = "_pack_preview.html" if is_fragment() else "pack_preview.html"
    known = {"wrong": None, "preview": None, "labels": labels, "shown": PREVIEW_ROWS, **facts}
    return make_response(render_template(name, **known), status)
