"""Whatever stands on the desk, a day's figures add up: delivered = registered + exceptions + difference."""

import random
from collections import Counter
from datetime import date, timedelta

import pytest

from archive import days
from archive.packs import exceptions
from archive.packs.models import Pack, PackStatus
from archive.statuses import Channel
from workflow.clock import now

TODAY = date(2026, 7, 1)
DELIVERED = [status for status in PackStatus if status not in (PackStatus.EXPECTED, PackStatus.MISSING)]
LEFT = (PackStatus.RETURNED, PackStatus.FORWARDED, PackStatus.LOOSE)


def put(session, number: int, **facts) -> Pack:
    given = {"status": PackStatus.IN_WORK, "channel": Channel.EMS, "delivery_day": TODAY, **facts}
    pack = Pack(tracking_no=f"10{number:011d}", expected_at=now(), received_at=now(), received_by="anna", **given)
    session.add(pack)
    session.flush()
    return pack


def random_pack(session, chance: random.Random, number: int) -> None:
    status = chance.choice(DELIVERED)
    registered = status is PackStatus.STORED or (status is PackStatus.IN_WORK and chance.random() < 0.4)
    pack = put(
        session,
        number,
        status=status,
        channel=chance.choice(list(Channel)),
        late=chance.random() < 0.2,
        registered_at=now() if registered else None,
        delivery_day=TODAY if chance.random() < 0.8 else TODAY + timedelta(days=1),
    )
    for code in chance.sample(list(exceptions.CODES), chance.choice((0, 0, 1, 3))):
        exceptions.raise_(session, pack, code, "anna")
        if chance.random() < 0.4:
            exceptions.resolve(session, pack, {code}, "bob", "settled")


@pytest.mark.parametrize("seed", range(6))
def test_the_figures_of_any_day_add_up(session, clock, seed):
    chance = random.Random(seed)
    for number in range(30):
        random_pack(session, chance, number)
    for day in (TODAY, TODAY + timedelta(days=1)):
        found = days.figures(session, day)
        assert found.delivered == found.registered + found.exceptions + found.difference == len(found.rows)
        assert sum(found.by_channel.values()) == found.delivered
        assert found.shelved <= found.registered
        assert found.difference == len(found.difference_rows)
        assert Counter(row.place for row in found.rows)["exception"] == found.exceptions
        assert not any(row.overdue for row in found.rows)


@pytest.mark.parametrize("seed", range(3))
def test_after_closing_exactly_what_is_neither_shelved_nor_excepted_is_overdue(session, clock, seed):
    chance = random.Random(seed)
    for number in range(20):
        random_pack(session, chance, number)
    clock.move(hours=9)
    for row in days.figures(session, TODAY).rows:
        assert row.overdue is (row.status != PackStatus.STORED and row.place != "exception")


@pytest.mark.parametrize("code", exceptions.CODES)
@pytest.mark.parametrize("status", DELIVERED)
def test_where_a_pack_counts_follows_from_status_and_exception(sqlite_office, clock, code, status):
    with sqlite_office.database.transaction() as session:
        pack = put(session, 1, status=status)
        exceptions.raise_(session, pack, code, "anna")
        (open_row,) = days.figures(session, TODAY).rows
        exceptions.resolve(session, pack, {code}, "bob", "settled")
        (settled_row,) = days.figures(session, TODAY).rows
        pack.registered_at = now()
        session.flush()
        (registered_row,) = days.figures(session, TODAY).rows

    excused = status in LEFT or exceptions.CODES[code].treatment.holds_up
    assert (open_row.place, open_row.codes) == ("exception" if excused else "open", (code,))
    assert (settled_row.place, settled_row.codes) == ("exception" if status in LEFT else "open", ())
    assert registered_row.place == "registered"


def test_several_exceptions_of_a_pack_are_one_exception_of_the_day(session, clock):
    pack = put(session, 1)
    for code in ("E10", "E06", "E08"):
        exceptions.raise_(session, pack, code, "anna")

    (row,) = days.figures(session, TODAY).rows

    assert (row.place, row.codes) == ("exception", ("E06", "E08", "E10"))
    exceptions.resolve(session, pack, {"E06", "E10"}, "bob", "settled")
    assert days.figures(session, TODAY).difference == 1


def test_what_is_resolved_and_raised_again_counts_again(session, clock):
    pack = put(session, 1)
    for _twice in range(2):
        exceptions.raise_(session, pack, "E06", "anna")
        assert days.figures(session, TODAY).exceptions == 1
        exceptions.resolve(session, pack, {"E06"}, "bob", "settled")
        assert days.figures(session, TODAY).exceptions == 0
    assert [(each.code, each.resolution) for each in pack.exceptions] == [("E06", "settled")] * 2


def test_what_nobody_raised_cannot_be_resolved_and_nothing_is_resolved_twice(session, clock):
    pack = put(session, 1)
    exceptions.raise_(session, pack, "E06", "anna")
    exceptions.resolve(session, pack, {"E06", "E01"}, "bob", "first")
    clock.move(hours=1)
    exceptions.resolve(session, pack, {"E06"}, "carl", "second")

    assert [(each.resolved_by, each.resolution) for each in pack.exceptions] == [("bob", "first")]


def test_an_unknown_code_is_no_exception(session, clock):
    with pytest.raises(KeyError):
        exceptions.raise_(session, put(session, 1), "E17", "anna")
