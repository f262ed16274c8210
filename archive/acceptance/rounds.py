"""The rounds of accepting a batch: opened, examined, drawn, counted, closed."""

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from archive import parameters, sight
from archive.acceptance import sampling
from archive.acceptance.models import Acceptance, AcceptanceDossier, AcceptanceRound, Subject
from archive.acceptance.sampling import Plan
from archive.dossier_tables import Dossier
from archive.images import defects
from archive.images.defect_tables import ImageDefect
from archive.scanning import batches
from archive.scanning.models import ScanBatch, ScanDossier, ScanStatus
from workflow import cases
from workflow.clock import now
from workflow.errors import NotFound
from workflow.identity import User
from workflow.models import Case, UserTask
from workflow.registry import Work, fsck_check


def plan(session: Session, case_id: int) -> Plan:
    """What the parameters say in this case."""
    asked = ("sample_rate", "sample_least", "pass_rate", "accept_rounds", "sample_growth")
    return Plan(*(parameters.value(session, key, case=case_id) for key in asked))


def of_step(session: Session, step: UserTask | Work) -> Acceptance:
    """The acceptance of the step's case; raises NotFound when it has none."""
    case_id = step.case_id if isinstance(step, UserTask) else step.instance.case_id if step.instance else 0
    found = session.scalars(select(Acceptance).where(Acceptance.case_id == case_id)).first()
    if found is None:
        raise NotFound
    return found


def apply(session: Session, batch: ScanBatch, by: str) -> AcceptanceRound:
    """A1: the batch's next round (its first application opens the acceptance)."""
    came = batches.quantity(session, batch)
    found = session.scalars(select(Acceptance).where(Acceptance.batch_id == batch.id)).first()
    if found is None:
        found = Acceptance(
            subject=Subject.BATCH,
            case_id=batch.case_id,
            batch_id=batch.id,
            title=f"数字化批次 {batch.number}",
            supplier=batch.firm,
            contract_no=batch.contract_no,
            unit_price=batch.unit_price,
            handler=batch.planned_by,
            applied_at=now(),
            applied_by=by,
            applied=0,
        )
        session.add(found)
    found.applied = batches.paid_for(batch, came)
    session.flush()  # its round names it
    agreed, number = plan(session, batch.case_id), len(of(session, found)) + 1
    opened = AcceptanceRound(
        acceptance_id=found.id,
        number=number,
        rate=sampling.rate_of(agreed, number),
        pass_rate=agreed.pass_rate,
        opened_at=now(),
    )
    session.add(opened)
    session.flush()  # its dossiers name it
    back = [each for each in batches.entries(session, batch) if each.status is ScanStatus.BACK]
    opened.population = len(back)
    session.add_all(AcceptanceDossier(round_id=opened.id, dossier_id=each.dossier_id) for each in back)
    session.flush()  # the machine looks for them
    return opened


def of(session: Session, acceptance: Acceptance) -> list[AcceptanceRound]:
    """Its rounds in order."""
    asked = select(AcceptanceRound).where(AcceptanceRound.acceptance_id == acceptance.id)
    return list(session.scalars(asked.order_by(AcceptanceRound.number)))


def last(session: Session, acceptance: Acceptance) -> AcceptanceRound:
    """Its present round; raises NotFound when it has none."""
    found = of(session, acceptance)
    if not found:
        raise NotFound
    return found[-1]


def seen_by(session: Session, user: User) -> ColumnElement[bool]:
    """The condition on Acceptance that the user sees it whole: its case and, unless at work on it, each dossier of its
    batch (archive.sight.together)."""
    held = select(ScanDossier.dossier_id).where(ScanDossier.batch_id == Acceptance.batch_id).correlate(Acceptance)
    visible = cases.visible(session, user).with_only_columns(Case.id)
    return Acceptance.case_id.in_(visible) & sight.together(session, user, Acceptance.case_id, held)


def dossiers(session: Session, round_: AcceptanceRound, sampled: bool = False) -> list[AcceptanceDossier]:
    """The dossiers of a round, all or those drawn, in order."""
    asked = select(AcceptanceDossier).where(AcceptanceDossier.round_id == round_.id)
    if sampled:
        asked = asked.where(AcceptanceDossier.sampled)
    whole = joinedload(AcceptanceDossier.dossier).joinedload(Dossier.person)
    return list(session.scalars(asked.options(whole).order_by(AcceptanceDossier.id)))


def draw(session: Session, round_: AcceptanceRound) -> list[AcceptanceDossier]:
    """A4: the sample of this round, drawn once; the seed is kept."""
    there = dossiers(session, round_)
    if round_.seed is None:
        round_.seed, round_.drawn_at = sampling.seed(), now()
        round_.sample = sampling.size(round_.population, round_.rate, plan(session, round_.acceptance.case_id).least)
        chosen = set(sampling.draw([each.dossier_id for each in there], round_.sample, round_.seed))
        for each in there:
            each.sampled = each.dossier_id in chosen
    return [each for each in there if each.sampled]


def count(session: Session, round_: AcceptanceRound) -> Sequence[ImageDefect]:
    """A6: good pages and defects of the sample; returns the defects that are open."""
    found: list[ImageDefect] = []
    pages = bad = 0
    for each in dossiers(session, round_, sampled=True):
        own = defects.open_defects(session, each.dossier)
        pages += each.dossier.page_count or 0
        bad += len({(defect.material_id, defect.page) for defect in own})
        found += own
    round_.pages, round_.good = pages, max(pages - bad, 0)
    round_.fatal = sum(each.fatal for each in found)
    round_.minor = len(found) - round_.fatal
    return found


def passes(round_: AcceptanceRound) -> bool:
    """Whether the sample as counted passes."""
    return sampling.passes(round_.pages or 0, round_.good or 0, round_.fatal or 0, round_.pass_rate)


def close(session: Session, acceptance: Acceptance, round_: AcceptanceRound, passed: bool) -> None:
    """The round has its result; that of the first one is kept with the acceptance, however it ends."""
    round_.passed, round_.closed_at = passed, now()
    if acceptance.first_pass is None:
        acceptance.first_pass = bool(of(session, acceptance)[0].passed)


@fsck_check("samples_as_drawn")
def _redrawn(session: Session) -> Iterator[str]:
    """Every sample is the one its seed draws."""
    for each in session.scalars(select(AcceptanceRound).where(AcceptanceRound.seed.is_not(None))):
        there = dossiers(session, each)
        wanted = sampling.draw([one.dossier_id for one in there], each.sample, each.seed or "")
        if sorted(one.dossier_id for one in there if one.sampled) != wanted:
            yield f"The sample of round {each.number} of acceptance {each.acceptance_id} is not what its seed draws."
