"""The relatives of a person as the office keeps them (亲属关系): who may never read the dossier. One written down
counts at once; one ended counts no more and stays to be seen."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import id_numbers, persons, rosters, upkeep
from archive.persons import Person
from archive.reading import kin
from archive.reading.models import Relative
from archive.refusals import wrong
from archive.rosters import Outcome, Row, RowResult
from archive.scans import halved
from workflow.clock import now
from workflow.errors import Conflict, NotFound
from workflow.identity import User

KINDS = ("配偶", "父母", "子女", "兄弟姐妹", "祖父母", "孙子女", "叔伯姑舅姨", "近姻亲", "其他")
HEADERS = {
    "id_no": ("证件号码", "身份证号", "身份证号码", "公民身份号码"),
    "name": ("姓名",),
    "relative_id_no": ("亲属证件号码", "亲属身份证号", "亲属身份证号码"),
    "relative_name": ("亲属姓名",),
    "kind": ("关系", "亲属关系", "称谓"),
}
NEEDED = tuple(HEADERS)


def of(session: Session, person: Person) -> list[Relative]:
    """Everybody noted, those who count first."""
    asked = select(Relative).where(Relative.person_id == person.id)
    return list(session.scalars(asked.order_by(Relative.ended_at.is_not(None), Relative.id)))


def note(session: Session, person: Person, facts: Mapping[str, Any], user: User) -> Outcome:
    """Write a relative down: relative_name, relative_id_no, kind (one of KINDS). Only the number's fingerprint is kept.
    Raises NotAllowed, Invalid beside the field that is wrong."""
    upkeep.require(session, user, person)
    name, kind = (halved(str(facts.get(key) or "")) for key in ("relative_name", "kind"))
    number = id_numbers.check(str(facts.get("relative_id_no") or ""), "relative_id_no")
    if not name:
        raise wrong("relative_name", "A person needs a name.")
    if kind not in KINDS:
        raise wrong("kind", "The relation is one of: {kinds}.", kinds="、".join(KINDS))
    mark = persons.fingerprint(session, number)
    if mark == person.id_fingerprint:
        raise wrong("relative_id_no", "This is the person's own ID number.")
    known = [each for each in of(session, person) if each.id_fingerprint == mark and each.ended_at is None]
    if known and (known[0].name, known[0].kind) == (name, kind):
        return Outcome.SAME
    if known:
        raise wrong(
            "relative_id_no", "This ID number stands there as {name}, {kind}.", name=known[0].name, kind=known[0].kind
        )
    kin.note(session, person, name, number, kind, user.name)
    return Outcome.ADDED


def end(session: Session, relative: Relative, user: User, why: str) -> None:
    """It counts no more: written by mistake, or no longer related. Raises NotAllowed, Invalid beside `why`."""
    upkeep.require(session, user, relative.person)
    if relative.ended_at is not None:
        raise Conflict("This relation is ended already.")
    if not halved(why):
        raise wrong("why", "Say why it counts no more.")
    relative.ended_at, relative.ended_by, relative.ended_why = now(), user.name, halved(why)[:500]
    session.flush()


def find(session: Session, person: Person, relative_id: int) -> Relative:
    """A relative of this person; raises NotFound."""
    found = session.get(Relative, relative_id)
    if found is None or found.person_id != person.id:
        raise NotFound
    return found


def import_rows(session: Session, rows: Iterable[tuple[int, Row]], user: User) -> list[RowResult]:
    """Note every row (number in the list, facts); one result for each."""

    def take(opened: Session, row: Row) -> Outcome:
        return note(opened, upkeep.person_of(opened, row, user), row, user)

    return rosters.take_all(session, rows, take)
