import pytest

from archive import dossiers, persons
from archive.materials import catalogue
from archive.materials.rows import Row
from tests.archive.cards import facts


@pytest.fixture
def dossier(session, clock):
    """李明's dossier, just registered: no material is written down."""
    return dossiers.register(session, persons.register(session, facts(1, "李明"), "anna"), {}, "anna")


@pytest.fixture
def listed(session, dossier):
    """Call with rows: they are saved as the dossier's catalogue."""
    return lambda *rows: catalogue.save(session, dossier, rows, "anna")


def row(name, code="1", formed="1998-07", pages=2, **more) -> Row:
    return Row(name=name, code=code, formed=formed, pages=str(pages), **more)


def again(materials) -> list[Row]:
    """The rows as an editor would send them back unchanged."""
    return [catalogue.row_of(material) for material in materials]


def places(materials) -> list[tuple[str, str | None, int | None]]:
    return [(material.name, material.code, material.seq) for material in materials]
