"""查借阅: every path of bpmn/reading.bpmn, through the real forms."""

import pytest

from archive.reading.models import RequestStatus
from archive.statuses import DossierStatus
from tests.processes.reading import HOME, Readings
from tests.processes.table import covers


@pytest.fixture
def readings(sqlite_office, clock) -> Readings:
    """SQLite does for most paths; `everywhere` walks the main ones on both."""
    return Readings(sqlite_office)


@pytest.fixture
def everywhere(office, clock) -> Readings:
    return Readings(office)


@covers("B1", "begun", "take_up", "fill_request")
@covers("B2", "upload_sealed")
@covers("B3", "pre_check", "who_decides")
@covers("B4", "opinion")
@covers("B5", "decide", "issue_approval")
@covers("B6l", "hand_out", "lent")
@covers("B8l", "take_return", "came_back")
@covers("B9", "put_back", "register_result", "over")
def test_a_dossier_is_asked_for_approved_lent_and_comes_back_to_its_place(everywhere):
    everywhere.approved()
    assert everywhere.open_steps() == [("hand_out", None)]
    assert everywhere.request().number == "〔2026〕查字0001号"
    everywhere.lend()
    assert everywhere.status() is DossierStatus.LENT
    assert everywhere.loan().due_at.isoformat() == "2026-07-15T09:30:00+00:00"
    everywhere.give_back()
    everywhere.put_back()
    everywhere.finish()

    assert (everywhere.status(), everywhere.request().status) == (DossierStatus.IN_STORE, RequestStatus.OVER)
    assert everywhere.dossier().held_by_case_id is None
    assert everywhere.places()[-2:] == ["unit:云溪市教育局 何查", f"position:{HOME.format(1)}"]
    assert everywhere.ends()[-1] == "over" and everywhere.finished()
    assert [kind for kind, *_ in everywhere.issued()] == ["reading_approval", "loan_slip"]
    assert everywhere.broken() == []
