"""Counts of the storeroom: the page a counter scans on, and, compared, what differs, searched for and decided."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, g, make_response, redirect, render_template, request
from sqlalchemy import select

from archive.inventory import counting, deciding, work
from archive.inventory.counting import Taken
from archive.inventory.models import DECISIONS, RESULTS, Decision, Inventory
from web.asked import text as asked_text
from web.auth import needs
from web.errors import is_fragment
from web.fragments import page
from web.i18n import language
from web.navigation import Entry
from web.reader import current_user
from workflow import starts
from workflow.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal, Sentence

blueprint = Blueprint("inventories", __name__, url_prefix="/inventories")

READ = "dossiers.read"
LINES = counting.MOST * counting.LONGEST  # characters of one go
PAGE = 50
BADGES = {
    "present": "ok",
    "missing": "bad",
    "misplaced": "warn",
    "unexpected": "warn",
    "damaged": "bad",
    "disputed": "warn",
}


@blueprint.get("")
@needs(READ)
def index() -> str:
    """The counts the reader may see, newest first."""
    seen = work.seen_by(g.session, current_user())
    asked = select(Inventory).where(seen).order_by(Inventory.case_id.desc()).limit(PAGE)
    plans = starts.may_begin(g.session, work.PROCESS, current_user())
    return render_template("inventories.html", inventories=g.session.scalars(asked).all(), plans=plans)


@blueprint.get("/<int:case_id>")
@needs(READ)
def show(case_id: int) -> Response:
    return page("inventory.html", "_inventory.html", **facts(find(case_id)))


@blueprint.post("/<int:case_id>/scans")
@needs(READ)
def scan(case_id: int) -> Response:
    """What the scanner has read, a line each; refused lines stay to be mended."""
    inventory, user = find(case_id), current_user()
    taken: list[Taken] = []

    def act() -> None:
        lines, position = asked_text("lines", LINES), asked_text("position", counting.LONGEST)
        taken.append(counting.take(g.session, inventory, user, lines, position))

    return _answer(inventory, act, taken)


@blueprint.post("/<int:case_id>/findings")
@needs(READ)
def note_findings(case_id: int) -> Response:
    """What the search has shown of each difference."""
    inventory = find(case_id)
    said = {line.id: asked_text(f"finding-{line.id}", 300) for line in work.differences(g.session, inventory)}
    return _answer(inventory, lambda: deciding.note_findings(g.session, inventory, current_user(), said))


@blueprint.post("/<int:case_id>/decisions")
@needs(READ)
def decide(case_id: int) -> Response:
    """Every difference for which a decision was chosen is closed with it."""
    inventory, user = find(case_id), current_user()

    def act() -> None:
        for line in work.differences(g.session, inventory):
            chosen = asked_text(f"decision-{line.id}", 20)
            if chosen in set(Decision) and line.decision is None:
                note = asked_text(f"note-{line.id}", 300)
                deciding.decide(g.session, inventory, user, line, Decision(chosen), note)

    return _answer(inventory, act)


def find(case_id: int) -> Inventory:
    """The count, if the reader may see it; else NotFound."""
    asked = select(Inventory).where(Inventory.case_id == case_id, work.seen_by(g.session, current_user()))
    inventory = g.session.scalars(asked).first()
    if inventory is None:
        raise NotFound
    return inventory


def facts(inventory: Inventory, taken: Taken | None = None, refused: Sentence | None = None) -> dict[str, Any]:
    """What the page of a count shows: to a counter what they scanned themselves, nothing of the other; to all, once it
    is compared, the result."""
    session, user = g.session, current_user()
    counter = work.in_hand(session, inventory, user, *work.COUNTING)
    differences = work.differences(session, inventory)
    own = counting.own(session, inventory, work.COUNTING.index(counter.activity_id) + 1) if counter else None
    held = taken.position if taken else own.latest[0].position if own and own.latest else ""
    return {
        "inventory": inventory,
        "scope_said": work.scope_said(inventory.scope),
        "task": counter or work.in_hand(session, inventory, user, "search", "decide"),
        "own": own,
        "taken": taken,
        "position": held,
        "counts": work.counts(session, inventory) if inventory.compared_at else {},
        "differences": differences,
        "searches": work.in_hand(session, inventory, user, "search") is not None,
        "decides": work.in_hand(session, inventory, user, "decide") is not None,
        "allowed": {line.id: deciding.allowed(line) for line in differences},
        "refused": refused,
        "typed": _typed(taken, refused),
    }


def _typed(taken: Taken | None, refused: Sentence | None) -> dict[str, str]:
    """What stays in the form it was sent by: lines that were refused, and all that was said when nothing was done."""
    if refused is not None:
        return dict(request.form)
    return {"lines": "\n".join(line for line, _ in taken.refused)} if taken else {}


def _answer(inventory: Inventory, act: Callable[[], None], taken: list[Taken] | None = None) -> Response:
    """Do it all or not at all, and show the page anew."""
    refused: Refusal | None = None
    try:
        with g.session.begin_nested():
            act()
    except (Invalid, Conflict, NotAllowed) as said:
        refused = said
    scanned = taken[0] if taken and refused is None else None
    if refused is None and not is_fragment() and not (scanned and scanned.refused):
        return make_response(redirect(f"/inventories/{inventory.case_id}", 303))
    status = 200 if refused is None else 422 if isinstance(refused, Invalid) else 403
    if isinstance(refused, Conflict):
        status = 409
    name = "_inventory.html" if is_fragment() else "inventory.html"
    shown = facts(inventory, scanned, _sentence(refused) if refused else None)
    return make_response(render_template(name, **shown), status)


def _sentence(refused: Refusal) -> Sentence:
    if isinstance(refused, Invalid):
        return next((each[0] for each in refused.problems.values() if each), refused.sentence)
    return refused.sentence


def word(value: Any) -> str:
    """A result or decision in the reader's language."""
    zh, en = RESULTS[value] if value in RESULTS else DECISIONS[value]
    return en if language() == "en" else zh


blueprint.app_context_processor(lambda: {"inventory_word": word, "inventory_badges": BADGES})
NAVIGATION = (Entry("Storeroom", "inventories.index", order=38, permission=READ),)
