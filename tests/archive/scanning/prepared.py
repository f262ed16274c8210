"""Sorted dossiers on their shelves, ready to be scanned, and what was agreed with the firm."""

from archive import dossiers, storage
from archive.scanning.batches import Terms
from archive.scanning.models import Unit
from tests.archive.images import scanned

TERMS = Terms("云溪档案服务公司", "HT-2026-007", Unit.PAGE, 35)
PAGES = 4


def shelved(session, serial, name, **facts):
    """One dossier of four pages on a free place."""
    made = scanned.dossier(session, serial, name)
    dossiers.update_facts(session, made, {"sort_status": "sorted", "volumes": 1, **facts}, "anna")
    storage.shelve(session, made, storage.free_positions(session)[0].code, "stan")
    return made
