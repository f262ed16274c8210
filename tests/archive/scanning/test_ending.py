"""A batch whose case is over before its time: given up, its dossiers free for another batch; what is done stays done."""

from sqlalchemy import select

from archive import dossiers
from archive.scanning import batches, desk, ending
from archive.scanning.models import BatchStatus, ScanBatch, ScanStatus
from archive.statuses import DigitStatus
from tests.archive.scanning import prepared
from workflow import cases
from workflow.clock import now


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


def test_also_while_it_is_accepted(session, batch, shelved):
    """Its dossiers are back, and somebody else may have one of them in hand."""
    batch.status = BatchStatus.DELIVERED
    for entry in batches.entries(session, batch):
        entry.status, entry.back_at, entry.pages_back = ScanStatus.BACK, now(), prepared.PAGES
    dossiers.update_facts(session, shelved[0], {"digit_status": DigitStatus.CHECKING}, "anna")
    dossiers.hold(session, shelved[0], cases.open_case(session, "JY-1", "Lent", "lending", "anna"))

    ending.end(session, batch.case_id)

    assert batch.status is BatchStatus.GIVEN_UP
    assert [each for each, _ in entries(session, batch)] == [ScanStatus.BACK] * 2
    assert shelved[0].digit_status is DigitStatus.QUEUED
    assert batches.undecided(session, shelved[0]) is None
    assert len(batches.judged(session, [shelved[1].dossier_no])[0]) == 1


def test_an_accepted_batch_is_left_as_it_is(session, batch):
    before = entries(session, batch)
    batch.status = BatchStatus.ACCEPTED

    ending.end(session, batch.case_id)

    assert batch.status is BatchStatus.ACCEPTED
    assert entries(session, batch) == before


def test_a_case_without_a_batch_ends_without_more(session, case):
    ending.end(session, case.id)

    assert session.scalars(select(ScanBatch)).all() == []
