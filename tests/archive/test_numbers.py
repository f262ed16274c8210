import threading
from itertools import chain

import pytest
from sqlalchemy import select, update

from archive import numbers, parameters
from archive.numbers import IssuedNumber, NumberSeries
from workflow.errors import Conflict, NotFound


def test_numbers_count_from_one_in_the_form_of_their_series(session, clock):
    assert [numbers.issue(session, "missing", "notice") for _ in range(2)] == [
        "〔2026〕缺字0001号",
        "〔2026〕缺字0002号",
    ]
    assert numbers.issue(session, "return", "letter") == "〔2026〕退字0001号"
    assert numbers.issue(session, "contract", "contract") == "HT-2026-001"


def test_each_year_begins_again_by_the_office_clock(session, clock):
    numbers.issue(session, "missing", "notice")
    clock.set(
        clock.move(days=183, hours=14).replace(hour=16, minute=30)
    )  # 00:30 in Shanghai, still the old year in UTC

    assert numbers.issue(session, "missing", "notice") == "〔2027〕缺字0001号"


def test_a_dossier_number_carries_the_offices_prefix(session, clock):
    parameters.change(session, "dossier_prefix", "440103", parameters.date(2026, 1, 1), "admin")

    assert numbers.issue(session, "dossier", "dossier") == "440103202600001"


def test_a_number_may_outgrow_its_digits(session, clock):
    numbers.issue(session, "missing", "notice")
    session.execute(update(NumberSeries).values(last=9999))

    assert numbers.issue(session, "missing", "notice") == "〔2026〕缺字10000号"


def test_an_unknown_series_is_refused(session, clock):
    with pytest.raises(NotFound, match="no series of numbers named tickets"):
        numbers.issue(session, "tickets", "x")


def test_a_void_number_stays_with_its_reason_and_is_not_given_again(session, clock):
    first = numbers.issue(session, "missing", "notice")
    numbers.void(session, first, "anna", "printed twice")

    kept = session.get_one(IssuedNumber, first)
    assert (kept.voided_by, kept.void_reason) == ("anna", "printed twice")
    assert numbers.issue(session, "missing", "notice") == "〔2026〕缺字0002号"


def test_a_number_is_void_once(session, clock):
    first = numbers.issue(session, "missing", "notice")
    numbers.void(session, first, "anna", "spoilt")

    with pytest.raises(Conflict, match="〔2026〕缺字0001号 is void already"):
        numbers.void(session, first, "bob", "spoilt")
    with pytest.raises(NotFound):
        numbers.void(session, "〔2026〕缺字0009号", "bob", "spoilt")
    with pytest.raises(ValueError):
        numbers.void(session, first, "bob", " ")


def test_a_number_of_undone_work_is_given_to_the_next(office, clock):
    with pytest.raises(ZeroDivisionError), office.database.transaction() as opened:
        numbers.issue(opened, "missing", "lost")
        _ = 1 / 0
    with office.database.transaction() as opened:
        assert numbers.issue(opened, "missing", "kept") == "〔2026〕缺字0001号"


def test_eight_at_once_with_failures_between_leave_no_gap_and_no_double(office):
    """8 threads × 25 numbers; every fifth transaction is undone."""
    given, start = [], threading.Barrier(8)

    def draw():
        start.wait()
        mine = []
        for turn in range(25):
            try:
                with office.database.transaction() as opened:
                    number = numbers.issue(opened, "missing", "race")
                    if turn % 5 == 4:
                        raise ZeroDivisionError
                mine.append(number)
            except ZeroDivisionError:
                pass
        given.append(mine)

    threads = [threading.Thread(target=draw) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    year = office.today().year
    assert sorted(chain(*given)) == [f"〔{year}〕缺字{number:04d}号" for number in range(1, 161)]
    with office.database.reading() as opened:
        assert list(numbers._gaps(opened)) == []


def test_fsck_names_a_series_with_a_lost_number(session, clock):
    for _ in range(3):
        numbers.issue(session, "missing", "notice")
    session.delete(session.scalars(select(IssuedNumber).where(IssuedNumber.number == 2)).one())
    session.flush()

    assert list(numbers._gaps(session)) == ["Series missing of 2026 stands at 3, but 2 numbers were issued."]


def test_fsck_names_a_number_beyond_its_series(session, clock):
    numbers.issue(session, "missing", "notice")
    session.execute(update(IssuedNumber).values(number=7))

    assert list(numbers._gaps(session)) == ["Number 〔2026〕缺字0001号 lies beyond the end of its series."]
