"""Who may never read a dossier: its person, and their relatives (TL18). What people have declared, what papers show and
what a pre-check found count alike."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from archive import id_numbers, persons
from archive.persons import Person
from archive.reading.models import Relative
from archive.relations import SUBJECT
from workflow.clock import now
from workflow.errors import Sentence, sentence
from workflow.models import Relation
from workflow.statuses import RelationStatus


def note(session: Session, person: Person, name: str, id_no: str, kind: str, by: str) -> Relative:
    """Write down a relative of `person`; written again it stays one. Raises Invalid beside `id_no`."""
    mark = persons.fingerprint(session, id_numbers.check(id_no, "id_no"))
    there = select(Relative).where(
        Relative.person_id == person.id, Relative.id_fingerprint == mark, Relative.ended_at.is_(None)
    )
    found = session.scalars(there).first()
    if found is None:
        said = {"name": name, "kind": kind, "noted_at": now(), "noted_by": by}
        found = Relative(person_id=person.id, id_fingerprint=mark, **said)
        session.add(found)
        session.flush()  # the next question sees it
    return found


def why_not(session: Session, person: Person, name: str, mark: str, login: str | None) -> Sentence | None:
    """Why a reader with this name, fingerprint of the ID number and login may not read the dossier of `person`."""
    if mark == person.id_fingerprint:
        said = "{reader} is the person of this dossier: nobody reads their own. Ask for a certificate."
        return sentence(said, reader=name)
    if is_relative(session, person, mark) or (login and has_declared(session, person, login)):
        return sentence("{reader} is a relative of the person of this dossier and may not read it.", reader=name)
    return None


def known_then(session: Session, person: Person, mark: str, login: str | None, at: datetime) -> bool:
    """Whether, by what was known at that moment, this reader was the person of the dossier or a relative."""
    if mark == person.id_fingerprint or is_relative(session, person, mark, at):
        return True
    declared = (Relation.user_name == login, Relation.subject == SUBJECT + person.id_fingerprint)
    lasted = or_(Relation.status != RelationStatus.ENDED, Relation.answered_at > at)
    asked = select(Relation.id).where(*declared, Relation.declared_at <= at, lasted)
    return session.scalars(asked.limit(1)).first() is not None


def is_relative(session: Session, person: Person, mark: str, at: datetime | None = None) -> bool:
    """Whether the person with this fingerprint stands among the relatives of `person`, or the other way round; at that
    moment when one is given."""
    of_person = (Relative.person_id == person.id) & (Relative.id_fingerprint == mark)
    other = select(Person.id).where(Person.id_fingerprint == mark)
    of_other = Relative.person_id.in_(other) & (Relative.id_fingerprint == person.id_fingerprint)
    asked = select(Relative.id).where(or_(of_person, of_other))
    counts = Relative.ended_at.is_(None)
    if at is not None:
        counts = (Relative.noted_at <= at) & (counts | (Relative.ended_at > at))
    asked = asked.where(counts)
    return session.scalars(asked.limit(1)).first() is not None


def has_declared(session: Session, person: Person, login: str) -> bool:
    """Whether this user has declared to be the person, related or interested; what was ended counts no more."""
    mine = (Relation.user_name == login, Relation.subject == SUBJECT + person.id_fingerprint)
    asked = select(Relation.id).where(*mine, Relation.status != RelationStatus.ENDED)
    return session.scalars(asked.limit(1)).first() is not None
