"""Whole years of the office calendar, day by day, against the official arrangement."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar
import holidays
import pytest

from archive import calendar, parameters
from workflow.clock import now

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICIAL = (2024, 2025, 2026)
FESTIVALS_2026 = {  # State Council notice of November 2025: days off, and the weekends worked for them
    "off": [
        "01-01",
        "01-02",
        "02-16",
        "02-17",
        "02-18",
        "02-19",
        "02-20",
        "02-23",
        "04-06",
        "05-01",
        "05-04",
        "05-05",
        "06-19",
        "09-25",
        "10-01",
        "10-02",
        "10-05",
        "10-06",
        "10-07",
    ],
    "worked": ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"],
}


def days_of(year: int) -> list[date]:
    return [date(year, 1, 1) + timedelta(days=ahead) for ahead in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]


@pytest.mark.parametrize("year", OFFICIAL)
def test_every_day_of_an_official_year_is_as_announced_seeded_or_not(session, clock, year):
    announced = {day: chinese_calendar.is_workday(day) for day in days_of(year)}

    assert {day: calendar.is_working_day(session, day) for day in announced} == announced
    assert not calendar.seed(session, year).provisional
    assert {day: calendar.is_working_day(session, day) for day in announced} == announced


def test_the_days_of_2026_are_those_of_the_notice(session, clock):
    weekdays_off = [
        f"{day:%m-%d}" for day in days_of(2026) if day.weekday() < 5 and not calendar.is_working_day(session, day)
    ]
    weekends_worked = [
        f"{day:%m-%d}" for day in days_of(2026) if day.weekday() > 4 and calendar.is_working_day(session, day)
    ]

    assert {"off": weekdays_off, "worked": weekends_worked} == FESTIVALS_2026


@pytest.mark.parametrize("year", [2027, 2030])
def test_a_year_not_announced_yet_rests_on_weekends_and_festivals(session, clock, year):
    festivals = holidays.country_holidays("CN", years=year)

    assert festivals
    for day in days_of(year):
        assert calendar.is_working_day(session, day) is (day.weekday() < 5 and day not in festivals)
    assert str(calendar.provisional(session, year)).startswith(f"The holidays of {year} are not official yet")


@pytest.mark.parametrize("year", [1900, 2199])
def test_a_year_no_source_knows_is_still_counted(session, clock, year):
    assert sum(calendar.is_working_day(session, day) for day in days_of(year)) > 200
    assert calendar.provisional(session, year)


@pytest.mark.parametrize("year", OFFICIAL)
def test_from_any_day_n_working_days_on_and_back_agree(session, clock, year):
    for start in days_of(year)[::11]:
        for count in (1, 2, 5, 15):
            end = calendar.add_working_days(session, start, count)
            assert calendar.is_working_day(session, end)
            assert calendar.working_days_between(session, start, end) == count
            assert calendar.working_days_between(session, end, start) == -count
            if calendar.is_working_day(session, start):
                assert calendar.add_working_days(session, end, -count) == start


def test_fifteen_working_days_jump_the_two_long_holidays(session, clock):
    assert calendar.add_working_days(session, date(2026, 2, 13), 1) == date(2026, 2, 14)
    assert calendar.add_working_days(session, date(2026, 2, 14), 1) == date(2026, 2, 24)
    assert calendar.add_working_days(session, date(2026, 9, 30), 1) == date(2026, 10, 8)
    assert calendar.add_working_days(session, date(2025, 12, 31), 1) == date(2026, 1, 4)
    assert calendar.add_working_days(session, date(2026, 9, 21), 15) == date(2026, 10, 19)


def test_deadlines_run_on_into_a_year_nobody_seeded(session, clock):
    calendar.seed(session, 2026)

    assert calendar.add_working_days(session, date(2026, 12, 31), 1) == date(2027, 1, 4)
    assert calendar.add_working_days(session, date(2026, 12, 31), -1) == date(2026, 12, 30)


@pytest.mark.parametrize("year", OFFICIAL)
def test_whatever_comes_counts_for_the_first_working_day_still_open(session, clock, year):
    for day in days_of(year)[::5]:
        for hour, late in ((time(0, 0), False), (time(17, 30), False), (time(17, 30, 1), True), (time(23, 59), True)):
            at = datetime.combine(day, hour, SHANGHAI)
            counted = calendar.delivery_day(session, at)
            first = calendar.next_working_day(session, day + timedelta(days=late))
            assert counted == first
            assert calendar.closing(session, counted) >= at


@pytest.mark.parametrize(("new", "utc"), [("17:00", time(9, 0)), ("18:15", time(10, 15)), ("23:59", time(15, 59))])
def test_a_new_closing_hour_holds_from_its_day(session, clock, new, utc):
    parameters.change(session, "closing_time", new, date(2026, 7, 2), "dora")

    assert calendar.closing(session, date(2026, 7, 1)) == datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
    assert calendar.closing(session, date(2026, 7, 2)) == datetime.combine(date(2026, 7, 2), utc, UTC)


@pytest.mark.parametrize("year", [2026, 2027])
def test_what_people_set_wins_before_and_after_seeding(session, clock, year):
    changed = [date(year, 3, 3), date(year, 5, 1), date(year, 10, 3)]
    was = {day: calendar.is_working_day(session, day) for day in changed}
    calendar.set_day(session, changed[0], not was[changed[0]], "dora")
    calendar.seed(session, year)
    for day in changed[1:]:
        calendar.set_day(session, day, not was[day], "dora", "")

    assert {day: calendar.is_working_day(session, day) for day in changed} == {
        day: not worked for day, worked in was.items()
    }


def test_an_office_closed_for_ten_years_is_told_not_searched_for_ever(session, clock):
    first = date(2031, 1, 1)
    for ahead in range(3700):
        session.add(
            calendar.OfficeDay(day=first + timedelta(days=ahead), working=False, changed_at=now(), changed_by="x")
        )
    session.flush()

    with pytest.raises(ValueError, match="no working day after 2031-01-01"):
        calendar.next_working_day(session, first)
