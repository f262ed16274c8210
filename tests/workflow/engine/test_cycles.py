"""Repeating timers: the calendar of the office, pauses however long, clocks that jump."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.workflow.engine.drawing import NOW, Run
from workflow.engine.timing import next_round, occurrence
from workflow.expressions import Around, times

BERLIN, SHANGHAI = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Shanghai")


def edge(cycle):
    return f"start s\nuser a\nboundary b on=a cycle={cycle} quiet\nuser h\nend e\nend f\ns -> a -> e\nb -> h -> f"


def rounds(first, every, zone, count, number=0):
    """The moments of `count` rounds, as the office's clock shows them."""
    around = Around({}, NOW, {}, zone)
    step = times.parse_duration(every)
    return [
        occurrence(first, step, each, around).astimezone(zone).strftime("%Y-%m-%d %H:%M")
        for each in range(number, number + count)
    ]


def caught(run):
    return [each.data for each in run.happenings if each.kind == "caught"]


def test_the_31st_is_the_last_of_short_months_and_the_31st_again_in_long_ones():
    first = datetime(2026, 1, 31, 9, tzinfo=SHANGHAI)
    assert rounds(first, "P1M", SHANGHAI, 5) == [
        "2026-01-31 09:00",
        "2026-02-28 09:00",
        "2026-03-31 09:00",
        "2026-04-30 09:00",
        "2026-05-31 09:00",
    ]


def test_the_29th_of_february_comes_each_year():
    first = datetime(2024, 2, 29, 9, tzinfo=SHANGHAI)
    assert rounds(first, "P1Y", SHANGHAI, 5)[1:] == [
        "2025-02-28 09:00",
        "2026-02-28 09:00",
        "2027-02-28 09:00",
        "2028-02-29 09:00",
    ]


@pytest.mark.parametrize("every", ["P1D", "P1W", "P1M"])
def test_the_clock_on_the_wall_shows_the_same_before_and_after_daylight_saving(every):
    first = datetime(2026, 3, 1, 9, tzinfo=BERLIN)
    assert {each[-5:] for each in rounds(first, every, BERLIN, 60)} == {"09:00"}


def test_hours_are_exact_across_daylight_saving():
    first = datetime(2026, 3, 29, 0, tzinfo=BERLIN)  # at two it is three
    assert rounds(first, "PT1H", BERLIN, 4) == [
        "2026-03-29 00:00",
        "2026-03-29 01:00",
        "2026-03-29 03:00",
        "2026-03-29 04:00",
    ]


def test_a_time_of_day_that_does_not_exist_is_an_hour_off_that_day_only():
    first = datetime(2026, 3, 28, 2, 30, tzinfo=BERLIN)
    assert rounds(first, "P1D", BERLIN, 3) == ["2026-03-28 02:30", "2026-03-29 03:30", "2026-03-30 02:30"]


@pytest.mark.parametrize("every", ["PT10S", "PT1H", "P1D", "P1DT6H", "P1W", "P1M", "P5M3D", "P1Y"])
@pytest.mark.parametrize("zone", [SHANGHAI, BERLIN], ids=str)
@pytest.mark.parametrize("days", [0, 1, 27, 89, 183, 400, 5_000])
def test_the_next_round_is_the_first_that_is_still_to_come(every, zone, days):
    first, step = NOW + timedelta(hours=1), times.parse_duration(every)
    around = Around({}, NOW + timedelta(days=days), {}, zone)
    at, number = next_round(first, step, 0, around)
    assert at == occurrence(first, step, number, around) > around.now
    assert number == 1 or occurrence(first, step, number - 1, around) <= around.now


def test_a_cycle_with_an_end_comes_once_after_a_long_pause_and_says_what_was_left_out():
    run = Run(edge("R3/PT1H"))
    run.pass_time(days=400)
    run.happen("b")
    assert run.open == ["a", "h"]
    assert caught(run) == [{"missed": 2}]


def test_of_a_cycle_with_an_end_what_is_left_still_comes():
    run = Run(edge("R5/PT1H"))
    run.pass_time(hours=2, minutes=30)  # the second is due, too: it is left out
    run.happen("b")
    assert run.wait("b").due_at == NOW + timedelta(hours=3)
    for _ in range(3):
        run.pass_time(hours=1)
        run.happen("b")
    assert run.open == ["a", "h", "h", "h", "h"]
    assert caught(run) == [{"missed": 1}, {}, {}, {}]


def test_four_hundred_days_of_minutes_take_no_time():
    run = Run(edge("R/PT1M"))
    run.pass_time(days=400)
    run.happen("b")
    assert caught(run) == [{"missed": 400 * 1440 - 1}]
    assert run.wait("b").due_at == NOW + timedelta(days=400, minutes=1)


def test_a_clock_set_back_repeats_no_round():
    run = Run(edge("R/PT1H"))
    run.pass_time(hours=1)
    run.happen("b")
    run.pass_time(days=-3)
    run.happen("b")  # somebody fires it although it is not due
    assert run.wait("b").due_at == NOW + timedelta(hours=3)


def test_a_monthly_timer_of_a_process_keeps_its_day():
    run = Run(edge("R/2026-08-31T09:00:00+08:00/P1M"))
    days = []
    for _ in range(4):
        due = run.wait("b").due_at
        days.append(due.astimezone(SHANGHAI).strftime("%m-%d %H:%M"))
        run.pass_time(seconds=(due - run.now).total_seconds())
        run.happen("b")
    assert days == ["08-31 09:00", "09-30 09:00", "10-31 09:00", "11-30 09:00"]


def test_a_moment_without_zone_counts_in_the_offices():
    run = Run(edge("R/2026-08-31T09:00:00/P1D"))
    assert run.wait("b").due_at == datetime(2026, 8, 31, 1, tzinfo=UTC)
