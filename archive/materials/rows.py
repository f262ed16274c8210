"""What a catalogue says, row by row as typed, and what is wrong with it. Needs no database: the editor, a paste and
fsck ask the same questions.

A grave finding cannot be saved (the row says nothing a catalogue could keep); any other is for people to judge.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from archive import partial_dates
from archive.materials import categories
from archive.materials.categories import Ordering
from archive.scans import halved, normalise
from workflow.errors import Sentence, sentence

LONGEST_NAME = LONGEST_NOTE = 300
MOST_PAGES = 9999
MOST_ROWS = 2000
FIELDS = ("code", "name", "formed", "pages", "note", "copy")
FIELD_LABELS = {
    "code": "Class",
    "seq": "No.",
    "name": "Name of the material",
    "formed": "Formed",
    "pages": "Page count",
    "note": "Remarks",
    "copy": "Copy",
}
_SUB = re.compile(r"([49])[-.]?([1-4])")
_HALF = {
    full: full - 0xFEE0 for span in ((0xFF10, 0xFF1A), (0xFF21, 0xFF3B), (0xFF41, 0xFF5B)) for full in range(*span)
}
_YEARLY = re.compile(r"年度考核|年终考核|年度鉴定")


@dataclass(frozen=True)
class Row:
    """A row as typed or pasted. `id` and `revision` of the material it was drawn from; `struck`: why there is no such
    paper; `seq`: the number typed, where one was."""

    name: str = ""
    code: str = ""
    formed: str = ""
    pages: str = ""
    note: str = ""
    copy: bool = False
    seq: str = ""
    id: int | None = None
    revision: int | None = None
    struck: str = ""

    @property
    def is_blank(self) -> bool:
        return self.id is None and not any((self.name, self.formed, self.pages, self.note, self.seq))


@dataclass(frozen=True)
class Finding:
    """What is wrong with one cell. `row` counts the rows from 1; `field` is one of FIELD_LABELS."""

    row: int
    field: str
    rule: str
    said: Sentence
    grave: bool = False


@dataclass(frozen=True)
class Entry:
    """A row as a catalogue keeps it; "" where the cell could not be read."""

    code: str
    name: str
    formed: str
    pages: int
    note: str
    copy: bool


def read_code(text: str) -> str:
    """The class as kept, from what was typed: ４－１, 4.1, 41, 四-1, 十; headings as well. Raises ValueError."""
    plain = normalise(text).rstrip(".、")
    first, dash, rest = plain.partition("-")
    if first in categories.CHINESE:
        plain = f"{categories.CHINESE.index(first) + 1}{dash}{rest}"
    if found := _SUB.fullmatch(plain):
        plain = "-".join(found.groups())
    if plain not in categories.LEAVES and plain not in categories.HEADINGS:
        raise ValueError(text)
    return plain


def entry(row: Row) -> Entry:
    """What can be read of a row; unreadable cells are empty (check says which)."""
    return Entry(
        code=_or_empty(read_code, row.code),
        name=_plain(row.name),
        formed=_or_empty(partial_dates.read, row.formed),
        pages=_pages(row.pages) or 0,
        note=_plain(row.note),
        copy=row.copy,
    )


def check(rows: Sequence[Row], today: date | None = None) -> list[Finding]:
    """All that is wrong with these rows, in their order. `today`: no material is formed after it."""
    entries = [entry(row) for row in rows]
    standing = [number for number, row in enumerate(rows) if not row.struck and not row.is_blank]
    found = [finding for number in standing for finding in _cells(number + 1, rows[number], entries[number], today)]
    classed = [number for number in standing if entries[number].code in categories.LEAVES]
    found += _order(classed, entries)
    found += _numbers([number for number in classed if rows[number].seq], rows, entries)
    found += _doubles(standing, entries)
    return sorted(found, key=lambda each: (each.row, list(FIELD_LABELS).index(each.field)))


def gaps(entries: Iterable[tuple[int, Entry]]) -> list[str]:
    """What is lacking among the (sequence number, entry) of one class: numbers left out, and years without an annual
    assessment between the first and the last one."""
    known = list(entries)
    numbers = {number for number, _ in known}
    years = {int(each.formed[:4]) for _, each in known if each.formed and _YEARLY.search(each.name)}
    lost = [str(number) for number in range(1, max(numbers, default=0)) if number not in numbers]
    between = range(min(years, default=0), max(years, default=0))
    return lost + [f"{year}年" for year in between if year not in years]


def _cells(number: int, row: Row, read: Entry, today: date | None) -> Iterator[Finding]:
    yield from _name_and_note(number, read)
    yield from _class(number, row, read)
    yield from _date(number, row, read, today)
    yield from _page_count(number, row)


def _name_and_note(number: int, read: Entry) -> Iterator[Finding]:
    if not read.name:
        yield Finding(number, "name", "name", sentence("A material needs a name."), grave=True)
    for field, text, longest in (("name", read.name, LONGEST_NAME), ("note", read.note, LONGEST_NOTE)):
        if len(text) > longest:
            said = sentence("At most {longest} characters.", longest=longest)
            yield Finding(number, field, "length", said, grave=True)


def _class(number: int, row: Row, read: Entry) -> Iterator[Finding]:
    if row.code.strip() and not read.code:
        said = sentence("“{code}” is none of the 16 classes 1 … 10 with 4-1 … 4-4 and 9-1 … 9-4.", code=row.code[:20])
        yield Finding(number, "code", "class", said, grave=True)
    elif read.code in categories.HEADINGS:
        leaves = " ".join(categories.HEADINGS[read.code])
        said = sentence("Class {code} is a heading. Choose one of {leaves}.", code=read.code, leaves=leaves)
        yield Finding(number, "code", "class", said, grave=True)
    elif read.code:
        today, before = (categories.suggested(read.name, on) for on in (None, categories.EVER))
        if today != before and read.code == before:
            said = sentence("Since {day} such a material belongs to class {code}.", day=categories.TL18, code=today)
            yield Finding(number, "code", "moved", said)


def _date(number: int, row: Row, read: Entry, today: date | None) -> Iterator[Finding]:
    if row.formed.strip() and not read.formed:
        said = sentence("This is no date from 1880 on. Write 1998, 1998-07 or 1998-07-01.")
        yield Finding(number, "formed", "date", said, grave=True)
    elif today is not None and read.formed and partial_dates.first_day(read.formed) > today:
        yield Finding(number, "formed", "future", sentence("This day is still to come."), grave=True)
    elif not read.formed:
        yield Finding(number, "formed", "undated", sentence("No date: take it from the last signature."))


def _page_count(number: int, row: Row) -> Iterator[Finding]:
    counted = _pages(row.pages)
    if row.pages.strip() and counted is None:
        said = sentence("Pages are a whole number up to {most}.", most=MOST_PAGES)
        yield Finding(number, "pages", "pages", said, grave=True)
    elif not counted:
        yield Finding(number, "pages", "unpaged", sentence("Not counted yet."))


def _order(classed: Sequence[int], entries: Sequence[Entry]) -> Iterator[Finding]:
    """The rows of a class follow its rule. Each is compared with the last before it that says anything."""
    last: dict[str, int] = {}
    for number in classed:
        code = entries[number].code
        before = last.get(code)
        if before is not None and _is_behind(entries[before], entries[number]):
            rule = sentence(categories.ORDERING_LABELS[categories.ORDERING[code]])
            told = {"code": code, "rule": rule, "row": before + 1}
            said = sentence("Class {code} is ordered {rule}; this belongs before row {row}.", **told)
            yield Finding(number + 1, "formed" if _by_time(code) else "name", "order", said)
        elif _says(entries[number]):
            last[code] = number


def _by_time(code: str) -> bool:
    return categories.ORDERING[code] is Ordering.TIME


def _says(read: Entry) -> bool:
    """Whether a row can be compared with by its class's rule."""
    return bool(read.formed) if _by_time(read.code) else categories.rank(read.code, read.name) is not None


def _is_behind(before: Entry, after: Entry) -> bool:
    """Whether `before` certainly belongs behind `after`."""
    if not _says(before) or not _says(after):
        return False
    if not _by_time(before.code):
        ranks = [categories.rank(each.code, each.name) or 0 for each in (before, after)]
        if ranks[0] != ranks[1]:
            return ranks[0] > ranks[1]
        if not (before.formed and after.formed):
            return False
    return partial_dates.is_after(before.formed, after.formed)


def _numbers(numbered: Sequence[int], rows: Sequence[Row], entries: Sequence[Entry]) -> Iterator[Finding]:
    """The numbers typed count 1, 2, 3 … within each class."""
    last: Counter[str] = Counter()
    for number in numbered:
        code, typed = entries[number].code, normalise(rows[number].seq).rpartition("-")[2]
        if not typed.isdecimal() or int(typed) != last[code] + 1:
            said = sentence("Class {code} counts on with {due} here.", code=code, due=last[code] + 1)
            yield Finding(number + 1, "seq", "gap", said)
        last[code] = int(typed) if typed.isdecimal() else last[code] + 1


def _doubles(standing: Sequence[int], entries: Sequence[Entry]) -> Iterator[Finding]:
    seen: dict[tuple[str, str, str], int] = {}
    for number in standing:
        read = entries[number]
        key = (read.code, read.name, read.formed)
        if read.name and read.formed and key in seen:
            said = sentence("The same as row {row}: class, name and date.", row=seen[key] + 1)
            yield Finding(number + 1, "name", "double", said)
        seen.setdefault(key, number)


def _plain(text: str) -> str:
    """Running text with half-width digits and letters; Chinese signs stay as they are."""
    return " ".join(text.translate(_HALF).split())


def _pages(text: str) -> int | None:
    plain = halved(text).removesuffix("页").strip()
    return int(plain) if re.fullmatch(r"\d{1,4}", plain, re.ASCII) else None


def _or_empty(reads: object, text: str) -> str:
    try:
        return reads(text) if text.strip() else ""  # type: ignore[operator]
    except ValueError:
        return ""
