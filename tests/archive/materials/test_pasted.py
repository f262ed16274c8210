"""A catalogue pasted from a spreadsheet."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.materials import rows
from archive.materials.pasted import pasted
from workflow.errors import Invalid

TODAY = date(2026, 7, 1)


def table(text, **more):
    found, _ = pasted(text, **more)
    return [(row.code, row.seq, row.name, row.formed, row.pages, row.note) for row in found]


def entries(text):
    return [(each.code, each.name, each.formed, each.pages) for each in map(rows.entry, pasted(text)[0])]


def test_headings_say_what_stands_in_a_column_in_any_order():
    text = "页数\t材料名称\t类号\t形成时间\t备注\n4\t干部履历表\t1\t1998.7\t复印件\n2\t自传\t２\t1998年7月\t\n"
    assert entries(text) == [("1", "干部履历表", "1998-07", 4), ("2", "自传", "1998-07", 2)]
    assert [row.copy for row in pasted(text)[0]] == [True, False]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("干部履历表", ("", "干部履历表", "", 0)),
        ("干部履历表\t199807", ("", "干部履历表", "1998-07", 0)),
        ("干部履历表\t199807\t4", ("", "干部履历表", "1998-07", 4)),
        ("1\t干部履历表\t1998\t４", ("", "干部履历表", "1998", 4)),
        ("1\t干部履历表\t1998/7/1 0:00\t4\t", ("", "干部履历表", "1998-07-01", 4)),
        ("1\t1\t干部履历表\t1998-07-01\t4\t", ("1", "干部履历表", "1998-07-01", 4)),
        ("1\t干部履历表\t1998\t7\t1\t4\t", ("", "干部履历表", "1998-07-01", 4)),
        ("1\t1\t干部履历表\t1998\t7\t\t4\t", ("1", "干部履历表", "1998-07", 4)),
    ],
)
def test_without_headings_the_number_of_columns_says_it(text, expected):
    assert entries(text) == [expected]


def test_the_printed_form_has_its_dates_in_three_columns_under_one_heading_and_a_line_for_each_class():
    text = (
        "序号\t材料名称\t材料形成时间\t\t\t页数\t备注\n"
        "\t\t年\t月\t日\t\t\n"
        "一、履历类\t\t\t\t\t\t\n"
        "1\t干部履历表\t1998\t7\t1\t4\t\n"
        "四-1 学历学位\n"
        "1\t学籍表\t1990\t9\t\t2\t\n"
        "2\t毕业证明\t1994\t\t\t1\t\n"
        "十、其他可供组织参考的材料\n"
        "1\t报到证\t1994\t7\t\t1\t\n"
    )
    assert entries(text) == [
        ("1", "干部履历表", "1998-07-01", 4),
        ("4-1", "学籍表", "1990-09", 2),
        ("4-1", "毕业证明", "1994", 1),
        ("10", "报到证", "1994-07", 1),
    ]
    assert [each.rule for each in pasted(text)[1]] == []


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("一 履历材料", "1"),
        ("（二）自传和思想类", "2"),
        ("三、鉴定、考核、考察材料", "3"),
        ("四-4 培训材料", "4-4"),
        ("九-2\t任免", "9-2"),
        ("十", "10"),
    ],
)
def test_a_heading_line_of_either_time_begins_a_class(line, code):
    assert entries(f"{line}\n某材料\t1998")[0][0] == code


@pytest.mark.parametrize("line", ["一分局介绍信", "三好学生奖励登记表", "十年工作总结"])
def test_a_material_that_begins_with_a_number_is_no_heading(line):
    assert [row.name for row in pasted(f"{line}\n乙")[0]] == [line, "乙"]


def test_rows_without_a_class_get_the_one_they_were_pasted_into():
    assert table("甲\t1998", code="4-1")[0][0] == "4-1"


def test_a_cell_may_hold_a_line_break_or_a_tab():
    assert table('"干部\n履历表"\t1998\t"4"\r\n\r\n乙\t1999\t1')[0][2] == "干部 履历表"
    assert len(table('"a\tb"\t1998')) == 1


def test_a_bad_cell_is_named_by_row_and_column_stays_as_it_was_and_the_rest_is_kept():
    text = "1\t1\t甲\t1998\t4\t\n1\t2\t乙\t去年\t两\t\n13\t3\t丙\t1999\t1\t"
    found, wrong = pasted(text, today=TODAY)

    assert [(each.row, each.field) for each in wrong if each.grave] == [(2, "formed"), (2, "pages"), (3, "code")]
    assert [(row.name, row.formed, row.pages) for row in found] == [
        ("甲", "1998", "4"),
        ("乙", "去年", "两"),
        ("丙", "1999", "1"),
    ]


def test_numbers_left_out_and_doubles_are_said():
    _, wrong = pasted("1\t1\t甲\t1998\t4\t\n1\t3\t乙\t1999\t1\t\n1\t4\t甲\t1998\t4\t")
    assert [(each.row, each.rule) for each in wrong] == [(2, "gap"), (3, "double"), (3, "order")]


def test_more_than_a_catalogue_holds_is_refused():
    with pytest.raises(Invalid, match="too much to paste"):
        pasted("甲\n" * 2001)
    with pytest.raises(Invalid, match="too much to paste"):
        pasted("甲" * 500_001)


@given(st.text(st.characters(codec="utf-8", exclude_characters='"'), max_size=200))
def test_no_line_with_a_word_in_it_is_lost(text):
    lines = [
        line for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if line.replace("\0", "").strip()
    ]
    found, _ = pasted(text)
    assert len(found) <= len(lines)


cell = st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=10)


@given(
    st.lists(
        st.tuples(cell, st.dates(date(1880, 1, 1), date(2026, 1, 1)), st.integers(0, 9999)), min_size=1, max_size=8
    )
)
def test_what_a_spreadsheet_holds_comes_back_whole(lines):
    text = "材料名称\t形成时间\t页数\n" + "\n".join(
        f"x{name}\t{day.isoformat()}\t{pages}" for name, day, pages in lines
    )
    assert [(name, formed, pages) for _, name, formed, pages in entries(text)] == [
        (rows.entry(rows.Row(f"x{name}")).name, day.isoformat(), pages) for name, day, pages in lines
    ]
