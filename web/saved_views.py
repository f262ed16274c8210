"""Lists kept under a name: saved from the inbox, counted, shared, begun the day with, deleted."""

from urllib.parse import urlencode

from flask import Blueprint, Response, g, make_response, redirect, request
from werkzeug.datastructures import MultiDict

from web import lists
from web.asked import text
from web.fragments import toast
from web.i18n import _
from web.reader import current_user
from web.wishes import Wish, wish_of
from workflow import views
from workflow.errors import Invalid
from workflow.models import SavedView

blueprint = Blueprint("saved_views", __name__, url_prefix="/inbox/views")
blueprint.app_context_processor(lambda: {"saved_url": saved_url})


def saved_wish(view: SavedView) -> Wish:
    return wish_of(MultiDict({**view.asked, "saved": [str(view.id)]}), "groups")


def saved_url(view: SavedView) -> str:
    """The address of the list a saved view asks for."""
    return saved_wish(view).url()


@blueprint.post("")
def save() -> Response:
    """Keep the list of the form under a name; shown at once."""
    user, wish = current_user(), lists.meant(g.session, wish_of(request.form, "groups"))
    asked: dict[str, list[str]] = {}
    for name, value in wish.pairs:
        if name not in ("after", "saved"):
            asked.setdefault(name, []).append(value)
    try:
        view = views.saved.save(g.session, user, text("name"), asked, text("share") or None)
    except Invalid as wrong:
        raise Invalid(message=next(iter(wrong.problems.values()))[0].template, most=_most(wrong)) from None
    if request.form.get("start"):
        views.saved.begin_with(g.session, user, view)
    return make_response(redirect(saved_url(view), 303))


def _most(wrong: Invalid) -> int:
    return next(iter(wrong.problems.values()))[0].facts["most"]


@blueprint.get("/<int:view_id>/count")
def count(view_id: int) -> Response:
    """How many tasks the view holds: counted from the very list it shows, up to “999+”."""
    user = current_user()
    asked = lists.settle(g.session, user, saved_wish(views.saved.find(g.session, view_id, user))).asked
    number = views.count(g.session, user, asked)
    return make_response(str(number) if number < views.COUNTED_TO else f"{number - 1}+")


@blueprint.post("/<int:view_id>/start")
def begin(view_id: int) -> Response:
    """The day begins with this view, or, if it did, with the plain list again."""
    user = current_user()
    view = views.saved.find(g.session, view_id, user)
    before = views.saved.start(g.session, user)
    again = before is not None and before.id == view.id
    views.saved.begin_with(g.session, user, None if again else view)
    said = _("Your day begins with the plain list again.") if again else _("Your day begins with this view.")
    return toast(said, saved_url(view))


@blueprint.post("/<int:view_id>/deletion")
def remove(view_id: int) -> Response:
    user = current_user()
    views.saved.remove(g.session, views.saved.find(g.session, view_id, user), user)
    return make_response(redirect("/inbox?" + urlencode({"view": "groups"}), 303))
