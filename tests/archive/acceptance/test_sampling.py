"""Samples: how many, which, and whether they pass. No database."""

from collections import Counter

import pytest

from archive.acceptance import sampling
from archive.acceptance.sampling import Plan

PLAN = Plan(rate=5, least=5, pass_rate=95, rounds=3, growth=2)


@pytest.mark.parametrize(("number", "rate"), [(1, 5), (2, 10), (3, 20), (4, 100), (9, 100)])
def test_the_share_doubles_with_each_round_and_then_everything_is_checked(number, rate):
    assert sampling.rate_of(PLAN, number) == rate


def test_no_share_is_more_than_all():
    assert sampling.rate_of(Plan(60, 1, 95, 3, 2), 2) == 100


def test_the_office_says_how_fast_the_share_grows():
    assert [sampling.rate_of(Plan(5, 1, 95, 3, 3), number) for number in (1, 2, 3, 4)] == [5, 15, 45, 100]


@pytest.mark.parametrize(
    ("population", "rate", "least", "wanted"),
    [(200, 5, 5, 10), (201, 5, 5, 11), (100, 5, 5, 5), (40, 5, 5, 5), (3, 5, 5, 3), (0, 5, 5, 0), (200, 100, 5, 200)],
)
def test_a_sample_is_rounded_up_never_too_small_and_never_more_than_there_is(population, rate, least, wanted):
    assert sampling.size(population, rate, least) == wanted


def test_the_same_seed_draws_the_same_and_another_one_others():
    ids = list(range(1, 201))
    first, second = "a" * 32, "b" * 32
    assert sampling.draw(ids, 10, first) == sampling.draw(list(reversed(ids)), 10, first)
    assert sampling.draw(ids, 10, first) != sampling.draw(ids, 10, second)
    assert len(set(sampling.draw(ids, 10, first))) == 10


def test_every_dossier_is_as_likely_to_be_drawn_as_another():
    ids = range(1, 21)
    drawn = Counter(each for number in range(2_000) for each in sampling.draw(ids, 5, str(number)))
    assert set(drawn) == set(ids)
    assert all(400 < count < 600 for count in drawn.values())  # 500 are expected


def test_seeds_are_long_and_never_the_same():
    seeds = {sampling.seed() for _ in range(100)}
    assert len(seeds) == 100
    assert all(len(each) == 32 for each in seeds)


@pytest.mark.parametrize(
    ("pages", "good", "fatal", "passed"),
    [
        (100, 95, 0, True),
        (100, 94, 0, False),
        (100, 100, 1, False),  # one fatal defect is enough
        (20, 19, 0, True),
        (19, 18, 0, False),
        (0, 0, 0, False),
    ],
)
def test_a_sample_passes_by_its_good_pages_and_nothing_fatal(pages, good, fatal, passed):
    assert sampling.passes(pages, good, fatal, 95) is passed
