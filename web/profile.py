"""The reader's own page: language, theme, password, and where they are signed in."""

from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask_login import current_user as login
from sqlalchemy import select

from web.auth import own_transactions, while_initial
from web.i18n import _
from web.reader import current_user
from workflow import passwords, people, signins
from workflow.errors import Invalid, NotFound, sentence
from workflow.identity import User
from workflow.signins import SignIn

blueprint = Blueprint("profile", __name__, url_prefix="/profile")


@blueprint.get("")
def show() -> Any:
    user = current_user()
    return render_template(
        "profile.html", user=user, here=login.sign_in, browsers=signins.live_ones(g.session, user.name)
    )


@blueprint.get("/password")
@while_initial
def password() -> Any:
    return render_template("password.html", problems={}, initial=current_user().password_initial)


@blueprint.post("/password")
@while_initial
@own_transactions
def change_password() -> Any:
    """Hashes are computed outside any transaction; the old password counts as a sign-in attempt."""
    user, hasher = current_user(), current_app.hasher  # type: ignore[attr-defined]
    database = current_app.office.database  # type: ignore[attr-defined]
    try:
        _require_same(request.form.get("password", ""), request.form.get("repeated", ""))
        passwords.require_good(request.form.get("password", ""), user.name)
        _require_current(database, user, request.form.get("current", ""))
        fresh = people.password_of(hasher, request.form["password"], user.name)
    except Invalid as refusal:
        page = render_template("password.html", problems=refusal.problems, initial=user.password_initial)
        return page, 422
    with database.transaction() as own:
        people.change_password(own, own.get_one(User, user.name), fresh, login.sign_in.id)
    flash(_("Your password is changed. Other browsers are signed out."), "ok")
    return redirect(url_for("profile.show"), 303)


@blueprint.post("/sign-ins/<int:sign_in_id>/end")
def end(sign_in_id: int) -> Any:
    """Sign another browser of one's own out."""
    query = select(SignIn).where(SignIn.id == sign_in_id, SignIn.user_name == current_user().name)
    found = g.session.scalar(query)
    if found is None:
        raise NotFound
    signins.revoke(g.session, found)
    return redirect(url_for("profile.show"), 303)


@blueprint.post("/sign-ins/end")
def end_others() -> Any:
    signins.revoke_all(g.session, current_user().name, but=login.sign_in.id)
    flash(_("Other browsers are signed out."), "ok")
    return redirect(url_for("profile.show"), 303)


def _require_same(password: str, repeated: str) -> None:
    if password != repeated:
        raise Invalid({"repeated": [sentence("The two new passwords differ.")]})


def _require_current(database: Any, user: User, current: str) -> None:
    address = request.remote_addr or ""
    with database.transaction() as own:
        wait = signins.charge(own, user.name, address)
    if wait:
        raise Invalid(
            {"current": [sentence("Too many attempts. Please wait {seconds} seconds and try again.", seconds=wait)]}
        )
    if not current_app.hasher.matches(user.password_hash, current):  # type: ignore[attr-defined]
        raise Invalid({"current": [sentence("This is not your present password.")]})
    with database.transaction() as own:
        signins.forgive(own, user.name, address)
