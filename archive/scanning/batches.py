"""C1, C8 and C10 of digitising: a batch is planned, looked through as a whole, delivered, accepted."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload

from archive import dossiers, numbers, parameters, sight
from archive.dossier_tables import Dossier
from archive.images import defects, demands, misfits, pages
from archive.images.defect_tables import DEFECT_LABELS, Stage
from archive.images.demands import Demands
from archive.materials import catalogue
from archive.materials.models import MaterialState
from archive.refusals import wrong
from archive.scanning.models import ENTERED, BatchStatus, ScanBatch, ScanDossier, ScanStatus, Unit
from archive.scans import normalise
from archive.statuses import DigitStatus, DossierStatus, SortStatus
from workflow import cases, history
from workflow.clock import now
from workflow.errors import Conflict, NotFound, Sentence, sentence
from workflow.identity import User
from workflow.models import Case
from workflow.registry import fsck_check

RUNNING = (BatchStatus.OPEN, BatchStatus.STOPPED, BatchStatus.DELIVERED)
_WITH_DOSSIER = joinedload(ScanDossier.dossier).joinedload(Dossier.person)


@dataclass(frozen=True)
class Terms:
    """What was agreed with the firm. `unit_price` in fen, for a page or a volume."""

    firm: str
    contract_no: str = ""
    unit: Unit = Unit.PAGE
    unit_price: int = 0


@dataclass(frozen=True)
class Refused:
    """A dossier that is not in the batch, and why."""

    dossier_no: str
    said: Sentence


@dataclass(frozen=True)
class Quantity:
    """What a batch comes to; `price` in fen."""

    volumes: int
    pages: int
    price: int


def plan(session: Session, case: Case, terms: Terms, wanted: Sequence[str], by: str) -> tuple[ScanBatch, list[Refused]]:
    """C1: a batch of the dossiers with these numbers; those that cannot be scanned are left out, each with the reason.

    Raises Invalid beside `firm`, `unit_price` or `dossiers` when there is nothing to plan.
    """
    if not terms.firm.strip():
        raise wrong("firm", "Say which firm scans.")
    if terms.unit_price < 0:
        raise wrong("unit_price", "A price is not negative.")
    taken, refused = judged(session, wanted)
    if not taken:
        raise wrong("dossiers", "None of these dossiers can be scanned.")
    batch = ScanBatch(
        number=numbers.issue(session, "scanning", f"scanning batch of {case.business_key}"),
        case_id=case.id,
        profile=asdict(demands.of(session)),
        planned_at=now(),
        planned_by=by,
        **asdict(terms),
    )
    session.add(batch)
    session.flush()  # its dossiers name it
    session.add_all(ScanDossier(batch_id=batch.id, dossier_id=each.id) for each in taken)
    session.flush()  # a second batch at the same moment is refused here
    history.record(session, case, by, "scan_planned", number=batch.number, dossiers=len(taken), refused=len(refused))
    return batch, refused


def judged(session: Session, wanted: Sequence[str], planner: User | None = None) -> tuple[list[Dossier], list[Refused]]:
    """Which of these numbers can be scanned now, each once; and which cannot, each with the reason. What the planner
    does not see there is not. Raises Invalid beside `dossiers` when these are too many for a batch."""
    named = [each for each in dict.fromkeys(wanted) if each.strip()]
    if len(named) > (most := parameters.value(session, "batch_dossiers")):
        raise wrong("dossiers", "A batch holds at most {most} dossiers.", most=most)
    found = [_judged(session, planner, number) for number in named]
    taken = {each.id: each for each in found if isinstance(each, Dossier)}
    return list(taken.values()), [each for each in found if isinstance(each, Refused)]


def seen_by(session: Session, user: User) -> ColumnElement[bool]:
    """The condition on ScanBatch that the user sees it whole: its case and, unless at work on it, each of its dossiers
    (archive.sight.together)."""
    held = select(ScanDossier.dossier_id).where(ScanDossier.batch_id == ScanBatch.id).correlate(ScanBatch)
    visible = cases.visible(session, user).with_only_columns(Case.id)
    return ScanBatch.case_id.in_(visible) & sight.together(session, user, ScanBatch.case_id, held)


def entries(session: Session, batch: ScanBatch) -> list[ScanDossier]:
    """The batch's dossiers in the order planned."""
    asked = select(ScanDossier).where(ScanDossier.batch_id == batch.id).options(_WITH_DOSSIER)
    return list(session.scalars(asked.order_by(ScanDossier.id)))


def entry_of(session: Session, batch: ScanBatch, number: str) -> ScanDossier | None:
    """The batch's dossier with this number, as typed or scanned; None when it has none."""
    asked = select(ScanDossier).join(Dossier).where(ScanDossier.batch_id == batch.id)
    return session.scalars(asked.where(Dossier.dossier_no == normalise(number))).first()


def of_case(session: Session, case_id: int) -> ScanBatch:
    """The batch of a case; raises NotFound."""
    found = session.scalars(select(ScanBatch).where(ScanBatch.case_id == case_id)).first()
    if found is None:
        raise NotFound
    return found


def demanded(batch: ScanBatch) -> Demands:
    """The demands the batch is judged by."""
    return Demands(**{**batch.profile, "formats": tuple(batch.profile["formats"])})


def agreed(session: Session, dossier: Dossier) -> Demands:
    """The demands a dossier's images are judged by: those of the batch it is in, else those of the day."""
    asked = select(ScanBatch).join(ScanDossier, ScanDossier.batch_id == ScanBatch.id)
    mine = (ScanDossier.dossier_id == dossier.id, ScanDossier.status != ScanStatus.FELL_OUT)
    found = session.scalars(asked.where(*mine, ScanBatch.status.in_(RUNNING)).order_by(ScanBatch.id.desc())).first()
    return demanded(found) if found is not None else demands.of(session)


def undecided(session: Session, dossier: Dossier) -> ScanBatch | None:
    """The batch the dossier is back from whose acceptance is to come: the checkers need it, and it may be worked over
    again."""
    asked = select(ScanBatch).join(ScanDossier, ScanDossier.batch_id == ScanBatch.id)
    back = (ScanDossier.dossier_id == dossier.id, ScanDossier.status == ScanStatus.BACK)
    return session.scalars(asked.where(*back, ScanBatch.status.in_(RUNNING)).order_by(ScanBatch.id)).first()


def lacking(session: Session, entry: ScanDossier, stage: Stage = Stage.FIRM) -> list[Sentence]:
    """What keeps this dossier's images from being delivered: its faults, and pages nobody has looked at. Nothing when
    it is ready."""
    found = faults(session, entry)
    if left := defects.unchecked(session, entry.dossier, stage):
        found.append(sentence("{count} images were not looked at.", count=left))
    return found


def faults(session: Session, entry: ScanDossier) -> list[Sentence]:
    """C8: what is wrong with this dossier's images: pages and images unequal, defects open."""
    dossier = entry.dossier
    counted = pages.counts(session, dossier, came_back(entry))
    found = [pages.disagreement(each).sentence for each in counted if not each.agree]
    for each in defects.open_defects(session, dossier):
        place, label = pages.number(each.material), sentence(DEFECT_LABELS[each.code])
        found.append(sentence("{place} page {page}: {defect}", place=place, page=each.page, defect=label))
    return found


def came_back(entry: ScanDossier) -> datetime | None:
    """Since when its papers are on the shelf again; what joins them later is for the next batch."""
    return entry.back_at if entry.status is ScanStatus.BACK else None


def deliver(session: Session, batch: ScanBatch, by: str) -> Quantity:
    """C10: apply for acceptance; where everything fell out the batch is given up. Raises Conflict while a dossier is
    out, not ready, or a scanned page undecided."""
    _refuse_unless(batch, BatchStatus.OPEN)
    done = [each for each in entries(session, batch) if each.status is not ScanStatus.FELL_OUT]
    for entry in done:
        number = entry.dossier.dossier_no
        if entry.status is not ScanStatus.BACK:
            raise Conflict("Dossier {number} is not back yet.", number=number)
        if said := lacking(session, entry):
            raise Conflict("Dossier {number} is not ready: {said}", number=number, said=said[0])
    if misfits.waiting(session, batch.case):
        raise Conflict("There are scanned pages to be decided on.")
    for entry in done:
        _digit_status(session, entry, DigitStatus.CHECKING, by)
    batch.status = BatchStatus.DELIVERED if done else BatchStatus.GIVEN_UP
    return quantity(session, batch)


def accept(session: Session, batch: ScanBatch, by: str) -> Quantity:
    """The batch passed its acceptance: its raw images are fixed for ever, its quantity is what is paid for."""
    _refuse_unless(batch, BatchStatus.DELIVERED)
    for entry in entries(session, batch):
        if entry.status is ScanStatus.BACK:
            pages.accept(session, entry.dossier, by, batch.case, came_back(entry))
            _digit_status(session, entry, _accepted(session, entry), by)
    batch.status = BatchStatus.ACCEPTED
    return quantity(session, batch)


def quantity(session: Session, batch: ScanBatch) -> Quantity:
    """Volumes and pages of what came back, and the price of it."""
    counted = select(func.sum(ScanDossier.volumes_out), func.sum(ScanDossier.pages_back))
    back = counted.where(ScanDossier.batch_id == batch.id, ScanDossier.status == ScanStatus.BACK)
    volumes, sheets = (int(each or 0) for each in session.execute(back).one())
    return Quantity(volumes, sheets, batch.unit_price * (sheets if batch.unit is Unit.PAGE else volumes))


def paid_for(batch: ScanBatch, came: Quantity) -> int:
    """What is paid for, of a quantity: its pages or its volumes."""
    return came.pages if batch.unit is Unit.PAGE else came.volumes


def reopen(session: Session, batch: ScanBatch) -> None:
    """The batch did not pass: it is worked on again. Raises Conflict when it was not handed in."""
    _refuse_unless(batch, BatchStatus.DELIVERED)
    batch.status = BatchStatus.OPEN


def give_up(session: Session, batch: ScanBatch, by: str) -> None:
    """The batch ends without acceptance; its dossiers wait to be scanned by somebody else."""
    _refuse_unless(batch, BatchStatus.DELIVERED)
    for entry in entries(session, batch):
        if entry.status is ScanStatus.BACK:
            _digit_status(session, entry, DigitStatus.QUEUED, by)
    batch.status = BatchStatus.GIVEN_UP


def _judged(session: Session, planner: User | None, number: str) -> Dossier | Refused:
    try:
        dossier = sight.by_no(session, planner, number)
    except NotFound as refused:
        return Refused(number.strip(), refused.sentence)
    said = _why_not(session, dossier)
    return Refused(dossier.dossier_no, said) if said else dossier


def _why_not(session: Session, dossier: Dossier) -> Sentence | None:
    """Why a dossier cannot be scanned now; None when it can."""
    if dossier.status is not DossierStatus.IN_STORE:
        return sentence("It is not in the store.")
    if dossier.held_by_case_id is not None:
        return sentence("Another case is at work on it.")
    materials = catalogue.rows(session, dossier)
    if dossier.sort_status is not SortStatus.SORTED or not materials:
        return sentence("It is not sorted yet.")
    if any(each.state is not MaterialState.KEPT or not each.pages for each in materials):
        return sentence("Its catalogue has materials without a class or pages.")
    entered = select(ScanDossier.id).where(ScanDossier.dossier_id == dossier.id, ScanDossier.status.in_(ENTERED))
    if undecided(session, dossier) is not None or session.scalar(entered.limit(1)):
        return sentence("It is in another scanning batch.")
    return None


def _accepted(session: Session, entry: ScanDossier) -> DigitStatus:
    """Accepted; but what joined it meanwhile waits to be scanned."""
    whole = all(each.agree for each in pages.counts(session, entry.dossier))
    return DigitStatus.ACCEPTED if whole else DigitStatus.QUEUED


def _refuse_unless(batch: ScanBatch, status: BatchStatus) -> None:
    if batch.status is not status:
        raise Conflict("Batch {number} is not at this step.", number=batch.number)


def _digit_status(session: Session, entry: ScanDossier, status: DigitStatus, by: str) -> None:
    """What became of its images, whoever has its papers meanwhile."""
    told = {"digit_status": status}
    dossiers.update_facts(session, entry.dossier, told, by, entry.batch.case, "scanning", beside=True)


@fsck_check("scanning_out")
def _strayed(session: Session) -> Iterator[str]:
    """A dossier out for scanning is being scanned and held by its batch's case; one that is back is not."""
    facts = (Dossier.dossier_no, Dossier.status, Dossier.held_by_case_id)
    asked = select(*facts, ScanBatch.case_id, ScanDossier.status, ScanBatch.status == BatchStatus.DELIVERED)
    joined = asked.join(ScanDossier, ScanDossier.dossier_id == Dossier.id).join(ScanBatch)
    for number, status, holder, case, at, mending in session.execute(joined.order_by(ScanDossier.id)):
        if at is ScanStatus.OUT and (status is not DossierStatus.SCANNING or holder != case):
            yield f"Dossier {number} is out for scanning, but its record says {status}, held by case {holder}."
        over = at is ScanStatus.FELL_OUT or (at is ScanStatus.BACK and not mending)  # mended while it is accepted
        if over and holder == case:
            yield f"Dossier {number} is back from scanning, but still held by case {case}."
