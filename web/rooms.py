"""Rooms of the store and their positions: how full they are, furnishing, a position taken out of use."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from archive import directory_history, rooms, search, sight
from archive.directory_history import Directory
from archive.storage import Room, Shelves
from web.asked import text
from web.auth import needs
from web.dossiers import READ
from web.i18n import _
from web.navigation import Entry
from web.reader import current_user
from workflow.errors import Invalid

blueprint = Blueprint("rooms", __name__, url_prefix="/rooms")
NAVIGATION = (Entry("Rooms and positions", "rooms.index", order=59, permission=READ),)

SIZES = ("rows", "cabinets", "layers", "places", "capacity")


@blueprint.get("")
@needs(READ)
def index() -> str:
    return _index({})


@blueprint.post("")
@needs(rooms.KEEP)
def furnish() -> Any:
    """A new room, or more shelves in one."""
    try:
        with g.session.begin_nested():
            sizes = {size: request.form.get(size, type=int) or 0 for size in SIZES}
            shelves = Shelves(**sizes, sides=text("sides", 26).upper())
            by, why = current_user().name, text("why", 300)
            made = rooms.furnish(g.session, text("room", 10), text("name", 120), shelves, by, why)
    except Invalid as wrong:
        return _index(wrong.problems), 422
    flash(_("{count} positions were made.", count=made), "ok")
    return redirect(url_for(".index"), 303)


@blueprint.get("/<code>")
@needs(READ)
def show(code: str) -> str:
    return _room(rooms.find(g.session, code), {})


@blueprint.post("/<code>")
@needs(rooms.KEEP)
def switch(code: str) -> Any:
    """A position out of use, or back in use (`act` use)."""
    room = rooms.find(g.session, code)
    try:
        with g.session.begin_nested():
            usable = text("act") == "use"
            position = rooms.set_usable(g.session, text("position"), usable, current_user().name, text("why", 300))
    except Invalid as wrong:
        return _room(room, wrong.problems), 422
    code = position.code
    flash(_("{code} is in use.", code=code) if usable else _("{code} is out of use.", code=code), "ok")
    return redirect(url_for(".show", code=room.code), 303)


def _index(problems: Any) -> str:
    changes = directory_history.latest(g.session, Directory.ROOM)
    figures = rooms.overview(g.session, _seen())
    return render_template("rooms.html", rooms=figures, problems=problems, changes=changes, may=_may(), sizes=SIZES)


def _room(room: Room, problems: Any) -> str:
    beginning, out = text("beginning", 20), request.args.get("out") == "1"
    listed = rooms.positions(g.session, room, beginning, out)
    return render_template(
        "room.html",
        room=room,
        listed=listed,
        taken=rooms.taken(g.session, listed, _seen()),
        beginning=beginning,
        out=out,
        most=rooms.SHOWN,
        problems=problems,
        may=_may(),
        changes=directory_history.latest(g.session, Directory.POSITION),
    )


def _seen() -> search.Seen:
    return sight.seen_by(g.session, current_user())


def _may() -> bool:
    return current_user().may(rooms.KEEP)
