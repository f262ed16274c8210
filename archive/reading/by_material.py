"""B8l: what comes back is counted material by material against what went out, and a difference is told by its name.

`returned`: a row for each material lent, as the catalogue called it that day; the form shows them to be counted. A
blank count means as lent once that is said of the rest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from archive.dossier_tables import Dossier
from archive.images import pages
from archive.materials import catalogue
from archive.materials.models import PRESENT, Material, MaterialState
from workflow.errors import Invalid, Sentence, sentence

MOST = 200  # rows of one form: a longer catalogue is counted as a whole
MORE = "“{name}”: {lent} pages were lent, you counted {back}: there are more. Report the difference."
FEWER = "“{name}”: {lent} pages were lent, you counted {back}: some are missing. Report the difference."


@dataclass(frozen=True)
class Counted:
    """A material that was lent: its pages then, and as counted now."""

    name: str
    lent: int
    back: int


def lent(session: Session, dossier: Dossier) -> list[dict[str, Any]]:
    """The rows to be counted when it comes back, in the order of the catalogue; none without a catalogue."""
    frozen = catalogue.of(session, dossier, MaterialState.FROZEN)
    there = [each for each in (*catalogue.rows(session, dossier), *frozen) if each.state in PRESENT]
    rows = [{"material": called(each), "lent": str(each.pages), "back": None} for each in there]
    return rows if len(rows) <= MOST and any(each.pages for each in there) else []


def called(material: Material) -> str:
    """“4-1-3 学籍表”."""
    return " ".join(dict.fromkeys((pages.number(material), material.name)))


def counted(answers: Mapping[str, Any]) -> list[Counted]:
    """What was counted; [] when nothing was to. Raises Invalid beside each row (`returned.3.back`) not yet counted."""
    rows, rest = answers.get("returned") or [], bool(answers.get("as_lent"))
    said = "Count the pages of “{name}”, or say that the rest is as it was lent."
    blank = {} if rest else {n: row["material"] for n, row in enumerate(rows) if row.get("back") is None}
    _refuse({number: sentence(said, name=name) for number, name in blank.items()})
    return [Counted(row["material"], int(row["lent"]), _back(row)) for row in rows]


def refuse_other(found: Sequence[Counted]) -> None:
    """Each material as it went out; raises Invalid beside every row that is not."""
    said = {
        number: sentence(MORE if each.back > each.lent else FEWER, name=each.name, lent=each.lent, back=each.back)
        for number, each in enumerate(found)
        if each.back != each.lent
    }
    _refuse(said)


def differences(found: Sequence[Counted]) -> list[dict[str, Any]]:
    """The rows of an incident: which material lacks how many pages, or has more."""
    return [
        {"said": "多出" if each.back > each.lent else "缺页", "pages": abs(each.back - each.lent), "note": each.name}
        for each in found
        if each.back != each.lent
    ]


def _back(row: Mapping[str, Any]) -> int:
    return int(row["lent"] if row.get("back") is None else row["back"])


def _refuse(said: Mapping[int, Sentence]) -> None:
    if said:
        raise Invalid({f"returned.{number}.back": [each] for number, each in said.items()})
