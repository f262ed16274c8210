"""The main navigation: each page module says its own entry; what you may not open is not shown.

NAVIGATION = (Entry("Inbox", "inbox.show", order=10, badge=open_count),)
"""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, current_app, g, request, url_for
from sqlalchemy.orm import Session

from web.i18n import _
from web.reader import current_user, viewer
from workflow.identity import User


@dataclass(frozen=True)
class Entry:
    """One link. `label` is an English msgid; `permission`: one of these opens it; `badge` counts what waits there (0
    shows nothing)."""

    label: str
    endpoint: str
    order: int
    permission: str | tuple[str, ...] | None = None
    icon: str = ""
    badge: Callable[[Session, User], int] | None = None
    live: str | None = None  # an event of the page on which the badge is asked for again


ROOM, MORE = 740, 84  # pixels between the name of the house and the scan box; of the button “More”
HAN, LATIN, PADDING, BADGE = 16, 8, 20, 26


def install(app: Flask) -> None:
    app.extensions["navigation"] = []
    app.jinja_env.globals.update(
        navigation=folded,
        nav_count=count,
        nav_here=is_here,
        nav_counts=lambda some: sum(map(count, some)),
        nav_any_here=lambda some: any(map(is_here, some)),
    )


def add(app: Flask, entry: Entry) -> None:
    """Keep the entries in their order."""
    app.extensions["navigation"].append(entry)
    app.extensions["navigation"].sort(key=lambda each: each.order)


def entries() -> list[Entry]:
    """What the reader may open."""
    reader = viewer()
    if reader is None:
        return []
    return [each for each in current_app.extensions["navigation"] if _is_open(each, reader.may)]


def folded() -> tuple[list[Entry], list[Entry]]:
    """What stands in the bar of an office screen (1366 pixels), and what waits under “More” there."""
    found = entries()
    widths = [_width(entry) for entry in found]
    if sum(widths) <= ROOM:
        return found, []
    fits = next(n for n in range(len(found) + 1) if sum(widths[: n + 1]) > ROOM - MORE)
    return found[:fits], found[fits:]


def _width(entry: Entry) -> int:
    """About how wide the link is, in pixels: a Chinese character is a square of 16."""
    label = _(entry.label)
    letters = sum(HAN if ord(letter) > ord("⺀") else LATIN for letter in label)
    return PADDING + letters + (BADGE if entry.badge else 0)


def _is_open(entry: Entry, may: Callable[[str], bool]) -> bool:
    wanted = (entry.permission,) if isinstance(entry.permission, str) else entry.permission
    return wanted is None or any(may(each) for each in wanted)


def count(entry: Entry) -> int:
    """The entry's badge; 0 on pages without a session (errors)."""
    session = g.get("session")
    if entry.badge is None or session is None or not session.is_active or g.get("failed"):
        return 0
    return entry.badge(session, current_user())


def is_here(entry: Entry) -> bool:
    """Whether the page shown belongs to the entry."""
    home = url_for(entry.endpoint).rstrip("/")
    return request.path == home or request.path.startswith(home + "/")
