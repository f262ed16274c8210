"""What a person's record said before: each old value with from when to when it stood, who wrote the new one, why, and
in which case."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from archive import corrections, id_numbers, persons, vault
from archive.corrections import Correction
from archive.person_facts import Fact, fact_of
from archive.persons import Person
from workflow import cases
from workflow.identity import User
from workflow.models import Case

PURPOSES = {"id_sealed": persons.ID_PURPOSE, "phone_sealed": persons.PHONE_PURPOSE}


@dataclass(frozen=True)
class Former:
    """A value that stood from `since` to `until`; a sealed one as lists show it. `case`: None outside any, or when the
    reader may not see it."""

    fact: Fact
    value: str
    since: datetime
    until: datetime
    by: str
    why: str
    case: Case | None


def of(session: Session, person: Person, user: User) -> list[Former]:
    """The former values of a person's record, newest first, as this reader may see them."""
    kept = corrections.of(session, person)
    wanted = {each.case_id for each in kept if each.case_id is not None}
    seen = {case.id: case for case in session.scalars(cases.visible(session, user).where(Case.id.in_(wanted)))}
    return list(_told(session, person, kept, seen))[::-1]


def _told(session: Session, person: Person, kept: list[Correction], seen: dict[int, Case]) -> Iterator[Former]:
    since: dict[str, datetime] = {}
    for each in kept:
        fact = fact_of(each.field)
        if fact is not None and each.field != "id_kind":
            began = since.get(each.field, person.created_at)
            since[each.field] = each.corrected_at
            case = seen.get(each.case_id or 0)
            value = _value(session, each)
            yield Former(fact, value, began, each.corrected_at, each.corrected_by, each.why, case)


def _value(session: Session, kept: Correction) -> str:
    if kept.old_sealed is None:
        return kept.old_value or ""
    return id_numbers.mask(vault.open_(session, kept.old_sealed, PURPOSES[kept.field]))
