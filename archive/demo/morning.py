"""One graduation-season morning: the courier's list and the packs that really stand on the counter.

The list is what the courier sent; a `Parcel` is what a clerk sees and finds. Scripted clerks work from it.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

import xlsxwriter

from archive.demo.invented import Invented, people

LISTED = 300
HEADERS = ("姓名", "运单号", "身份证号", "寄件单位", "寄件城市", "渠道", "寄出日期", "专业", "毕业时间", "手机")

# how many parcels of the morning have which trouble (domain: exception codes E01–E16)
TROUBLES = {
    "E01": 4,
    "E02": 3,
    "E03": 3,
    "E04": 3,
    "E05": 3,
    "E06": 4,
    "E07": 6,
    "E08": 14,
    "E10": 3,
    "E11": 2,
    "E12": 2,
    "E13": 4,
    "E14": 4,
    "E15": 2,
    "E16": 3,
    "E09-old": 2,
    "E09-loose": 2,
    "E09-other": 2,
    "E09-wrong": 2,
}
OF_RESIDENTS = ("E09-old", "E09-loose", "E09-wrong")  # these show the ID number of somebody whose dossier is here


@dataclass(frozen=True)
class Parcel:
    """A pack of the morning as it really is. `trouble` is "" or a key of TROUBLES.

    `first_id_no` is what the papers seem to say at first sight; the sender knows the person's true number.
    """

    tracking_no: str
    channel: str
    sent: date
    person: Invented
    trouble: str
    first_id_no: str

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


def morning(day: date, stored: Sequence[Invented], listed: int = LISTED, seed: int = 2026) -> Morning:
    """The morning of `day`; `stored` are people whose dossiers this office holds (for duplicates).

    A list shorter than LISTED has each trouble once.
    """
    chance = random.Random(seed)
    counts = TROUBLES if listed >= LISTED else dict.fromkeys(TROUBLES, 1)
    troubles = [trouble for trouble, count in counts.items() for _ in range(count)]
    troubles += [""] * (listed + counts["E14"] - len(troubles))
    chance.shuffle(troubles)
    arrivals = people(seed, range(2002, 2005))
    known = iter(stored)
    parcels = []
    for number, trouble in enumerate(troubles, start=1):
        resident = next(known) if trouble in OF_RESIDENTS else None
        person = resident if resident and trouble != "E09-wrong" else next(arrivals)
        parcels.append(_parcel(chance, day, number, person, trouble, (resident or person).id_no))
    elsewhere = tuple(parcel.person for parcel in parcels if parcel.trouble == "E09-other")
    return Morning(day, tuple(parcels), elsewhere)


def stored_people(count: int, seed: int = 1) -> list[Invented]:
    """The people whose dossiers stand on the demo's shelves."""
    return list(islice(people(seed, range(1965, 2002)), count))


def _parcel(chance: random.Random, day: date, number: int, person: Invented, trouble: str, first_id_no: str) -> Parcel:
    confidential = trouble not in ("E03", "E16") and chance.random() < 0.2
    channel = "其他快递" if trouble == "E03" else "机要" if confidential else "EMS"
    prefix = "JY" if confidential else "EA"
    tracking = f"{prefix}{day:%y%m%d}{number:05d}{chance.randrange(10)}CN"
    sent = day - timedelta(days=chance.randrange(1, 5))
    return Parcel(tracking, channel, sent, person, trouble, first_id_no)


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
        person.name, tracking, parcel.first_id_no, person.school, person.school_city, parcel.channel,
        sent.format(parcel.sent), person.major, person.graduation, person.mobile,
    )  # fmt: skip


def _full_width(text: str) -> str:
    return "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in text)
