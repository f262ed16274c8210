"""Exception codes: sixteen, each with a treatment; raised once, resolved once, never forgotten."""

import pytest

from archive.packs import desk, exceptions
from archive.packs.exceptions import CODES, HOLDING_UP, Treatment
from tests.processes.receiving import Receiving
from tests.standing import standing


def test_there_are_sixteen_codes_in_order():
    assert list(CODES) == [f"E{number:02d}" for number in range(1, 17)]
    assert all(code.zh and code.en for code in CODES.values())


@pytest.mark.parametrize("code", ["E07", "E08", "E13", "E14"])
def test_missing_material_and_list_differences_hold_nothing_up(code):
    assert code not in HOLDING_UP


@pytest.mark.parametrize("code", ["E01", "E02", "E03", "E16"])
def test_an_unsealed_self_carried_or_misrouted_pack_is_returned(code):
    assert CODES[code].treatment is Treatment.RETURN


@pytest.fixture
def pack(receiving):
    return receiving.unlisted()


@pytest.fixture
def receiving(office, clock) -> Receiving:
    return standing(Receiving, office)


def test_an_exception_is_raised_once_and_keeps_its_history(receiving, pack, clock):
    with receiving.database.transaction() as session:
        found = desk.by_tracking_no(session, pack)
        for note in ("湿", "更湿"):
            exceptions.raise_(session, found, "E10", "wang", note)
        assert exceptions.open_codes(found) == ["E10", "E14"]
        assert exceptions.packs_held_up(session) == [found]
        clock.move(hours=1)
        exceptions.resolve(session, found, {"E10"}, "rosa", "晾干")
        assert exceptions.open_codes(found) == ["E14"]
        assert exceptions.packs_held_up(session) == []
        exceptions.raise_(session, found, "E10", "wang", "又湿")
    with receiving.database.reading() as session:
        kept = [(each.code, each.note, each.resolved_by) for each in desk.by_tracking_no(session, pack).exceptions]

    assert kept == [("E14", "", None), ("E10", "更湿", "rosa"), ("E10", "又湿", None)]
