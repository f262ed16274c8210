"""One graduation-season morning: the courier's list and the packs that really stand on the counter.

The list is what the courier sent; a `Parcel` is what a clerk sees and finds. Scripted clerks work from it.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from pathlib import Path

import xlsxwriter

from archive.demo.invented import Invented, people

LISTED = 300
HEADERS = ("姓名", "运单号", "身份证号", "寄件单位", "寄件城市", "渠道", "寄出日期", "专业", "毕业时间", "手机")

# how many parcels of the morning have which trouble (domain: exception codes E01–E16)
TROUBLES = {
    "E01": 4, "E02": 3, "E03": 3, "E04": 3, "E05": 3, "E06": 4, "E07": 6, "E08": 14, "E10": 3,
    "E11": 2, "E12": 2, "E13": 4, "E14": 4, "E15": 2, "E16": 3,
    "E09-old": 2, "E09-loose": 2, "E09-other": 2, "E09-wrong": 2,
}


@dataclass(frozen=True)
class Parcel:
    """A pack of the morning as it really is. `trouble` is "" or a key of TROUBLES."""

    tracking_no: str
    channel: str
    sent: date
    person: Invented
    trouble: str

    @property
    def listed(self) -> bool:
        return self.trouble != "E14"

    @property
    def delivered(self) -> bool:
        return self.trouble != "E13"


@dataclass(frozen=True)
class Morning:
    day: date
    parcels: tuple[Parcel, ...]
    elsewhere: tuple[Invented, ...]  # people another keeper says it holds (level D2)


def morning(day: date, stored: Sequence[Invented], seed: int = 2026) -> Morning:
    """The morning of `day`; `stored` are people whose dossiers this office holds (for duplicates)."""
    chance = random.Random(seed)
    troubles = [trouble for trouble, count in TROUBLES.items() for _ in range(count)]
    troubles += [""] * (LISTED + TROUBLES["E14"] - len(troubles))
    chance.shuffle(troubles)
    arrivals = people(seed, range(2002, 2005))
    known = iter(stored)
    parcels = []
    for number, trouble in enumerate(troubles, start=1):
        person = next(known) if trouble in ("E09-old", "E09-loose") else next(arrivals)
        parcels.append(_parcel(chance, day, number, person, trouble))
    elsewhere = tuple(parcel.person for parcel in parcels if parcel.trouble == "E09-other")
    return Morning(day, tuple(parcels), elsewhere)


def stored_people(count: int, seed: int = 1) -> list[Invented]:
    """The people whose dossiers stand on the demo's shelves."""
    return list(islice(people(seed, range(1965, 2002)), count))


def _parcel(chance: random.Random, day: date, number: int, person: Invented, trouble: str) -> Parcel:
    confidential = trouble != "E16" and chance.random() < 0.2
    channel = {"E03": "其他快递"}.get(trouble, "机要" if confidential else "EMS")
    prefix = "JY" if confidential else "EA"
    tracking = f"{prefix}{day:%y%m%d}{number:05d}{chance.randrange(10)}CN"
    if trouble == "E09-wrong":
        person = replace(person, id_no=_mistyped(person.id_no))
    return Parcel(tracking, channel, date.fromordinal(day.toordinal() - chance.randrange(1, 5)), person, trouble)


def _mistyped(id_no: str) -> str:
    """Two digits of the order number swapped or changed, so that the check digit no longer fits."""
    return id_no[:14] + str((int(id_no[14]) + 1) % 10) + id_no[15:]


def write_list(morning: Morning, path: Path) -> None:
    """Write the courier's list as couriers write them: full-width digits here and there, dates in four forms."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("投递清单")
        sheet.write_row(0, 0, HEADERS)
        listed = [parcel for parcel in morning.parcels if parcel.listed]
        for row, parcel in enumerate(listed, start=1):
            sheet.write_row(row, 0, _row(parcel, row))
        sheet.set_column(0, len(HEADERS), 18)


def _row(parcel: Parcel, row: int) -> tuple[str, ...]:
    person = parcel.person
    tracking = _full_width(parcel.tracking_no) if row % 37 == 0 else parcel.tracking_no
    sent = ("{0:%Y-%m-%d}", "{0.year}/{0.month}/{0.day}", "{0.year}年{0.month}月{0.day}日", "{0:%Y%m%d}")[row % 4]
    return (
        person.name, tracking, person.id_no, person.school, person.school_city, parcel.channel,
        sent.format(parcel.sent), person.major, person.graduation, person.mobile,
    )  # fmt: skip


def _full_width(text: str) -> str:
    return "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in text)
