"""A scanner's file cut by routing slips: what follows a slip are the pages of its material, in order, as raw images.

Blank pages are left out with a note. Pages that cannot be told for sure go to a queue with the reason, where a person
lays them beside a material or leaves them out (archive.images.misfits): pages before the first slip, those of a slip
that is unknown, comes twice or is of a dossier not handed out, and those of a material of which there are more or fewer
than its catalogue says. The optimised set is made beside the raw one.
"""

import io
import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any, BinaryIO

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive import vault
from archive.dossier_tables import Dossier
from archive.images import pages, parcel_plans, parcels, readings, slips
from archive.images.demands import ImageKind
from archive.images.parcel_tables import (
    FolderStatus,
    PageStatus,
    Parcel,
    ParcelFolder,
    ParcelKind,
    ParcelPage,
    ParcelStatus,
)
from archive.images.parcels import Kept
from archive.images.slips import Slip
from archive.materials.models import Material, MaterialState
from workflow import office
from workflow.errors import Invalid, Refusal, Sentence, sentence
from workflow.kept_sentences import kept
from workflow.models import Case
from workflow.registry import Repeat, Work, service_task

PORTION = 12  # pages of one transaction at most
MEDIA_TYPES = {b"%PDF-": "application/pdf", b"II*\0": "image/tiff", b"MM\0*": "image/tiff"}


def begin(
    session: Session, source: BinaryIO, name: str, by: str, case: Case | None = None, kept_: Kept | None = None
) -> Parcel:
    """Keep a PDF or TIFF of many pages and leave cutting it to a job. `kept_`: what FileStore.put answered for it, when
    it is kept already. Raises Invalid for another kind of file."""
    source.seek(0)
    head = source.read(5)
    kind = next((each for mark, each in MEDIA_TYPES.items() if head.startswith(mark)), None)
    if kind is None:
        raise Invalid(message="The file {name} is neither a PDF nor a TIFF.", name=name)
    source.seek(0)
    file = parcels.bring(session, kept_ or source, name, kind, by)
    return parcels.enter(session, Parcel(kind=ParcelKind.SCAN, file_id=file.id, name=name[:255]), by, case)


@service_task("images.scan")
def cut_portion(session: Session, work: Work) -> Mapping[str, Any] | Repeat:
    """The next pages of a scan; repeats until every slip's pages are laid or queued."""
    parcel = parcels.find(session, work.payload["parcel_id"])
    if parcel.status not in (ParcelStatus.WAITING, ParcelStatus.RUNNING):
        return {}
    parcel.status = ParcelStatus.RUNNING
    done = session.scalar(select(func.max(ParcelPage.number)).where(ParcelPage.parcel_id == parcel.id)) or 0
    ends_at = time.monotonic() + parcels.SECONDS
    for number in range(done + 1, done + 1 + PORTION):
        try:
            total = _take(session, parcel, number)
        except Invalid as refused:
            parcel.reasons = [kept(refused.sentence)]
            return parcels.finish(parcel, ParcelStatus.REFUSED)
        if number >= total:
            return _settle(session, parcel)
        if time.monotonic() > ends_at:
            break
    return Repeat()


def _take(session: Session, parcel: Parcel, number: int) -> int:
    """Read one page of the scan and write down what it is; how many pages the scan has. Raises Invalid when the file
    as a whole cannot be read."""
    here = office.of(session)
    page = ParcelPage(parcel_id=parcel.id, number=number, name=f"{parcel.name} {number}"[:255], kind=ImageKind.RAW)
    try:
        fed = readings.fed(here.files.path(parcel.file.sha256), parcel.name, number)
    except Invalid as refused:
        parcel.pages = refused.sentence.facts.get("pages", parcel.pages)
        if parcel.pages is None:
            raise
        _spoilt(session, parcel, page, refused.sentence)
        return parcel.pages
    session.add(page)
    parcel.pages = fed.pages
    slip = slips.read(fed.codes)
    if slip is not None:
        page.status = PageStatus.SLIP
        page.folder_id = _folder(session, parcel, slip).id
    else:
        _read(session, parcel, page, fed)
    session.flush()  # the next page follows this one
    return fed.pages


def _spoilt(session: Session, parcel: Parcel, page: ParcelPage, said: Sentence) -> None:
    """A page that cannot be read counts among its slip's, so that they are looked at."""
    session.add(page)
    page.status, page.reason = PageStatus.REJECTED, kept(said)
    page.folder_id = _latest(session, parcel)
    session.flush()  # the next page follows this one


def _read(session: Session, parcel: Parcel, page: ParcelPage, fed: readings.Fed) -> None:
    page.folder_id = _latest(session, parcel)
    try:
        file, reading = pages.read(session, io.BytesIO(fed.content), f"{page.name}.jpg", parcel.begun_by)
    except Invalid as refused:
        page.status, page.reason = PageStatus.REJECTED, kept(refused.sentence)
        return
    if not reading.dpi_x and fed.dpi:  # the PDF knows how large the page is
        reading = replace(reading, dpi_x=fed.dpi, dpi_y=fed.dpi)
    page.status, page.file_id, page.reading = PageStatus.READ, file.id, asdict(reading)
    if reading.blank:
        page.status = PageStatus.DROPPED
        page.reason = kept(sentence("Page {number} is blank and was left out.", number=page.number))


def _latest(session: Session, parcel: Parcel) -> int | None:
    """The slip whose pages are coming now; None before the first."""
    return session.scalar(select(func.max(ParcelFolder.id)).where(ParcelFolder.parcel_id == parcel.id))


def _folder(session: Session, parcel: Parcel, slip: Slip) -> ParcelFolder:
    """The row of a slip; refused at once when its pages cannot be laid."""
    material, said = _material(session, parcel, slip)
    called = f"{slip.dossier_no} {pages.number(material)}" if material else slip.dossier_no
    before = select(func.count()).where(ParcelFolder.parcel_id == parcel.id)
    if said is None and session.scalar(before.where(ParcelFolder.called == called)):
        said = sentence("The routing slip of {place} comes twice.", place=called)
    folder = ParcelFolder(
        parcel_id=parcel.id,
        number=(session.scalar(before) or 0) + 1,
        called=called,
        place_sealed=vault.seal(session, str(slip.material_id), parcel_plans.PURPOSE),
        dossier_id=material.dossier_id if material else None,
        status=FolderStatus.REJECTED if said else FolderStatus.WAITING,
        reasons=[kept(said)] if said else [],
    )
    session.add(folder)
    session.flush()  # its pages name it
    return folder


def _material(session: Session, parcel: Parcel, slip: Slip) -> tuple[Material | None, Sentence | None]:
    """The material of a slip, and what speaks against laying its pages."""
    material = session.get(Material, slip.material_id)
    dossier = session.get(Dossier, material.dossier_id) if material else None
    if material is None or dossier is None or dossier.dossier_no != slip.dossier_no:
        return None, sentence("The routing slip of {place} is of no material known here.", place=slip.dossier_no)
    if material.state is not MaterialState.KEPT:
        return material, sentence("{place} is no longer in the dossier.", place=pages.number(material))
    if dossier.held_by_case_id != parcel.case_id:
        return material, sentence("Dossier {number} is not handed out for this.", number=dossier.dossier_no)
    return material, None


def _settle(session: Session, parcel: Parcel) -> Mapping[str, Any]:
    """All pages are read: lay those of each slip, or queue them."""
    for page in parcels.results(session, parcel, PageStatus.READ):
        if page.folder_id is None:
            _queue(page, sentence("There is no routing slip before this page."))
    for folder in parcels.folders(session, parcel):
        _lay(session, parcel, folder)
    return parcels.finish(parcel, ParcelStatus.DONE)


def _lay(session: Session, parcel: Parcel, folder: ParcelFolder) -> None:
    asked = select(ParcelPage).where(ParcelPage.folder_id == folder.id).order_by(ParcelPage.number)
    own = [page for page in session.scalars(asked) if page.status in (PageStatus.READ, PageStatus.REJECTED)]
    if folder.status is FolderStatus.WAITING:
        said = _all_or_none(session, parcel, folder, own)
        folder.status = FolderStatus.REJECTED if said else FolderStatus.ACCEPTED
        folder.reasons = [kept(said)] if said else []
    if folder.status is FolderStatus.REJECTED:
        for page in own:
            if page.status is PageStatus.READ:
                page.status, page.reason = PageStatus.QUEUED, folder.reasons[0]


def _all_or_none(session: Session, parcel: Parcel, folder: ParcelFolder, own: list[ParcelPage]) -> Sentence | None:
    """Lay all pages of the slip; or none, and why."""
    material = session.get_one(Material, int(vault.open_(session, folder.place_sealed, parcel_plans.PURPOSE)))
    if len(own) != material.pages or any(page.status is PageStatus.REJECTED for page in own):
        return sentence(
            "{place}: {found} pages were scanned, the catalogue says {pages}.",
            place=folder.called,
            found=len([page for page in own if page.status is PageStatus.READ]),
            pages=material.pages,
        )
    case = session.get(Case, parcel.case_id) if parcel.case_id else None
    try:
        with session.begin_nested():
            for number, page in enumerate(own, 1):
                page.material_id, page.page = material.id, number
                parcels.lay(session, parcel, page, case)
                _optimise(session, page, parcel.begun_by, case)
    except Refusal as refused:
        return refused.sentence
    return None


def _optimise(session: Session, page: ParcelPage, by: str, case: Case | None) -> None:
    if page.image_id is not None:
        pages.optimise(session, pages.find(session, page.image_id), by, case)


def _queue(page: ParcelPage, said: Sentence) -> None:
    page.status, page.reason = PageStatus.QUEUED, kept(said)
