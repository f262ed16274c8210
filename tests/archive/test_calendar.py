from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from archive import calendar, parameters
from workflow.registry import functions

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        ("2026-07-01", True),  # an ordinary Wednesday
        ("2026-07-04", False),  # Saturday
        ("2026-02-14", True),  # a Saturday worked for the Spring Festival
        ("2026-02-17", False),  # Spring Festival
        ("2026-10-01", False),  # National Day
        ("2026-10-10", True),  # a Saturday worked for it
    ],
)
@pytest.mark.parametrize("seeded", [False, True])
def test_the_official_arrangement_decides_seeded_or_not(session, clock, day, worked, seeded):
    if seeded:
        calendar.seed(session, 2026)
    assert calendar.is_working_day(session, date.fromisoformat(day)) is worked


def test_a_year_without_official_arrangement_is_provisional_but_knows_the_festivals(session, clock):
    assert not calendar.is_working_day(session, date(2027, 10, 1))
    assert calendar.is_working_day(session, date(2027, 3, 3))
    assert "holidays of 2027 are not official yet" in str(calendar.provisional(session, 2027))
    assert calendar.provisional(session, 2026) is None


def test_a_confirmed_year_is_no_longer_provisional(session, clock):
    calendar.confirm(session, 2027, "anna")
    assert calendar.provisional(session, 2027) is None


def test_seeding_twice_is_seeding_once_and_keeps_what_people_set(session, clock):
    calendar.set_day(session, date(2026, 10, 1), True, "anna", "stocktaking")
    first = calendar.seed(session, 2026)

    assert calendar.seed(session, 2026) is first
    assert calendar.is_working_day(session, date(2026, 10, 1))
    assert not calendar.is_working_day(session, date(2026, 10, 2))


def test_a_day_somebody_closed_is_closed_at_once(session, clock):
    assert calendar.is_working_day(session, date(2026, 7, 2))
    calendar.set_day(session, date(2026, 7, 2), False, "anna", "typhoon")
    assert not calendar.is_working_day(session, date(2026, 7, 2))


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2026-07-01", 0, "2026-07-01"),
        ("2026-07-04", 0, "2026-07-06"),
        ("2026-07-01", 1, "2026-07-02"),
        ("2026-07-03", 1, "2026-07-06"),
        ("2026-07-01", 15, "2026-07-22"),
        ("2026-09-30", 1, "2026-10-08"),
        ("2026-07-06", -1, "2026-07-03"),
    ],
)
def test_working_days_are_added_over_weekends_and_holidays(session, clock, start, count, end):
    assert calendar.add_working_days(session, date.fromisoformat(start), count) == date.fromisoformat(end)


def test_adding_to_a_moment_keeps_the_time_on_the_wall(session, clock):
    assert calendar.add_working_days(session, at("2026-07-03T23:30"), 1) == at("2026-07-06T23:30")


def test_a_moment_late_in_utc_belongs_to_the_next_day_here(session, clock):
    moment = datetime(2026, 7, 2, 17, 0, tzinfo=UTC)  # 01:00 on Friday in Shanghai
    assert calendar.add_working_days(session, moment, 1) == at("2026-07-06T01:00")


@pytest.mark.parametrize(
    ("start", "end", "count"),
    [
        ("2026-07-01", "2026-07-01", 0),
        ("2026-07-01", "2026-07-06", 3),
        ("2026-07-06", "2026-07-01", -3),
        ("2026-09-30", "2026-10-08", 1),
    ],
)
def test_working_days_between_two_days(session, clock, start, end, count):
    assert calendar.working_days_between(session, date.fromisoformat(start), date.fromisoformat(end)) == count


def test_adding_and_counting_agree(session, clock):
    day = date(2026, 9, 1)
    for count in range(60):
        assert calendar.working_days_between(session, day, calendar.add_working_days(session, day, count)) == count


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-07-01T09:00", "2026-07-01"),
        ("2026-07-01T17:30", "2026-07-01"),
        ("2026-07-01T17:31", "2026-07-02"),
        ("2026-07-03T18:00", "2026-07-06"),
        ("2026-07-04T09:00", "2026-07-06"),
        ("2026-07-01T00:10", "2026-07-01"),
    ],
)
def test_what_comes_after_closing_counts_for_the_next_working_day(session, clock, moment, day):
    assert calendar.delivery_day(session, at(moment)) == date.fromisoformat(day)


def test_the_closing_hour_is_a_parameter_with_a_history(session, clock):
    parameters.change(session, "closing_time", "18:00", date(2026, 7, 2), "admin")

    assert calendar.closing(session, date(2026, 7, 1)) == at("2026-07-01T17:30")
    assert calendar.closing(session, date(2026, 7, 2)) == at("2026-07-02T18:00")


def test_expressions_may_ask_the_calendar(session, clock):
    assert functions["today"](session) == "2026-07-01"
    assert functions["working_days"](session, 1) == "2026-07-02T09:30:00+00:00"
    assert functions["working_days"](session, 0) == "2026-07-01T09:30:00+00:00"
    assert functions["closing_time"](session) == "2026-07-01T09:30:00+00:00"
    assert functions["closing_time"](session, "2026-07-03") == "2026-07-03T09:30:00+00:00"
    assert functions["is_working_day"](session, "2026-07-04") is False
    assert functions["parameter"](session, "loan_days") == 10


def test_after_closing_no_working_day_is_left_of_today(session, clock):
    clock.move(hours=9)
    assert functions["working_days"](session, 0) == "2026-07-02T09:30:00+00:00"
    assert functions["today"](session) == "2026-07-01"


def test_just_after_midnight_it_is_already_tomorrow(session, clock):
    clock.move(hours=15, minutes=30)
    assert functions["today"](session) == "2026-07-02"


@pytest.mark.parametrize(
    ("start", "months", "due"),
    [
        ("2026-07-01", 1, "2026-08-03"),  # 1 August is a Saturday
        ("2026-09-01", 1, "2026-10-08"),  # the national holiday
        ("2026-06-01", 1, "2026-07-01"),
        ("2026-01-31", 1, "2026-02-28"),  # a Saturday that is worked
    ],
)
def test_a_term_of_months_never_ends_on_a_day_off(session, start, months, due):
    assert calendar.due_after_months(session, date.fromisoformat(start), months) == date.fromisoformat(due)


@pytest.mark.parametrize(
    ("at_", "then"), [("2026-10-01T09:00", "2026-10-08T09:00"), ("2026-10-08T09:00", "2026-10-08T09:00")]
)
def test_what_comes_on_a_day_off_waits_for_the_same_hour_of_a_working_day(session, clock, at_, then):
    clock.set(at(at_))
    assert datetime.fromisoformat(calendar.working_moment(session)) == at(then)
