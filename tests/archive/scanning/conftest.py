"""A batch of two dossiers, on one database; tests/archive/images/test_on_both.py goes the whole way on both."""

import pytest

from archive import storage
from archive.scanning import batches
from tests.archive.scanning import prepared
from workflow import cases


@pytest.fixture
def office(sqlite_office):
    return sqlite_office


@pytest.fixture
def case(session, clock, anna):
    return cases.open_case(session, "SM-1", "Scanning", "scanning", anna.name)


@pytest.fixture
def shelved(session, case):
    """Two sorted dossiers on their shelves."""
    storage.furnish(session, "K01", "一号库房", storage.Shelves(rows=1, cabinets=1, layers=1, places=6))
    return [prepared.shelved(session, serial, name) for serial, name in ((1, "单雄信"), (3, "秦琼"))]


@pytest.fixture
def batch(session, case, shelved):
    made, refused = batches.plan(session, case, prepared.TERMS, [each.dossier_no for each in shelved], "anna")
    assert refused == []
    return made
