"""C5 to C8 and C10 of digitising: what was scanned is read by the machine, looked through by people, and handed in."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.answers import need, text
from archive.images import defects, misfits, pages, parcels, stored
from archive.images.defect_tables import Defect, ImageDefect, Stage
from archive.images.parcel_tables import Parcel
from archive.refusals import wrong
from archive.scanning import batches, desk, papers
from archive.scanning.models import BatchStatus, ScanBatch, ScanDossier, ScanStatus
from archive.scanning.work import at, batch_of, entry_named
from workflow.clock import now
from workflow.identity import User
from workflow.kept_sentences import kept
from workflow.models import UserTask
from workflow.registry import Repeat, Work, on_completion, service_task

PORTION = 10  # dossiers the machine looks through in one transaction
AGAIN = {"self_checked": False, "looked": False}  # what is ticked once more after a rescan
TOLD = 50  # dossiers named in a rescan list


@on_completion("scanning.scanned", anew=True)
def scanned(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> None:
    """C5, C6: everything is brought in: no parcel is being read, no scanned page waits for a decision."""
    batch = batch_of(session, task)
    busy = select(Parcel.name).where(Parcel.case_id == batch.case_id, Parcel.status.in_(parcels.UNDER_WAY))
    if name := session.scalars(busy.order_by(Parcel.id)).first():
        raise wrong("self_checked", "{name} is still being read. Wait until it is done.", name=name)
    if left := len(misfits.waiting(session, batch.case)):
        raise wrong("self_checked", "{count} scanned pages are to be decided on first.", count=left)
    for entry in at(session, batch, ScanStatus.OUT):
        entry.examined_at = None


@service_task("scanning.check")
def check(session: Session, work: Work) -> Mapping[str, Any] | Repeat:
    """C5, C8: every image of what is out against what was agreed, every page of the catalogue against both sets, a few
    dossiers at a time. Returns images_good and wanting, the rescan list by dossier."""
    batch = batch_of(session, work)
    waiting = [each for each in at(session, batch, ScanStatus.OUT) if each.examined_at is None]
    for entry in waiting[:PORTION]:
        stored.settle_restored(session, entry.dossier)
        defects.examine(session, entry.dossier, batch.case, batches.demanded(batch))
        entry.examined_at = now()
    if len(waiting) > PORTION:
        return Repeat()
    session.flush()  # the lists ask for what was found
    wanting = _wanting(session, batch)
    return {"images_good": not wanting, "wanting": wanting[:TOLD], "self_checked": not wanting}


@on_completion("scanning.quality", anew=True)
def quality(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """C7: quality control has looked at every image of what is out. `quality`: pass, rescan, or purge where somebody
    else's page was found."""
    batch = batch_of(session, task)
    out = at(session, batch, ScanStatus.OUT)
    for entry in out:
        if left := defects.unchecked(session, entry.dossier, Stage.FIRM):
            number = entry.dossier.dossier_no
            raise wrong("looked", "{count} images of dossier {number} were not looked at.", count=left, number=number)
    if any(_strangers(session, entry) for entry in out):
        return {**AGAIN, "quality": "purge", "wanting": _wanting(session, batch)[:TOLD]}
    wanting = _wanting(session, batch)
    return {**AGAIN, "quality": "rescan", "wanting": wanting[:TOLD]} if wanting else {"quality": "pass", "wanting": []}


@on_completion("scanning.purge", anew=True)
def purge(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """Images of another person are taken away by two people; the page is missing then and scanned again."""
    batch, second = batch_of(session, task), answers["second"]["by"]
    taken = 0
    for entry in at(session, batch, ScanStatus.OUT):
        for found in _strangers(session, entry):
            if found.image is not None:
                why = f"{text(answers, 'purge_note')} ({user.name}, {second})"
                pages.withdraw(session, found.image, user.name, why, batch.case)
                taken += 1
    return {"purged": taken}


@on_completion("scanning.deliver", anew=True)
def deliver(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """C10: the whole batch is handed in, with the report of the work and its quality. A missing data carrier is an
    incident."""
    batch = batch_of(session, task)
    came = batches.deliver(session, batch, user.name)
    papers.report(session, batch, came, user, {"report_note": text(answers, "report_note")})
    lost = int(answers["carriers_given"]) - int(answers["carriers_back"])
    left = {"nothing_left": batch.status is BatchStatus.GIVEN_UP, "carriers_reported": False}
    return {**left, "volumes": came.volumes, "pages": came.pages, "carriers_lost": max(lost, 0)}


@on_completion("scanning.carrier", anew=True)
def report_carrier(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """The missing data carrier is dealt with as a leak."""
    need(answers, "carrier_note", "Say what was done about it.")
    return {"carriers_reported": True}


@on_completion("scanning.rework", anew=True)
def rework(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """The whole batch was gone through; what has defects and what is named goes out again (A7)."""
    batch = batch_of(session, task)
    named = {entry_named(session, batch, each, "rework_nos").id for each in text(answers, "rework_nos").split()}
    again = [e for e in at(session, batch, ScanStatus.BACK) if e.id in named or batches.faults(session, e)]
    for entry in again:
        desk.again(session, entry, user.name)
    return {"whole_batch": False, "rework_nos": "", "rework_note": "", "reworked": len(again)}


def _wanting(session: Session, batch: ScanBatch) -> list[dict[str, Any]]:
    """The dossiers out with something wrong: how many places, and the first of them."""
    found = ((entry, batches.faults(session, entry)) for entry in at(session, batch, ScanStatus.OUT))
    return [
        {"dossier_no": entry.dossier.dossier_no, "count": len(said), "first": kept(said[0])}
        for entry, said in found
        if said
    ]


def _strangers(session: Session, entry: ScanDossier) -> list[ImageDefect]:
    return [each for each in defects.open_defects(session, entry.dossier) if each.code == Defect.WRONG_PERSON]
