"""What is wrong with a catalogue, cell by cell."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.materials import categories, rows
from archive.materials.categories import LEAVES
from archive.materials.rows import Entry, Row

TODAY = date(2026, 7, 1)


def good(name="干部履历表", code="1", formed="1998-07", pages="4", **more) -> Row:
    return Row(name=name, code=code, formed=formed, pages=pages, **more)


def said(*table: Row) -> list[tuple[int, str, str]]:
    return [(each.row, each.field, each.rule) for each in rows.check(table, TODAY)]


def test_a_catalogue_in_order_has_no_findings():
    assert said(good(formed="1998"), good("学籍表", "4-1"), good("自传", "2")) == []


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("４－１", "4-1"), ("4.1", "4-1"), ("41", "4-1"), ("四-1", "4-1"), ("十", "10"), (" 9-3 ", "9-3"), ("4", "4")],
)
def test_a_class_is_understood_however_it_is_typed(typed, kept):
    assert rows.read_code(typed) == kept


@pytest.mark.parametrize("typed", ["0", "11", "4-5", "9-0", "x", "1-1"])
def test_what_is_none_of_the_classes_is_refused(typed):
    with pytest.raises(ValueError):
        rows.read_code(typed)


@pytest.mark.parametrize(
    ("row", "field", "rule"),
    [
        (good(""), "name", "name"),
        (good("长" * 301), "name", "length"),
        (good(note="长" * 301), "note", "length"),
        (good(code="12"), "code", "class"),
        (good(code="4"), "code", "class"),
        (good(formed="去年"), "formed", "date"),
        (good(formed="2026-07-02"), "formed", "future"),
        (good(pages="两页"), "pages", "pages"),
        (good(pages="-1"), "pages", "pages"),
        (good(pages="10000"), "pages", "pages"),
    ],
)
def test_what_a_catalogue_cannot_keep_is_grave(row, field, rule):
    [found] = rows.check([row], TODAY)
    assert (found.row, found.field, found.rule, found.grave) == (1, field, rule, True)


@pytest.mark.parametrize(
    ("row", "field", "rule"),
    [
        (good(formed=""), "formed", "undated"),
        (good(pages=""), "pages", "unpaged"),
        (good(pages="0"), "pages", "unpaged"),
        (good("任期审计报告", "3"), "code", "moved"),
    ],
)
def test_what_people_may_judge_is_not_grave(row, field, rule):
    [found] = rows.check([row], TODAY)
    assert (found.row, found.field, found.rule, found.grave) == (1, field, rule, False)


def test_pages_may_be_typed_with_their_word_and_full_width():
    assert said(good(pages="１２页")) == []
    assert rows.entry(good(pages="１２页")).pages == 12


def test_today_is_not_yet_to_come_and_a_year_begun_neither():
    assert said(good(formed="2026-07-01")) == said(good(formed="2026")) == []


def test_time_orders_a_class():
    assert said(good(formed="1999"), good("简历", formed="1998-07")) == [(2, "formed", "order")]


def test_of_a_month_and_its_year_nobody_knows_the_order():
    assert said(good(formed="1998-07"), good("简历", formed="1998")) == []


def test_an_undated_row_hides_no_disorder_behind_it():
    assert said(good(formed="1999"), good("简历", formed=""), good("表", formed="1998")) == [
        (2, "formed", "undated"),
        (3, "formed", "order"),
    ]


def test_one_row_too_early_is_said_of_it_and_not_of_all_behind_it():
    found = said(good(formed="2001"), good("甲", formed="1998"), good("乙", formed="2002"), good("丙", formed="2003"))
    assert found == [(2, "formed", "order")]


def test_importance_orders_discipline_whatever_the_time():
    assert said(good("处分决定", "8", "2001"), good("调查报告", "8", "2000")) == []
    assert said(good("调查报告", "8", "2000"), good("处分决定", "8", "2001")) == [(2, "name", "order")]
    assert said(good("处分决定", "8", "2001"), good("处分决定（续）", "8", "2000")) == [(2, "name", "order")]


def test_relation_orders_the_party():
    assert said(good("入党志愿书", "6"), good("入党申请书", "6", "1990"), good("转正申请书", "6")) == []
    assert said(good("入党申请书", "6", "1990"), good("入党志愿书", "6")) == [(2, "name", "order")]


def test_classes_are_judged_apart():
    assert said(good(formed="1999"), good("自传", "2", "1980"), good("简历", formed="2000")) == []


def test_the_same_material_twice_is_said():
    assert said(good(), good("别的"), good()) == [(3, "name", "double")]
    assert said(good(), good(code="2")) == []
    assert ("name", "double") not in [found[1:] for found in said(good(formed=""), good(formed=""))]


def test_typed_numbers_count_on_within_their_class():
    assert said(good(seq="1"), good("乙", seq="2"), good("自传", "2", seq="1")) == []
    assert said(good(seq="1"), good("乙", seq="3"), good("丙", seq="4")) == [(2, "seq", "gap")]
    assert said(good(seq="1-1"), good("乙", seq="1-2")) == []
    assert said(good(seq="1"), good("乙", seq="1")) == [(2, "seq", "gap")]


def test_struck_and_blank_rows_are_not_asked_about():
    assert said(Row(), good("", struck="重复登记", id=3), good()) == []


def test_what_is_lacking_in_a_class_are_numbers_and_yearly_assessments():
    held = [
        (number, Entry("3", f"{year}年度考核登记表", str(year), 1, "", False))
        for number, year in ((1, 2018), (3, 2021))
    ]
    assert rows.gaps(held) == ["2", "2019年", "2020年"]
    assert rows.gaps([]) == []


text = st.text(st.characters(codec="utf-8"), max_size=12)
anything = st.builds(Row, name=text, code=text, formed=text, pages=text, note=text, seq=text, copy=st.booleans())
dated = st.dates(date(1950, 1, 1), date(2026, 6, 30)).map(date.isoformat)
kept = st.builds(good, name=st.sampled_from(["甲", "乙", "丙"]), code=st.sampled_from(LEAVES), formed=dated)


@given(st.lists(anything, max_size=6))
def test_nothing_typed_breaks_the_checks_and_every_finding_names_a_cell(table):
    for found in rows.check(table, TODAY):
        assert 1 <= found.row <= len(table)
        assert found.field in rows.FIELD_LABELS


@given(st.lists(kept, max_size=12))
def test_a_class_sorted_by_its_dates_is_in_order(table):
    ordered = sorted(table, key=lambda row: (categories.position(row.code), row.formed))
    assert [rule for _, _, rule in said(*ordered) if rule == "order"] == []


@given(st.lists(kept, min_size=2, max_size=12), st.randoms(use_true_random=False))
def test_disorder_of_dates_is_always_said(table, chance):
    only = [good(row.name, "1", row.formed) for row in table]
    chance.shuffle(only)
    disorder = any(a.formed > b.formed for a, b in zip(only, only[1:], strict=False))
    assert ("order" in [rule for _, _, rule in said(*only)]) is disorder
