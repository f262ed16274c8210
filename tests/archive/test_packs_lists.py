"""Reading couriers' lists as senders really make them, and refusing what cannot be read in one sentence."""

import io
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from archive.packs import columns, lists, sheets
from archive.packs.columns import Unreadable
from workflow.errors import Invalid

ID_NO = "11010519491231002X"
MORNING = datetime(2026, 7, 1, 8, 30)  # noqa: DTZ001 - a spreadsheet knows no zones


def table(*lines: str, encoding: str = "utf-8") -> bytes:
    return "\n".join(lines).encode(encoding)


def workbook(*rows: tuple) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def only(content: bytes) -> lists.ListRow:
    (row,) = lists.parse(content, "list").rows
    return row


def test_chinese_headers_are_understood_in_any_order_and_spelling():
    row = only(
        table("序号,学校,姓 名,身份证号码（必填）,EMS单号,寄送方式", f"1,云溪大学,李明,{ID_NO},1012345678901,邮政EMS")
    )

    assert row.facts == {"sender": "云溪大学", "name": "李明", "tracking_no": "1012345678901", "channel": "ems"}
    assert row.id_no == ID_NO


@pytest.mark.parametrize(
    "header", ["运单号", "快递单号", "机要号", " 邮件 号码 ", "运单号（必填）", "ＥＭＳ单号", "Tracking No."]
)
def test_a_tracking_number_has_many_names(header):
    assert columns.field_of(header) == "tracking_no"


@pytest.mark.parametrize("header", ["", None, "序号", "性别", 7])
def test_a_header_nobody_knows_is_no_column(header):
    assert columns.field_of(header) is None


def test_no_spelling_means_two_columns():
    spellings = [spelling for each in columns.SYNONYMS.values() for spelling in each]
    assert len(spellings) == len(set(spellings))
    assert all(columns.field_of(spelling) for spelling in spellings)


def test_a_preview_says_which_column_was_taken_and_which_means_nothing():
    preview = lists.parse(table("姓名,单号,血型", "李明,1012345678901,O"), "list.csv")

    assert preview.columns == {"name": "姓名", "tracking_no": "单号"}
    assert preview.unknown == ["血型"]


def test_a_title_above_and_totals_below_are_no_rows():
    content = table(
        "2026届毕业生档案寄递清单,,", ",,", "运单号,姓名,专业", "1012345678901,李明,法学", ",,", "合计,,1 件"
    )

    assert [row.number for row in lists.parse(content, "list.csv").rows] == [4]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_every_usual_encoding_is_read(encoding):
    assert (
        only(table("运单号,姓名", "1012345678901,欧阳䶮", encoding=encoding if encoding != "gbk" else "gb18030")).facts[
            "name"
        ]
        == "欧阳䶮"
    )


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_every_usual_delimiter_is_read(sign):
    assert only(table(f"运单号{sign}姓名", f"1012345678901{sign}李明")).facts["tracking_no"] == "1012345678901"


def test_full_width_digits_and_blanks_mean_nothing():
    row = only(table("运单号,姓名", "１０１２ 3456－78901, 李　明 "))

    assert row.facts["tracking_no"] == "1012345678901"
    assert row.facts["name"] == "李 明"


def test_a_text_number_of_excel_is_unwrapped():
    assert only(table("运单号,姓名", '"=""1012345678901""",李明')).facts["tracking_no"] == "1012345678901"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-07-01", "2026-07-01"),
        ("2026/7/1", "2026-07-01"),
        ("2026.7.1", "2026-07-01"),
        ("2026年7月1日", "2026-07-01"),
        ("20260701", "2026-07-01"),
        ("２０２６年７月", "2026-07"),
        ("202607", "2026-07"),
        ("2026-07", "2026-07"),
        (46204, "2026-07-01"),
        ("46204", "2026-07-01"),
        (46204.0, "2026-07-01"),
        (MORNING, "2026-07-01"),
        (date(2026, 7, 1), "2026-07-01"),
        ("2026-07-01 08:30", "2026-07-01"),
        ("", ""),
        (None, ""),
    ],
)
def test_mixed_forms_of_dates_are_read(written, read):
    assert columns.day_of(written) == read


@pytest.mark.parametrize("written", ["2026-13-01", "2026-02-30", "明天", "7月1日", "20261", "0000-00-00"])
def test_what_is_no_date_is_a_warning_not_a_guess(written):
    with pytest.raises(Unreadable):
        columns.day_of(written)
    row = only(table("运单号,姓名,寄出日期", f"1012345678901,李明,{written}"))
    assert row.problems == []
    assert "寄出日期" in str(row.warnings[0])


@pytest.mark.parametrize(
    ("written", "channel"),
    [
        ("机要", "confidential"),
        ("机要通信", "confidential"),
        ("EMS", "ems"),
        ("邮政特快专递", "ems"),
        ("专人送达", "by_hand"),
        ("顺丰", "other"),
        ("", "ems"),
    ],
)
def test_channels_are_known_by_their_usual_names(written, channel):
    assert only(table("运单号,姓名,渠道", f"1012345678901,李明,{written}")).facts["channel"] == channel


def test_a_silent_list_of_confidential_numbers_came_by_confidential_post():
    assert only(table("机要号,姓名", "JY20260701,李明")).facts["channel"] == "confidential"


def test_a_number_the_spreadsheet_rounded_is_refused_with_row_and_column():
    row = only(workbook(("运单号", "姓名"), (12345678901234567890, "李明")))

    assert len(row.problems) == 1
    assert "Row 2" in str(row.problems[0])
    assert "运单号" in str(row.problems[0])
    assert "rounded" in str(row.problems[0])


@pytest.mark.parametrize("written", ["1.23457E+12", "1.01E+17"])
def test_a_number_in_powers_of_ten_is_refused(written):
    assert "rounded" in str(only(table("运单号,姓名", f"{written},李明")).problems[0])


def test_whole_numbers_of_a_workbook_lose_their_point():
    assert only(workbook(("运单号", "姓名"), (1012345678901.0, "李明"))).facts["tracking_no"] == "1012345678901"


def test_a_workbook_of_mixed_cells_is_read():
    row = only(
        workbook(("名单",), (), ("姓名", "运单号", "毕业时间", "身份证号"), ("李明", 1012345678901, MORNING, ID_NO))
    )

    assert (row.number, row.facts["grad_date"], row.id_no) == (4, "2026-07-01", ID_NO)


@pytest.mark.parametrize(("line", "column"), [(",李明", "运单号"), ("1012345678901,", "姓名")])
def test_a_row_without_what_it_needs_says_which_column(line, column):
    (problem,) = only(table("运单号,姓名,专业", f"{line},法学")).problems
    assert str(problem) == f"Row 2: the column “{column}” is empty."


def test_a_wrong_id_number_is_only_a_warning_and_is_not_repeated():
    row = only(table("运单号,姓名,身份证号", "1012345678901,李明,110105194912310021"))

    assert row.problems == []
    assert row.id_no is None
    assert "110105194912310021" not in str(row)
    assert "Row 2" in str(row.warnings[0])


def test_a_number_twice_in_one_file_names_the_first_row():
    preview = lists.parse(table("运单号,姓名", "1012345678901,李明", "1012345678902,王芳", "1012 3456 78901,李明"), "l")

    assert len(preview.good) == 2
    assert "already stands in row 2" in str(preview.bad[0].problems[0])


def test_what_looks_like_a_formula_is_only_text():
    assert only(table("运单号,姓名", "1012345678901,=cmd|' /C calc'!A0")).facts["name"] == "=cmd|' /C calc'!A0"


def test_a_longer_text_than_we_keep_is_refused():
    assert "longer than 100" in str(only(table("运单号,姓名", f"1012345678901,{'李' * 101}")).problems[0])


def zipped(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


WHOLE = workbook(("运单号", "姓名"), ("1012345678901", "李明"))
CONTENT_TYPES = {"[Content_Types].xml": b"<Types/>"}
HOSTILE = {
    "empty": b"",
    "blank": b" \n\n ",
    "only headers": "运单号,姓名\n".encode(),
    "no headers": "张三,李四\n1,2\n".encode(),
    "no name column": "运单号,学校\n1012345678901,云溪大学\n".encode(),
    "two number columns": "运单号,快递单号,姓名\n1,2,李明\n".encode(),
    "old xls": b"\xd0\xcf\x11\xe0" + b"0" * 600,
    "cut off": WHOLE[: len(WHOLE) // 2],
    "no zip at all": b"PK\x03\x04 not a zip",
    "another zip": zipped(readme=b"hello"),
    "a word file": zipped(**CONTENT_TYPES, word__document=b"<w/>"),
    "doctype": zipped(**CONTENT_TYPES, xl__workbook=b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'),
    "swollen": zipped(**CONTENT_TYPES, xl__sheet=b"0" * (19 * 1024 * 1024)),
    "too many parts": zipped(**CONTENT_TYPES, **{f"xl__{number}": b"" for number in range(1001)}),
    "binary": bytes(range(256)) * 4,
    "zero bytes": "运单号,姓名\n1\x00,李明".encode(),
    "too large": b"a" * (sheets.BYTES_AT_MOST + 1),
    "too many lines": b"\n" * (sheets.LINES_AT_MOST + 1) + b"a",
    "endless field": b'a,b\n"' + b"x" * 200_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_or_broken_file_is_refused_in_one_sentence(name):
    with pytest.raises(Invalid) as refused:
        lists.parse(HOSTILE[name], "list.xlsx")

    said = str(refused.value)
    assert said.endswith((".", "…)."))
    assert "\n" not in said
    assert "Traceback" not in said


def test_more_rows_than_a_day_can_hold_are_refused():
    content = table("运单号,姓名", *(f"10{number:011d},李明" for number in range(lists.ROWS_AT_MOST + 1)))

    with pytest.raises(Invalid, match="5000"):
        lists.parse(content, "list.csv")


def test_a_sheet_that_lies_about_its_size_is_read_as_it_is():
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as whole, zipfile.ZipFile(out, "w") as changed:
        for part in whole.infolist():
            content = whole.read(part)
            if part.filename.endswith("sheet1.xml"):
                content = content.replace(b'<dimension ref="A1:B2"', b'<dimension ref="A1:XFD1048576"')
            changed.writestr(part, content)

    assert only(out.getvalue()).facts["name"] == "李明"
