"""What a special audit compares (三龄二历一身份, TL18 ch. 5), and where the master data keeps it."""

from dataclasses import dataclass

from archive import partial_dates
from archive.persons import DATES, Person
from archive.scans import halved


@dataclass(frozen=True)
class Item:
    """One item. `field`: the column of Person its determination goes to; "" for what the papers alone tell."""

    key: str
    zh: str
    field: str = ""

    @property
    def is_date(self) -> bool:
        return self.field in DATES

    def claim(self, person: Person) -> str:
        """What the master data claims now."""
        return (getattr(person, self.field) if self.field else "") or (person.birth if self.key == "birth" else "")

    def read(self, said: str) -> str:
        """A value as it is kept: dates in their one form. Raises ValueError for what is no date."""
        plain = halved(said)
        return partial_dates.read(plain) if self.is_date and plain else plain

    def agrees(self, one: str, other: str) -> bool:
        """Whether two values are the same; of dates the vaguer one only must not contradict (1990-07, 1990-07-01)."""
        if self.is_date and one and other:
            return one.startswith(other) or other.startswith(one)
        return one == other


ITEMS = (
    Item("birth", "出生日期", "filed_birth"),  # the ID number's stays beside it
    Item("work_start", "参加工作时间", "work_start"),
    Item("party_date", "入党时间", "party_date"),
    Item("education", "全日制学历", "education"),
    Item("later_education", "在职学历", "later_education"),
    Item("degree", "学位", "degree"),
    Item("history", "工作经历"),
    Item("identity", "干部身份", "identity"),
    Item("family", "家庭主要成员及重要社会关系"),
    Item("awards", "奖惩情况"),
    Item("title", "专业技术职务", "prof_title"),
)
BY_KEY = {item.key: item for item in ITEMS}
BY_NAME = {item.zh: item for item in ITEMS}
