"""A request whose case ended before its time (cancelled, or stopped by a fault) is over, too: nothing more is read by
it; what is still out lies where it is until it is put back (archive.strays)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.reading import closing
from archive.reading.grant_tables import Grant, GrantStatus
from archive.reading.loan_tables import Loan
from archive.reading.models import ReadingRequest, RequestStatus
from workflow.clock import now
from workflow.registry import on_case_over

GOES_ON = (RequestStatus.DRAFT, RequestStatus.ASKED, RequestStatus.APPROVED)


@on_case_over("reading")
def end(session: Session, case_id: int) -> None:
    """Its grant is closed, its loan given up."""
    request = session.get(ReadingRequest, case_id)
    if request is None or request.status not in GOES_ON:
        return
    request.status, request.ended_at = RequestStatus.LAPSED, now()
    grant = session.scalars(select(Grant).where(Grant.case_id == case_id)).first()
    if grant is not None and grant.status is GrantStatus.OPEN:
        closing.shut(session, grant, GrantStatus.EXPIRED)
    loan = session.get(Loan, case_id)
    if loan is not None and loan.ended_at is None:
        loan.ended_at, loan.given_up = now(), True
