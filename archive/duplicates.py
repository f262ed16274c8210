"""Is this dossier here already, or with somebody else? Asked before anything is registered (domain §5.4).

D1  the same ID number is active here               blocks: merge, duplicate person or wrong number?
D2  the same ID number is kept by another keeper    held until the letter of inquiry is answered
D3  the same name and birth, another ID number      a warning
D4  the same tracking number                        blocks
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import id_numbers, keepers, persons
from archive.dossier_tables import Dossier
from archive.packs.models import Pack
from archive.persons import Person
from archive.scans import halved, normalise
from archive.statuses import ENDED, label
from workflow.errors import Sentence, sentence


class Level(StrEnum):
    D1 = "D1"
    D2 = "D2"
    D3 = "D3"
    D4 = "D4"


SAID = {
    Level.D1: "The same ID number has an active dossier here: {number}, {name}.",
    Level.D2: "{keeper} keeps a dossier of the same ID number.",
    Level.D3: "{name}, born {birth}, is known here with another ID number.",
    Level.D4: "The tracking number {number} is known already.",
}
BLOCKING = frozenset({Level.D1, Level.D4})


@dataclass(frozen=True)
class Found:
    """A record that looks the same, fit to be shown: its ID number is masked."""

    kind: str  # "dossier", "person", "kept_elsewhere", "pack"
    id: int
    name: str
    masked_id: str
    number: str  # dossier or tracking number
    where: str  # keeper, or the label of the status


@dataclass(frozen=True)
class Duplicate:
    level: Level
    said: Sentence
    records: tuple[Found, ...]

    @property
    def blocks(self) -> bool:
        return self.level in BLOCKING

    def as_json(self) -> dict[str, Any]:
        """For a process variable."""
        return {
            "level": self.level.value,
            "blocks": self.blocks,
            "template": self.said.template,
            "facts": dict(self.said.facts),
            "records": [asdict(found) for found in self.records],
        }


Looking = Callable[[Session, Mapping[str, Any], str], Iterator[Duplicate]]


def check(session: Session, facts: Mapping[str, Any]) -> list[Duplicate]:
    """What looks the same as `facts`: id_no, id_kind, name, birth, tracking_no (or track_no), all optional.

    `pack_id` and `dossier_id` name the pack and dossier in hand, which are not duplicates of themselves. Levels come in
    order. Raises Invalid for an ID number that cannot be one.
    """
    number = str(facts.get("id_no") or "")
    mark = persons.fingerprint(session, id_numbers.check_kind(facts.get("id_kind"), number)) if number else ""
    looks: tuple[Looking, ...] = (_kept_here, _kept_elsewhere, _namesakes, _tracked)
    return [found for look in looks for found in look(session, facts, mark)]


def _kept_here(session: Session, facts: Mapping[str, Any], mark: str) -> Iterator[Duplicate]:
    query = select(Dossier).join(Person).where(Person.id_fingerprint == mark, Dossier.status.not_in(ENDED))
    if mark:
        for dossier in session.scalars(query.where(Dossier.id != _own(facts, "dossier_id")).order_by(Dossier.id)):
            said = sentence(SAID[Level.D1], number=dossier.dossier_no, name=dossier.person.name)
            yield Duplicate(Level.D1, said, (_of_dossier(session, dossier),))


def _kept_elsewhere(session: Session, facts: Mapping[str, Any], mark: str) -> Iterator[Duplicate]:
    for row in keepers.holding(session, mark) if mark else ():
        found = Found("kept_elsewhere", row.id, row.name, keepers.masked(session, row), row.dossier_no, row.keeper_name)
        yield Duplicate(Level.D2, sentence(SAID[Level.D2], keeper=row.keeper_name), (found,))


def _namesakes(session: Session, facts: Mapping[str, Any], mark: str) -> Iterator[Duplicate]:
    name, birth = halved(str(facts.get("name") or "")), _birth(facts)
    if not name or not birth:
        return
    query = select(Person).where(Person.name == name, Person.birth == birth, Person.id_fingerprint != mark)
    same = list(session.scalars(query.order_by(Person.id)))
    if same:
        records = tuple(
            Found("person", person.id, person.name, persons.masked(session, person), "", person.unit or person.school)
            for person in same
        )
        yield Duplicate(Level.D3, sentence(SAID[Level.D3], name=name, birth=birth), records)


def _tracked(session: Session, facts: Mapping[str, Any], mark: str) -> Iterator[Duplicate]:
    number = normalise(str(facts.get("tracking_no") or facts.get("track_no") or "")).replace("-", "")
    if not number:
        return
    packs = select(Pack).where(Pack.tracking_no == number, Pack.id != _own(facts, "pack_id"))
    records = [
        Found("pack", pack.id, pack.listed_name or "", "", pack.tracking_no, str(pack.status))
        for pack in session.scalars(packs)
    ]
    kept = select(Dossier).where(Dossier.track_no == number, Dossier.id != _own(facts, "dossier_id"))
    records += [_of_dossier(session, dossier) for dossier in session.scalars(kept)]
    if records:
        yield Duplicate(Level.D4, sentence(SAID[Level.D4], number=number), tuple(records))


def _of_dossier(session: Session, dossier: Dossier) -> Found:
    masked = persons.masked(session, dossier.person)
    return Found("dossier", dossier.id, dossier.person.name, masked, dossier.dossier_no, label(dossier.status))


def _own(facts: Mapping[str, Any], key: str) -> int:
    return int(facts.get(key) or 0)


def _birth(facts: Mapping[str, Any]) -> str:
    """The birth date said, or the one inside the ID number."""
    if facts.get("birth"):
        return str(facts["birth"])
    number = str(facts.get("id_no") or "")
    if not number or facts.get("id_kind", "resident") != "resident":
        return ""
    return id_numbers.birth(id_numbers.check(number)).isoformat()
