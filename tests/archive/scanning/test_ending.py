"""A batch whose case is over before its time: given up, its dossiers free for another batch; what is done stays done."""

import pytest
from sqlalchemy import select

from archive.scanning import batches, desk, ending
from archive.scanning.models import BatchStatus, ScanBatch, ScanStatus
from archive.statuses import DigitStatus
from tests.archive.scanning import prepared


def entries(session, batch) -> list[tuple[ScanStatus, str]]:
    return [(each.status, each.why or "") for each in batches.entries(session, batch)]


def test_a_batch_that_is_stopped_early_is_given_up_and_its_dossiers_wait_again(session, batch, shelved):
    first = batches.entries(session, batch)[0]
    desk.hand_out(session, first, shelved[0].dossier_no, prepared.PAGES, 1, "维拉", "stan")
    assert shelved[0].digit_status is DigitStatus.SCANNING

    ending.end(session, batch.case_id)

    assert batch.status is BatchStatus.GIVEN_UP
    assert entries(session, batch) == [(ScanStatus.FELL_OUT, "批次提前终止")] * 2
    assert shelved[0].digit_status is DigitStatus.QUEUED


def test_its_dossiers_may_be_planned_anew(session, batch, shelved):
    ending.end(session, batch.case_id)

    taken, refused = batches.judged(session, [each.dossier_no for each in shelved])

    assert len(taken) == 2
    assert refused == []


@pytest.mark.parametrize("status", [BatchStatus.DELIVERED, BatchStatus.ACCEPTED])
def test_a_batch_that_was_handed_in_is_left_as_it_is(session, batch, status):
    before = entries(session, batch)
    batch.status = status

    ending.end(session, batch.case_id)

    assert batch.status is status
    assert entries(session, batch) == before


def test_a_case_without_a_batch_ends_without_more(session, case):
    ending.end(session, case.id)

    assert session.scalars(select(ScanBatch)).all() == []
