"""Basic facts kept up to date: where somebody lives, is reached, is insured. Who the person is and what the papers
prove is corrected by two people (archive.rectification), the post follows from its changes (archive.posts)."""

from collections.abc import Iterable, Mapping

from sqlalchemy.orm import Session

from archive import persons, rosters, sight
from archive.person_facts import FACTS, Way, in_way
from archive.persons import Person
from archive.reading import kin
from archive.refusals import wrong
from archive.rosters import Outcome, Row, RowResult
from archive.scans import halved
from workflow.errors import NotAllowed
from workflow.identity import User

KEEP = "persons.keep"
KEPT = tuple(fact.key for fact in in_way(Way.UPKEEP))
HEADERS = {
    "id_no": ("证件号码", "身份证号", "身份证号码", "公民身份号码"),
    "name": ("姓名",),
    **{fact.key: (fact.zh,) for fact in FACTS if fact.way is Way.UPKEEP},
}
NEEDED = ("id_no", "name")
LONGEST_REASON = 500


def may(session: Session, user: User, person: Person) -> bool:
    """Whether this user may write the record: who keeps records up, never their own or a relative's."""
    return user.may(KEEP) and not kin.has_declared(session, person, user.name)


def require(session: Session, user: User, person: Person) -> None:
    """Raises NotAllowed unless the user may."""
    if not user.may(KEEP):
        raise NotAllowed
    if kin.has_declared(session, person, user.name):
        raise NotAllowed("You have declared to be related to this person: somebody else keeps their record.")


def change(session: Session, person: Person, facts: Mapping[str, str], user: User, why: str) -> list[str]:
    """Bring facts up to date; returns the columns that changed. Each old value is kept.

    Raises NotAllowed, and Invalid beside `why` or the fact that is wrong or is not changed this way."""
    require(session, user, person)
    for key in facts:
        if key not in KEPT:
            raise wrong(key, "This is changed by a correction with evidence, by two people.")
    if not halved(why):
        raise wrong("why", "Say why: what was brought or told, by whom.")
    return persons.update(session, person, facts, user.name, None, halved(why)[:LONGEST_REASON])


def import_rows(session: Session, rows: Iterable[tuple[int, Row]], user: User, why: str) -> list[RowResult]:
    """Bring the facts of every row (number in the list, facts) up to date; one result for each."""
    return rosters.take_all(session, rows, lambda opened, row: _take(opened, row, user, why))


def person_of(session: Session, row: Row, user: User) -> Person:
    """Whom a row means: the ID number is somebody's here whom the user sees, and the name is theirs. Raises Invalid
    beside the field."""
    person = persons.by_id_no(session, str(row.get("id_no") or ""))
    if person is None or not sight.sees_person(session, user, person):
        raise wrong("id_no", "Nobody with this ID number is registered here.")
    name = halved(str(row.get("name") or ""))
    if name != person.name:
        raise wrong("name", "This ID number belongs to somebody of another name.")
    return person


def _take(session: Session, row: Row, user: User, why: str) -> Outcome:
    person = person_of(session, row, user)
    facts = {key: str(row[key]) for key in KEPT if row.get(key)}  # an empty cell says nothing
    return Outcome.CHANGED if change(session, person, facts, user, why) else Outcome.SAME
