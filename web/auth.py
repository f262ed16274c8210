"""The door before every view.

Flask-Login carries the reader through the request; who is signed in stands in `workflow.signins`. The signed
cookie holds a random token only, so that a sign-in can be revoked. Every view needs a signed-in reader unless
marked `public`; `needs(permission)` asks for more. Users and groups are read on every request, so that a change
acts on the next one.
"""

from collections.abc import Callable
from typing import Any

from flask import Flask, Request, current_app, g, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin
from flask_login import current_user as login

from web.reader import viewer_of
from workflow import signins
from workflow.errors import NotAllowed
from workflow.signins import SignIn

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class SignInNeeded(Exception):
    """Nobody is signed in here, or no longer."""


class SignedIn(UserMixin):
    """What Flask-Login carries: the user and the browser's sign-in."""

    def __init__(self, sign_in: SignIn) -> None:
        self.sign_in, self.user, self.id = sign_in, sign_in.user, sign_in.user_name


def install(app: Flask) -> None:
    manager = LoginManager(app)
    manager.session_protection = None  # the token in the table is the protection
    manager.request_loader(_load)
    manager.user_loader(lambda _name: None)  # the reader never comes from the cookie itself


def public(view: Any) -> Any:
    """Mark a view everybody may open."""
    view.public = True
    return view


def needs(permission: str) -> Callable[[Any], Any]:
    """Mark a view only groups with this permission may open."""

    def mark(view: Any) -> Any:
        view.permission = permission
        return view

    return mark


def own_transactions(view: Any) -> Any:
    """Mark an unsafe view that opens its own short transactions, because it computes long (password hashes)."""
    view.own_transactions = True
    return view


def while_initial(view: Any) -> Any:
    """Mark a view open to users who must first change their password."""
    view.while_initial = True
    return view


def guard(view: Any) -> Any:
    """Let the reader pass (None), redirect to the password page, or raise SignInNeeded or NotAllowed.

    Needs `g.session`.
    """
    if login.is_authenticated:
        g.viewer = viewer_of(login.user)
        _note_use(login.sign_in)
    if view is None or getattr(view, "public", False) or request.endpoint == "static":
        return None  # no view: routing says so
    if not login.is_authenticated:
        raise SignInNeeded
    if login.user.password_initial and not getattr(view, "while_initial", False):
        return redirect(url_for("profile.password"))
    permission = getattr(view, "permission", None)
    if permission is not None and not g.viewer.may(permission):
        raise NotAllowed
    return None


def _load(_request: Request) -> SignedIn | None:
    """Who this browser is; nobody while a failure is told: its page must not ask a database that is away again."""
    if g.get("failed"):
        return None
    token = session.get("sign_in")
    found = signins.find(g.session, token) if token and "session" in g else None
    return SignedIn(found) if found else None


def _note_use(sign_in: SignIn) -> None:
    """Reading a page keeps the sign-in alive; what a page fetches by itself does not."""
    fetched = request.headers.get("HX-Request-Type") == "partial" or request.endpoint == "live.events"
    by_itself = request.method in SAFE_METHODS and fetched
    if by_itself or not signins.stale(sign_in):
        return
    if request.method in SAFE_METHODS:
        with current_app.office.database.transaction() as own:  # type: ignore[attr-defined]
            signins.touch(own, sign_in.id)
    else:
        signins.touch(g.session, sign_in.id)
