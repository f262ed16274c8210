"""Lists in the order of due dates that hold very many: their first days are looked at alone, and nothing is passed over."""

from datetime import UTC, date, datetime, timedelta
from weakref import WeakKeyDictionary

import pytest

from tests.workflow.views import crowd
from workflow import marks, views
from workflow.clock import now
from workflow.models import FAR
from workflow.sketches import hashed
from workflow.views import days, marked, sampled
from workflow.views.sampled import Sample
from workflow.views.sorting import Place

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
TEN = [date(2026, 7, 1 + gone) for gone in range(10)]


def of_ten_days(each: int = 100) -> Sample:
    """So many tasks due on each of the first ten days of July."""
    there = [hashed(mark) for mark in marks.due(TEN) for _ in range(each)]
    return Sample(1_000_000, list(enumerate([mark] for mark in there)))


def first(sample: Sample, promised: float, place: Place | None, downwards: bool = False) -> days.Days | None:
    return days.first(None, sample, promised, sample.whole, place, downwards, 50)


def test_as_many_days_as_hold_three_pages():
    few = first(of_ten_days(), 1_000_000, Place((NOON, 7)))
    assert few == days.Days(marks.due(TEN[:1]), NOON.replace(hour=0), NOON.replace(hour=0) + timedelta(days=1))
    some = first(of_ten_days(), 600, Place((NOON, 7)))  # a page in twelve: three are a quarter of ten days
    assert some.marks == marks.due(TEN[:3]) and some.end == datetime(2026, 7, 4, tzinfo=UTC)


def test_downwards_it_is_the_last_days():
    last = first(of_ten_days(), 600, Place((datetime(2026, 7, 10, tzinfo=UTC), 7)), downwards=True)
    assert last.marks == marks.due(TEN[:-4:-1])
    assert (last.begin.date(), last.end.date()) == (date(2026, 7, 8), date(2026, 7, 11))


@pytest.mark.parametrize("promised", [0.5, 50, 150])
def test_where_few_match_all_days_are_looked_at(promised):
    assert first(of_ten_days(), promised, Place((NOON, 7))) is None


def test_what_is_due_on_no_day_or_too_far_apart_is_not_looked_at_by_days():
    assert first(of_ten_days(), 400, Place((FAR, 7))) is None
    assert first(of_ten_days(), 400, None, downwards=True) is None  # begins with what is due on none
    assert first(of_ten_days(), 400, Place((NOON - timedelta(days=days.MOST), 7))) is None
    assert first(Sample(1_000_000, []), 400, Place((NOON, 7))) is None


@pytest.mark.parametrize("sort", ["due", "-due"])
def test_page_after_page_nothing_is_passed_over(session, dora, clock, monkeypatch, sort):
    crowd.many(session, 80, seed=5)
    looked_at, first_days = [], days.first
    monkeypatch.setattr(days, "first", lambda *asked: looked_at.append(first_days(*asked)) or looked_at[-1])
    for name, value in {"EVIDENCE": 0, "A_GLANCE": 1e9, "A_STEP": 1e9, "A_FIND": 1e6}.items():
        monkeypatch.setattr(marked, name, value)  # the ways that look at days alone are the shortest
    monkeypatch.setattr(days, "MORE", 1)
    asked, _ = views.asked_of("all", conditions=[("amount", "between", "1..17")], sorts=[sort])
    crowd.turned_over(session, dora, asked)
    assert any(looked_at) == marks.are_kept(session)


def test_a_sample_is_kept_for_some_minutes_and_of_few_taken_anew(session, clock, monkeypatch):
    if not marks.are_kept(session):
        return
    crowd.many(session, 6)
    marks.settle(session)
    assert sampled.of(session).number < sampled.KEPT_FROM and sampled.of(session) is not sampled.of(session)
    monkeypatch.setattr(sampled, "KEPT_FROM", 1)
    monkeypatch.setattr(sampled, "_kept", WeakKeyDictionary())
    kept = sampled.of(session)
    clock.set(now() + sampled.KEPT_FOR - timedelta(seconds=1))
    assert sampled.of(session) is kept
    clock.move(seconds=1)
    assert sampled.of(session) is not kept


def test_a_sample_tells_who_has_one_of_some_marks():
    some = Sample(9, [(7, [hashed("a"), hashed("b")]), (8, [hashed("b")]), (9, [])])
    assert some.having(["a"]) == 0b001 and some.having(["b", "x"]) == 0b011 and some.having([]) == 0
    assert some.instances(0b110) == [8, 9] and some.of([9, 7, 1]) == 0b101 and some.whole == 0b111
