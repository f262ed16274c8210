"""What people say about a case and what they hang on it."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, current_app, g, make_response, redirect, render_template, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from forms.kinds.uploads import own_name, sniffed
from web.errors import is_fragment
from web.reader import current_user
from workflow import attachments, cases, comments
from workflow.errors import Invalid, NotAllowed, Sentence
from workflow.models import Case

blueprint = Blueprint("comments", __name__, url_prefix="/cases/<int:case_id>")

blueprint.app_context_processor(lambda: {"said_about": lambda case: comments.of(g.session, case)})

SPEAK = "comments"  # the permission to say something and to attach files
Problems = Mapping[str, Sequence[Sentence]]


def talk(session: Session, case: Case) -> dict[str, Any]:
    """Comments and attachments as their fragment shows them, oldest first."""
    return {"comments": comments.of(session, case), "attachments": attachments.of(session, case)}


@blueprint.post("/comments")
def write(case_id: int) -> Response:
    case, user = _case(case_id), current_user()
    body = request.form.get("body", "").replace("\r\n", "\n")
    try:
        comments.add(g.session, case, user, body)
    except Invalid as wrong:
        return _answer(case, wrong.problems, body)
    return _answer(case)


@blueprint.post("/attachments")
def attach(case_id: int) -> Response:
    """Keep the sent file with the case: its kind is told by its first bytes, its size is limited."""
    case = _case(case_id)
    sent = request.files.get("file")
    try:
        media_type = _checked(sent)
    except Invalid as wrong:
        return _answer(case, {"file": [wrong.sentence]})
    attachments.add(g.session, case, current_user(), sent.stream, own_name(sent.filename), media_type)
    return _answer(case)


def _case(case_id: int) -> Case:
    case = cases.find(g.session, case_id, current_user())
    if not current_user().may(SPEAK):
        raise NotAllowed("You may read this case, but not write in it.")
    return case


def _checked(sent: FileStorage | None) -> str:
    """The media type of what was sent; raises Invalid when it is nothing, too large or of a kind not taken."""
    if sent is None or not sent.filename:
        raise Invalid(message="Choose a file first.")
    name = own_name(sent.filename)
    size, limit = sent.stream.seek(0, 2), current_app.office.settings.upload_limit  # type: ignore[attr-defined]
    if not 0 < size <= limit:
        raise Invalid(message="“{name}” is empty or larger than {most} MB.", name=name, most=limit >> 20)
    media_type = sniffed(sent.stream, name)
    if media_type is None:
        raise Invalid(message="“{name}” cannot be attached: PDF, Word, Excel, zip and images can.", name=name)
    sent.stream.seek(0)
    return media_type


def _answer(case: Case, problems: Problems | None = None, typed: str = "") -> Response:
    """The talk of the case anew; for a plain form its page."""
    if not is_fragment() and not problems:
        return make_response(redirect(f"/cases/{case.id}#talk", 303))
    facts = {"case": case, "problems": problems or {}, "typed": typed, **talk(g.session, case)}
    name = "_talk.html" if is_fragment() else "talk.html"
    return make_response(render_template(name, **facts), 422 if problems else 200)
