"""Taking in what a scanning firm delivers: kept at once, then read page by page by a background job.

Safe to break off anywhere: a portion is one transaction. Every page ends with a result and, where it was refused, the
reason; a person's folder is taken whole or not at all, and the other folders go on.
"""

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from archive import vault
from archive.images import brought, containers, pages, parcel_plans
from archive.images.brought import Brought
from archive.images.containers import Container
from archive.images.demands import ImageKind
from archive.images.manifests import UNREADABLE, Hashed
from archive.images.models import ImageFile
from archive.images.pages import Placed
from archive.images.parcel_tables import (
    FolderStatus,
    PageStatus,
    Parcel,
    ParcelFolder,
    ParcelKind,
    ParcelPage,
    ParcelStatus,
)
from archive.images.readings import Reading
from archive.materials.models import Material
from workflow import files, jobs, office
from workflow.clock import now
from workflow.db import Database
from workflow.errors import Invalid, NotFound, Refusal, Sentence, sentence
from workflow.files import FileStore
from workflow.kept_sentences import kept
from workflow.models import Case, StoredFile
from workflow.registry import Repeat, Work, prepares, service_task

UNDER_WAY = (ParcelStatus.WAITING, ParcelStatus.RUNNING)
PORTION = 40  # pages looked at in one turn of the job at most
SECONDS = 5.0  # after which a turn looks at no further page: people see how far it is
Kept = tuple[str, int]  # what FileStore.put answers


@dataclass(frozen=True)
class Looked:
    """A page as it was found in the package: kept in the store and looked at, or what speaks against it."""

    image: Brought | None = None
    fault: Sentence | None = None


@dataclass(frozen=True)
class Progress:
    """How far a parcel is, in pages and in folders."""

    pages: int
    waiting: int
    by_status: Mapping[PageStatus, int]
    folders: Mapping[FolderStatus, int]

    @property
    def percent(self) -> int:
        """0 while nobody knows what there is; 100 where every folder was refused before its pages were looked at."""
        if not self.pages:
            return 100 if self.folders else 0
        return 100 * (self.pages - self.waiting) // self.pages


def begin(
    session: Session, source: BinaryIO | Kept, name: str, by: str, case: Case | None = None, part: bool = False
) -> Parcel:
    """Keep a package (zip) and leave its pages to a job. `source`: its bytes, or what FileStore.put answered for them;
    `case`: the one its dossiers are handed out for; `part`: it brings some pages only, as after a rescan."""
    file = bring(session, source, name, "application/zip", by)
    if not file.size:
        raise Invalid(message="The file {name} is empty.", name=name)
    return enter(session, Parcel(kind=ParcelKind.PACKAGE, file_id=file.id, name=name[:255], part=part), by, case)


def begin_folder(session: Session, folder: str, by: str, case: Case | None = None, part: bool = False) -> Parcel:
    """The same for a folder under `<data>/parcels`, where a drive was copied to. Raises Invalid when there is none."""
    if containers.unsafe(folder) or not (office.of(session).settings.data / "parcels" / folder).is_dir():
        raise Invalid(message="There is no folder {name} among the parcels.", name=folder)
    return enter(session, Parcel(kind=ParcelKind.PACKAGE, folder=folder, name=folder, part=part), by, case)


def bring(session: Session, source: BinaryIO | Kept, name: str, media_type: str, by: str) -> StoredFile:
    """The row of a file that is brought. One of many megabytes is kept before the transaction begins: nobody waits."""
    if isinstance(source, tuple):
        return files.enter(session, source, name, media_type, by)
    return files.store(session, office.of(session).files, source, name, media_type, by)


def enter(session: Session, parcel: Parcel, by: str, case: Case | None) -> Parcel:
    """Write down a new parcel of any kind and wake its job."""
    parcel.case_id, parcel.begun_at, parcel.begun_by = case.id if case else None, now(), by
    session.add(parcel)
    session.flush()  # its job names it
    parcel.job_id = jobs.add(session, f"images.{parcel.kind}", {"parcel_id": parcel.id}).id
    return parcel


def find(session: Session, parcel_id: int) -> Parcel:
    """The parcel; raises NotFound."""
    found = session.get(Parcel, parcel_id)
    if found is None:
        raise NotFound
    return found


def folders(session: Session, parcel: Parcel) -> list[ParcelFolder]:
    """Its folders in order, each with what became of it."""
    asked = select(ParcelFolder).where(ParcelFolder.parcel_id == parcel.id)
    return list(session.scalars(asked.order_by(ParcelFolder.number)))


def results(session: Session, parcel: Parcel, *statuses: PageStatus) -> list[ParcelPage]:
    """Its pages in order, all or those of some statuses; `kept_sentences.spoken` says their `reason`."""
    asked = select(ParcelPage).where(ParcelPage.parcel_id == parcel.id).order_by(ParcelPage.number)
    return list(session.scalars(asked.where(ParcelPage.status.in_(statuses)) if statuses else asked))


def progress(session: Session, parcel: Parcel) -> Progress:
    """Counts of its pages and folders by what became of them."""
    asked = select(ParcelPage.status, func.count()).where(ParcelPage.parcel_id == parcel.id)
    counted = dict(session.execute(asked.group_by(ParcelPage.status)).all())
    stood = Counter(each.status for each in folders(session, parcel))
    pages_ = max(parcel.pages or 0, sum(counted.values()))
    waiting = counted.get(PageStatus.WAITING, 0) + pages_ - sum(counted.values())
    return Progress(pages_, waiting, counted, stood)


@prepares("images.package")
def look_ahead(database: Database, work: Work) -> dict[int, Looked] | Sentence | None:
    """Keep and look at the next pages of a package, each by its row; or why the package cannot be opened any more."""
    with database.reading() as session:
        parcel = find(session, work.payload["parcel_id"])
        folder = next_folder(session, parcel) if parcel.status is ParcelStatus.RUNNING else None
        if folder is None:
            return None
        called, place = parcel.name, vault.open_(session, folder.place_sealed, parcel_plans.PURPOSE)
        waiting, source = list(session.scalars(_waiting(folder).limit(PORTION))), _source(session, parcel)
    try:
        with containers.opened(source, called) as container:
            return _looked(database.info["office"].files, container, place, waiting)
    except Invalid as refused:
        return refused.sentence


@service_task("images.package")
def take_in_portion(session: Session, work: Work) -> Mapping[str, Any] | Repeat:
    """Write down the next pages of a package; repeats until every folder is taken or refused."""
    parcel = find(session, work.payload["parcel_id"])
    if parcel.status not in UNDER_WAY:
        return {}
    try:
        with session.begin_nested():
            return _go_on(session, parcel, work.prepared)
    except Invalid as refused:
        return refuse(parcel, refused.sentence)


def refuse(parcel: Parcel, said: Sentence) -> Mapping[str, Any]:
    """It cannot be taken as a whole, and why."""
    parcel.reasons = [kept(said)]
    return finish(parcel, ParcelStatus.REFUSED)


def next_folder(session: Session, parcel: Parcel) -> ParcelFolder | None:
    """The first of its folders about which nothing is decided."""
    waiting = select(ParcelFolder).where(ParcelFolder.parcel_id == parcel.id)
    waiting = waiting.where(ParcelFolder.status == FolderStatus.WAITING)
    return session.scalars(waiting.order_by(ParcelFolder.number).limit(1)).first()


def finish(parcel: Parcel, status: ParcelStatus) -> Mapping[str, Any]:
    """Nothing is left to do with the parcel."""
    parcel.status, parcel.done_at = status, now()
    return {}


def _source(session: Session, parcel: Parcel) -> Path:
    here = office.of(session)
    return here.settings.data / "parcels" / parcel.folder if parcel.folder else here.files.path(parcel.file.sha256)


def _go_on(session: Session, parcel: Parcel, ahead: dict[int, Looked] | Sentence | None) -> Mapping[str, Any] | Repeat:
    if parcel.status is ParcelStatus.WAITING:
        with containers.opened(_source(session, parcel), parcel.name) as container:
            parcel_plans.lay_out(session, parcel, container)
        parcel.status = ParcelStatus.RUNNING
        return Repeat()
    if isinstance(ahead, Sentence):
        return refuse(parcel, ahead)
    folder = next_folder(session, parcel)
    if folder is None:
        return finish(parcel, ParcelStatus.DONE)
    waiting = list(session.scalars(_waiting(folder)))
    for page in waiting:
        if ahead and page.id in ahead:
            _write_down(session, page, ahead[page.id], parcel.begun_by)
    if all(page.status is not PageStatus.WAITING for page in waiting):
        _settle(session, parcel, folder)
    return Repeat()


def _waiting(folder: ParcelFolder) -> Select[tuple[ParcelPage]]:
    """Its pages that nobody has looked at, in order."""
    asked = select(ParcelPage).where(ParcelPage.folder_id == folder.id, ParcelPage.status == PageStatus.WAITING)
    return asked.order_by(ParcelPage.number)


def _looked(store: FileStore, container: Container, place: str, waiting: list[ParcelPage]) -> dict[int, Looked]:
    """As many of them as there is time for, at least one."""
    looked: dict[int, Looked] = {}
    ends_at = time.monotonic() + SECONDS
    for page in waiting:
        looked[page.id] = _look(store, container, f"{place}/{page.name}", page)
        if time.monotonic() > ends_at:
            break
    return looked


def _look(store: FileStore, container: Container, path: str, page: ParcelPage) -> Looked:
    """Bring one page to the file store and look at it."""
    try:
        with container.open(path) as opened:
            hashed = Hashed(opened)
            image = brought.keep(store, hashed, page.name)  # type: ignore[arg-type]
    except UNREADABLE:
        return Looked(fault=sentence("{path} is damaged.", path=page.name))
    except Invalid as refused:
        return Looked(fault=refused.sentence)
    if hashed.sm3() != page.sm3:
        return Looked(image, sentence("{path} is not the file the manifest names.", path=page.name))
    return Looked(image)


def _write_down(session: Session, page: ParcelPage, looked: Looked, by: str) -> None:
    if looked.image is not None:
        page.file_id, page.reading = brought.enter(session, looked.image, by).id, asdict(looked.image.reading)
    page.status = PageStatus.READ
    if looked.fault is not None:
        _reject(page, looked.fault)


def _reject(page: ParcelPage, said: Sentence) -> None:
    page.status, page.reason = PageStatus.REJECTED, kept(said)


def _settle(session: Session, parcel: Parcel, folder: ParcelFolder) -> None:
    """All pages are read: take the folder, or refuse it with what was wrong with its pages."""
    session.flush()  # the pages' results are asked for
    read = list(
        session.scalars(select(ParcelPage).where(ParcelPage.folder_id == folder.id).order_by(ParcelPage.number))
    )
    bad = [page.reason for page in read if page.status is PageStatus.REJECTED]
    if bad:
        folder.status, folder.reasons = FolderStatus.REJECTED, bad[: parcel_plans.REASONS_AT_MOST]
        return
    case = session.get(Case, parcel.case_id) if parcel.case_id else None
    try:
        with session.begin_nested():
            for page in read:
                lay(session, parcel, page, case)
    except Refusal as refused:
        folder.status, folder.reasons = FolderStatus.REJECTED, [kept(refused.sentence)]
    else:
        folder.status = FolderStatus.ACCEPTED


def lay(session: Session, parcel: Parcel, page: ParcelPage, case: Case | None, by: str = "") -> None:
    """Lay a page that was read beside its material: new, as before, or in the place of another. `by`: whoever does it,
    else who brought the parcel."""
    by = by or parcel.begun_by
    material = session.get_one(Material, page.material_id)
    reading, kind = Reading(**page.reading or {}), ImageKind(page.kind)
    there = _there(session, material, page.page, kind)
    if there is not None and there.sha256 == reading.sha256:
        page.status = PageStatus.UNCHANGED
        return
    if there is not None:
        pages.withdraw(session, there, by, f"parcel {parcel.id}: {parcel.name}", case)
    place = Placed(material, page.page or 0, kind)
    image = pages.keep(session, place, page.file, reading, by, case)
    page.status, page.image_id = PageStatus.ATTACHED, image.id


def _there(session: Session, material: Material, page: int | None, kind: ImageKind) -> ImageFile | None:
    same = (ImageFile.material_id == material.id, ImageFile.page == page, ImageFile.kind == kind)
    return session.scalars(select(ImageFile).where(*same, ImageFile.superseded_at.is_(None))).first()
