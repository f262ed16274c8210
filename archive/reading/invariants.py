"""What must always hold of readings and loans, whoever wrote the rows (Annex C 6 and 7)."""

from collections.abc import Iterator

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from archive.dossier_tables import Dossier
from archive.losses.models import Loss
from archive.materials.invariants import GUARDS_THERE
from archive.persons import Person
from archive.reading import kin
from archive.reading.grant_tables import GUARDS, Grant, GrantedMaterial, PageView
from archive.reading.loan_tables import Loan
from archive.reading.models import Reader, ReadingRequest, RequestStatus
from archive.statuses import DossierStatus
from workflow.registry import fsck_check

STANDING = (RequestStatus.APPROVED, RequestStatus.OVER)


@fsck_check("read_by_grant")
def _without_grant(session: Session) -> Iterator[str]:
    """Every page was read while a grant was open that covers its material, by two of its readers (Annex C 6)."""
    there = set(session.scalars(text(GUARDS_THERE[session.get_bind().dialect.name])))
    for guard in GUARDS:
        if guard not in there:
            yield f"The database would let the reading log be changed: the trigger {guard} is missing."
    covered = (GrantedMaterial.grant_id == PageView.grant_id) & (GrantedMaterial.material_id == PageView.material_id)
    stray = select(PageView.id).outerjoin(GrantedMaterial, covered).where(GrantedMaterial.grant_id.is_(None))
    for view in session.scalars(stray.order_by(PageView.id)):
        yield f"Page view {view} is of a material that was not granted."
    late = (PageView.at < Grant.opened_at) | (PageView.at > func.coalesce(Grant.closed_at, Grant.valid_until))
    for view in session.scalars(select(PageView.id).join(Grant, Grant.id == PageView.grant_id).where(late)):
        yield f"Page view {view} lies outside the time of its grant."
    for side in (PageView.first, PageView.second):
        reads = (Reader.case_id == Grant.case_id) & (Reader.login == side)
        asked = select(PageView.id, side).join(Grant, Grant.id == PageView.grant_id).outerjoin(Reader, reads)
        for view, login in session.execute(asked.where(Reader.id.is_(None))):
            yield f"Page view {view} was read by {login}, who is none of the readers."


@fsck_check("minutes_as_read")
def _minutes(session: Session) -> Iterator[str]:
    """What a grant has used up is what its pages were open for."""
    read = select(PageView.grant_id, func.sum(PageView.ms).label("ms")).group_by(PageView.grant_id).subquery()
    asked = select(Grant.id, Grant.used_ms, func.coalesce(read.c.ms, 0)).outerjoin(read, read.c.grant_id == Grant.id)
    for grant, used, spent in session.execute(asked.order_by(Grant.id)):
        if used != spent:
            yield f"Grant {grant} says {used} ms were read, its pages {spent}."


@fsck_check("no_reader_of_the_family")
def _family(session: Session) -> Iterator[str]:
    """No reader of an approved request is the person or was then known as a relative (Annex C 7)."""
    asked = select(Reader, Person, ReadingRequest.approved_at).join(
        ReadingRequest, ReadingRequest.case_id == Reader.case_id
    )
    asked = asked.join(Dossier, Dossier.id == ReadingRequest.dossier_id).join(Person, Person.id == Dossier.person_id)
    for reader, person, approved_at in session.execute(
        asked.where(ReadingRequest.status.in_(STANDING)).order_by(Reader.id)
    ):
        if kin.known_then(session, person, reader.id_fingerprint, reader.login, approved_at):
            yield f"Reader {reader.seq} of request {reader.case_id} is the person of the dossier or a relative."


@fsck_check("loans_and_statuses")
def _loans(session: Session) -> Iterator[str]:
    """A dossier is lent exactly while a loan of it is out, and held by that loan's case; but for strays, and for what a
    loan came back with too few pages of (archive.losses)."""
    out = select(Loan.dossier_id, Loan.case_id).where(Loan.ended_at.is_(None)).subquery()
    lost = select(Loss.case_id).where(Loss.case_id == Dossier.held_by_case_id, Loss.ended_at.is_(None)).exists()
    asked = select(Dossier.dossier_no, Dossier.status, Dossier.held_by_case_id, out.c.case_id, lost)
    asked = asked.outerjoin(out, out.c.dossier_id == Dossier.id)
    lent = (Dossier.status == DossierStatus.LENT) | out.c.case_id.is_not(None)
    for number, status, holder, case_id, is_lost in session.execute(asked.where(lent).order_by(Dossier.id)):
        beside = case_id is None and (holder is None or is_lost)
        if status is not DossierStatus.LENT or (holder != case_id and not beside):
            yield f"Dossier {number} is {status}, its loan is of case {case_id}, case {holder} holds it."
