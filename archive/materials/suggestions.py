"""What the writing on a material's pages says it is: name, class and date, for a person to take over or not.

The name is the title: a line in the upper part of the first page that names a kind of paper, the largest of them first.
The class follows the name (archive.materials.categories). The date is the last one written on the last page that has
any, as catalogues take it from the last signature (GB12), and never one that says when somebody was born or joined.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from archive import partial_dates
from archive.materials import categories
from archive.materials.rows import LONGEST_NAME
from archive.scans import halved

SURE = 0.75  # confidence below which a line suggests nothing
UPPER = 550  # thousandths of the page in which a title stands
AS_LARGE = 0.8  # of the title's height: a line above so large belongs to it
NEAR = 1.6  # times the title's height between the two
PAPERS = re.compile(
    r"(表|书|证|证明|决定|通知|批复|报告|结论|鉴定|总结|自传|履历|材料|登记|意见|成绩单?|合同|介绍信|函|名单|呈报|审批|学籍卡?|卡片?)"
    r"(\((复印件|副本|正本|存根|[一二三四五六七八九十\d]+)\))?[:;,.。]?$"
)
OTHER_DAYS = re.compile(r"(出生|生于|生日|参加工作|入党时间|入团时间|入伍时间|有效期|起止|印制|制表|修订|发布)")
NUMERALS = {sign: str(number) for number, sign in enumerate("〇一二三四五六七八九")} | {"○": "0", "零": "0", "O": "0"}
_YEAR = r"(?:1[89]\d\d|20\d\d)"
_WRITTEN = re.compile(
    rf"(?<!\d)({_YEAR})(?:年(?:(1[0-2]|0?[1-9])月(?:(3[01]|[12]\d|0?[1-9])日)?)?"
    rf"|([-./])(1[0-2]|0?[1-9])(?:\4(3[01]|[12]\d|0?[1-9]))?)(?!\d)"
)
_CHINESE_DATE = re.compile(
    r"([〇○零O一二三四五六七八九]{4})年(?:([一二三四五六七八九十]{1,2})月(?:([一二三四五六七八九十]{1,3})日)?)?"
)


@dataclass(frozen=True)
class Suggestion:
    """ "" where the pages do not say."""

    name: str = ""
    code: str = ""
    formed: str = ""


@dataclass(frozen=True)
class _Line:
    text: str
    sure: float
    top: int
    bottom: int

    @property
    def height(self) -> int:
        return max(1, self.bottom - self.top)


def of(pages: Sequence[Sequence[Any]], today: date) -> Suggestion:
    """What the pages suggest. A page: lines [text, confidence, [left, top, right, bottom] in thousandths] from the top;
    nothing is formed after `today`."""
    read = [[line for line in map(_line, page) if line.sure >= SURE and line.text] for page in pages]
    name = _title(read[0]) if read else ""
    formed = next((found for page in reversed(read) if (found := _last_day(page, today))), "")
    return Suggestion(name, categories.suggested(name) or "" if name else "", formed)


def differing(suggested: Suggestion, name: str, code: str, formed: str) -> dict[str, str]:
    """What of a suggestion says another thing than the catalogue does, by field; not what the catalogue says closer."""
    told = {}
    if suggested.name and suggested.name not in name:
        told["name"] = suggested.name
    if suggested.code and suggested.code != code:
        told["code"] = suggested.code
    if suggested.formed and not formed.startswith(suggested.formed):
        told["formed"] = suggested.formed
    return told


def _line(told: Any) -> _Line:
    text, sure, (_left, top, _right, bottom) = told
    return _Line(halved(text).replace(" ", "").strip("《》"), sure, top, bottom)


def _title(lines: Sequence[_Line]) -> str:
    """The name of the paper; "" when no line names one."""
    upper = [number for number, line in enumerate(lines) if line.top < UPPER and PAPERS.search(line.text)]
    if not upper:
        return ""
    largest = max(lines[number].height for number in upper)
    number = next(each for each in upper if lines[each].height >= AS_LARGE * largest)
    return (_above(lines, number) + lines[number].text.rstrip(":;,.。"))[:LONGEST_NAME]


def _above(lines: Sequence[_Line], number: int) -> str:
    """The first half of a title that goes over two lines; "" when it stands on one."""
    if number == 0:
        return ""
    title, before = lines[number], lines[number - 1]
    alike = AS_LARGE <= before.height / title.height <= 1 / AS_LARGE
    near = 0 <= title.top - before.bottom <= NEAR * title.height
    plain = not re.search(r"[:，。]|\d{3,}", before.text) and not PAPERS.search(before.text)
    return before.text if alike and near and plain else ""


def _last_day(lines: Sequence[_Line], today: date) -> str:
    found = [each for line in lines for each in _days(line.text)]
    return next((each for each in reversed(found) if partial_dates.first_day(each) <= today), "")


def _days(text: str) -> Iterator[str]:
    """The dates in a line that may be the material's, in order, as catalogues keep them."""
    plain = _CHINESE_DATE.sub(_in_digits, text)
    if OTHER_DAYS.search(plain):
        return
    for found in _WRITTEN.finditer(plain):
        year, month, day, _sign, other_month, other_day = found.groups()
        parts = [each for each in (year, month or other_month, day or other_day) if each]
        try:
            yield partial_dates.read("-".join(parts))
        except ValueError:
            continue


def _in_digits(found: re.Match[str]) -> str:
    year, month, day = found.groups()
    said = "".join(NUMERALS[sign] for sign in year) + "年"
    said += f"{_number(month)}月" if month else ""
    return said + (f"{_number(day)}日" if day else "")


def _number(text: str) -> int:
    """A Chinese number up to 31: 十 is 10, 十二 12, 二十 20, 三十一 31."""
    tens, ten, ones = text.rpartition("十")
    begun = int(NUMERALS[tens] if tens else 1) * 10 if ten else 0
    return begun + int(NUMERALS.get(ones[:1], 0))
