"""The borrowing register (借阅登记): in the vault, out, with whom, due, overdue. One look for every list that shows a
dossier, one list with counts that agree with it. What is shielded stands there without unit and borrower, and in the
list only for those who oversee readings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, true
from sqlalchemy.orm import Session, contains_eager

from archive import calendar, parameters, sight
from archive.dossier_tables import Dossier
from archive.persons import Person
from archive.reading.grants import OVERSEE
from archive.reading.loan_tables import Loan
from archive.reading.models import ReadingRequest, ShutUnit
from archive.statuses import AT_WORK, DossierStatus
from workflow.clock import now
from workflow.errors import NotFound
from workflow.identity import User

PAGE = 100


class Where(StrEnum):
    """Where a dossier is, as far as reading goes."""

    VAULT = "vault"
    ROOM = "room"  # in the reading room
    LENT = "lent"
    SOON = "soon"  # lent, due in a few days (parameter loan_remind)
    OVERDUE = "overdue"
    BACK = "back"  # counted, not yet on its shelf
    OTHER = "other"  # out for something else
    AWAY = "away"  # never came in, or has left, or is missed


WHERE_LABELS = {
    Where.VAULT: "In the vault",
    Where.ROOM: "In the reading room now",
    Where.LENT: "Out on loan",
    Where.SOON: "Due soon",
    Where.OVERDUE: "Overdue",
    Where.BACK: "Given back, to be shelved",
    Where.OTHER: "Out for other work",
    Where.AWAY: "Not in the store",
}


WITHOUT_LOAN = {
    **dict.fromkeys((DossierStatus.IN_STORE, DossierStatus.TO_SHELVE, DossierStatus.SEALED), Where.VAULT),
    **dict.fromkeys((*AT_WORK, DossierStatus.LEAVING), Where.OTHER),
}


class View(StrEnum):
    """What the register shows."""

    OUT = "out"
    SOON = "soon"
    OVERDUE = "overdue"
    ROOM = "room"
    BACK = "back"
    ENDED = "ended"
    ALL = "all"


VIEW_LABELS = {
    View.OUT: "All that is out",
    View.SOON: "Due soon",
    View.OVERDUE: "Overdue",
    View.ROOM: "In the reading room now",
    View.BACK: "Given back, to be shelved",
    View.ENDED: "Back on the shelf",
    View.ALL: "All loans",
}


@dataclass(frozen=True)
class Standing:
    """Where a dossier is, with whom and until when; `loan` for the link, None where it is not to be seen."""

    where: Where
    unit: str = ""
    borrower: str = ""
    due_at: datetime | None = None
    loan: Loan | None = None


def standings(session: Session, dossiers: Iterable[Dossier], user: User) -> dict[int, Standing]:
    """Of each dossier (by id) where it is, in one question."""
    listed = list(dossiers)
    out = select(Loan).join(ReadingRequest).options(contains_eager(Loan.request))
    ids = [each.id for each in listed]
    found = session.scalars(out.where(Loan.dossier_id.in_(ids), Loan.ended_at.is_(None))) if ids else ()
    loans = {loan.dossier_id: loan for loan in found}
    soon = soon_until(session) if loans else now()
    return {each.id: _standing(each, loans.get(each.id), soon, user) for each in listed}


def loans(session: Session, user: User, view: View, text: str = "", before: int | None = None) -> list[Loan]:
    """The rows of the register, newest first, at most PAGE + 1."""
    asked = _asked(session, user, view, text)
    if before is not None:
        asked = asked.where(Loan.case_id < before)
    return list(session.scalars(asked.order_by(Loan.case_id.desc()).limit(PAGE + 1)))


def every(session: Session, user: User, view: View, text: str = "") -> Sequence[Loan]:
    """All of them, for a spreadsheet."""
    return session.scalars(_asked(session, user, view, text).order_by(Loan.case_id.desc())).all()


def counts(session: Session, user: User, text: str = "") -> dict[View, int]:
    """How many rows each view has, in one question; by the very conditions of the list."""
    conditions = _of_views(soon_until(session))
    counted = [func.count(case((condition, 1))) for condition in conditions.values()]
    row = session.execute(_seen(session, user, text).with_only_columns(*counted)).one()
    return dict(zip(conditions, row, strict=True))


def find(session: Session, case_id: int, user: User) -> Loan:
    """The loan of this case; NotFound when there is none or it is not to be seen."""
    found = session.scalars(_seen(session, user, "").where(Loan.case_id == case_id)).first()
    if found is None:
        raise NotFound
    return found


def shut_units(session: Session, user: User) -> list[ShutUnit]:
    """The units that may not read now, longest first, as far as this reader may know why."""
    asked = _shut(session, user).where(ShutUnit.lifted_at.is_(None))
    return list(session.scalars(asked.order_by(ShutUnit.shut_at, ShutUnit.case_id)))


def shut_unit(session: Session, case_id: int, user: User) -> ShutUnit:
    """The unit that was shut out in this case; NotFound when there is none or the reader may not know of it."""
    found = session.scalars(_shut(session, user).where(ShutUnit.case_id == case_id)).first()
    if found is None:
        raise NotFound
    return found


def where(loan: Loan, soon: datetime) -> Where:
    """Where the papers of a loan are that is not over."""
    if loan.returned_at is not None:
        return Where.BACK
    if not loan.away or loan.due_at is None:
        return Where.ROOM
    return Where.OVERDUE if loan.due_at < now() else Where.SOON if loan.due_at <= soon else Where.LENT


def soon_until(session: Session) -> datetime:
    """What is due until then is due soon (parameter loan_remind)."""
    return calendar.add_working_days(session, now(), parameters.value(session, "loan_remind"))


def _standing(dossier: Dossier, loan: Loan | None, soon: datetime, user: User) -> Standing:
    if loan is None:
        return Standing(WITHOUT_LOAN.get(dossier.status, Where.AWAY))
    stands = where(loan, soon)
    if loan.request.shielded and not user.may(OVERSEE):
        return Standing(stands)
    return Standing(stands, loan.request.unit, loan.borrower, loan.due_at, loan)


def _asked(session: Session, user: User, view: View, text: str) -> Select[Any]:
    return _seen(session, user, text).where(_of_views(soon_until(session))[view])


def _shut(session: Session, user: User) -> Select[Any]:
    asked = select(ShutUnit).join(ReadingRequest, ReadingRequest.case_id == ShutUnit.case_id)
    return asked.where(sight.through(ReadingRequest.dossier_id, sight.seen_by(session, user, OVERSEE)))


def _seen(session: Session, user: User, text: str) -> Select[Any]:
    """The loans this reader may know of, with their dossiers and requests, that fit the text."""
    asked = select(Loan).join(Loan.request).join(Loan.dossier).join(Dossier.person)
    asked = asked.where(sight.seen_by(session, user))
    asked = asked.options(contains_eager(Loan.request), contains_eager(Loan.dossier).contains_eager(Dossier.person))
    if not user.may(OVERSEE):
        asked = asked.where(~ReadingRequest.shielded)
    if text:
        texts = (Dossier.dossier_no, Person.name, ReadingRequest.unit, Loan.borrower, ReadingRequest.number)
        asked = asked.where(or_(*(each.icontains(text, autoescape=True) for each in texts)))
    return asked


def _of_views(soon: datetime) -> dict[View, ColumnElement[bool]]:
    """What a loan of each view is; `soon`: until when due is due soon."""
    out, here = Loan.ended_at.is_(None), Loan.returned_at.is_(None)
    lent = and_(out, here, Loan.away)
    return {
        View.OUT: out,
        View.SOON: and_(lent, Loan.due_at >= now(), Loan.due_at <= soon),
        View.OVERDUE: and_(lent, Loan.due_at < now()),
        View.ROOM: and_(out, here, ~Loan.away),
        View.BACK: and_(out, Loan.returned_at.is_not(None)),
        View.ENDED: Loan.ended_at.is_not(None),
        View.ALL: true(),
    }
