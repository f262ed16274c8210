"""A scanner's file cut by routing slips: what follows a slip are the pages of its material, in order, as raw images.

Blank pages are left out with a note. Pages that cannot be told for sure go to a queue with the reason, where a person
lays them beside a material or leaves them out (archive.images.misfits): pages before the first slip, those of a slip
that is unknown, comes twice or is of a dossier not handed out, and those of a material of which there are more or fewer
than its catalogue says. The optimised set is made beside the raw one.
"""

import io
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive import vault
from archive.dossier_tables import Dossier
from archive.images import brought, demands, pages, parcel_plans, parcels, readings, slips
from archive.images.brought import Brought
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
from workflow.db import Database
from workflow.errors import Invalid, Refusal, Sentence, sentence
from workflow.files import FileStore
from workflow.kept_sentences import kept
from workflow.models import Case, StoredFile
from workflow.registry import Repeat, Work, prepares, service_task

PORTION = 12  # pages cut in one turn of the job at most
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


@dataclass(frozen=True)
class Cut:
    """One page cut out of a scan: a slip, an image kept and looked at, or what speaks against it. `pages`: of the whole
    scan; None when it cannot be opened."""

    number: int
    pages: int | None
    slip: Slip | None = None
    image: Brought | None = None
    fault: Sentence | None = None


Made = dict[int, Brought | Sentence]  # by the page's row: its image for reading, or why there is none


@prepares("images.scan")
def cut_ahead(database: Database, work: Work) -> list[Cut] | Made | None:
    """The next pages of a scan, cut out; when all are, the images for reading of the next slip's pages."""
    files = database.info["office"].files
    with database.reading() as session:
        parcel = parcels.find(session, work.payload["parcel_id"])
        if parcel.status not in parcels.UNDER_WAY:
            return None
        done, kilobytes = _done(session, parcel), demands.of(session).kilobytes
        raw = [(page.id, page.file) for page in _read_of_next(session, parcel)]
        place = None if _is_cut(parcel, done) else files.path(parcel.file.sha256)
    if place is not None:
        return _cut(files, place, parcel, done)
    return {page_id: _made(files, file, kilobytes) for page_id, file in raw}


@service_task("images.scan")
def cut_portion(session: Session, work: Work) -> Mapping[str, Any] | Repeat:
    """Write down the next pages of a scan, then lay those of one slip; repeats until all are laid or queued."""
    parcel = parcels.find(session, work.payload["parcel_id"])
    if parcel.status not in parcels.UNDER_WAY:
        return {}
    parcel.status = ParcelStatus.RUNNING
    done = _done(session, parcel)
    if not _is_cut(parcel, done):
        return _write_down(session, parcel, [cut for cut in work.prepared or () if cut.number > done])
    folder = parcels.next_folder(session, parcel)
    if folder is None:
        return _settle(session, parcel)
    _lay(session, parcel, folder, work.prepared or {})
    return Repeat()


def _done(session: Session, parcel: Parcel) -> int:
    return session.scalar(select(func.max(ParcelPage.number)).where(ParcelPage.parcel_id == parcel.id)) or 0


def _is_cut(parcel: Parcel, done: int) -> bool:
    return parcel.pages is not None and done >= parcel.pages


def _read_of_next(session: Session, parcel: Parcel) -> Sequence[ParcelPage]:
    """The images of the slip whose pages are laid next."""
    folder = parcels.next_folder(session, parcel)
    asked = select(ParcelPage).where(ParcelPage.status == PageStatus.READ).order_by(ParcelPage.number)
    return session.scalars(asked.where(ParcelPage.folder_id == folder.id)).all() if folder else ()


def _cut(files: FileStore, place: Path, parcel: Parcel, done: int) -> list[Cut]:
    """As many of the next pages as there is time for, at least one."""
    cuts: list[Cut] = []
    total, ends_at = parcel.pages, time.monotonic() + parcels.SECONDS
    for number in range(done + 1, done + 1 + PORTION):
        cuts.append(_cut_out(files, place, parcel, number))
        total = total if cuts[-1].pages is None else cuts[-1].pages
        if total is None or number >= total or time.monotonic() > ends_at:
            break
    return cuts


def _cut_out(files: FileStore, place: Path, parcel: Parcel, number: int) -> Cut:
    try:
        fed = readings.fed(place, parcel.name, number)
    except Invalid as refused:
        return Cut(number, refused.sentence.facts.get("pages"), fault=refused.sentence)
    slip = slips.read(fed.codes)
    if slip is not None:
        return Cut(number, fed.pages, slip)
    try:
        image = brought.keep(files, io.BytesIO(fed.content), f"{_called(parcel, number)}.jpg")
    except Invalid as refused:
        return Cut(number, fed.pages, fault=refused.sentence)
    if not image.reading.dpi_x and fed.dpi:  # the PDF knows how large the page is
        image = replace(image, reading=replace(image.reading, dpi_x=fed.dpi, dpi_y=fed.dpi))
    return Cut(number, fed.pages, image=image)


def _called(parcel: Parcel, number: int) -> str:
    return f"{parcel.name} {number}"[:255]


def _made(files: FileStore, raw: StoredFile, kilobytes: int) -> Brought | Sentence:
    try:
        return brought.optimised(files, raw.sha256, raw.name, kilobytes)
    except Invalid as refused:
        return refused.sentence


def _write_down(session: Session, parcel: Parcel, cuts: list[Cut]) -> Mapping[str, Any] | Repeat:
    for cut in cuts:
        parcel.pages = parcel.pages if cut.pages is None else cut.pages
        if parcel.pages is None and cut.fault is not None:
            return parcels.refuse(parcel, cut.fault)
        page = ParcelPage(parcel_id=parcel.id, number=cut.number, kind=ImageKind.RAW)
        page.name = _called(parcel, cut.number)
        if cut.slip is not None:
            page.status, page.folder_id = PageStatus.SLIP, _folder(session, parcel, cut.slip).id
        else:
            _describe(session, parcel, page, cut)
        session.add(page)
        session.flush()  # the next page follows this one
    return Repeat()


def _describe(session: Session, parcel: Parcel, page: ParcelPage, cut: Cut) -> None:
    """A page that cannot be read counts among its slip's, so that they are looked at."""
    page.folder_id = _latest(session, parcel)
    if cut.image is None:
        page.status, page.reason = PageStatus.REJECTED, kept(cut.fault)
        return
    page.file_id, page.reading = brought.enter(session, cut.image, parcel.begun_by).id, asdict(cut.image.reading)
    page.status = PageStatus.READ
    if cut.image.reading.blank:
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
    said = sentence("The routing slip of {place} is of no material known here.", place=slip.dossier_no)
    if material is None or dossier is None or dossier.dossier_no != slip.dossier_no:
        return None, said
    if not parcel_plans.may_name(session, parcel, dossier):
        return None, said
    if material.state is not MaterialState.KEPT:
        return material, sentence("{place} is no longer in the dossier.", place=pages.number(material))
    if dossier.held_by_case_id != parcel.case_id:
        return material, sentence("Dossier {number} is not handed out for this.", number=dossier.dossier_no)
    return material, None


def _settle(session: Session, parcel: Parcel) -> Mapping[str, Any]:
    """Every slip's pages are laid, or none of them: the others wait for a person."""
    why = {folder.id: folder.reasons for folder in parcels.folders(session, parcel)}
    for page in parcels.results(session, parcel, PageStatus.READ):
        alone = [kept(sentence("There is no routing slip before this page."))]
        page.status, page.reason = PageStatus.QUEUED, (alone if page.folder_id is None else why[page.folder_id])[0]
    return parcels.finish(parcel, ParcelStatus.DONE)


def _lay(session: Session, parcel: Parcel, folder: ParcelFolder, made: Made) -> None:
    asked = select(ParcelPage).where(ParcelPage.folder_id == folder.id).order_by(ParcelPage.number)
    own = [page for page in session.scalars(asked) if page.status in (PageStatus.READ, PageStatus.REJECTED)]
    said = _all_or_none(session, parcel, folder, own, made)
    folder.status = FolderStatus.REJECTED if said else FolderStatus.ACCEPTED
    folder.reasons = [kept(said)] if said else []


def _all_or_none(
    session: Session, parcel: Parcel, folder: ParcelFolder, own: list[ParcelPage], made: Made
) -> Sentence | None:
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
                _lay_for_reading(session, page, made[page.id], parcel.begun_by, case)
    except Refusal as refused:
        return refused.sentence
    return None


def _lay_for_reading(session: Session, page: ParcelPage, made: Brought | Sentence, by: str, case: Case | None) -> None:
    """Raises Invalid where none could be made. A page that is as before has its own already."""
    if page.image_id is None:
        return
    if isinstance(made, Sentence):
        raise Invalid(message=made.template, **made.facts)
    pages.lay_optimised(session, pages.find(session, page.image_id), made, by, case)
