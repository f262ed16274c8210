"""Starting a process by hand: the list of what the reader may start, its start form, and the case it becomes."""

import secrets
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, current_app, g, make_response, redirect, render_template, request

from forms.choices import offered
from forms.context import FormContext
from forms.form import Form
from forms.tasks import form_named
from web.i18n import language, say
from web.navigation import Entry
from web.reader import current_user
from web.task_forms import password_right
from workflow import starts
from workflow.errors import Invalid, NotFound

blueprint = Blueprint("starting", __name__, url_prefix="/processes")
NAVIGATION = (Entry("Start a process", "starting.index", order=25),)


@blueprint.get("")
def index() -> str:
    return render_template("starting.html", offers=starts.offered(g.session, current_user()))


@blueprint.get("/<key>/new")
def show(key: str) -> Response:
    """The start form; what a link says of its fields stands in it."""
    offer = starts.find(g.session, key, current_user())
    return _page(offer, typed=_form(offer).typed(request.args) if request.args else None)


@blueprint.post("/<key>/new")
def begin(key: str) -> Response:
    """Check the answers and begin; sent twice, it is begun once. 422: the same form, what was typed kept."""
    user = current_user()
    offer = starts.find(g.session, key, user)
    form, context = _form(offer), _context(offer)
    if form.rearranges(request.form):
        return _page(offer, typed=form.typed(request.form))
    try:
        with g.session.begin_nested():
            answers = form.load(request.form, request.files, context)
            case = starts.begin(g.session, offer, user, answers, _number())
    except Invalid as wrong:
        problems = wrong.problems or {"": [wrong.sentence]}
        return _page(offer, 422, problems, form.typed(request.form))
    return make_response(redirect(f"/cases/{case.id}", 303))


@blueprint.put("/<key>/new")
def redraw(key: str) -> str:
    """The form as it must look after what was typed; nothing is kept."""
    offer = starts.find(g.session, key, current_user())
    form = _form(offer)
    return form.render(form.typed(request.form), None, _context(offer), focus=False)


@blueprint.get("/<key>/choices/<path:source>")
def choices(key: str, source: str) -> str:
    """Suggestions for a picker of the start form: only for choices that this form names."""
    offer = starts.find(g.session, key, current_user())
    if not _form(offer).suggests(source):
        raise NotFound
    found = offered(source, _context(offer), request.args.get(request.args.get("field", "q"), ""))
    return render_template("_choices.html", choices=found)


def _page(
    offer: starts.Offer,
    status: int = 200,
    problems: Mapping[str, Any] | None = None,
    typed: Mapping[str, Any] | None = None,
) -> Response:
    form = _form(offer)
    page = render_template(
        "starting_new.html",
        offer=offer,
        title=form.title(language()),
        form=form.render(typed, problems, _context(offer)),
        form_has_buttons=bool(form.buttons),
        number=_number(),
    )
    return make_response(page, status)


def _form(offer: starts.Offer) -> Form:
    return form_named(g.session, offer.definition, offer.event.form_key)


def _context(offer: starts.Offer) -> FormContext:
    here = f"/processes/{offer.definition.key}"
    return FormContext(
        session=g.session,
        user=current_user(),
        language=language(),
        translate=say,
        check_password=password_right,
        draft_url=f"{here}/new",
        choices_url=f"{here}/choices/",
    )


def _number() -> str:
    """The number of the case to be: the one this form was drawn with, or a new one."""
    sent = request.form.get("number", "")
    if starts.is_number(sent):
        return sent
    return f"{current_app.office.today():%Y%m%d}-{secrets.token_hex(3).upper()}"  # type: ignore[attr-defined]
