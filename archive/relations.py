"""Whom a case is about, for recusal (回避): nobody handles the dossier of themselves or of a relative."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import id_numbers, persons, vault
from archive.dossier_tables import Dossier
from archive.packs import desk
from archive.packs.models import Pack
from archive.persons import Person
from workflow.registry import subjects_of_case

SUBJECT = "id:"  # and the keyed fingerprint of an ID number


def subject(session: Session, id_no: str) -> str:
    """The person with this ID number, registered here or not; raises Invalid beside "id_no" for no such number."""
    return SUBJECT + persons.fingerprint(session, id_numbers.check(id_no, "id_no"))


def shown(name: str, id_no: str) -> str:
    """How a declaration names a person: “李四 (110105********002X)”."""
    return f"{name.strip()} ({id_numbers.mask(id_numbers.check(id_no, 'id_no'))})"


@subjects_of_case("archive")
def people_of(session: Session, case_id: int) -> Iterator[str]:
    """The people of the dossiers the case holds and of the packs it is about."""
    packed = select(Pack.dossier_id).where(Pack.case_id == case_id, Pack.dossier_id.is_not(None))
    held = (Dossier.held_by_case_id == case_id) | Dossier.id.in_(packed)
    query = select(Person.id_fingerprint).join(Dossier, Dossier.person_id == Person.id).where(held)
    for mark in session.scalars(query.distinct()):
        yield SUBJECT + mark
    packs = select(Pack.id_no_sealed).where(Pack.case_id == case_id, Pack.id_no_sealed.is_not(None))
    for sealed in session.scalars(packs):
        yield SUBJECT + persons.fingerprint(session, vault.open_(session, sealed, desk.ID_PURPOSE))
