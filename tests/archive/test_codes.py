import pytest

from archive import credit_codes
from archive.scans import halved, normalise
from workflow.errors import Invalid

KNOWN = "91110000600037341L"


@pytest.mark.parametrize(
    "typed", [KNOWN, KNOWN.lower(), " 9111 0000 6000 3734 1L", "９１１１００００６０００３７３４１Ｌ"]
)
def test_a_credit_code_is_taken_however_it_is_typed(typed):
    assert credit_codes.check(typed) == KNOWN


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "18 characters; this one has 0"),
        (KNOWN[:-1], "this one has 17"),
        (KNOWN[:-1] + "M", "was mistyped"),
        ("I" + KNOWN[1:], "character that none may hold"),
    ],
)
def test_a_wrong_credit_code_is_refused(typed, said):
    with pytest.raises(Invalid, match=said):
        credit_codes.check(typed)


@pytest.mark.parametrize(
    "typed", ["k01-03-12-b-4-07", " K01－03－12－B－4－07\n", "K01—03–12−B‐4_07", "Ｋ０１-03-12-B-4-07"]
)
def test_a_scanned_code_has_one_form(typed):
    assert normalise(typed) == "K01-03-12-B-4-07"


def test_running_text_loses_only_its_odd_blanks_and_widths():
    assert halved("　张　 三（ＡＢ）\n") == "张 三(AB)"
    assert halved("") == ""
