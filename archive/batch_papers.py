"""The papers of a batch, to be printed as one file: of a batch's own case and the cases it began (sorting, transfer),
of the packs on a courier's list, of the packs of a day. Superseded ones are left out; nobody gets a paper of a case
they may not see."""

from datetime import date

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, joinedload

from archive.documents import Document
from archive.packs.models import Pack
from archive.sorting.models import Sorting
from archive.transfer.models import Transfer
from workflow import bound_papers, cases, office
from workflow.errors import NotFound, Unavailable
from workflow.identity import User
from workflow.models import Case

MOST = 200  # papers of one file
Within = ColumnElement[bool]  # a condition on Document


def of_case(case: Case) -> Within:
    """Those of a case and of the cases it began as a batch."""
    begun = (select(each.case_id).where(each.batch_case_id == case.id) for each in (Sorting, Transfer))
    return or_(Document.case_id == case.id, *(Document.case_id.in_(ids) for ids in begun))


def of_list(list_id: int) -> Within:
    """Those of the packs on a courier's list."""
    return Document.case_id.in_(select(Pack.case_id).where(Pack.list_id == list_id))


def of_day(day: date) -> Within:
    """Those of the packs that count for a day."""
    return Document.case_id.in_(select(Pack.case_id).where(Pack.delivery_day == day))


def counts(session: Session, user: User, within: Within) -> dict[str, int]:
    """How many papers of each kind, in the order in which kinds were first issued."""
    seen = _seen(session, user, within)
    asked = select(Document.kind, func.count()).where(*seen).group_by(Document.kind).order_by(func.min(Document.id))
    return dict(session.execute(asked).all())


def bound(session: Session, user: User, within: Within, kind: str = "", first: int = 1) -> bytes:
    """One .docx of those of a kind (of all without one), MOST from the `first` (from 1) on, as they were issued. Raises
    NotFound when there are none, Unavailable when a file is missing in the store."""
    asked = select(Document).where(*_seen(session, user, within)).options(joinedload(Document.file))
    if kind:
        asked = asked.where(Document.kind == kind)
    found = session.scalars(asked.order_by(Document.id).offset(max(first, 1) - 1).limit(MOST)).all()
    if not found:
        raise NotFound
    return bound_papers.bind(_content(session, each) for each in found)


def _seen(session: Session, user: User, within: Within) -> tuple[Within, ...]:
    visible = cases.visible(session, user).with_only_columns(Case.id)
    return within, Document.superseded_by.is_(None), Document.case_id.in_(visible)


def _content(session: Session, document: Document) -> bytes:
    place = office.of(session).files.path(document.file.sha256)
    if not place.exists():
        said = "The file {name} is missing in the store. Tell whoever looks after the system."
        raise Unavailable(said, name=document.file.name)
    return place.read_bytes()
