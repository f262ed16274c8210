"""Who reads the page: the signed-in user, and the language and theme to show it in."""

from dataclasses import dataclass

from flask import g, has_request_context, session
from flask_login import current_user as _login
from sqlalchemy import select

from workflow.errors import NotAllowed
from workflow.identity import User

LANGUAGES = {"zh": "中文", "en": "English"}
THEMES = ("auto", "light", "dark")


@dataclass(frozen=True)
class Viewer:
    """What a page needs of its reader; stays readable when the database session is gone (error pages)."""

    name: str
    display_name: str
    language: str
    theme: str
    groups: tuple[str, ...]
    permissions: frozenset[str]

    def may(self, permission: str) -> bool:
        return bool({permission, "*"} & self.permissions)


def _group_names(user: User) -> tuple[str, ...]:
    english = user.language == "en"
    return tuple(group.name_en if english and group.name_en else group.name for group in user.groups)


def viewer_of(user: User) -> Viewer:
    permissions = frozenset(str(each) for group in user.groups for each in group.permissions)
    return Viewer(user.name, user.display_name, user.language, user.theme, _group_names(user), permissions)


def viewer() -> Viewer | None:
    """The signed-in reader; None before signing in and outside a request."""
    return g.get("viewer") if has_request_context() else None


def current_user() -> User:
    """The signed-in user, a row of `g.session`; raises NotAllowed when nobody is signed in."""
    if not _login.is_authenticated:
        raise NotAllowed("Please sign in first.")
    return _login.user


def everybody() -> list[User]:
    """Everybody who is here, by name; asked once for a page, however many lists of it show them."""
    if "everybody" not in g:
        query = select(User).where(User.active).order_by(User.display_name, User.name)
        g.everybody = list(g.session.scalars(query).unique())
    return list(g.everybody)


def language() -> str:
    """The reader's language, "zh" or "en": the user's choice, before signing in the cookie's; "en" outside a
    request (logs, command line)."""
    if not has_request_context():
        return "en"
    reader = viewer()
    chosen = reader.language if reader else session.get("language")
    return chosen if chosen in LANGUAGES else "zh"


def theme() -> str:
    """ "auto", "light" or "dark"."""
    reader = viewer()
    chosen = reader.theme if reader else session.get("theme") if has_request_context() else None
    return chosen if chosen in THEMES else "auto"
