from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import partial_dates

days = st.dates(date(1880, 1, 1), date(2100, 12, 31))
known = days.flatmap(
    lambda day: st.sampled_from([f"{day:%Y}", f"{day:%Y-%m}", f"{day:%Y-%m-%d}"])  # as much as a paper says
)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("1998", "1998"),
        ("1998年", "1998"),
        ("1998.7", "1998-07"),
        ("1998.07.", "1998-07"),
        ("1998年7月", "1998-07"),
        ("199807", "1998-07"),
        ("19980701", "1998-07-01"),
        ("1998-07-01", "1998-07-01"),
        ("1998/7/1 0:00:00", "1998-07-01"),
        ("1998/7/1 0:00", "1998-07-01"),
        ("１９９８．７．１", "1998-07-01"),
        (" 1998 年 7 月 1 日 ", "1998-07-01"),
    ],
)
def test_a_date_is_understood_however_it_is_written(typed, kept):
    assert partial_dates.read(typed) == kept


@pytest.mark.parametrize(
    "typed", ["", "98.7", "1998.13", "1998-02-30", "1879", "35977", "七月", "1998-7-1-2", "19981301"]
)
def test_what_is_no_date_is_refused(typed):
    with pytest.raises(ValueError):
        partial_dates.read(typed)


@given(known)
def test_a_date_as_kept_is_read_as_itself(text):
    assert partial_dates.read(text) == text
    assert partial_dates.first_day(text) <= partial_dates.last_day(text)


@given(days, st.sampled_from(["%Y年%m月%d日", "%Y.%m.%d", "%Y/%m/%d", "%Y%m%d", "%Y-%m-%d"]))
def test_every_way_to_write_a_day_means_the_same_day(day, written):
    assert partial_dates.read(day.strftime(written)) == day.isoformat()


@given(known, known)
def test_a_date_is_after_another_only_where_no_day_they_may_mean_says_otherwise(one, other):
    certain = partial_dates.first_day(one) > partial_dates.last_day(other)
    assert partial_dates.is_after(one, other) is certain
    assert not (partial_dates.is_after(one, other) and partial_dates.is_after(other, one))


def test_nobody_knows_whether_a_month_is_after_its_year():
    assert not partial_dates.is_after("1998-07", "1998")
    assert not partial_dates.is_after("1998", "1998-07")
    assert partial_dates.is_after("1998-08", "1998-07-31")
