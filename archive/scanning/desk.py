"""C2, C3 and C9 of digitising: a dossier goes out of the store to the firm's room and comes back, counted both ways.

Nothing else of the batch waits for it: a dossier falls out or is late by itself. What does not come back whole stops
the batch until it is cleared.
"""

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from archive import calendar, custody, dossiers, parameters, storage
from archive.answers import require_label
from archive.custody import PlaceKind
from archive.dossier_tables import Dossier
from archive.losses import reporting
from archive.losses.models import LossKind
from archive.refusals import wrong
from archive.scanning.models import BatchStatus, ScanBatch, ScanDossier, ScanStatus
from archive.statuses import DigitStatus, DossierKind, DossierStatus
from workflow import history
from workflow.clock import now
from workflow.errors import Conflict


def hand_out(session: Session, entry: ScanDossier, label: str, pages: int, volumes: int, to: str, by: str) -> None:
    """C2: the dossier goes to the firm, its label scanned, pages and volumes counted by both; `to` signs for it.

    Raises Invalid beside `scan_label`, `pages`, `volumes`, `out_to`; Conflict when it is not in the store, held by
    another case, handed out already, or the batch is stopped.
    """
    batch, dossier = entry.batch, entry.dossier
    if batch.status is not BatchStatus.OPEN:
        raise Conflict("Batch {number} is not at this step.", number=batch.number)
    require_label(dossier, label)
    _check_count("pages", pages, dossier.page_count)
    _check_count("volumes", volumes, dossier.volumes)
    if not to.strip():
        raise wrong("out_to", "Say who takes the dossier.")
    _move(session, entry, ScanStatus.PLANNED, ScanStatus.OUT)
    dossiers.hold(session, dossier, batch.case)
    place = custody.place(PlaceKind.UNIT, f"{batch.firm} {to}")
    storage.take_out(session, dossier, place, DossierStatus.SCANNING, by, batch.case, f"scanning {batch.number}")
    facts = {"digit_status": DigitStatus.SCANNING}
    dossiers.update_facts(session, dossier, facts, by, batch.case, "scanning")
    entry.pages_out, entry.volumes_out, entry.out_to = pages, volumes, to.strip()
    entry.out_at, entry.out_by, entry.due_at = now(), by, _due(session, dossier, batch.case_id)
    session.flush()  # lists ask for it
    _told(session, entry, by, "scan_handed_out", pages=pages, to=to.strip())


def note_paper(session: Session, entry: ScanDossier, note: str, by: str) -> None:
    """C3: what the firm's worksheet says of the paper (torn, stuck, faded); added to what was noted before."""
    if not note.strip():
        raise wrong("paper", "Say what is the matter with the paper.")
    entry.paper = f"{entry.paper}\n{note.strip()}".strip()
    session.flush()  # lists ask for it
    _told(session, entry, by, "scan_paper_noted", note=note.strip())


def fall_out(session: Session, entry: ScanDossier, by: str, why: str) -> None:
    """Leave a dossier out of the batch: one still planned, or back and not handed in yet. Raises Invalid without a
    reason, Conflict while it is out or when the batch was handed in."""
    if not why.strip():
        raise wrong("why", "Say why the dossier is not scanned.")
    back = entry.status is ScanStatus.BACK and entry.batch.status is BatchStatus.OPEN
    _move(session, entry, ScanStatus.BACK if back else ScanStatus.PLANNED, ScanStatus.FELL_OUT, why=why.strip())
    if back:
        queued = {"digit_status": DigitStatus.QUEUED}
        dossiers.update_facts(session, entry.dossier, queued, by, entry.batch.case, "scanning")
    _told(session, entry, by, "scan_fell_out", why=why.strip())


def again(session: Session, entry: ScanDossier, by: str) -> None:
    """The dossier goes out once more, to be reworked. Raises Conflict when it is not back."""
    _move(session, entry, ScanStatus.BACK, ScanStatus.PLANNED, pages_back=None, back_at=None, back_by=None)
    _told(session, entry, by, "scan_again")


def take_back(session: Session, entry: ScanDossier, label: str, position: str, pages: int, by: str) -> None:
    """C9: the dossier is back on its place: label and position scanned, pages counted as many as went out.

    Raises Invalid beside `scan_label`, `position`, `pages`; a difference is reported instead (`differs`).
    """
    dossier = entry.dossier
    require_label(dossier, label)
    home, code = storage.home(session, dossier), storage.code_of(position)
    if home is not None and code != home:
        raise wrong("position", "The place of this dossier is {home}, you scanned {code}.", home=home, code=code)
    if pages != entry.pages_out:
        raise wrong(
            "pages",
            "{out} pages went out, {back} came back: report the difference.",
            out=entry.pages_out or 0,
            back=pages,
        )
    before = ScanStatus.DIFFERS if entry.status is ScanStatus.DIFFERS else ScanStatus.OUT
    _move(session, entry, before, ScanStatus.BACK, pages_back=pages, back_at=now(), back_by=by)
    storage.shelve(session, dossier, code, by, entry.batch.case, f"back from scanning {entry.batch.number}")
    dossiers.let_go(session, dossier, entry.batch.case)
    _go_on(session, entry.batch)
    _told(session, entry, by, "scan_taken_back", pages=pages)


def differs(session: Session, entry: ScanDossier, pages: int, by: str, why: str) -> None:
    """C9: other pages came back than went out: the batch stops until the dossier is taken back whole, or the loss is
    settled. Raises Invalid without a reason or without a difference."""
    if pages == entry.pages_out:
        raise wrong("pages", "As many pages came back as went out.")
    if not why.strip():
        raise wrong("why", "Say what is missing or too many.")
    _move(session, entry, ScanStatus.OUT, ScanStatus.DIFFERS, pages_back=pages, why=why.strip())
    entry.batch.status = BatchStatus.STOPPED
    session.flush()  # nobody hands out any more
    _told(session, entry, by, "scan_differs", out=entry.pages_out, back=pages, why=why.strip())


def lose(session: Session, entry: ScanDossier, kind: LossKind, by: str, why: str) -> None:
    """A difference is established: the dossier is lost, or damaged where only pages are gone; the matter of the loss
    has it from now on. It leaves the batch, which goes on. Raises Invalid without a reason."""
    if not why.strip():
        raise wrong("loss_note", "Say what is missing and what was done to find it.")
    batch = entry.batch
    _move(session, entry, ScanStatus.DIFFERS, ScanStatus.FELL_OUT, why=why.strip())
    reporting.come_upon(session, entry.dossier, kind, batch.case, why.strip(), by)
    _go_on(session, batch)
    _told(session, entry, by, "scan_lost", status=kind.value, why=why.strip())


def _check_count(field: str, counted: int, said: int) -> None:
    if counted != said:
        raise wrong(field, "The catalogue says {said}, you counted {counted}.", said=said, counted=counted)


def _due(session: Session, dossier: Dossier, case_id: int) -> Any:
    """Until when it must be back; with no day allowed, until the office closes."""
    key = "scan_out_cadre" if dossier.kind is DossierKind.CADRE else "scan_out_days"
    days = parameters.value(session, key, case=case_id)
    if not days:
        return calendar.closing(session, calendar.delivery_day(session, now()))
    return calendar.add_working_days(session, now(), days)


def _move(session: Session, entry: ScanDossier, before: ScanStatus, to: ScanStatus, **more: Any) -> None:
    """The next status, once."""
    moved = session.execute(
        update(ScanDossier)
        .where(ScanDossier.id == entry.id, ScanDossier.status == before)
        .values(status=to, **more)
        .execution_options(synchronize_session=False)
    )
    session.refresh(entry)
    if not moved.rowcount:
        raise Conflict("Dossier {number} is not at this step.", number=entry.dossier.dossier_no)


def _go_on(session: Session, batch: ScanBatch) -> None:
    """A stopped batch goes on when nothing of it differs any more."""
    differing = select(ScanDossier.id).where(ScanDossier.batch_id == batch.id, ScanDossier.status == ScanStatus.DIFFERS)
    if batch.status is BatchStatus.STOPPED and session.scalar(differing.limit(1)) is None:
        batch.status = BatchStatus.OPEN


def _told(session: Session, entry: ScanDossier, by: str, kind: str, **data: Any) -> None:
    history.record(session, entry.batch.case, by, kind, dossier_no=entry.dossier.dossier_no, **data)
