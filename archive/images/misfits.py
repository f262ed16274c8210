"""Pages of a scan that could not be laid beside a material by themselves: a person decides on each."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from archive.dossier_tables import Dossier
from archive.images import brought, demands, pages, parcels
from archive.images.parcel_tables import PageStatus, Parcel, ParcelPage
from archive.materials.models import Material
from workflow import office
from workflow.errors import Conflict, Invalid, sentence
from workflow.kept_sentences import kept
from workflow.models import Case

UNDECIDED = (PageStatus.QUEUED, PageStatus.DROPPED)  # a blank one may be a page after all


def waiting(session: Session, case: Case | None = None) -> Sequence[ParcelPage]:
    """The pages to be decided, those of a case or all, in the order they were scanned."""
    asked = select(ParcelPage).join(Parcel, Parcel.id == ParcelPage.parcel_id)
    asked = asked.where(ParcelPage.status == PageStatus.QUEUED).order_by(ParcelPage.parcel_id, ParcelPage.number)
    return session.scalars(asked.where(Parcel.case_id == case.id) if case else asked).all()


def lay(session: Session, page: ParcelPage, material: Material, number: int, by: str) -> None:
    """Let the scan be page `number` of this material, as raw image and, made of it, for reading.

    Raises Conflict when it was decided meanwhile or the dossier is not handed out for the scan's case, Invalid for a
    page the catalogue does not have; whatever stood there is kept.
    """
    parcel = parcels.find(session, page.parcel_id)
    dossier = session.get_one(Dossier, material.dossier_id)
    if dossier.held_by_case_id != parcel.case_id:
        raise Conflict("Dossier {number} is not handed out for this.", number=dossier.dossier_no)
    _decide(session, page, PageStatus.READ)
    page.material_id, page.page, page.reason = material.id, number, None
    case = session.get(Case, parcel.case_id) if parcel.case_id else None
    parcels.lay(session, parcel, page, case, by)
    if page.image_id is not None:
        raw = pages.find(session, page.image_id)
        made = brought.optimised(office.of(session).files, raw.sha256, raw.name, demands.of(session).kilobytes)
        pages.lay_optimised(session, raw, made, by, case)
    session.flush()  # lists ask for it


def leave_out(session: Session, page: ParcelPage, by: str, why: str) -> None:
    """The page belongs to no dossier; its file and the reason are kept. Raises Invalid without a reason."""
    if not why.strip():
        raise Invalid(message="Say why the page {name} is left out.", name=page.name)
    _decide(session, page, PageStatus.REJECTED)
    page.reason = kept(sentence("Left out by {who}: {why}", who=by, why=why))
    session.flush()  # lists ask for it


def _decide(session: Session, page: ParcelPage, to: PageStatus) -> None:
    """One person decides on a page once."""
    decided = session.execute(
        update(ParcelPage)
        .where(ParcelPage.id == page.id, ParcelPage.status.in_(UNDECIDED))
        .values(status=to)
        .execution_options(synchronize_session=False)
    )
    session.refresh(page)
    if not decided.rowcount:
        raise Conflict("The page {name} was decided on meanwhile.", name=page.name)
