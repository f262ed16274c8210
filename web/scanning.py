"""Scanning batches: what each dossier has come to, the desk where they are counted out and back."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, g, make_response, redirect, render_template, request
from sqlalchemy import select

from archive.acceptance import looking
from archive.images import misfits, parcels, slips
from archive.images.parcel_tables import PARCEL_LABELS, Parcel
from archive.scanning import batches, counter, overview, work
from archive.scanning.counter import Done
from archive.scanning.models import SCANNING_LABELS, ScanBatch, ScanStatus
from web.asked import text as asked_text
from web.auth import needs
from web.errors import is_fragment
from web.fragments import page
from web.navigation import Entry
from web.reader import current_user, viewer
from workflow.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal, Sentence

blueprint = Blueprint("scanning", __name__, url_prefix="/scanning")

READ, DESK = "scanning.read", "scanning.desk"
LINES = 200 * 60  # characters of what is scanned in one go
LATEST = 10  # parcels shown
PAGE = 50
BADGES = {"out": "warn", "differs": "bad", "back": "ok", "stopped": "bad", "accepted": "ok"}


@blueprint.get("")
@needs(READ)
def index() -> str:
    """The batches the reader may see, newest first."""
    seen = batches.seen_by(g.session, current_user())
    asked = select(ScanBatch).where(seen).order_by(ScanBatch.id.desc()).limit(PAGE)
    return render_template("scanning.html", batches=g.session.scalars(asked).all())


@blueprint.get("/<int:batch_id>")
@needs(READ)
def show(batch_id: int) -> Response:
    return page("scanning_batch.html", "_scanning_batch.html", **facts(find(batch_id)))


@blueprint.get("/<int:batch_id>/slips.pdf")
@needs(READ)
def print_slips(batch_id: int) -> Response:
    """Routing slips for all that is out: one before each material in the scanner."""
    batch = find(batch_id)
    out = [each.dossier for each in work.at(g.session, batch, ScanStatus.OUT, ScanStatus.PLANNED)]
    content = slips.sheets(g.session, out)
    answer = make_response(content)
    answer.headers.update({"Content-Type": "application/pdf", "Content-Disposition": "inline; filename=slips.pdf"})
    return answer


@blueprint.post("/<int:batch_id>/departures")
@needs(DESK)
def hand_out(batch_id: int) -> Response:
    """Dossiers leave the store, a line each: label, pages, volumes."""
    batch, user = find(batch_id), current_user()
    to, lines = asked_text("out_to", 60), asked_text("lines", LINES)
    return _at_desk(batch, ("hand_out",), lambda: counter.hand_out(g.session, batch, lines, to, user.name))


@blueprint.post("/<int:batch_id>/omissions")
@needs(DESK)
def leave_out(batch_id: int) -> Response:
    """Dossiers that are not scanned in this batch, with the reason."""
    batch, user = find(batch_id), current_user()
    why, lines = asked_text("why", 300), asked_text("lines", LINES)
    steps = ("hand_out", "take_back", "deliver_batch")
    return _at_desk(batch, steps, lambda: counter.leave_out(g.session, batch, lines, why, user.name))


@blueprint.post("/<int:batch_id>/returns")
@needs(DESK)
def take_back(batch_id: int) -> Response:
    """Dossiers are back on their shelves, a line each: label, position, pages. Also early, while others are at work."""
    batch, user, lines = find(batch_id), current_user(), asked_text("lines", LINES)
    return _at_desk(batch, (), lambda: counter.take_back(g.session, batch, lines, user.name))


@blueprint.post("/<int:batch_id>/differences")
@needs(DESK)
def differ(batch_id: int) -> Response:
    """Another number of pages came back: the batch stops."""
    batch, user = find(batch_id), current_user()
    why, lines = asked_text("why", 300), asked_text("lines", LINES)
    return _at_desk(batch, ("take_back",), lambda: counter.differ(g.session, batch, lines, why, user.name))


def find(batch_id: int) -> ScanBatch:
    """The batch, if the reader may see it; else NotFound."""
    asked = select(ScanBatch).where(ScanBatch.id == batch_id, batches.seen_by(g.session, current_user()))
    batch = g.session.scalars(asked).first()
    if batch is None:
        raise NotFound
    return batch


def facts(batch: ScanBatch, done: list[Done] | None = None, refused: Sentence | None = None) -> dict[str, Any]:
    """What the page of a batch shows; `done`: what became of the lines just sent."""
    session, user = g.session, current_user()
    asked = select(Parcel).where(Parcel.case_id == batch.case_id).order_by(Parcel.id.desc()).limit(LATEST)
    brought = [(each, parcels.progress(session, each)) for each in session.scalars(asked)]
    return {
        "batch": batch,
        "lines": overview.lines(session, batch),
        "opened": looking.SCANNED if looking.takes_part(session, user, batch) else (),
        "quantity": batches.quantity(session, batch),
        "parcels": brought,
        "reading": any(each.status in parcels.UNDER_WAY for each, _ in brought),
        "queued": len(misfits.waiting(session, batch.case)),
        "hands_out": viewer().may(DESK) and work.in_hand(session, batch, user, "hand_out"),
        "takes_back": viewer().may(DESK) and work.at(session, batch, ScanStatus.OUT, ScanStatus.DIFFERS),
        "brings": viewer().may("images.deliver") and work.in_hand(session, batch, user, "scan_pages", "mend_sample"),
        "done": done,
        "refused": refused,
        "typed": _typed(done),
    }


def _typed(done: list[Done] | None) -> dict[str, str]:
    """What stays in the form it was sent by: the lines that were refused, and what was said of all of them."""
    if request.method != "POST":
        return {}
    left = asked_text("lines", LINES) if done is None else "\n".join(each.line for each in done if each.refused)
    place = request.path.rpartition("/")[2]
    return {place: left, "out_to": asked_text("out_to", 60), f"{place}.why": asked_text("why", 300) if left else ""}


def _at_desk(batch: ScanBatch, steps: tuple[str, ...], act: Callable[[], list[Done]]) -> Response:
    """Something done at the desk by who has one of these steps in hand (anybody of the desk when none is named)."""
    try:
        if steps:
            work.need_in_hand(g.session, batch, current_user(), *steps)
        with g.session.begin_nested():
            done = act()
    except (Invalid, Conflict, NotAllowed) as refused:
        return _again(batch, refused)
    if not is_fragment() and all(each.refused is None for each in done):
        return make_response(redirect(f"/scanning/{batch.id}", 303))
    status = 422 if any(each.refused for each in done) else 200
    return _answer(facts(batch, done=done), status)


def _again(batch: ScanBatch, refused: Refusal) -> Response:
    said = refused.sentence
    if isinstance(refused, Invalid):
        said = next((each[0] for each in refused.problems.values() if each), said)
    return _answer(facts(batch, refused=said), refused_status(refused))


def refused_status(refused: Refusal) -> int:
    return 422 if isinstance(refused, Invalid) else 403 if isinstance(refused, NotAllowed) else 409


def _answer(shown: dict[str, Any], status: int) -> Response:
    name = "_scanning_batch.html" if is_fragment() else "scanning_batch.html"
    return make_response(render_template(name, **shown), status)


blueprint.app_context_processor(
    lambda: {"scanning_labels": SCANNING_LABELS, "parcel_labels": PARCEL_LABELS, "scanning_badges": BADGES}
)
NAVIGATION = (Entry("Scanning", "scanning.index", order=37, permission=READ),)
