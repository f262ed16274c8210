"""批量移交: many dossiers to one keeper, each by its own transfer, counted by both sides."""

from datetime import date
from typing import Any

import pytest

from archive import parameters
from archive.statuses import DossierStatus
from forms.context import FormContext
from forms.tasks import form_named
from tests.archive.cards import id_no
from tests.people import PASSWORD
from tests.processes.receiving import _sent
from tests.processes.table import covers
from tests.processes.transferring import Transfers
from tests.standing import standing
from workflow import returns, starts, tasks
from workflow.errors import Invalid
from workflow.identity import User
from workflow.models import Case
from workflow.statuses import ReturnMode

BATCH = 0
CARRIERS = {"carrier": "钱一", "carrier_card": "A1", "second_carrier": "孙二", "second_carrier_card": "A2"}
SECOND = {"witness.by": "rosa", "witness.password": PASSWORD}


def begin(transfers: Transfers, *numbers: str) -> dict[str, Any]:
    """A batch of these dossiers; what became of it. Its members are found as 1, 2 …"""
    rows: dict[str, Any] = {"dossiers": ["", *map(str, range(len(numbers)))]}
    rows |= {f"dossiers.{place}.dossier_no": number for place, number in enumerate(numbers)}
    letter = {"keeper": "LC01", "letter_no": "临人才移〔2026〕3号", "letter_date": "2026-06-29", "reason": "整体移交"}
    with transfers.database.transaction() as session:
        user = session.get_one(User, "rosa")
        offer = starts.find(session, "transfer-batch", user)
        context = FormContext(session, user)
        form = form_named(session, offer.definition, offer.event.form_key)
        answers = form.load(_sent(str(form.render(None, None, context)), {**letter, **rows}), transfers.files, context)
        transfers.cases[BATCH] = starts.begin(session, offer, user, answers, "20260701-00000B").id
    transfers.machine()
    with transfers.database.reading() as session:
        members = session.query(Case).filter(Case.process_key == "transfer-out").order_by(Case.id)
        transfers.cases |= {place: case.id for place, case in enumerate(members, start=1)}
    return transfers.known(BATCH)


def packed(transfers: Transfers, number: int) -> None:
    letter = {"letter_no": "临人才移〔2026〕3号", "letter_persons": "3", "letter_id_no": id_no(number)}
    transfers.accept(number, **letter)
    transfers.prepare(number)
    transfers.approve(number)
    transfers.pack(number, channel="by_hand")


def count_out(transfers: Transfers, counted: int) -> None:
    transfers.step("count_out", "stan", BATCH, counted_out=str(counted), **CARRIERS, **SECOND)


def count_in(transfers: Transfers, counted: int, **typed: Any) -> None:
    transfers.files.clear()  # of an attempt that was refused
    transfers.photograph("receipt_file")
    told = {"received_on": "2026-07-01", "received_by": "黄接", **typed}
    transfers.step("count_in", "rosa", BATCH, counted_in=str(counted), **told)


@covers("batch", "begun", "begin_batch", "count_out", "count_in", "handed_over")
def test_both_sides_count_and_single_ones_fall_out_without_stopping_the_rest(sqlite_office, clock):
    transfers = standing(Transfers, sqlite_office, 3)
    told = begin(transfers, *(transfers.no(number) for number in (1, 2, 3)), "YX999")
    assert [each["name"] for each in told["begun"]] == ["李明1", "李明2", "李明3"]
    assert told["refused"] == [{"dossier_no": "YX999", "why": "没有此档案编号"}]
    packed(transfers, 1)
    packed(transfers, 2)
    with pytest.raises(Invalid, match="2 packs are sealed"):
        count_out(transfers, 3)
    count_out(transfers, 2)
    assert [transfers.status(number).value for number in (1, 2, 3)] == ["on_the_way", "on_the_way", "in_store"]
    assert transfers.known(BATCH)["left_behind"] == [transfers.no(3)]
    paper = next(text for kind, _, text, _ in transfers.issued(BATCH) if kind == "transfer_batch")
    assert (paper.count("李明1"), paper.count("李明3")) == (2, 0)

    with pytest.raises(Invalid, match="do not make them up"):
        count_in(transfers, 1)
    count_in(transfers, 1, missing=[transfers.no(2)], count_note="对方查找中")
    assert transfers.ends(BATCH) == ["handed_over"]
    assert transfers.status(1) is DossierStatus.TRANSFERRED
    assert transfers.waits(2) == ["register_receipt"]
    assert transfers.waits(3) == ["accept_papers"]
    assert transfers.broken() == []


@covers("batch", "count_out")
def test_what_was_sent_back_to_be_packed_anew_does_not_go_along(sqlite_office, clock):
    """It has its notice and its channel still, but nobody can hand it over."""
    transfers = standing(Transfers, sqlite_office, 2)
    begin(transfers, transfers.no(1), transfers.no(2))
    packed(transfers, 1)
    packed(transfers, 2)
    with transfers.database.transaction() as session:
        stan, step = session.get_one(User, "stan"), transfers._task(session, transfers.cases[2], "hand_over")
        tasks.claim(session, step, stan)
        to = next(each.key for each in returns.targets(session, step, stan) if each.activity.id == "pack")
        returns.send_back(session, step, stan, to, ReturnMode.REDO, "封条不清")
    with pytest.raises(Invalid, match="1 packs are sealed"):
        count_out(transfers, 2)
    count_out(transfers, 1)
    assert [transfers.status(number).value for number in (1, 2)] == ["on_the_way", "leaving"]
    assert transfers.known(BATCH)["left_behind"] == [transfers.no(2)]


@covers("batch", "nothing")
def test_a_batch_of_nothing_ends(sqlite_office, clock):
    transfers = standing(Transfers, sqlite_office)
    begin(transfers, "YX998")
    assert transfers.ends(BATCH) == ["nothing"]


def test_a_batch_of_more_than_the_office_says_begins_with_what_fits_and_names_the_rest(sqlite_office, clock):
    transfers = standing(Transfers, sqlite_office, 3)
    with transfers.database.transaction() as session:
        parameters.change(session, "batch_dossiers", 2, date(2026, 1, 1), "dora")
    told = begin(transfers, *(transfers.no(number) for number in (1, 2, 3)))
    assert len(told["begun"]) == 2
    assert told["refused"] == [{"dossier_no": transfers.no(3), "why": "超过每批 2 卷"}]
