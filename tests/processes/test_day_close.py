"""The day closes when nothing is left between delivered, registered and excepted (bpmn/day-close.bpmn)."""

from datetime import date

import pytest
from sqlalchemy import select

from archive import days, documents
from archive.days import Day, DayStatus
from tests.people import PASSWORD
from tests.processes.receiving import EVERYTHING, OPEN, Receiving
from tests.processes.steps import PACK, opened, outside, registered, signed, ticked
from tests.processes.table import covers
from workflow import messages
from workflow.errors import NotAllowed
from workflow.models import UserTask
from workflow.statuses import TaskStatus

TODAY = date(2026, 7, 1)
SIGN = {"signature.password": PASSWORD}


def evening(receiving: Receiving, clock) -> None:
    clock.move(hours=8, minutes=31)  # 17:31
    receiving.machine()


def waiting(receiving: Receiving) -> list[str]:
    with receiving.database.reading() as session:
        query = select(UserTask.activity_id).where(
            UserTask.process_key == "day-close", UserTask.status == TaskStatus.OPEN
        )
        return sorted(session.scalars(query))


def day(receiving: Receiving, of: date = TODAY) -> Day:
    with receiving.database.reading() as session:
        return days.find(session, of)


def both_sign(receiving: Receiving) -> None:
    receiving.close_step("sign_first", "rosa", **SIGN)
    receiving.close_step("sign_second", "dora", **SIGN)


def statistics(receiving: Receiving) -> str:
    with receiving.database.reading() as session:
        case_id = days.find(session, TODAY).case_id
        paper = session.scalars(select(documents.Document).where(documents.Document.case_id == case_id)).one()
        return receiving.text_of(paper)


@covers("paper", "report", "day_closed")
def test_a_day_in_order_closes_with_two_signatures_and_its_statistics(receiving, clock):
    receiving.pack()
    ticked(receiving)
    registered(receiving)
    assert waiting(receiving) == []
    evening(receiving, clock)
    assert waiting(receiving) == ["sign_first"]
    both_sign(receiving)

    closed = day(receiving)
    assert closed.status is DayStatus.CLOSED
    assert (closed.figures["delivered"], closed.figures["registered"], closed.figures["difference"]) == (1, 1, 0)
    paper = statistics(receiving)
    assert "〔2026〕统字0001号" in paper
    assert "2026年7月1日" in paper
    assert "李登记" in paper
    assert "朵拉" in paper


@covers("difference", "compute")
def test_a_pack_neither_registered_nor_excepted_goes_to_the_director(receiving, clock):
    receiving.pack()
    outside(receiving)
    evening(receiving, clock)
    assert waiting(receiving) == ["settle_difference"]
    receiving.close_step("settle_difference", "dora", difference_note="加班登记")
    assert waiting(receiving) == ["settle_difference"]
    receiving.do(
        PACK,
        "open_pack",
        "rosa",
        contents="illegible",
        opening_note="字迹不清",
        **{"witness.by": "remy", "witness.password": PASSWORD},
    )
    receiving.close_step("settle_difference", "dora", difference_note="已报异常")
    both_sign(receiving)

    figures = day(receiving).figures
    assert (figures["delivered"], figures["registered"], figures["exceptions"]) == (1, 0, 1)
    assert PACK in statistics(receiving)


@covers("≠ 0", "settle_difference")
def test_the_director_sees_where_each_open_pack_waits(receiving, clock):
    receiving.pack()
    signed(receiving)
    evening(receiving, clock)

    with receiving.database.reading() as session:
        task = session.scalars(select(UserTask).where(UserTask.activity_id == "settle_difference")).one()
        listed = receiving.known(session, task)["difference_list"]
    assert [(row["tracking_no"], row["task"]) for row in listed] == [(PACK, "外观检查")]


def test_a_returned_pack_counts_as_an_exception(receiving, clock):
    receiving.pack()
    outside(receiving, checks=["channel", "seam", "addressee"], outside_note="封口破")
    receiving.do(PACK, "prepare_return", "wang")
    receiving.do(PACK, "confirm_return", "dora", return_decision="return")
    receiving.do(PACK, "send_back", "wang", return_channel="ems", return_tracking_no="1077777777701")
    evening(receiving, clock)

    assert waiting(receiving) == ["sign_first"]


@covers("= 0", "sign_first", "sign_second")
def test_the_two_signatures_are_two_peoples(receiving, clock):
    with receiving.database.transaction() as session:
        receiving.join(session, "rosa", "review")
    receiving.pack()
    evening(receiving, clock)
    receiving.close_step("sign_first", "rosa", **SIGN)

    with pytest.raises(NotAllowed):
        receiving.close_step("sign_second", "rosa", **SIGN)
    receiving.close_step("sign_second", "remy", **SIGN)
    assert day(receiving).status is DayStatus.CLOSED


@covers("≠ 0", "differs_again")
def test_what_is_clarified_while_the_day_is_signed_makes_it_computed_and_signed_anew(receiving, clock):
    receiving.pack()
    opened(receiving, contents="illegible", opening_note="水渍")
    evening(receiving, clock)
    receiving.close_step("sign_first", "rosa", **SIGN)
    receiving.do(PACK, "contact_sender", "rosa", contact="clarified", contact_note="学校请重核")
    receiving.close_step("sign_second", "dora", **SIGN)
    assert waiting(receiving) == ["settle_difference"]
    assert day(receiving).status is DayStatus.OPEN
    receiving.do(PACK, "open_pack", "rosa", **OPEN)
    receiving.do(PACK, "tick_materials", "rosa", list_kind="GRAD", present=EVERYTHING)
    registered(receiving)
    receiving.close_step("settle_difference", "dora", difference_note="已登记")
    both_sign(receiving)

    assert day(receiving).figures["registered"] == 1


@covers("timer", "closing_hour", "closed_early")
def test_a_day_can_be_closed_before_its_hour_and_later_packs_count_for_the_next(receiving):
    receiving.pack()
    opened(receiving, contents="empty", opening_note="空")
    with receiving.database.transaction() as session:
        messages.receive(session, days.CLOSE_EARLY, TODAY.isoformat(), {}, "close-1")
    receiving.machine()
    both_sign(receiving)
    receiving.pack("1012345678902", "王芳", "")
    signed(receiving, "1012345678902")

    late = receiving.seen("1012345678902", lambda session, pack: (pack.delivery_day, pack.late))
    assert late == (date(2026, 7, 2), True)
    assert day(receiving, date(2026, 7, 2)).status is DayStatus.OPEN


@covers("late packs", "day_begun")
def test_a_pack_after_closing_counts_for_the_next_working_day_and_is_flagged(receiving, clock):
    clock.move(days=2, hours=9)  # Friday 18:00
    receiving.unlisted()
    signed(receiving, "1099999999901")

    assert receiving.seen("1099999999901", lambda s, pack: (pack.delivery_day, pack.late)) == (date(2026, 7, 6), True)


def test_a_day_is_opened_once_however_many_packs_come(receiving):
    for number in range(3):
        receiving.pack(f"101234567890{number}", f"王{number}", "")
        signed(receiving, f"101234567890{number}")

    with receiving.database.reading() as session:
        assert [row.day for row in days.latest(session)] == [TODAY]
        found = days.figures(session, TODAY)
    assert (found.delivered, found.difference, found.by_channel) == (3, 3, {"ems": 3})
    assert not any(row.overdue for row in found.rows)


def test_what_is_not_on_the_shelf_at_closing_is_flagged_red(receiving, clock):
    receiving.pack()
    ticked(receiving)
    evening(receiving, clock)

    with receiving.database.reading() as session:
        assert [row.overdue for row in days.figures(session, TODAY).rows] == [True]
