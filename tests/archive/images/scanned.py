"""Dossiers with a catalogue and pages to scan, for the tests of images."""

import io

from archive import dossiers, persons
from archive.images import pages
from archive.images.demands import ImageKind
from archive.images.pages import Placed
from archive.materials import catalogue
from archive.materials.rows import Row
from tests.archive.cards import facts
from tests.archive.images import drawn

CATALOGUE = [
    Row(name="干部履历表", code="1", formed="2001-07-01", pages="2"),
    Row(name="毕业生登记表", code="4-1", formed="1998-06", pages="1"),
    Row(name="年度考核表", code="3", formed="2005", pages="1"),
]
PAGE = drawn.saved(drawn.page(5, (160, 226)))


def dossier(session, serial=1, name="单雄信", rows=tuple(CATALOGUE)):
    """A registered dossier with this catalogue."""
    person = persons.register(session, facts(serial, name), "anna")
    made = dossiers.register(session, person, {}, "anna")
    catalogue.save(session, made, list(rows), "anna")
    return made


def small(seed: int) -> bytes:
    """A small page unlike others."""
    return drawn.saved(drawn.page(4, (160, 226), seed))


def fill(session, dossier, kinds=tuple(ImageKind), by="anna"):
    """An image for every page of every material, in these sets."""
    for material in catalogue.rows(session, dossier):
        for kind in kinds:
            for page in range(1, material.pages + 1):
                name = f"{kind}-{page:04d}.jpg"
                image = io.BytesIO(small(page + 10 * material.id))
                pages.attach(session, Placed(material, page, kind), image, name, by)
