"""A3, A4, A6 and A9: what the machine does with a batch that was handed in."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive import dossiers, id_numbers, persons
from archive.acceptance import papers, rounds
from archive.acceptance.models import Acceptance, AcceptanceStatus
from archive.dossier_tables import Dossier
from archive.images import defects, pages, stored
from archive.images.defect_tables import DEFECT_LABELS
from archive.images.models import ImageFile
from archive.materials import catalogue
from archive.materials.models import Material, MaterialState
from archive.scanning import batches
from archive.scanning.models import ScanBatch, ScanDossier, ScanStatus
from workflow import history, office
from workflow.clock import now
from workflow.errors import Conflict, Invalid, Sentence, sentence
from workflow.kept_sentences import kept
from workflow.registry import Repeat, Work, service_task

PORTION = 10  # dossiers examined in one transaction
MOST = 20  # faults kept of one dossier


@service_task("acceptance.examine")
def examine(session: Session, work: Work) -> Mapping[str, Any] | Repeat:
    """A3: everything is looked through, a few dossiers at a time: structure, pages, formats, hashes, ID number,
    catalogue. Returns sound and faulty (how many dossiers have faults)."""
    acceptance = rounds.of_step(session, work)
    round_ = rounds.last(session, acceptance)
    waiting = [each for each in rounds.dossiers(session, round_) if each.examined_at is None]
    for each in waiting[:PORTION]:
        found = list(_faults(session, acceptance, each.dossier))
        each.examined_at, each.faults = now(), [kept(said) for said in found[:MOST]]
    if len(waiting) > PORTION:
        return Repeat()
    session.flush()  # the round is closed by what was found
    faulty = sum(bool(each.faults) for each in rounds.dossiers(session, round_))
    if faulty:
        rounds.close(session, acceptance, round_, False)
    return {"sound": not faulty, "faulty": faulty, "passed": False}


@service_task("acceptance.draw")
def draw(session: Session, work: Work) -> Mapping[str, Any]:
    """A4: the sample. Returns sample (how many dossiers), rate and sampled ([{dossier_no, name, pages}])."""
    round_ = rounds.last(session, rounds.of_step(session, work))
    drawn = rounds.draw(session, round_)
    told = [
        {"dossier_no": e.dossier.dossier_no, "name": e.dossier.person.name, "pages": e.dossier.page_count}
        for e in drawn
    ]
    return {"sample": len(drawn), "rate": round_.rate, "sampled": told}


@service_task("acceptance.count")
def count(session: Session, work: Work) -> Mapping[str, Any]:
    """A6: good pages, fatal and minor defects; the round is closed. Dossiers of a sample that passed with minor defects
    are held, so that these can be mended (A8)."""
    acceptance = rounds.of_step(session, work)
    round_ = rounds.last(session, acceptance)
    found = rounds.count(session, round_)
    rounds.close(session, acceptance, round_, rounds.passes(round_))
    if round_.passed:
        for each in {defect.material.dossier_id for defect in found}:
            dossiers.hold(session, session.get_one(Dossier, each), acceptance.case)
    told = {"good_pages": round_.good, "sampled_pages": round_.pages, "fatal": round_.fatal, "minor": round_.minor}
    return {**told, "passed": round_.passed, "clean": not found}


@service_task("acceptance.settle")
def settle(session: Session, work: Work) -> Mapping[str, Any]:
    """A9: the raw images are fixed for ever, the accepted quantity and what is to be paid for it stand. Raises Conflict
    when images were lost or added meanwhile."""
    acceptance = rounds.of_step(session, work)
    batch = session.get_one(ScanBatch, acceptance.batch_id)
    before = _images(session, batch)
    for each in batches.entries(session, batch):
        dossiers.let_go(session, each.dossier, batch.case)
    came = batches.accept(session, batch, acceptance.head or history.SYSTEM)
    after = _images(session, batch, accepted=True)
    if before != after:
        raise Conflict("{before} images were handed in, {after} accepted.", before=before, after=after)
    all_rounds = rounds.of(session, acceptance)
    acceptance.quantity = batches.paid_for(batch, came)
    acceptance.amount, acceptance.decided_at = came.price, now()
    acceptance.status = AcceptanceStatus.ACCEPTED
    paper = papers.certificate(session, acceptance, all_rounds[-1], before)
    return {
        "acceptance_result": "accepted",
        "acceptance_no": paper.number,
        "accepted_quantity": acceptance.quantity,
        "amount": acceptance.amount,
        "contract_no": acceptance.contract_no,
    }


def _faults(session: Session, acceptance: Acceptance, dossier: Dossier) -> Iterator[Sentence]:
    batch = session.get_one(ScanBatch, acceptance.batch_id)
    try:
        id_numbers.check(persons.id_no(session, dossier.person))
    except Invalid:
        yield sentence("The person's ID number is not valid.")
    rows = [catalogue.row_of(each) for each in catalogue.rows(session, dossier)]
    for found in catalogue.check(rows, office.of(session).today()):
        if found.grave:
            yield found.said
    own = (ScanDossier.batch_id == batch.id, ScanDossier.dossier_id == dossier.id)
    until = batches.came_back(session.scalars(select(ScanDossier).where(*own)).one())
    counted = pages.counts(session, dossier, until)
    yield from (pages.disagreement(each).sentence for each in counted if not each.agree)
    defects.examine(session, dossier, batch.case, batches.demanded(batch), until)
    stored.examine(session, dossier, batch.case)
    session.flush()  # the list asks for what was found
    for defect in defects.open_defects(session, dossier):
        place, label = pages.number(defect.material), sentence(DEFECT_LABELS[defect.code])
        yield sentence("{place} page {page}: {defect}", place=place, page=defect.page, defect=label)


def _images(session: Session, batch: ScanBatch, accepted: bool = False) -> int:
    back = [each.dossier_id for each in batches.entries(session, batch) if each.status is ScanStatus.BACK]
    asked = select(func.count(ImageFile.id)).join(Material, Material.id == ImageFile.material_id)
    kept = (Material.dossier_id.in_(back), Material.state == MaterialState.KEPT)
    asked = asked.where(*kept, ImageFile.superseded_at.is_(None))
    return session.scalar(asked.where(ImageFile.accepted_at.is_not(None)) if accepted else asked) or 0
