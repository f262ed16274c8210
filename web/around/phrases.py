"""My phrases: opinions I often write."""

from flask import Blueprint, Response, flash, g, make_response, redirect, render_template

from web.asked import text
from web.i18n import _
from web.reader import current_user
from workflow.around import phrases
from workflow.errors import Invalid

blueprint = Blueprint("phrases", __name__, url_prefix="/profile/phrases")
LONGEST = 8000


@blueprint.get("")
def show() -> str:
    return render_template("around/phrases.html", typed="\n".join(phrases.of(g.session, current_user())), problems={})


@blueprint.post("")
def change() -> Response:
    typed = text("phrases", LONGEST)
    try:
        phrases.change(g.session, current_user(), typed.splitlines())
    except Invalid as wrong:
        return make_response(render_template("around/phrases.html", typed=typed, problems=wrong.problems), 422)
    flash(_("Your phrases are kept."), "ok")
    return make_response(redirect("/profile/phrases", 303))
