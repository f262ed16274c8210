"""Somebody leaves: what they have, to whom it goes, and the hand-over as one act."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from sqlalchemy import select

from web import asked
from web.i18n import _
from web.naming import due
from web.reader import current_user
from workflow import leaving, people
from workflow.errors import Invalid, NotAllowed
from workflow.identity import User
from workflow.models import HandOver

blueprint = Blueprint("leaving", __name__, url_prefix="/people/<name>/leaving")

KIND_LABELS = {
    "task": "Tasks in hand",
    "offer": "Tasks offered by name",
    "delegation": "Given to a delegate: who gets it back",
    "case": "Cases they have started",
    "head": "People whose head they are",
    "standing_in": "Whose substitute they are",
    "borrowed": "In hand for another: goes back",
    "stood_in": "Their own substitutes: ends",
}
CHOSEN = ("task", "offer", "delegation", "case", "head", "standing_in")  # kinds a receiver is chosen for
ITEMS = 200  # of a kind, one by one on the page


@blueprint.get("")
def show(name: str) -> Any:
    return _page(_leaver(name), {})


@blueprint.post("")
def hand_over(name: str) -> Any:
    """Everything at once, with the reason; the account is switched off in the same act if that is asked."""
    user, by = _leaver(name), current_user()
    try:
        done = leaving.hand_over(g.session, user, _receivers(), by, asked.text("reason", 500))
    except Invalid as refused:
        return _page(user, refused.problems or {"": [refused.sentence]}), 422
    if request.form.get("off") == "1" and by.may("users.manage"):
        people.switch(g.session, user, False, by)
    refused = sum(item["refused"] is not None for item in done.items)
    flash(_("{count} things are handed over.", count=len(done.items) - refused), "ok")
    if refused:
        flash(_("{count} could not be; the page says why.", count=refused), "warn")
    return redirect(url_for(".show", name=name), 303)


@blueprint.post("/preview")
def preview(name: str) -> str:
    """What would land where, and what would stay and why: tried and put back."""
    user, refused = _leaver(name), None
    try:
        items = leaving.rehearse(g.session, user, _receivers(), current_user())
    except Invalid as wrong:
        items, refused = [], wrong.sentence
    lands = Counter((item["to"], item["kind"]) for item in items if item["refused"] is None and item["to"])
    stays = [item for item in items if item["refused"] is not None]
    words = {kind: _(label) for kind, label in KIND_LABELS.items()}
    return render_template(
        "_leaving_preview.html", lands=sorted(lands.items()), stays=stays, words=words, refused=refused
    )


def _leaver(name: str) -> User:
    user = people.find(g.session, name)
    refused = leaving.why_not(g.session, user, current_user())
    if refused is not None:
        raise NotAllowed(refused.template, **refused.facts)
    return user


def _receivers() -> Mapping[str, str]:
    """Kind or item → login. An item of its own word is left to its kind when nothing is chosen for it."""
    chosen = {key.removeprefix("to:"): value for key, value in request.form.items() if key.startswith("to:")}
    return {key: value for key, value in chosen.items() if value or ":" not in key}


def _page(user: User, problems: Any) -> str:
    others = select(User).where(User.active, User.name != user.name).order_by(User.display_name, User.name)
    last = select(HandOver).where(HandOver.person == user.name).order_by(HandOver.id.desc()).limit(1)
    return render_template(
        "leaving.html",
        user=user,
        plan=leaving.plan(g.session, user, current_user()),
        kinds=[(kind, _(KIND_LABELS[kind.value])) for kind in leaving.Kind],
        chosen=CHOSEN,
        shown=ITEMS,
        people=list(g.session.scalars(others)),
        last=g.session.scalar(last),
        problems=problems,
        due_of=due,
    )
