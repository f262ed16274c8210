"""What two counters saw against what was expected, and what a scope is: no database needed."""

import pytest

from archive.climate.messages import signed, tenths
from archive.inventory.comparing import Seen, result_of
from archive.inventory.counting import _position
from archive.inventory.deciding import ALLOWED
from archive.inventory.models import DECISIONS, DIFFERENCES, RESULTS, Decision, Result
from archive.inventory.planning import SCOPE
from archive.statuses import DossierStatus
from workflow.errors import Invalid

HOME, ELSEWHERE = "K01-01-01-A-1-01", "K01-01-01-A-1-02"
BOTH, ONE = Seen(2, HOME, ""), Seen(1, HOME, "")


@pytest.mark.parametrize(
    ("was", "seen", "moved", "result"),
    [
        (DossierStatus.STOCKTAKING, BOTH, False, Result.PRESENT),
        (DossierStatus.IN_STORE, Seen(2, "", ""), False, Result.PRESENT),
        (DossierStatus.SEALED, BOTH, False, Result.PRESENT),
        (DossierStatus.IN_STORE, None, False, Result.MISSING),
        (DossierStatus.IN_STORE, None, True, Result.AWAY),
        (DossierStatus.LENT, None, False, Result.ON_LOAN),
        (DossierStatus.SCANNING, None, False, Result.SCANNING),
        (DossierStatus.SORTING, None, False, Result.AWAY),
        (DossierStatus.MISSING, None, False, Result.AWAY),
        (DossierStatus.LENT, BOTH, False, Result.UNEXPECTED),
        (DossierStatus.LENT, BOTH, True, Result.PRESENT),
        (DossierStatus.IN_STORE, ONE, False, Result.DISPUTED),
        (DossierStatus.IN_STORE, ONE, True, Result.PRESENT),
        (DossierStatus.IN_STORE, Seen(2, ELSEWHERE, ""), False, Result.MISPLACED),
        (DossierStatus.IN_STORE, Seen(2, HOME, "撕裂"), False, Result.DAMAGED),
        (None, BOTH, False, Result.UNEXPECTED),
        (None, BOTH, True, Result.PRESENT),
        (None, Seen(2, ELSEWHERE, ""), True, Result.MISPLACED),
    ],
)
def test_the_result_of_a_dossier(was, seen, moved, result):
    assert result_of(was, HOME, seen, moved) is result


def test_every_result_and_decision_has_its_words_and_every_difference_its_ways():
    assert set(RESULTS) == set(Result) and set(DECISIONS) == set(Decision)
    assert set(ALLOWED) == set(DIFFERENCES)
    assert all(Decision.NOTED in ways for ways in ALLOWED.values())


@pytest.mark.parametrize("scope", ["K01", "K01-03", "K01-03-12"])
def test_a_scope_is_a_room_a_row_or_a_cabinet(scope):
    assert SCOPE.fullmatch(scope)


@pytest.mark.parametrize("scope", ["K1", "K01-3", "K01-03-12-B", "全部库", "%"])
def test_nothing_else_is_a_scope(scope):
    assert not SCOPE.fullmatch(scope)


@pytest.mark.parametrize(
    ("scanned", "code"),
    [
        ("k01-01-01-a-1-01", HOME),
        ("Ｋ０１－０１－０１－Ａ－１－０１", HOME),
        ("K010101A101", HOME),
        ("YX202600001", None),
    ],
)
def test_a_position_is_told_from_a_label(scanned, code):
    assert _position(scanned) == code


@pytest.mark.parametrize(("value", "read"), [(23, 230), (0, 0), (-5, -50), (1, 10)])
def test_a_value_is_kept_in_tenths(value, read):
    assert tenths(value) == read


@pytest.mark.parametrize("value", [None, True, "23", [1], 1001])
def test_what_is_no_number_is_no_value(value):
    with pytest.raises(Invalid):
        tenths(value)


def test_a_signature_depends_on_secret_and_body():
    assert len({signed(secret, body) for secret in ("a", "b") for body in (b"1", b"2")}) == 4
