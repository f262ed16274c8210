"""Finding pages by what is written on them. Words as archive.search_index makes them, the same on both databases."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session, contains_eager

from archive import search, search_index
from archive.dossier_tables import Dossier
from archive.images.models import ImageFile
from archive.images.texts import CURRENT, ImageText
from archive.materials.models import Material, MaterialState
from archive.scans import halved

AROUND = 24  # characters of the page shown on either side of what was asked for
SHORTEST = 2  # characters: a single one stands on almost every page


@dataclass(frozen=True)
class Found:
    """A page on which everything stands that was asked for: its material, its number there, and the writing around the
    first word found, as (before, found, behind)."""

    material: Material
    page: int
    around: tuple[str, str, str]


def pages(session: Session, asked: str, limit: int = 20, seen: ColumnElement[bool] | None = None) -> list[Found]:
    """The pages on which every word of `asked` stands, the dossier entered last first. `seen`: a condition on Dossier
    for those the reader may know of (default: all). What was struck out of its catalogue or replaced is not found."""
    parts = [part for part in halved(asked)[: search.LONGEST].split()[: search.MOST_PARTS] if _words(part)]
    if not any(len(_words(part)) >= SHORTEST for part in parts):
        return []
    whose = contains_eager(Material.dossier).contains_eager(Dossier.person)
    query = select(ImageText.text, ImageFile.page, Material).join(ImageFile, ImageFile.id == ImageText.image_id)
    query = query.join(Material, Material.id == ImageFile.material_id).join(Material.dossier).join(Dossier.person)
    query = query.where(CURRENT, Material.state != MaterialState.STRUCK, true() if seen is None else seen)
    query = query.where(*(search_index.in_a_row(session, ImageText, _words(part)) for part in parts))
    query = query.options(whose).order_by(Dossier.id.desc(), Material.code, Material.seq, Material.id, ImageFile.page)
    return [
        Found(material, page, around(said, parts[0])) for said, page, material in session.execute(query.limit(limit))
    ]


def around(said: str, part: str) -> tuple[str, str, str]:
    """The first place at which `part` stands in a text, and what stands around it; signs and blanks between the
    characters do not count. ("", "", "") when it does not."""
    places = [place for place, sign in enumerate(said) if sign.isalnum()]
    letters, wanted = [said[place].lower() for place in places], [sign for sign in part.lower() if sign.isalnum()]
    begins = next(_runs(letters, wanted), None)
    if begins is None:
        return "", "", ""
    first, last = places[begins], places[begins + len(wanted) - 1] + 1
    shown = (said[max(0, first - AROUND) : first], said[first:last], said[last : last + AROUND])
    return shown[0].replace("\n", " "), shown[1].replace("\n", " "), shown[2].replace("\n", " ")


def _runs(letters: list[str], wanted: list[str]) -> Iterator[int]:
    if wanted:
        yield from (
            place
            for place, letter in enumerate(letters)
            if letter == wanted[0] and letters[place : place + len(wanted)] == wanted
        )


def _words(part: str) -> list[str]:
    return search_index.characters(part)
