"""Opening a spreadsheet or a text table somebody sent, without trusting it."""

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any

import openpyxl

from workflow.errors import Invalid

BYTES_AT_MOST = 10 * 1024 * 1024
PARTS_AT_MOST = 1_000
PART_BYTES_AT_MOST = 20 * 1024 * 1024
UNPACKED_BYTES_AT_MOST = 100 * 1024 * 1024
RATIO_AT_MOST = 100  # of a part larger than a megabyte
LINES_AT_MOST = 20_000  # blank lines too
CELLS_AT_MOST = 200  # in one line
HEAD_BYTES = 4096  # where a DOCTYPE would stand

Numbered = list[tuple[int, Sequence[Any]]]
_OLE = b"\xd0\xcf\x11\xe0"


def read(content: bytes, name: str) -> Numbered:
    """The lines of the first sheet with their numbers. Raises Invalid with one sentence on anything it cannot trust."""
    if not content.strip():
        raise Invalid(message="The file {name} is empty.", name=name)
    if len(content) > BYTES_AT_MOST:
        raise Invalid(message="The file {name} is larger than {most} MB.", name=name, most=BYTES_AT_MOST // 1024**2)
    if content.startswith(_OLE):
        raise Invalid(
            message="The file {name} is an old .xls file or protected by a password. Save it as .xlsx without one.",
            name=name,
        )
    return _workbook(content, name) if content.startswith(b"PK") else _text_table(content, name)


def _workbook(content: bytes, name: str) -> Numbered:
    try:
        _check_archive(content, name)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        try:
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # a false size in the file must not decide what is read
            return _limited(sheet.iter_rows(values_only=True), name)
        finally:
            book.close()
    except Invalid:
        raise
    except Exception:  # openpyxl meets a broken file with whatever its first wrong step raises
        raise Invalid(message="The file {name} is damaged or is not an Excel workbook (.xlsx).", name=name) from None


def _check_archive(content: bytes, name: str) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        if "[Content_Types].xml" not in archive.namelist() or not any(p.filename.startswith("xl/") for p in parts):
            raise Invalid(message="The file {name} is damaged or is not an Excel workbook (.xlsx).", name=name)
        swollen = any(p.file_size > 1024**2 and p.file_size > RATIO_AT_MOST * max(p.compress_size, 1) for p in parts)
        if (
            swollen
            or len(parts) > PARTS_AT_MOST
            or any(part.file_size > PART_BYTES_AT_MOST for part in parts)
            or sum(part.file_size for part in parts) > UNPACKED_BYTES_AT_MOST
        ):
            raise Invalid(message="The file {name} unpacks to far more than a list needs: not opened.", name=name)
        for part in parts:
            with archive.open(part) as opened:
                if b"<!DOCTYPE" in opened.read(HEAD_BYTES).upper():
                    raise Invalid(
                        message="The file {name} carries a document type declaration; it was not opened.", name=name
                    )


def _text_table(content: bytes, name: str) -> Numbered:
    text = _decoded(content, name)
    delimiter = max(",\t;", key=lambda sign: text[:4000].count(sign))
    try:
        return _limited(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), name)
    except csv.Error:
        raise Invalid(message="The file {name} is not a text table (.csv) that can be read.", name=name) from None


def _decoded(content: bytes, name: str) -> str:
    """UTF-8 with or without a mark, UTF-16 with one, else GB 18030 as Chinese Excel writes it."""
    encodings = ["utf-16"] if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise Invalid(message="The file {name} is neither an Excel workbook (.xlsx) nor a text table (.csv).", name=name)


def _limited(lines: Iterable[Sequence[Any]], name: str) -> Numbered:
    numbered: Numbered = []
    for number, line in enumerate(lines, start=1):
        if number > LINES_AT_MOST:
            raise Invalid(message="The file {name} has more than {most} lines.", name=name, most=LINES_AT_MOST)
        numbered.append((number, line[:CELLS_AT_MOST]))
    return numbered
