"""数字化: every path of bpmn/scanning.bpmn, through the real forms and real image files."""

import pytest

from archive.scanning.models import BatchStatus
from tests.processes.scanning import Scanners
from tests.processes.table import covers


@pytest.fixture
def scanners(sqlite_office, clock) -> Scanners:
    """One sorted dossier waits in the store."""
    return Scanners(sqlite_office)


@covers("C1", "batch_planned")
def test_a_batch_goes_from_the_plan_to_its_handing_in(sqlite_office, clock):
    scanners = Scanners(sqlite_office, 2)
    told = scanners.plan()
    assert told["refused"] == []
    scanners.out()
    scanners.prepare()
    scanners.scan()
    assert scanners.open_steps() == [("quality_control", None)]
    scanners.check_quality()
    scanners.back()
    scanners.hand_in()

    assert scanners.ends() == ["work_done", "batch_delivered"]
    kinds = [kind for kind, *_ in scanners.issued()]
    assert kinds == ["scanning_batch", "scanning_slip", "scanning_slip", "scanning_report"]
    assert scanners.batch().status is BatchStatus.DELIVERED
    assert list(scanners.broken()) == []
