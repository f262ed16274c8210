"""The approval form of a case as a Word file: buttons and answers by their labels, drawn signatures in their place."""

import io
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, g, send_file

from forms.context import FormContext
from forms.form import OUTCOME, Form
from forms.kinds.people import Signature
from forms.tasks import form_named
from web.auth import needs
from web.reader import current_user
from workflow import cases, definitions, office, sheets
from workflow.around import approval
from workflow.around.approval import Row
from workflow.around.phrases import OPINION
from workflow.documents import Picture
from workflow.errors import Invalid, NotFound
from workflow.models import ProcessDefinition, StoredFile

blueprint = Blueprint("approvals", __name__)
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PICTURE_WIDTH = 32  # millimetres of a drawn signature
PAPER = "zh"  # the language of papers


@blueprint.get("/cases/<int:case_id>/approval.docx")
def show(case_id: int) -> Response:
    case = cases.find(g.session, case_id, current_user())
    content = io.BytesIO(approval.render(g.session, case, said()))
    return send_file(content, DOCX, as_attachment=True, download_name=f"审批单 {case.business_key}.docx", etag=False)


@blueprint.get("/definitions/<key>/<int:version>/approval.docx")
@needs("definitions.deploy")
def template(key: str, version: int) -> Response:
    """The template this version's forms are made with: what a manager changes and deploys along with the diagram."""
    found = next((each for each in definitions.versions(g.session, key) if each.version == version), None)
    if found is None:
        raise NotFound
    content = io.BytesIO(approval.template(g.session, found, key))
    return send_file(content, DOCX, as_attachment=True, download_name=sheets.name_of(key), etag=False)


def said() -> Callable[[Row], Mapping[str, Any]]:
    """What stands in a row beside what the history says: the words of its form."""

    def of(row: Row) -> Mapping[str, Any]:
        picture = _picture(row.picture) if row.picture else ""
        form = _form(row)
        if form is None:
            return {"picture": picture}
        label = next((each.label(PAPER) for each in form.buttons if each.outcome == row.outcome), row.outcome)
        return {"picture": picture, "outcome": label, "answers": _answers(form, row)}

    return of


def _form(row: Row) -> Form | None:
    definition = g.session.get(ProcessDefinition, row.definition_id) if row.definition_id else None
    if definition is None or not row.form_key:
        return None
    try:
        return form_named(g.session, definition, row.form_key)
    except (NotFound, Invalid):
        return None


def _answers(form: Form, row: Row) -> list[tuple[str, str]]:
    """(label, answer) of every field answered, but the opinion, the button and signatures, which stand elsewhere."""
    context = FormContext(g.session, current_user(), variables=row.given, language=PAPER, read_only=True)
    asked = {
        key: field
        for key, field in form.fields.items()
        if key in row.given and key not in (OPINION, OUTCOME) and not isinstance(field, Signature)
    }
    shown = [(field.label(PAPER), field.display(row.given[key], context, row.given)) for key, field in asked.items()]
    return [(label, text) for label, text in shown if text]


def _picture(file_id: int) -> Picture | str:
    """A drawn signature, if it is there."""
    row = g.session.get(StoredFile, file_id)
    place = office.of(g.session).files.path(row.sha256) if row is not None and row.media_type == "image/png" else None
    return Picture(place.read_bytes(), PICTURE_WIDTH) if place is not None and place.exists() else ""


@blueprint.app_context_processor
def _globals() -> dict[str, object]:
    return {"approval_words": said}
