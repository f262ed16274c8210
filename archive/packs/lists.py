"""Reading a courier's list: an .xlsx or .csv file becomes a preview. Nothing is stored here."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from archive import id_numbers
from archive.packs import columns, sheets
from archive.packs.columns import Unreadable
from workflow.errors import Invalid, Sentence, sentence

ROWS_AT_MOST = 5_000
HEADER_WITHIN = 20  # senders put a title and a date above the headers
_TOTALS = ("合计", "总计", "小计", "共计", "制表", "填表", "经办", "total")


@dataclass
class ListRow:
    """One row with something in it. `problems` keep it out; `warnings` do not. `id_no` never enters `facts`."""

    number: int
    facts: dict[str, str]
    id_no: str | None = None
    problems: list[Sentence] = field(default_factory=list)
    warnings: list[Sentence] = field(default_factory=list)


@dataclass
class Preview:
    """What a list would bring: rows as read, which column was taken for what, which headers meant nothing."""

    name: str
    sha256: str
    columns: dict[str, str]  # field → the header found in the file
    unknown: list[str]
    rows: list[ListRow]

    @property
    def good(self) -> list[ListRow]:
        return [row for row in self.rows if not row.problems]

    @property
    def bad(self) -> list[ListRow]:
        return [row for row in self.rows if row.problems]


def parse(content: bytes, name: str) -> Preview:
    """Read a list. Raises Invalid with one sentence when the file as a whole cannot be used."""
    numbered = sheets.read(content, name)
    header_number, header = _header(numbered)
    places = _places(header)
    rows = list(_rows(numbered, header_number, places, "机要" in str(header[places["tracking_no"]])))
    if not rows:
        raise Invalid(message="The list has headers but no rows below them.")
    if len(rows) > ROWS_AT_MOST:
        raise Invalid(message="The list has more than {most} rows. Please divide it.", most=ROWS_AT_MOST)
    _mark_repeated(rows)
    return Preview(
        name=name,
        sha256=hashlib.sha256(content).hexdigest(),
        columns={known: columns.text_of(header[place]) for known, place in places.items()},
        unknown=[columns.text_of(cell) for cell in header if cell not in (None, "") and not columns.field_of(cell)],
        rows=rows,
    )


def _header(numbered: Sequence[tuple[int, Sequence[Any]]]) -> tuple[int, Sequence[Any]]:
    """The row that names most columns, among the first ones."""
    best = max(numbered[:HEADER_WITHIN], key=lambda row: len(_known(row[1])), default=(0, ()))
    found = _known(best[1])
    if not found:
        raise Invalid(
            message="No header row was found: the first {rows} rows name none of the known columns "
            "(运单号, 姓名, 身份证号, 寄件单位 …).",
            rows=HEADER_WITHIN,
        )
    for required in columns.REQUIRED:
        if required not in found:
            raise Invalid(
                message="Row {row} looks like the header, but it has no column “{column}”.",
                row=best[0],
                column=columns.SYNONYMS[required][0],
            )
    return best


def _known(cells: Iterable[Any]) -> set[str]:
    return {known for cell in cells if (known := columns.field_of(cell))}


def _places(header: Sequence[Any]) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, cell in enumerate(header):
        known = columns.field_of(cell)
        if known in places:
            raise Invalid(
                message="Two columns mean the same: “{first}” and “{second}”. Please keep one.",
                first=columns.text_of(header[places[known]]),
                second=columns.text_of(cell),
            )
        if known:
            places[known] = place
    return places


def _rows(
    numbered: Sequence[tuple[int, Sequence[Any]]], header_number: int, places: dict[str, int], confidential: bool
) -> Iterable[ListRow]:
    for number, cells in numbered:
        if number <= header_number:
            continue
        raw = {known: cells[place] if place < len(cells) else None for known, place in places.items()}
        if _says_something(raw, cells):
            yield _row(number, raw, confidential)


def _says_something(raw: dict[str, Any], cells: Sequence[Any]) -> bool:
    """Not blank, and not the line of totals or signatures below the table."""
    if not any(columns.text_of(cell) for cell in raw.values()):
        return False
    first = next((text for cell in cells if (text := columns.text_of(cell))), "")
    whole = all(columns.text_of(raw[required]) for required in columns.REQUIRED)
    return whole or not first.lower().startswith(_TOTALS)


def _row(number: int, raw: dict[str, Any], confidential: bool) -> ListRow:
    row = ListRow(number, {})
    for known, cell in raw.items():
        try:
            row.facts[known] = _READERS.get(known, columns.text_of)(cell)
        except Unreadable as refused:
            row.facts[known] = ""
            told = row.problems if known in columns.REQUIRED else row.warnings
            told.append(
                sentence(
                    "Row {row}, column “{column}”: {problem}",
                    row=number,
                    column=columns.SYNONYMS[known][0],
                    problem=refused.sentence,
                )
            )
    _check_required(row)
    _check_lengths(row)
    _check_id(row)
    row.facts["channel"] = str(columns.channel_of(raw.get("channel"), confidential))
    return row


def _check_required(row: ListRow) -> None:
    for known in columns.REQUIRED:
        if not row.facts[known] and not row.problems:
            row.problems.append(
                sentence(
                    "Row {row}: the column “{column}” is empty.", row=row.number, column=columns.SYNONYMS[known][0]
                )
            )


def _check_lengths(row: ListRow) -> None:
    for known, value in row.facts.items():
        longest = columns.LONGEST.get(known, 500)
        if len(value) > longest:
            row.facts[known] = value[:longest]
            row.problems.append(
                sentence(
                    "Row {row}, column “{column}”: longer than {most} characters.",
                    row=row.number,
                    column=columns.SYNONYMS[known][0],
                    most=longest,
                )
            )


def _check_id(row: ListRow) -> None:
    """A wrong ID number is only a warning: the pack comes anyway, and its papers are looked at when it is opened."""
    written = row.facts.pop("id_no", "")
    if not written:
        return
    try:
        row.id_no = id_numbers.check(written)
    except Invalid as refused:
        row.warnings.append(
            sentence(
                "Row {row}, column “{column}”: {problem}",
                row=row.number,
                column=columns.SYNONYMS["id_no"][0],
                problem=refused.sentence,
            )
        )


def _mark_repeated(rows: list[ListRow]) -> None:
    seen: dict[str, int] = {}
    for row in rows:
        tracking_no = row.facts["tracking_no"]
        if tracking_no and seen.setdefault(tracking_no, row.number) != row.number:
            row.problems.append(
                sentence(
                    "Row {row}: tracking number {tracking_no} already stands in row {first}.",
                    row=row.number,
                    tracking_no=tracking_no,
                    first=seen[tracking_no],
                )
            )


_READERS = {
    "tracking_no": columns.number_of,
    "id_no": columns.number_of,
    "sent_date": columns.day_of,
    "grad_date": columns.day_of,
}
