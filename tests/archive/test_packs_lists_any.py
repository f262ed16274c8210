"""However a sender arranges a list, the same facts come out; whatever stands in it, rows are taken or refused in words."""

import io
import random
import zipfile
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from archive.packs import columns, lists
from tests.archive.cards import id_no
from tests.archive.test_packs_lists import WHOLE, workbook
from workflow.errors import Invalid

FIELDS = tuple(columns.SYNONYMS)
JUNK = ("序号", "性别", "民族", "血型", "宿舍", "辅导员", "Unnamed: 7", "", None)
NAMES = ("单雄信", "欧阳修", "阿依古丽·买买提", "王𠮷", "Anna Lee", "吕布")
CHANNELS = {"EMS": "ems", "机要": "confidential", "专人送达": "by_hand", "顺丰": "other", "": "ems"}
DATES = (
    "{0:%Y-%m-%d}",
    "{0.year}/{0.month}/{0.day}",
    "{0.year}.{0.month}.{0.day}",
    "{0.year}年{0.month}月{0.day}日",
    "{0:%Y%m%d}",
)


def facts(chance: random.Random, number: int) -> dict[str, str]:
    """What a sender knows of one pack, as it is kept."""
    sent = date(2026, 6, 1) + timedelta(days=chance.randrange(30))
    return {
        "tracking_no": f"EA{20260701000 + number}CN",
        "name": chance.choice(NAMES),
        "id_no": id_no(number),
        "sender": "云溪大学",
        "sender_city": "云溪",
        "channel": chance.choice(list(CHANNELS)),
        "addressee": "一号中心",
        "sent_date": sent.isoformat(),
        "grad_date": "2026-06",
        "major": "法学",
        "education": "本科",
        "phone": f"138{number:08d}",
        "remark": "加急",
    }


def full_width(text: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)


def written(chance: random.Random, known: str, value: str) -> str:
    """The same fact as somebody else would have typed it."""
    if known == "sent_date":
        value = chance.choice(DATES).format(date.fromisoformat(value))
    if known == "grad_date":
        value = chance.choice(("2026-06", "2026年6月", "2026/6", "202606", "2026.6"))
    if known in ("tracking_no", "id_no"):
        value = chance.choice((value, value.lower(), full_width(value), f"{value[:4]} {value[4:]}", f'="{value}"'))
    return chance.choice((value, f" {value} ", f"{value}\u3000", full_width(value) if value.isascii() else value))


def header(chance: random.Random, known: str) -> str:
    spelling = chance.choice(columns.SYNONYMS[known])
    return chance.choice(
        (
            spelling,
            f" {spelling} ",
            f"{spelling}（必填）",
            spelling.upper(),
            full_width(spelling),
            "　".join(spelling) if not spelling.isascii() else spelling,
        )
    )


def arranged(chance: random.Random, rows: list[dict[str, str]]) -> list[list[str | None]]:
    """The list with its columns in any order, junk columns between, a title above and totals below."""
    order: list[str | None] = [*FIELDS, *[None] * chance.randrange(4)]
    chance.shuffle(order)
    heads = [header(chance, known) if known else chance.choice(JUNK) for known in order]
    if "机要" in heads[order.index("tracking_no")]:  # such a column says how silent rows came
        heads[order.index("tracking_no")] = "运单号"
    body = [[written(chance, known, row[known]) if known else "?" for known in order] for row in rows]
    title: list[list[str | None]] = [["2026届毕业生档案转递清单"]] if chance.random() < 0.5 else []
    blank: list[list[str | None]] = [[None] * len(order)] if chance.random() < 0.5 else []
    totals: list[list[str | None]] = [["合计", *[None] * len(order)]] if chance.random() < 0.5 else []
    return [*title, *blank, heads, *body, *blank, *totals]


def as_workbook(lines: list[list[str | None]]) -> bytes:
    """Excel unwraps ="…" itself and keeps the text."""
    return workbook(*(tuple(cell and cell.replace('="', "").replace('"', "") for cell in line) for line in lines))


def as_text(lines: list[list[str | None]], sign: str, encoding: str) -> bytes:
    quoted = ['"{}"'.format((cell or "").replace('"', '""')) for line in lines for cell in [*line, "\n"]]
    return sign.join(quoted).replace(f'{sign}"\n"{sign}', "\n").removesuffix(f'{sign}"\n"').encode(encoding)


@pytest.mark.parametrize("seed", range(24))
def test_the_same_list_arranged_otherwise_brings_the_same_facts(seed):
    chance = random.Random(seed)
    known = [facts(chance, number) for number in range(1, 6)]
    lines = arranged(chance, known)
    encoding = chance.choice(("utf-8", "utf-8-sig", "gb18030", "utf-16"))
    content = as_workbook(lines) if seed % 2 else as_text(lines, chance.choice(",;\t"), encoding)

    preview = lists.parse(content, "list")

    assert preview.bad == []
    assert [row.warnings for row in preview.rows] == [[]] * 5
    assert [row.id_no for row in preview.rows] == [each["id_no"] for each in known]
    kept = [{**each, "channel": CHANNELS[each["channel"]]} for each in known]
    assert [row.facts for row in preview.rows] == [{k: v for k, v in each.items() if k != "id_no"} for each in kept]


@pytest.mark.parametrize("known", FIELDS)
def test_every_spelling_of_a_header_fills_its_field(known):
    value = facts(random.Random(1), 7)[known]
    for spelling in columns.SYNONYMS[known]:
        others = {"tracking_no": "EA20260701007CN", "name": "单雄信"}
        others.pop(known, None)
        heads = [spelling, *(columns.SYNONYMS[other][0] for other in others)]
        (row,) = lists.parse(workbook(tuple(heads), (value, *others.values())), "list").rows
        found = row.id_no if known == "id_no" else row.facts[known]
        assert found == CHANNELS.get(value, value), spelling


@pytest.mark.parametrize("cell", ["1E999", "-1E999", "1E400"])
@pytest.mark.parametrize(
    "heads", [("运单号", "姓名"), ("身份证号", "运单号"), ("寄出日期", "运单号"), ("备注", "运单号")]
)
def test_a_number_beyond_every_spreadsheet_is_refused_in_words(cell, heads):
    content = with_raw_cell(
        workbook((*heads, "姓名" if "姓名" not in heads else "备注"), (1, "1012345678901", "李明")), cell
    )

    (row,) = lists.parse(content, "list.xlsx").rows

    told = [str(said) for said in row.problems + row.warnings]
    assert all("Row 2" in said for said in told)
    assert bool(row.problems) == (heads[0] == "运单号")


def with_raw_cell(content: bytes, number: str) -> bytes:
    """The workbook with this written as the number in A2, as no program of ours would."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as whole, zipfile.ZipFile(out, "w") as changed:
        for part in whole.infolist():
            raw = whole.read(part)
            if part.filename.endswith("sheet1.xml"):
                assert b"<v>1</v>" in raw
                raw = raw.replace(b"<v>1</v>", f"<v>{number}</v>".encode(), 1)
            changed.writestr(part, raw)
    return out.getvalue()


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.dates(),
    st.datetimes(),
    st.text(st.characters(codec=None), max_size=30),
)


@given(st.sampled_from(FIELDS), CELLS)
def test_any_cell_under_any_header_is_read_or_refused_in_words(known, cell):
    try:
        read = lists._READERS.get(known, columns.text_of)(cell)
    except columns.Unreadable as refused:
        assert str(refused)
    else:
        assert isinstance(read, str)
        assert read == read.strip()
    columns.channel_of(cell, True)
    columns.field_of(cell)


@settings(max_examples=40)
@given(st.lists(st.lists(CELLS.filter(lambda cell: not isinstance(cell, str)), min_size=3, max_size=5), max_size=5))
def test_a_workbook_of_any_cells_never_fails(cells):
    book = Workbook()
    book.active.append(("运单号", "姓名", "身份证号", "寄出日期", "毕业时间"))
    for line in cells:
        book.active.append(line)
    out = io.BytesIO()
    book.save(out)
    try:
        preview = lists.parse(out.getvalue(), "any.xlsx")
    except Invalid as refused:
        assert str(refused)
    else:
        assert len(preview.rows) <= len(cells)
        assert len(preview.good) + len(preview.bad) == len(preview.rows)


@settings(max_examples=150)
@given(st.binary(max_size=400))
def test_any_bytes_are_a_list_or_refused_in_one_sentence(content):
    for start in (b"", "运单号,姓名\n".encode(), b"PK\x03\x04", b"\xff\xfe"):
        try:
            assert lists.parse(start + content, "any").rows
        except Invalid as refused:
            assert "\n" not in str(refused.sentence.template)


@settings(max_examples=60)
@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_a_workbook_with_one_byte_changed_is_read_or_refused(place, by):
    """A disk or a mail gateway may have turned any byte."""
    turned = WHOLE[:place] + bytes([WHOLE[place] ^ by]) + WHOLE[place + 1 :]
    try:
        assert lists.parse(turned, "turned.xlsx").rows
    except Invalid as refused:
        assert str(refused)
