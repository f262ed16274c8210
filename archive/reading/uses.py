"""What a dossier was asked for and read: its own part of the register, as far as a reader may know of it. What is
shielded, and what is another's business, stands there only for those who oversee readings."""

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from archive import sight
from archive.dossier_tables import Dossier
from archive.reading.grant_tables import Grant
from archive.reading.grants import OVERSEE
from archive.reading.loan_tables import Loan
from archive.reading.models import Reader, ReadingRequest
from workflow import cases
from workflow.identity import User
from workflow.models import Case

LATEST = 20  # on one page


@dataclass(frozen=True)
class Reading:
    """A request that lent nothing: its grant when it was read on the screen, its way to the reading room (`room`) when
    the papers were. `open`: its case is the reader's to see."""

    request: ReadingRequest
    grant: Grant | None
    room: Loan | None
    open: bool


def loans(session: Session, dossier: Dossier, user: User) -> list[Loan]:
    """The loans of a dossier the user sees, newest first, at most LATEST, as the register shows them."""
    asked = select(Loan).join(Loan.request).where(Loan.dossier_id == dossier.id, Loan.away)
    if not user.may(OVERSEE):
        asked = asked.where(~ReadingRequest.shielded)
    asked = asked.options(selectinload(Loan.request)).order_by(Loan.case_id.desc())
    return list(session.scalars(asked.limit(LATEST)))


def readings(session: Session, dossier: Dossier, user: User) -> list[Reading]:
    """The readings of a dossier the user sees, newest first, at most LATEST: all of them to who oversees them, else
    those not shielded that they read themselves or whose case is theirs to see."""
    visible = cases.visible(session, user).with_only_columns(Case.id)
    asked = (
        select(ReadingRequest, Grant, Loan, ReadingRequest.case_id.in_(visible))
        .outerjoin(Grant, Grant.case_id == ReadingRequest.case_id)
        .outerjoin(Loan, Loan.case_id == ReadingRequest.case_id)
        .where(ReadingRequest.dossier_id == dossier.id, or_(Loan.case_id.is_(None), ~Loan.away))
        .options(selectinload(ReadingRequest.readers))
    )
    if not (user.may(OVERSEE) and sight.sees(session, user, dossier.id, OVERSEE)):
        reads = select(Reader.case_id).where(Reader.login == user.name)
        own = or_(ReadingRequest.case_id.in_(visible), ReadingRequest.case_id.in_(reads))
        asked = asked.where(own, ~ReadingRequest.shielded)
    found = session.execute(asked.order_by(ReadingRequest.case_id.desc()).limit(LATEST))
    return [Reading(request, grant, room, bool(seen)) for request, grant, room, seen in found]
