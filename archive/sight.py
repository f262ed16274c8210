"""Who sees which dossier (docs/decisions/0016-scope.md): the one place that says so.

A permission reaches the dossiers in the scope (archive.scopes) of a group that gives it, all of them where one such
group is not limited; several groups together reach what any of them does. What somebody has by duty (a task, a reading
granted) is shown by that task or grant alone. A dossier out of sight is answered as one that does not exist: in the
same words, after the same questions to the database.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, literal, or_, select, true
from sqlalchemy.orm import Session, aliased

from archive import dossiers, scopes, units
from archive.dossier_tables import Dossier
from archive.persons import Person
from archive.scopes import DossierScope
from workflow.errors import NotFound
from workflow.identity import User
from workflow.models import Case, TaskCandidate, UserTask
from workflow.statuses import TaskStatus
from workflow.tasks.rules import tickets

READ = "dossiers.read"
EVERYTHING: ColumnElement[bool] = true()


def is_limited(user: User, permission: str = READ) -> bool:
    """Whether the user may, but for a part of the dossiers only."""
    return user.may(permission) and not user.may_everywhere(permission)


def seen_by(session: Session, user: User, permission: str = READ) -> ColumnElement[bool]:
    """The condition on Dossier that the user's permission reaches it; true() (no question asked) without limits."""
    if user.may_everywhere(permission):
        return EVERYTHING
    return or_(false(), *(_fits(session, row) for row in _rows(session, user, permission)))


def known_to(session: Session, user: User | None) -> ColumnElement[bool]:
    """The condition on Dossier that the user may name it in a form: whoever reads dossiers names those they see; who
    does not names what lies before them. None is the house itself."""
    return seen_by(session, user) if user is not None and user.may(READ) else EVERYTHING


def opener(session: Session, case: Case) -> User | None:
    """Who opened the case, and so names what it is about; None when the house did."""
    return session.get(User, case.opened_by)


def worked_on_by(user: User) -> ColumnElement[bool]:
    """The condition on Dossier that a case holds it of which the user has a task in hand: the bench is open to them."""
    mine = select(UserTask.id).where(UserTask.case_id == Dossier.held_by_case_id, UserTask.assignee == user.name)
    return mine.where(UserTask.status == TaskStatus.OPEN).correlate(Dossier).exists()


def through(column: Any, seen: ColumnElement[bool]) -> ColumnElement[bool]:
    """`seen` as a condition on what has the id of a dossier in `column`; what has none is not kept back."""
    if seen is EVERYTHING:
        return EVERYTHING
    return or_(column.is_(None), column.in_(select(Dossier.id).where(seen)))


def person_seen_by(session: Session, user: User, permission: str = READ) -> ColumnElement[bool]:
    """The condition on Person that the user sees one of their dossiers; who has none here is seen by unit and level."""
    if user.may_everywhere(permission):
        return EVERYTHING
    rows = _rows(session, user, permission)
    theirs = select(Dossier.id).where(Dossier.person_id == Person.id).correlate(Person)
    kept = theirs.where(or_(false(), *(_fits(session, row) for row in rows)))
    alone = [_of_person(session, row, Person) for row in rows if row.unit or row.admin_level]
    return or_(kept.exists(), and_(~theirs.exists(), or_(false(), *alone)))


def sees(session: Session, user: User, dossier_id: int, permission: str = READ) -> bool:
    """Whether the user's permission reaches this dossier."""
    if user.may_everywhere(permission):
        return True
    asked = select(Dossier.id).where(Dossier.id == dossier_id, seen_by(session, user, permission))
    return session.scalar(asked) is not None


def knows(session: Session, user: User, dossier: Dossier) -> bool:
    """Whether the user may hear of this dossier when what they typed meets it (see `known_to`)."""
    return not is_limited(user) or sees(session, user, dossier.id)


def sees_person(session: Session, user: User, person: Person) -> bool:
    """Whether the user sees this person; who does not read dossiers knows whom their work is about."""
    if not is_limited(user):
        return True
    return session.scalar(select(Person.id).where(Person.id == person.id, person_seen_by(session, user))) is not None


def find(session: Session, user: User, dossier_id: int, permission: str = READ, bench: bool = False) -> Dossier:
    """The dossier; NotFound alike when there is none and when it is not the user's to see. `bench`: the page is one a
    step of a process is worked on, and open to who has that step in hand."""
    seen = seen_by(session, user, permission)
    asked = select(Dossier).where(Dossier.id == dossier_id, or_(seen, worked_on_by(user)) if bench else seen)
    found = session.scalars(asked).first()
    if found is None:
        raise NotFound
    return found


def by_no(session: Session, user: User | None, dossier_no: str) -> Dossier:
    """The dossier with this number, as typed or scanned by the user; NotFound alike when it is not theirs to see."""
    return dossiers.by_no(session, dossier_no, known_to(session, user))


def in_case(session: Session, user: User, case: Case) -> ColumnElement[bool]:
    """The condition on Dossier that a page of this case shows it: all of them to whoever has a duty there, else those
    the user sees."""
    if not is_limited(user):
        return EVERYTHING
    return or_(has_duty(user, literal(case.id)), seen_by(session, user))


def together(session: Session, user: User, case_id: Any, dossiers: Select[Any]) -> ColumnElement[bool]:
    """The condition on a matter of many dossiers (a batch, a count) that it is shown, for it is shown whole: the user
    has a duty in its case or sees each of its `dossiers` (a selection of ids for the matter)."""
    if not is_limited(user):
        return EVERYTHING
    hidden = select(Dossier.id).where(Dossier.id.in_(dossiers), ~seen_by(session, user))
    return or_(has_duty(user, case_id), ~hidden.exists())


def has_duty(user: User, case_id: Any) -> ColumnElement[bool]:
    """The condition that an open task of the case is the user's, or is free and offered to them."""
    offered = select(TaskCandidate.task_id).where(
        TaskCandidate.task_id == UserTask.id, TaskCandidate.candidate.in_(tickets(user))
    )
    free = UserTask.assignee.is_(None) & offered.correlate(UserTask).exists()
    mine = select(UserTask.id).where(UserTask.case_id == case_id, UserTask.status == TaskStatus.OPEN)
    return mine.where(or_(UserTask.assignee == user.name, free)).exists()


def _rows(session: Session, user: User, permission: str) -> list[DossierScope]:
    keys = [group.key for group in user.permitted_by(permission)]
    return scopes.of(session, keys) if keys else []


def _fits(session: Session, row: DossierScope) -> ColumnElement[bool]:
    """All that the row names holds of the dossier."""
    named = []
    if row.keeper_code:
        named.append(Dossier.keeper_code == row.keeper_code)
    if row.kind is not None:
        named.append(Dossier.kind == row.kind)
    if row.unit or row.admin_level:
        whose = aliased(Person)
        theirs = select(whose.id).where(whose.id == Dossier.person_id, _of_person(session, row, whose))
        named.append(theirs.correlate(Dossier).exists())
    return and_(*named)


def _of_person(session: Session, row: DossierScope, whose: type[Person]) -> ColumnElement[bool]:
    named = []
    if row.admin_level:
        named.append(whose.admin_level == row.admin_level)
    if row.unit:
        named.append(whose.unit.in_(units.names_under(session, row.unit)))
    return and_(true(), *named)
