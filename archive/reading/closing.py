"""How a reading on the screen ends: the readers are done, its time is over, or it is withdrawn while it is read."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.dossier_tables import Dossier
from archive.reading import grants, sitting
from archive.reading.grant_tables import Grant, GrantStatus
from archive.reading.work import request_of
from archive.refusals import wrong
from workflow import history
from workflow.errors import NotAllowed, NotFound
from workflow.identity import User
from workflow.registry import Work, service_task


@service_task("reading.close_grant")
def close_grant(session: Session, work: Work) -> Mapping[str, Any]:
    """The reading is over; if nobody has closed the grant, its time has."""
    request = request_of(session, work)
    grant = session.scalars(select(Grant).where(Grant.case_id == request.case_id)).one()
    if grant.status is GrantStatus.OPEN:
        shut(session, grant, GrantStatus.EXPIRED)
    return {"grant_ended": str(grant.status), "minutes_read": grant.used_ms // grants.MINUTE}


def shut(session: Session, grant: Grant, status: GrantStatus) -> None:
    """Close the grant of itself; who is before the screen is sent away."""
    _send_away(session, grant)
    grants.close(session, grant, status, history.SYSTEM)


def withdraw(session: Session, grant: Grant, user: User, why: str) -> None:
    """Take the grant back, also while it is read. Who approved it may, and who oversees readings; with a reason."""
    if not grants.may_oversee(session, grant, user):
        raise NotAllowed
    if not why.strip():
        raise wrong("why", "Say why it is withdrawn.")
    _send_away(session, grant)
    grants.end(session, grant, GrantStatus.WITHDRAWN, user.name, why.strip())


def withdraw_all(session: Session, dossier: Dossier, why: str) -> None:
    """Nobody reads on the screen any more what is no longer kept here (§10.7 O11)."""
    for grant in session.scalars(select(Grant).where(Grant.dossier_id == dossier.id, Grant.status == GrantStatus.OPEN)):
        _send_away(session, grant)
        grants.end(session, grant, GrantStatus.WITHDRAWN, history.SYSTEM, why)


def finish(session: Session, grant: Grant, user: User) -> None:
    """The readers say they are done: the grant is closed and the process goes on. NotFound for anybody else."""
    if not grants.is_reader(grant, user.name):
        raise NotFound
    _send_away(session, grant)
    grants.end(session, grant, GrantStatus.ENDED, user.name)


def _send_away(session: Session, grant: Grant) -> None:
    going_on = sitting.now_at(session, grant)
    if going_on is not None:
        sitting.end(session, going_on)
