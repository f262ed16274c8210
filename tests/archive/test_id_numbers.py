from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from archive import id_numbers
from archive.id_numbers import IdKind
from tests.archive.cards import id_no
from workflow.errors import Invalid

KNOWN = "11010519491231002X"  # the example printed in GB 11643-1999


def test_the_example_of_the_standard_passes():
    assert id_numbers.check(KNOWN) == KNOWN


@pytest.mark.parametrize(
    "typed",
    ["11010519491231002x", " 110105 19491231 002X ", "１１０１０５１９４９１２３１００２Ｘ", "110105-19491231-002X"],
)
def test_a_number_is_mended_before_it_is_checked(typed):
    assert id_numbers.check(typed) == KNOWN


def test_an_old_number_of_fifteen_digits_is_upgraded():
    assert id_numbers.check("110105491231002") == KNOWN


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "has 18 characters; this one has 0"),
        ("1101051949123100", "has 18 characters; this one has 16"),
        ("11010519491231002XX", "has 18 characters; this one has 19"),
        ("1101051949123100X2", "17 digits and then a digit or X"),
        ("ABCDEFGHIJKLMNOPQR", "17 digits and then a digit or X"),
        ("110105194912310021", "check character"),
        ("110105194913310020", "does not exist"),
        ("110105200102290021", "does not exist"),
        ("110105177612310021", "in the future or too long ago"),
        ("11010519491231001X", "check character"),
    ],
)
def test_a_wrong_number_is_refused_beside_its_field_saying_what_is_wrong(typed, said):
    with pytest.raises(Invalid, match=said) as refused:
        id_numbers.check(typed, "id_no_again")
    assert list(refused.value.problems) == ["id_no_again"]


def test_a_refusal_never_repeats_the_number():
    with pytest.raises(Invalid) as refused:
        id_numbers.check("110105194912310021")
    assert "110105" not in str(refused.value)
    assert "110105" not in repr(refused.value.problems)


def test_a_birth_in_the_future_is_refused():
    with pytest.raises(Invalid, match="in the future"):
        id_numbers.check(id_no(1, "20991231"))


def test_birth_and_sex_are_read_from_the_number():
    assert id_numbers.birth(KNOWN) == date(1949, 12, 31)
    assert id_numbers.sex(KNOWN) == "2"
    assert id_numbers.sex(id_no(1)) == "1"


def test_lists_show_the_region_and_the_last_four():
    assert id_numbers.mask(KNOWN) == "110105********002X"
    assert id_numbers.mask("E12345678") == "E******78"
    assert id_numbers.mask("AB12") == "****"


@given(
    some.integers(1, 999), some.dates(date(1900, 1, 1), date(2020, 12, 31)), some.integers(0, 16), some.integers(1, 9)
)
def test_one_mistyped_digit_is_always_noticed(serial, day, place, step):
    number = id_no(serial, day.strftime("%Y%m%d"))
    mistyped = number[:place] + str((int(number[place]) + step) % 10) + number[place + 1 :]
    with pytest.raises(Invalid):
        id_numbers.check(mistyped)


@given(some.integers(1, 999), some.dates(date(1900, 1, 1), date(2020, 12, 31)))
def test_every_made_number_passes_unchanged(serial, day):
    number = id_no(serial, day.strftime("%Y%m%d"))
    assert id_numbers.check(number) == number


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        (IdKind.PASSPORT, "e12345678", "E12345678"),
        (IdKind.HK_MACAO, "h12345678", "H12345678"),
        (IdKind.TAIWAN, "0123 4567", "01234567"),
        (IdKind.MILITARY, "军字第123456号", "军字第123456号"),
        ("resident", KNOWN, KNOWN),
        (None, KNOWN, KNOWN),
    ],
)
def test_other_papers_are_taken_as_they_are_written(kind, typed, kept):
    assert id_numbers.check_kind(kind, typed) == kept


@pytest.mark.parametrize(
    ("kind", "typed"), [(IdKind.PASSPORT, "E1"), (IdKind.HK_MACAO, "X12345678"), (IdKind.TAIWAN, "123")]
)
def test_other_papers_written_wrongly_are_refused(kind, typed):
    with pytest.raises(Invalid, match="how a number of this kind of paper is written"):
        id_numbers.check_kind(kind, typed)


def test_an_unknown_kind_of_paper_is_refused():
    with pytest.raises(Invalid, match="no such kind of identity paper: library card") as refused:
        id_numbers.check_kind("library card", "1")
    assert list(refused.value.problems) == ["id_kind"]


def test_every_kind_of_paper_has_a_label():
    assert set(id_numbers.LABELS) == set(IdKind)
