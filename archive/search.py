"""Finding people, dossiers and materials by whatever one has: part of a name, its pinyin or initials, the last four to
six characters of the ID number, the whole number, the dossier number, part of a material's name. The same answer on
SQLite and PostgreSQL.

Words typed apart must all fit: `shan 002x` finds the Shan whose number ends so.

`seen` is what the asker may see (archive.sight): a condition on Dossier, or on Person where people are asked for. What
is not seen is neither found nor does it take a place among what is looked through.
"""

import itertools
import re
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, case, false, func, select, true, union_all
from sqlalchemy.orm import Session, contains_eager

from archive import id_numbers, persons, search_index, vault
from archive.dossier_tables import Dossier
from archive.materials.models import Material, MaterialState
from archive.materials.titles import MaterialName
from archive.names import is_chinese
from archive.persons import Person
from archive.scans import halved, normalise
from archive.search_index import PersonWords
from archive.statuses import ENDED
from workflow.errors import Invalid

MOST_PARTS = 6
LONGEST = 60  # characters of a question
MOST_NAMES = 20  # of materials, that are looked through for one question
MOST_TRIED = 300  # names of which those are taken that stand in a dossier the asker sees
FEW = 2_000  # dossiers an asker sees: then all their materials are looked through
MOST_OWNERS = 100  # dossiers of one part of a question
SAME_TAIL = 500  # people whose sealed numbers are opened to compare a longer tail
_TAIL = re.compile(r"\d{3,5}[\dX]", re.ASCII)
Seen = ColumnElement[bool]
EVERYTHING: Seen = true()
_NUMBER = re.compile(r"(\d{17}[\dX]|\d{15})", re.ASCII)


def people(session: Session, asked: str, limit: int = 20, seen: Seen = EVERYTHING) -> list[Person]:
    """The people `asked` fits: those called exactly so first, then those whose name begins so, then by pinyin."""
    parts = _parts(asked)
    if not parts:
        return []
    query = select(Person).where(seen, *(Person.id.in_(_people(session, part)) for part in parts))
    return list(session.scalars(_ordered(query, asked).limit(limit)))


def dossiers(
    session: Session, asked: str, limit: int = 20, active: bool = False, seen: Seen = EVERYTHING
) -> list[Dossier]:
    """The dossiers whose number or person `asked` fits, with their persons; kept ones before ended ones.

    `active`: only those still kept here.
    """
    parts = _parts(asked)
    if not parts:
        return []
    query = select(Dossier).join(Dossier.person).options(contains_eager(Dossier.person)).where(seen)
    if active:
        query = query.where(Dossier.status.not_in(ENDED))
    query = query.where(*(Dossier.id.in_(_led_to(session, part)) for part in parts))
    ended_last = case((Dossier.status.in_(ENDED), 1), else_=0)
    return list(session.scalars(_ordered(query.order_by(ended_last), asked).order_by(Dossier.id).limit(limit)))


def without_dossier(session: Session, asked: str, limit: int = 20, seen: Seen = EVERYTHING) -> list[Person]:
    """The people `asked` fits of whom no dossier was ever kept here."""
    kept = select(Dossier.id).where(Dossier.person_id == Person.id).exists()
    parts = _parts(asked)
    if not parts:
        return []
    query = select(Person).where(~kept, seen, *(Person.id.in_(_people(session, part)) for part in parts))
    return list(session.scalars(_ordered(query, asked).limit(limit)))


def materials(session: Session, asked: str, limit: int = 20, seen: Seen = EVERYTHING) -> list[Material]:
    """The materials whose name holds `asked`, or whose name holds one part of it while the others say whose they are
    (“李明 学籍”); with their dossiers and persons. Those that left a dossier are found, too, save what was struck."""
    parts = _parts(asked)
    if not parts:
        return []
    of_person = [found for place in range(len(parts)) for found in _of_somebody(session, parts, place, limit, seen)]
    by_name = _by_name(session, parts, limit, seen) if len(of_person) < limit else []
    return list({material.id: material for material in [*of_person, *by_name]}.values())[:limit]


def _of_somebody(session: Session, parts: list[str], place: int, limit: int, seen: Seen) -> list[Material]:
    """Materials of the dossiers the part at `place` leads to, whose names hold all other parts."""
    others = [halved(part) for number, part in enumerate(parts) if number != place]
    theirs = [dossier.id for dossier in dossiers(session, parts[place], MOST_OWNERS, seen=seen)] if others else []
    if not theirs:
        return []
    held = [func.lower(Material.name).contains(part.lower(), autoescape=True) for part in others]
    return list(session.scalars(_of_materials().where(Material.dossier_id.in_(theirs), *held).limit(limit)))


def _by_name(session: Session, parts: list[str], limit: int, seen: Seen) -> list[Material]:
    """Materials whose names hold every part, the shortest names first: what is asked for is most of such a name."""
    names = _held(session, parts)
    if names is None:
        return []
    own = None if seen is EVERYTHING else list(session.scalars(select(Dossier.id).where(seen).limit(FEW + 1)))
    if own is None or len(own) > FEW:
        return _walked(session, _nearest(session, names, seen), limit, seen)
    query = _of_materials().where(Material.dossier_id.in_(own), Material.name.in_(names)).order_by(None)
    query = query.order_by(func.length(Material.name), Material.name, Material.id.desc())
    return list(session.scalars(query.limit(limit)))


def _held(session: Session, parts: list[str]) -> Select[tuple[str]] | None:
    """The query for the names of materials that hold every part; None where none can."""
    rows = [search_index.characters(part) for part in parts]
    if not all(rows):
        return None
    return select(MaterialName.name).where(*(search_index.in_a_row(session, MaterialName, row) for row in rows))


def _nearest(session: Session, names: Select[tuple[str]], seen: Seen) -> list[str]:
    """The shortest of them; of those that may be seen, where many dossiers may."""
    nearest = names.order_by(func.length(MaterialName.name), MaterialName.name)
    if seen is EVERYTHING:
        return list(session.scalars(nearest.limit(MOST_NAMES)))
    name = nearest.limit(MOST_TRIED).subquery().c.name
    somewhere = select(Material.id).join(Material.dossier).where(Material.name == name, seen)
    there = select(name).where(somewhere.exists()).order_by(func.length(name), name)
    return list(session.scalars(there.limit(MOST_NAMES)))


def _walked(session: Session, names: list[str], limit: int, seen: Seen) -> list[Material]:
    """Materials of these names, name by name, the newest first, until there are enough."""
    found: list[Material] = []
    for name in names:
        if len(found) < limit:
            query = _of_materials().where(Material.name == name, seen).order_by(None).order_by(Material.id.desc())
            found += session.scalars(query.limit(limit - len(found)))
    return found


def _of_materials() -> Select[Any]:
    whose = contains_eager(Material.dossier).contains_eager(Dossier.person)
    query = select(Material).join(Material.dossier).join(Dossier.person).options(whose)
    return query.where(Material.state != MaterialState.STRUCK).order_by(
        Material.dossier_id, Material.code, Material.seq
    )


def _parts(asked: str) -> list[str]:
    return halved(asked)[:LONGEST].split()[:MOST_PARTS]


def _ordered(query: Select[Any], asked: str) -> Select[Any]:
    name = halved(asked)[:LONGEST]
    begins = func.substr(Person.name, 1, len(name)) == name  # LIKE heeds capitals on one database only
    nearness = case((Person.name == name, 0), (begins, 1), else_=2)
    return query.order_by(nearness, Person.pinyin, Person.id)


def _led_to(session: Session, part: str) -> CompoundSelect[tuple[int]]:
    """The dossiers whose number or person one typed part fits: one query for each way, so that each has its index."""
    theirs = select(Dossier.id).where(Dossier.person_id.in_(_people(session, part)))
    return union_all(select(Dossier.id).where(_of_number(part)), theirs)


def _people(session: Session, part: str) -> CompoundSelect[tuple[int]]:
    """The people whom one typed part may fit: by name, and by the number or its end where it looks like one."""
    number, ways = normalise(part), [_named(session, part)]
    if _NUMBER.fullmatch(number):
        ways.append(select(Person.id).where(_numbered(session, number)))
    elif _TAIL.fullmatch(number):
        ways.append(select(Person.id).where(_tailed(session, number)))
    return union_all(*ways)


def _named(session: Session, part: str) -> Select[tuple[int]]:
    """The people whose names it fits: Chinese as written and in a row, Latin letters as sounds."""
    runs = itertools.groupby(filter(str.isalnum, part), key=is_chinese)
    fitting = [_run(session, "".join(run), chinese) for chinese, run in runs]
    return select(PersonWords.person_id).where(*(fitting or [false()]))


def _run(session: Session, written: str, chinese: bool) -> ColumnElement[bool]:
    """One run of Chinese characters or of other letters."""
    if chinese or not written.isascii():
        return search_index.in_a_row(session, PersonWords, search_index.characters(written))
    return search_index.begun(session, PersonWords, search_index.sound(written))


def _of_number(part: str) -> ColumnElement[bool]:
    number = normalise(part)
    if len(number) < 3 or not number.isascii():
        return Dossier.dossier_no == number
    return Dossier.dossier_no.contains(number, autoescape=True)


def _numbered(session: Session, number: str) -> ColumnElement[bool]:
    try:
        whole = id_numbers.check(number)
    except Invalid:
        return false()
    return Person.id_fingerprint == persons.fingerprint(session, whole)


def _tailed(session: Session, tail: str) -> ColumnElement[bool]:
    """The last four characters stand in the open; for a longer tail the few that share them are unsealed."""
    same = Person.id_tail == tail[-4:]
    if len(tail) == 4:
        return same
    rows = session.execute(select(Person.id, Person.id_sealed).where(same).limit(SAME_TAIL))
    fitting = [row.id for row in rows if vault.open_(session, row.id_sealed, persons.ID_PURPOSE).endswith(tail)]
    return Person.id.in_(fitting)
