"""Who reads: two or more, each another person, none of the family; what is wrong is said beside the reader's row."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from archive import id_numbers, parameters, persons
from archive.answers import text
from archive.dossier_tables import Dossier
from archive.reading import kin
from archive.reading.models import Mode, Reader, ReadingRequest
from archive.refusals import wrong
from archive.statuses import DossierKind
from workflow.errors import Invalid, Sentence, sentence
from workflow.identity import User

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Named:
    """A reader as typed, with the keyed fingerprint of the ID number."""

    name: str
    login: str
    mark: str
    row: Row


def needed(session: Session, dossier: Dossier, case_id: int) -> int:
    """How many must read together, by the regime of the dossier (parameters readers_cadre, readers_flow)."""
    cadre = dossier.kind is DossierKind.CADRE or dossier.ex_cadre
    return int(parameters.value(session, "readers_cadre" if cadre else "readers_flow", case=case_id))


def take(session: Session, request: ReadingRequest, rows: Sequence[Row], mode: Mode) -> None:
    """Write the readers down in place of those of an earlier filling. Raises Invalid naming row and field
    (`readers.1.id_no`) for everything wrong with them."""
    least = needed(session, request.dossier, request.case_id)
    if len(rows) < least:
        raise wrong("readers", "At least {least} people read together.", least=least)
    named = [_named(session, row, number) for number, row in enumerate(rows)]
    problems: dict[str, list[Sentence]] = {}
    for number, each in enumerate(named):
        for field, said in _wrong_with(session, request, each, named[:number], mode):
            problems.setdefault(f"readers.{number}.{field}", []).append(said)
    if problems:
        raise Invalid(problems)
    request.readers.clear()
    session.flush()  # those of an earlier filling make room
    request.readers.extend(_reader(number, each) for number, each in enumerate(named, start=1))


def _named(session: Session, row: Row, number: int) -> Named:
    id_no = id_numbers.check(str(row.get("id_no") or ""), f"readers.{number}.id_no")
    return Named(text(row, "name"), text(row, "login"), persons.fingerprint(session, id_no), row)


def _wrong_with(
    session: Session, request: ReadingRequest, reader: Named, earlier: Sequence[Named], mode: Mode
) -> Iterator[tuple[str, Sentence]]:
    """(field, sentence) of everything wrong with one reader."""
    for other in earlier:
        if other.mark == reader.mark:
            said = "{reader} and {first} are the same person: two people read together."
            yield "id_no", sentence(said, reader=reader.name, first=other.name)
        if reader.login and other.login == reader.login:
            yield "login", sentence("Two readers cannot use the same account.")
    if mode is Mode.DIGITAL:
        user = session.get(User, reader.login) if reader.login else None
        if user is None or not user.active:
            yield "login", sentence("Who reads on the screen needs an account.")
    why = kin.why_not(session, request.dossier.person, reader.name, reader.mark, reader.login or None)
    if why is not None:
        yield "id_no", why


def _reader(seq: int, reader: Named) -> Reader:
    return Reader(
        seq=seq,
        name=reader.name,
        post=text(reader.row, "post"),
        party_member=bool(reader.row.get("party_member")),
        id_fingerprint=reader.mark,
        id_masked=id_numbers.mask(id_numbers.check(str(reader.row["id_no"]))),
        credential=text(reader.row, "credential"),
        login=reader.login or None,
    )
