"""What the firm brings for a batch: a package or a scanner's file, read by the machine while one watches. Pages that
fit nowhere are decided on one by one."""

from typing import Any, BinaryIO

from flask import Blueprint, Response, current_app, g, make_response, redirect, render_template, request, send_file
from sqlalchemy.orm import Session

from archive.images import misfits, parcels, separators
from archive.images.pages import number as image_number
from archive.images.parcel_tables import PageStatus, Parcel, ParcelPage
from archive.materials import catalogue
from archive.materials.models import Material, MaterialState
from archive.scanning import work
from archive.scanning.models import ScanBatch, ScanStatus
from forms.kinds.uploads import own_name
from web import scanning
from web.asked import text as asked_text
from web.auth import needs, own_transactions
from web.errors import is_fragment
from web.files import SANDBOX
from web.fragments import page
from web.image_check import SHOWN
from web.reader import current_user
from workflow.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal, Unavailable
from workflow.identity import User
from workflow.kept_sentences import spoken

blueprint = Blueprint("scanning_parcels", __name__, url_prefix="/scanning/<int:batch_id>")

DELIVER = "images.deliver"
STEPS = ("scan_pages", "mend_sample")  # at which the firm brings images
PAGES_SHOWN = 300
BADGES = {PageStatus.ATTACHED: "ok", PageStatus.REJECTED: "bad", PageStatus.QUEUED: "warn"}


@blueprint.post("/parcels")
@needs(DELIVER)
@own_transactions
def begin(batch_id: int) -> Response:
    """A package (zip), a scanner's PDF or TIFF, or a folder copied to the house's disk; on to its progress. The bytes
    are kept before the transaction begins, so that nobody waits for them."""
    office = current_app.office  # type: ignore[attr-defined]
    work.need_in_hand(g.session, scanning.find(batch_id), current_user(), *STEPS)
    folder = asked_text("folder", 200)
    source, name = (None, folder) if folder else _sent()
    kept = office.files.put(source) if source else None
    with office.database.transaction() as session:
        batch = session.get_one(ScanBatch, batch_id)
        user = session.get_one(User, current_user().name)
        work.need_in_hand(session, batch, user, *STEPS)
        target = f"/scanning/{batch.id}/parcels/{_begun(session, batch, user, source, name, kept).id}"
    if is_fragment():
        return make_response("", 200, {"HX-Redirect": target})
    return make_response(redirect(target, 303))


@blueprint.get("/parcels/<int:parcel_id>")
@needs(scanning.READ)
def show(batch_id: int, parcel_id: int) -> Response:
    """Progress while it is read; of each folder and page what became of it, all of them or one kind."""
    batch = scanning.find(batch_id)
    parcel = _parcel(batch, parcel_id)
    asked = asked_text("pages")
    wanted = (PageStatus(asked),) if asked in tuple(PageStatus) else ()
    return page(
        "scanning_parcel.html",
        "_scanning_parcel.html",
        batch=batch,
        parcel=parcel,
        progress=parcels.progress(g.session, parcel),
        reading=parcel.status in parcels.UNDER_WAY,
        folders=parcels.folders(g.session, parcel),
        pages=parcels.results(g.session, parcel, *wanted)[:PAGES_SHOWN],
        wanted=wanted[0] if wanted else None,
        statuses=list(PageStatus),
        page_badges=BADGES,
        most=PAGES_SHOWN,
        spoken=spoken,
    )


@blueprint.get("/misfits")
@needs(DELIVER)
def queue(batch_id: int) -> Response:
    """Pages of scans that could not be laid by themselves, the first of them large."""
    return _queue(scanning.find(batch_id))


@blueprint.get("/misfits/<int:page_id>/file")
@needs(DELIVER)
def picture(batch_id: int, page_id: int) -> Response:
    """The bytes of such a page, to be shown; kept by no cache, nothing of them run."""
    waiting = _waiting(scanning.find(batch_id), page_id)
    if waiting.file is None or waiting.file.media_type not in SHOWN:
        raise NotFound
    place = current_app.office.files.path(waiting.file.sha256)  # type: ignore[attr-defined]
    if not place.exists():
        raise Unavailable("The file {name} is missing in the store.", name=waiting.name)
    answer = send_file(place, mimetype=waiting.file.media_type, etag=False)
    answer.headers["Content-Security-Policy"] = SANDBOX
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/misfits/<int:page_id>/place")
@needs(DELIVER)
def lay(batch_id: int, page_id: int) -> Response:
    """The scan is this page of this material, of a dossier that is handed out for the batch."""
    batch = scanning.find(batch_id)
    work.need_in_hand(g.session, batch, current_user(), *STEPS)
    material = g.session.get(Material, request.form.get("material", 0, type=int))
    number = request.form.get("page", 0, type=int)
    if material is None or material.dossier.held_by_case_id != batch.case_id:
        return _queue(batch, Invalid(message="Choose a material."))
    return _decided(batch, page_id, lambda found, by: misfits.lay(g.session, found, material, number, by))


@blueprint.post("/misfits/<int:page_id>/omission")
@needs(DELIVER)
def leave_out(batch_id: int, page_id: int) -> Response:
    """The scan belongs to no dossier."""
    why = asked_text("why", 300)
    batch = scanning.find(batch_id)
    return _decided(batch, page_id, lambda found, by: misfits.leave_out(g.session, found, by, why))


def _begun(
    session: Session, batch: ScanBatch, user: User, source: BinaryIO | None, name: str, kept: parcels.Kept | None
) -> Parcel:
    part = bool(asked_text("part"))
    if source is None or kept is None:
        return parcels.begin_folder(session, name, user.name, batch.case, part)
    source.seek(0)
    if source.read(2) == b"PK":
        return parcels.begin(session, kept, name, user.name, batch.case, part)
    return separators.begin(session, source, name, user.name, batch.case, kept)


def _sent() -> tuple[BinaryIO, str]:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise Invalid(message="Choose a file first.")
    size, limit = sent.stream.seek(0, 2), current_app.office.settings.upload_limit  # type: ignore[attr-defined]
    name = own_name(sent.filename)
    if not 0 < size <= limit:
        raise Invalid(message="“{name}” is empty or larger than {most} MB.", name=name, most=limit >> 20)
    sent.stream.seek(0)
    return sent.stream, name


def _parcel(batch: ScanBatch, parcel_id: int) -> Parcel:
    parcel = parcels.find(g.session, parcel_id)
    if parcel.case_id != batch.case_id:
        raise NotFound
    return parcel


def _waiting(batch: ScanBatch, page_id: int) -> ParcelPage:
    """A page of a parcel of this batch; NotFound else."""
    found = g.session.get(ParcelPage, page_id)
    if found is None or parcels.find(g.session, found.parcel_id).case_id != batch.case_id:
        raise NotFound
    return found


def _decided(batch: ScanBatch, page_id: int, act: Any) -> Response:
    work.need_in_hand(g.session, batch, current_user(), *STEPS)
    found = _waiting(batch, page_id)
    try:
        with g.session.begin_nested():
            act(found, current_user().name)
    except (Invalid, Conflict, NotAllowed) as refused:
        return _queue(batch, refused)
    return make_response(redirect(f"/scanning/{batch.id}/misfits", 303))


def _queue(batch: ScanBatch, refused: Refusal | None = None) -> Response:
    waiting = misfits.waiting(g.session, batch.case)
    out = work.at(g.session, batch, ScanStatus.OUT)
    materials = [
        (each.dossier, [m for m in catalogue.rows(g.session, each.dossier) if m.state is MaterialState.KEPT])
        for each in out
    ]
    body = render_template(
        "scanning_misfits.html",
        batch=batch,
        waiting=waiting,
        materials=materials,
        decides=work.in_hand(g.session, batch, current_user(), *STEPS),
        refused=refused.sentence if refused else None,
        spoken=spoken,
        image_number=image_number,
    )
    return make_response(body, scanning.refused_status(refused) if refused else 200)
