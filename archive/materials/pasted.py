"""A catalogue pasted from a spreadsheet: any columns, heading lines of the printed form, dates in one cell or three.

Nothing is dropped: a cell that cannot be read stays as it was pasted, and is named by row and column.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from archive.materials import categories
from archive.materials.rows import MOST_ROWS, Finding, Row, check, read_code
from archive.scans import halved
from workflow.errors import Invalid

LONGEST = 500_000  # characters of one paste
HEADINGS = {
    "code": ("类号", "类别", "类别号", "分类号", "class"),
    "seq": ("序号", "编号", "no", "no."),
    "name": ("材料名称", "名称", "题名", "name", "nameofthematerial"),
    "formed": ("材料形成时间", "形成时间", "制成时间", "材料制成时间", "日期", "时间", "formed", "date"),
    "year": ("年", "year"),
    "month": ("月", "month"),
    "day": ("日", "day"),
    "pages": ("页数", "页", "pages"),
    "note": ("备注", "说明", "remarks", "note"),
}
_FIELD = {spelling: field for field, spellings in HEADINGS.items() for spelling in spellings}
_GUESSED = {  # columns → what stands in them when no line says so
    1: ("name",),
    2: ("name", "formed"),
    3: ("name", "formed", "pages"),
    4: ("seq", "name", "formed", "pages"),
    5: ("seq", "name", "formed", "pages", "note"),
    6: ("code", "seq", "name", "formed", "pages", "note"),
    7: ("seq", "name", "year", "month", "day", "pages", "note"),
    8: ("code", "seq", "name", "year", "month", "day", "pages", "note"),
}
_HEADING_LINE = re.compile(
    r"[（(]?([一二三四五六七八九十]|[1-9]|10)[)）]?(?:[-—.]([1-4]))?(?:[、.\s]+|类?$|(?=[一-鿿]))"
)


def pasted(text: str, code: str = "", today: date | None = None) -> tuple[list[Row], list[Finding]]:
    """The rows in what was pasted, and all that is wrong with them, by row and column.

    `code`: the class of rows whose class neither a column nor a heading line says. Raises Invalid for more than a
    catalogue can hold.
    """
    if len(text) > LONGEST:
        raise Invalid(message="This is too much to paste at once: at most {most} rows.", most=MOST_ROWS)
    rows = list(_rows(_lines(text), code))
    if len(rows) > MOST_ROWS:
        raise Invalid(message="This is too much to paste at once: at most {most} rows.", most=MOST_ROWS)
    return rows, check(rows, today)


def _lines(text: str) -> Iterator[list[str]]:
    """The cells of each line that has any, blanks at their ends removed."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    for cells in csv.reader(io.StringIO(plain), delimiter="\t"):
        stripped = [" ".join(cell.split()) for cell in cells]
        if any(stripped):
            yield stripped


def _rows(lines: Iterator[list[str]], code: str) -> Iterator[Row]:
    fields: Sequence[str] = ()
    for cells in lines:
        named = _named(cells)
        if named:
            fields = _joined(fields, named)
        elif (begun := _class_begun(cells)) is not None:
            code = begun
        else:
            width = len(cells)
            yield _row(cells, fields or _GUESSED.get(width) or _GUESSED[min(width, 8)], code)


def _named(cells: Sequence[str]) -> list[str]:
    """The fields a line of headings names; nothing when the line is none. A printed form has two such lines."""
    known = [_FIELD.get(halved(cell).replace(" ", "").lower(), "") for cell in cells]
    said = [field for field, cell in zip(known, cells, strict=True) if cell]
    return known if len(said) > 1 and all(said) else []


def _joined(before: Sequence[str], named: Sequence[str]) -> list[str]:
    """Two lines of headings over each other: the lower says more (年 月 日 under 形成时间)."""
    width = max(len(before), len(named))
    upper, lower = ([*line, *[""] * (width - len(line))] for line in (before, named))
    return [under or over for over, under in zip(upper, lower, strict=True)]


def _class_begun(cells: Sequence[str]) -> str | None:
    """The class whose heading this line is, else None: `一、履历类`, `四-1 学历学位`, alone on its line."""
    said = [cell for cell in cells if cell]
    line = halved(" ".join(said))
    found = _HEADING_LINE.match(line) if len(said) <= 2 else None
    if found is None or len(line) > 60:
        return None
    first, second = found.groups()
    try:
        code = read_code(f"{first}-{second}" if second else first)
    except ValueError:
        return None
    rest = line[found.end() :].strip()
    names = {part for each in categories.NAMES[code] for part in (each, each.removesuffix("类"), each + "材料")}
    return code if not rest or _alike(rest, names) else None


def _alike(rest: str, names: set[str]) -> bool:
    """Whether the rest of a heading line is the class's name, more or less."""
    plain = re.sub(r"[\s、（）()]", "", rest).removesuffix("材料").removesuffix("的").removesuffix("类")
    return any(plain and plain in re.sub(r"[\s、（）()]", "", halved(each)) for each in names) or rest.endswith("类")


def _row(cells: Sequence[str], fields: Sequence[str], code: str) -> Row:
    told: dict[str, str] = {}
    for field, cell in zip(fields, cells, strict=False):
        if field and cell:
            told[field] = f"{told[field]} {cell}" if field in told else cell
    if any(part in told for part in ("year", "month", "day")):
        told["formed"] = "-".join(told[part] for part in ("year", "month", "day") if part in told)
    kept = {field: told[field] for field in ("code", "seq", "name", "formed", "pages", "note") if field in told}
    row = Row(**{"code": code, **kept})
    return replace(row, copy="复印" in row.note or "复制" in row.note)
