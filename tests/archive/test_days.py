"""The figures of a receiving day."""

from datetime import UTC, date, datetime, timedelta

import pytest

from archive import calendar, days
from archive.days import Day, DayStatus
from archive.packs import exceptions
from archive.packs.models import Pack, PackStatus
from archive.statuses import Channel
from workflow.clock import now
from workflow.errors import NotFound

TODAY = date(2026, 7, 1)


def delivered(session, number: int, **facts) -> Pack:
    given = {"status": PackStatus.IN_WORK, "channel": Channel.EMS, "delivery_day": TODAY, **facts}
    pack = Pack(tracking_no=f"10{number:011d}", expected_at=now(), received_at=now(), received_by="anna", **given)
    session.add(pack)
    session.flush()
    return pack


def counts(session) -> tuple[int, int, int, int]:
    found = days.figures(session, TODAY)
    return found.delivered, found.registered, found.exceptions, found.difference


def test_a_day_without_packs_has_no_difference(session, clock):
    assert counts(session) == (0, 0, 0, 0)


def test_every_delivered_pack_is_registered_excepted_or_the_difference(session, clock):
    delivered(session, 1, registered_at=now())
    exceptions.raise_(session, delivered(session, 2), "E06", "anna")
    delivered(session, 3)

    assert counts(session) == (3, 1, 1, 1)
    assert [row.tracking_no for row in days.figures(session, TODAY).difference_rows] == ["1000000000003"]


@pytest.mark.parametrize("code", sorted(exceptions.HOLDING_UP))
def test_an_open_exception_that_holds_a_pack_up_accounts_for_it(session, clock, code):
    exceptions.raise_(session, delivered(session, 1), code, "anna")
    assert counts(session) == (1, 0, 1, 0)


@pytest.mark.parametrize("code", ["E07", "E08", "E13", "E14"])
def test_an_exception_that_holds_nothing_up_is_no_excuse(session, clock, code):
    exceptions.raise_(session, delivered(session, 1), code, "anna")
    assert counts(session) == (1, 0, 0, 1)


def test_a_settled_exception_accounts_for_nothing(session, clock):
    pack = delivered(session, 1)
    exceptions.raise_(session, pack, "E06", "anna")
    exceptions.resolve(session, pack, {"E06"}, "anna", "clarified")

    assert counts(session) == (1, 0, 0, 1)


@pytest.mark.parametrize("status", [PackStatus.RETURNED, PackStatus.FORWARDED, PackStatus.LOOSE])
def test_what_left_the_desk_another_way_is_an_exception(session, clock, status):
    delivered(session, 1, status=status)
    assert counts(session) == (1, 0, 1, 0)


def test_a_pack_of_another_day_does_not_count(session, clock):
    delivered(session, 1, delivery_day=TODAY + timedelta(days=1))
    assert counts(session) == (0, 0, 0, 0)


def test_channels_and_late_packs_are_counted(session, clock):
    delivered(session, 1)
    delivered(session, 2, channel=Channel.CONFIDENTIAL, late=True)
    found = days.figures(session, TODAY)

    assert found.by_channel == {"ems": 1, "confidential": 1}
    assert found.late == 1


def test_only_after_closing_is_a_pack_overdue(session, clock):
    delivered(session, 1)
    delivered(session, 2, status=PackStatus.STORED, registered_at=now())
    assert [row.overdue for row in days.figures(session, TODAY).rows] == [False, False]
    clock.move(hours=9)
    assert [row.overdue for row in days.figures(session, TODAY).rows] == [True, False]


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2026-07-01T01:00", "2026-07-01"),  # 09:00 in Shanghai
        ("2026-07-01T09:31", "2026-07-02"),  # 17:31, after closing
        ("2026-07-04T02:00", "2026-07-06"),  # a Saturday
        ("2026-09-30T10:00", "2026-10-08"),  # after closing before the national holiday
    ],
)
def test_a_pack_counts_for_the_working_day_it_can_be_worked_on(session, clock, at, day):
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert days.delivery_day(session, moment) == date.fromisoformat(day)


def test_a_day_closed_early_takes_no_more_packs(session, clock):
    session.add(Day(day=TODAY, status=DayStatus.CLOSED, opened_at=now(), opened_by="anna", closed_at=now(), figures={}))
    session.flush()

    assert days.delivery_day(session, now()) == calendar.next_working_day(session, TODAY + timedelta(days=1))


def test_a_day_nobody_opened_is_not_found(session, clock):
    with pytest.raises(NotFound):
        days.find(session, TODAY)


def test_the_figures_fit_into_process_variables(session, clock):
    delivered(session, 1)
    told = days.figures(session, TODAY).as_json()

    assert told == {
        "delivered": 1,
        "registered": 0,
        "shelved": 0,
        "exceptions": 0,
        "difference": 1,
        "late": 0,
        "by_channel": {"ems": 1},
    }
