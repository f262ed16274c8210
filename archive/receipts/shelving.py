"""R8 to R10: on the shelf, the slip goes back, the dossier is queued for sorting and scanning."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from archive import custody, documents, dossiers, storage
from archive.answers import need
from archive.custody import PlaceKind
from archive.dossiers import Dossier
from archive.packs.models import Pack, PackStatus
from archive.receipts.returns import pack_facts
from archive.receipts.work import noted, pack_of
from archive.refusals import wrong
from archive.scans import normalise
from archive.statuses import DigitStatus, SortStatus
from archive.transfer import letters
from workflow import history
from workflow.clock import now
from workflow.identity import User
from workflow.models import UserTask
from workflow.registry import Work, expression_function, on_completion, service_task

SUGGESTED = 20
UNTOUCHED = (SortStatus.NONE, DigitStatus.NONE)


@on_completion("receipt.shelve")
def shelve(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """R8: both barcodes are scanned, the label's and the position's; the dossier is then where they say."""
    pack = pack_of(session, task)
    dossier = session.get_one(Dossier, pack.dossier_id)
    code = _double_scan(dossier, storage.home(session, dossier), answers)
    storage.shelve(session, dossier, code, user.name, pack.case)
    dossiers.let_go(session, dossier, pack.case)
    pack.status, pack.ended_at = PackStatus.STORED, now()
    place = custody.place(PlaceKind.POSITION, code)
    custody.record(session, pack, place, user.name, pack.case, "shelved")
    letters.stored(session, pack, dossier)
    noted(session, pack, user.name, "shelved", dossier_no=dossier.dossier_no, position=code)
    return {"position": code}


@service_task("receipt.slip")
def issue_slip(session: Session, work: Work) -> Mapping[str, Any]:
    """R9a: the receipt slip for the sender."""
    pack = pack_of(session, work)
    dossier = session.get_one(Dossier, pack.dossier_id)
    facts = {
        **pack_facts(session, pack),
        "name": dossier.person.name,
        "dossier_no": dossier.dossier_no,
        "stored_on": documents.chinese_day(now()),
        "missing": list(dossier.missing),
    }
    slip = documents.issue(session, pack.case, "receipt", facts, history.SYSTEM)
    return {"slip_no": slip.number, "slip_id": slip.id}


@on_completion("receipt.send_slip", anew=True)
def send_slip(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """The slip is sealed and on its way back."""
    pack = pack_of(session, task)
    noted(session, pack, user.name, "slip sent", way=answers.get("slip_way"), under=answers.get("slip_sent_no"))
    return {"slip_sent_at": now().isoformat()}


@service_task("receipt.queue", only_once=True)
def queue_work(session: Session, work: Work) -> None:
    """R10: sorting and scanning know of the dossier, unless they have begun: it stands on the shelf since R8, and its
    slip may take days."""
    pack = pack_of(session, work)
    dossier = session.get_one(Dossier, pack.dossier_id)
    waits = {"sort_status": SortStatus.QUEUED, "digit_status": DigitStatus.QUEUED}
    queued = {field: status for field, status in waits.items() if getattr(dossier, field) in UNTOUCHED}
    dossiers.update_facts(session, dossier, queued, history.SYSTEM, pack.case, "queued", beside=True)
    noted(session, pack, history.SYSTEM, "queued", dossier_no=dossier.dossier_no)


@expression_function("position_for")
def position_for(session: Session, pack_id: int | None = None) -> str:
    """For forms: the dossier's home if it has one, else a free position; several clerks are offered different ones."""
    pack = session.get(Pack, pack_id or 0)
    dossier = session.get(Dossier, pack.dossier_id) if pack and pack.dossier_id else None
    free = storage.free_positions(session, limit=SUGGESTED)
    suggested = free[(pack_id or 0) % len(free)].code if free else ""
    return (storage.home(session, dossier) if dossier else None) or suggested


def _double_scan(dossier: Dossier, home: str | None, answers: Mapping[str, Any]) -> str:
    """The position's code. Each barcode is scanned where it belongs and says what was chosen, or the dossier's home."""
    label = normalise(need(answers, "scan_label", "Scan the label on the dossier."))
    scanned = need(answers, "scan_position", "Scan the barcode of the position.")
    if label.replace("-", "") != normalise(dossier.dossier_no).replace("-", ""):
        raise wrong("scan_label", "This label is not of dossier {number}.", number=dossier.dossier_no)
    code = storage.code_of(scanned, "scan_position")
    chosen = home or storage.code_of(str(answers.get("position") or scanned))
    if code != chosen:
        raise wrong("scan_position", "You chose {chosen} but scanned {code}.", chosen=chosen, code=code)
    return code
