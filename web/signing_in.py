"""To come in and to leave: the sign-in page, signing out, and the language and theme before and after it."""

from typing import Any

from flask import Blueprint, current_app, g, redirect, render_template, request, session, url_for
from flask_login import current_user as login

from web import asked
from web.auth import own_transactions, public, while_initial
from web.i18n import _
from web.reader import LANGUAGES, THEMES, current_user, viewer
from web.security import local_path
from workflow import signins
from workflow.identity import User

blueprint = Blueprint("signing_in", __name__)


@blueprint.get("/login")
@public
def show() -> Any:
    if viewer():
        return redirect(local_path(request.args.get("next"), "/"))
    return _page()


@blueprint.post("/login")
@public
@own_transactions
def enter() -> Any:
    """Charge the attempt, compare the password outside any transaction, then let in or not."""
    name, password = asked.text("name", 200), request.form.get("password", "")
    address = request.remote_addr or ""
    database = current_app.office.database  # type: ignore[attr-defined]
    with database.transaction() as own:
        wait = signins.charge(own, name, address)
    if wait:
        return _page(_("Too many attempts. Please wait {seconds} seconds and try again.", seconds=wait)), 429
    if not _password_right(name, password):
        return _page(_("The account or the password is wrong.")), 422
    fresh = _fresher(name, password)
    with database.transaction() as own:
        signins.forgive(own, name, address)
        user = own.get_one(User, name)
        user.password_hash = fresh or user.password_hash
        _begin(user, signins.begin(own, user, address, request.user_agent.string))
    return redirect(local_path(request.form.get("next"), "/"))


@blueprint.post("/logout")
@public
def leave() -> Any:
    if login.is_authenticated:
        signins.revoke(g.session, login.sign_in)
    _new_cookie()
    return redirect(url_for("signing_in.show"))


@blueprint.post("/language")
@public
@while_initial
def choose_language() -> Any:
    return _choose("language", LANGUAGES)


@blueprint.post("/theme")
@public
@while_initial
def choose_theme() -> Any:
    return _choose("theme", THEMES)


def _choose(what: str, known: Any) -> Any:
    chosen = request.form.get(what, "")
    if chosen in known:
        session[what] = chosen
        if viewer():
            setattr(current_user(), what, chosen)
    return redirect(local_path(request.form.get("next"), "/"))


def _password_right(name: str, password: str) -> bool:
    """Constant work whether the account exists or not."""
    user = g.session.get(User, name)
    stored = user.password_hash if user and user.active else ""
    return current_app.hasher.matches(stored, password)  # type: ignore[attr-defined]


def _fresher(name: str, password: str) -> str | None:
    """A new hash where the stored one was made with another profile."""
    hasher = current_app.hasher  # type: ignore[attr-defined]
    return hasher.hash(password) if hasher.outdated(g.session.get_one(User, name).password_hash) else None


def _begin(user: User, token: str) -> None:
    """A new cookie for the new sign-in: nothing planted before survives."""
    _new_cookie()
    session["sign_in"] = token
    session["language"], session["theme"] = user.language, user.theme


def _new_cookie() -> None:
    kept = {what: session[what] for what in ("language", "theme") if what in session}
    session.clear()
    session.update(kept)


def _page(problem: str = "") -> str:
    target = local_path(request.values.get("next"), "/")
    return render_template("login.html", problem=problem, next=target, name=request.form.get("name", ""))
