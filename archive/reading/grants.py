"""B6d: what the two readers of a request may see on the screen: which materials, how many minutes, until when; closed
when they are done, when the minutes are used up, when its day is over, or by whoever withdraws it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from archive import parameters, sight
from archive.images import pages
from archive.images.demands import ImageKind
from archive.images.models import ImageFile
from archive.reading.grant_tables import Grant, GrantedMaterial, GrantStatus
from archive.reading.models import Reader, ReadingRequest
from archive.reading.work import materials_of, request_of
from workflow import history, messages
from workflow.clock import now
from workflow.errors import Conflict, NotFound
from workflow.identity import User
from workflow.registry import Work, sends, service_task

OVER = sends("reading.over")
OVERSEE = "readings.oversee"  # permission: withdraws grants, sees every log and shielded readings
MINUTE = 60_000  # ms


@service_task("reading.open_grant")
def open_grant(session: Session, work: Work) -> Mapping[str, Any]:
    """The grant is opened as decided; variables grant_minutes, grant_days, may_print, may_download."""
    request, known = request_of(session, work), work.variables
    grant = session.scalars(select(Grant).where(Grant.case_id == request.case_id)).first()
    if grant is None:
        grant = _opened(session, request, known)
    told = {"grant_id": grant.id, "grant_key": str(grant.case_id), "grant_until": grant.valid_until.isoformat()}
    return {**told, "pages_out": None}


def close(session: Session, grant: Grant, status: GrantStatus, by: str, why: str = "") -> None:
    """Nothing more is read by this grant. Whoever may be before the screen is sent away first: closing.close."""
    closed = session.execute(
        update(Grant)
        .where(Grant.id == grant.id, Grant.status == GrantStatus.OPEN)
        .values(status=status, closed_at=now(), closed_by=by, why=why)
        .execution_options(synchronize_session=False)
    )
    session.refresh(grant)
    if not closed.rowcount:
        raise Conflict("This reading is closed already.")
    history.record(session, grant.request.case, by, "grant_closed", how=str(status), why=why)


def end(session: Session, grant: Grant, status: GrantStatus, by: str, why: str = "") -> None:
    """Close it and let the process go on."""
    close(session, grant, status, by, why)
    messages.receive(session, OVER, str(grant.case_id), {}, f"reading:{grant.id}")


def find(session: Session, grant_id: int, user: User) -> Grant:
    """The grant, for its readers, for who approved it and who oversees readings; NotFound for everybody else."""
    asked = select(Grant).join(ReadingRequest).where(Grant.id == grant_id, _shown_to(session, user))
    grant = session.scalars(asked).first()
    if grant is None:
        raise NotFound
    return grant


def of(session: Session, user: User) -> list[Grant]:
    """The grants this user reads by or has to look after, newest first."""
    asked = select(Grant).join(ReadingRequest).where(_shown_to(session, user))
    return list(session.scalars(asked.order_by(Grant.id.desc()).limit(200)))


def _shown_to(session: Session, user: User) -> ColumnElement[bool]:
    """The condition on grants, joined with their requests."""
    reads = select(Reader.case_id).where(Reader.login == user.name)
    overseen = sight.through(Grant.dossier_id, sight.seen_by(session, user, OVERSEE))
    return or_(Grant.case_id.in_(reads), ReadingRequest.approved_by == user.name, overseen)


def is_reader(grant: Grant, login: str) -> bool:
    """Whether this user is one of the readers."""
    return login in logins(grant)


def logins(grant: Grant) -> list[str]:
    """The accounts of the readers, in the order of the request."""
    return [each.login for each in grant.request.readers if each.login]


def may_oversee(session: Session, grant: Grant, user: User) -> bool:
    """Whether this user may withdraw the grant and see its log: who approved it, and who oversees readings of it."""
    return user.name == grant.request.approved_by or sight.sees(session, user, grant.dossier_id, OVERSEE)


def is_open(grant: Grant) -> bool:
    """Whether something may still be read by it."""
    return grant.status is GrantStatus.OPEN and now() < grant.valid_until and left(grant) > 0


def left(grant: Grant) -> int:
    """The time that is left, in ms, without the page that is on the screen."""
    return max(0, grant.minutes * MINUTE - grant.used_ms)


def leaves(session: Session, grant: Grant) -> list[ImageFile]:
    """The pages that may be read, in the order of the catalogue: the current images for reading."""
    granted = set(session.scalars(select(GrantedMaterial.material_id).where(GrantedMaterial.grant_id == grant.id)))
    listed = [each for each in materials_of(session, grant.request) if each.id in granted]
    return [image for each in listed for image in pages.of(session, each, ImageKind.OPTIMISED)]


def _opened(session: Session, request: ReadingRequest, known: Mapping[str, Any]) -> Grant:
    minutes = known.get("grant_minutes") or parameters.value(session, "grant_minutes", case=request.case_id)
    days = known.get("grant_days") or parameters.value(session, "grant_days", case=request.case_id)
    assert request.valid_until is not None
    grant = Grant(
        case_id=request.case_id,
        dossier_id=request.dossier_id,
        minutes=int(minutes),
        opened_at=now(),
        valid_until=min(now() + timedelta(days=int(days)), request.valid_until),
        may_print=bool(known.get("may_print")),
        may_download=bool(known.get("may_download")),
    )
    session.add(grant)
    session.flush()  # its number
    for material in materials_of(session, request):
        session.add(GrantedMaterial(grant_id=grant.id, material_id=material.id))
    session.flush()  # views lean on them
    return grant
