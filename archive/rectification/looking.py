"""Who else looks like the person a correction describes: each who works on it hears of whom they may see, no more.

A number that is somebody's beyond the sight of who writes it goes on to who checks and who decides; where none of them
sees whose it is, the record is not written, and nobody is named.
"""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from archive import dossiers, duplicates, persons, sight, vault
from archive.dossier_tables import Dossier
from archive.duplicates import Found
from archive.persons import Person
from archive.rectification.models import Rectification
from archive.rectification.work import ID_NO
from archive.refusals import wrong
from workflow.identity import User

WHO = frozenset({ID_NO, "name", "birth"})  # the facts by which people are told apart


def facts_of(session: Session, rectification: Rectification) -> dict[str, str]:
    """What was written, by field; the ID number in full."""
    return {
        each.field: vault.open_(session, each.new_sealed, persons.ID_PURPOSE) if each.new_sealed else each.new_value
        for each in rectification.facts
    }


def holder(session: Session, rectification: Rectification, number: str | None) -> Person | None:
    """Somebody else who is registered with this ID number."""
    found = persons.by_id_no(session, number, rectification.person.id_kind) if number else None
    return found if found is not None and found.id != rectification.person_id else None


def refuse_taken(
    session: Session, rectification: Rectification, facts: Mapping[str, str], user: User, field: str
) -> None:
    """Raises Invalid beside `field` when the new number is somebody's whom the user sees."""
    other = holder(session, rectification, facts.get(ID_NO))
    if other is not None and sight.sees_person(session, user, other):
        raise wrong(field, "{name} is registered with this ID number: is it the same person?", name=other.name)


def doubles(
    session: Session, rectification: Rectification, facts: Mapping[str, str], user: User
) -> list[dict[str, str]]:
    """Who else looks like this, of those the user sees, as forms list them."""
    if not WHO & set(facts):
        return []
    person = rectification.person
    asked = {"id_no": facts.get(ID_NO) or persons.id_no(session, person), "id_kind": person.id_kind}
    asked |= {"name": facts.get("name") or person.name, "dossier_id": rectification.dossier_id}
    mine = {f"dossier {each.id}" for each in dossiers.active_of(session, person)} | {f"person {person.id}"}
    return [
        {"said": f"{each.level.value}：{record.name} {record.masked_id} {record.number} {record.where}".strip()}
        for each in duplicates.check(session, asked)
        for record in each.records
        if f"{record.kind} {record.id}" not in mine and _sees(session, user, record)
    ]


def _sees(session: Session, user: User, record: Found) -> bool:
    if record.kind == "dossier":
        return sight.knows(session, user, session.get_one(Dossier, record.id))
    return record.kind != "person" or sight.sees_person(session, user, session.get_one(Person, record.id))
