"""Who is related to whom, or interested in what: declared by each person, confirmed by the security role (回避).

A declaration counts from the moment it is made; only somebody else ends it. Whom a case is about the domain says
(`registry.subjects_of_case`).
"""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import registry
from workflow.clock import now
from workflow.errors import Conflict, Invalid, NotAllowed, NotFound, sentence
from workflow.identity import User
from workflow.models import Relation
from workflow.statuses import RelationKind, RelationStatus

MANAGE = "policies.manage"  # permission of the security role
USER = "user:"
LONGEST_NOTE = 500
MIRRORED = (RelationKind.SPOUSE, RelationKind.BLOOD, RelationKind.IN_LAW)


def first(
    session: Session, case_id: int, people: Collection[str], others: Collection[str], about: bool
) -> Relation | None:
    """A relation that counts of one of these people to one of the `others` (logins), either way; `about`: or to whom
    the case is about. Whom a case is about is asked only for people who are in some relation: few are."""
    own = {USER + name for name in people}
    concerned = Relation.user_name.in_(people) | (Relation.subject.in_(own) & Relation.kind.in_(MIRRORED))
    query = select(Relation).where(Relation.status != RelationStatus.ENDED, concerned)
    found = session.scalars(query.order_by(Relation.id)).all()
    if not found:
        return None
    subjects = {USER + name for name in others} | (registry.subjects(session, case_id) if about else set())
    mine = (each for each in found if each.user_name in people and each.subject in subjects)
    theirs = (each for each in found if each.user_name in others and each.subject in own and each.kind in MIRRORED)
    return min((*mine, *theirs), key=lambda each: each.id, default=None)


def declare(
    session: Session, user: User, subject: str, subject_name: str, kind: RelationKind, note: str = ""
) -> Relation:
    """The user says to be related. Declared again it stays one. Raises Invalid without a subject."""
    name = subject_name.strip()[:200]
    if not subject or not name:
        raise Invalid({"subject": [sentence("Say to whom or to what.")]})
    if subject == USER + user.name:
        raise Invalid({"subject": [sentence("Nobody needs to declare to be themselves.")]})
    mine = (Relation.user_name == user.name, Relation.subject == subject, Relation.kind == kind)
    found = session.scalars(select(Relation).where(*mine, Relation.status != RelationStatus.ENDED)).first()
    if found is not None:
        return found
    made = Relation(
        user_name=user.name,
        subject=subject,
        subject_name=name,
        kind=kind,
        note=note.strip()[:LONGEST_NOTE],
        declared_at=now(),
        declared_by=user.name,
    )
    session.add(made)
    session.flush()  # its number
    return made


def answer(session: Session, relation: Relation, user: User, status: RelationStatus) -> None:
    """Confirm a declaration or end it; never one's own."""
    if not user.may(MANAGE):
        raise NotAllowed
    if relation.user_name == user.name:
        raise NotAllowed("This is your own declaration: somebody else must answer it.")
    if relation.status is RelationStatus.ENDED or status is RelationStatus.DECLARED:
        raise Conflict("This declaration has been answered already.")
    relation.status, relation.answered_at, relation.answered_by = status, now(), user.name


def find(session: Session, relation_id: int) -> Relation:
    """Raises NotFound."""
    found = session.get(Relation, relation_id)
    if found is None:
        raise NotFound
    return found


def of(session: Session, user: User) -> Sequence[Relation]:
    """What this person has declared, newest first."""
    return session.scalars(select(Relation).where(Relation.user_name == user.name).order_by(Relation.id.desc())).all()


def everyones(session: Session) -> Sequence[Relation]:
    """All that counts, what waits for an answer first."""
    query = select(Relation).where(Relation.status != RelationStatus.ENDED)
    return session.scalars(query.order_by(Relation.status.desc(), Relation.id.desc())).all()
