"""The facts of a person by name, and how each is changed: who the person is and what is audited by a correction of two
or three people (archive.rectification), the rest by upkeep (archive.upkeep)."""

from dataclasses import dataclass
from enum import StrEnum


class Way(StrEnum):
    GRAVE = "grave"  # a correction that a leader decides
    CORRECTION = "correction"
    UPKEEP = "upkeep"
    POST = "post"  # follows from the changes of post


@dataclass(frozen=True)
class Fact:
    """One fact: the column of Person, its names, how it is changed."""

    key: str
    zh: str
    en: str
    way: Way

    def said(self, language: str) -> str:
        """Its name in this language ("zh", "en")."""
        return self.en if language == "en" else self.zh


FACTS = (
    Fact("name", "姓名", "Name", Way.GRAVE),
    Fact("former_name", "曾用名", "Former name", Way.CORRECTION),
    Fact("id_no", "证件号码", "ID number", Way.GRAVE),
    Fact("sex", "性别", "Sex", Way.GRAVE),
    Fact("birth", "出生日期", "Born", Way.GRAVE),
    Fact("filed_birth", "档案认定出生日期", "Born, by the papers", Way.GRAVE),
    Fact("nation", "民族", "Nation", Way.CORRECTION),
    Fact("native_place", "籍贯", "Native place", Way.CORRECTION),
    Fact("birth_place", "出生地", "Birthplace", Way.CORRECTION),
    Fact("work_start", "参加工作时间", "Began to work", Way.GRAVE),
    Fact("party_date", "入党（团）时间", "Joined the party or league", Way.GRAVE),
    Fact("identity", "人员身份", "Standing (cadre, worker …)", Way.GRAVE),
    Fact("political", "政治面貌", "Political status", Way.CORRECTION),
    Fact("education", "全日制学历", "Education", Way.CORRECTION),
    Fact("later_education", "在职学历", "Education beside work", Way.CORRECTION),
    Fact("degree", "学位", "Degree", Way.CORRECTION),
    Fact("school", "毕业院校", "School", Way.CORRECTION),
    Fact("major", "专业", "Major", Way.CORRECTION),
    Fact("grad_date", "毕业时间", "Graduated", Way.CORRECTION),
    Fact("household", "户籍地", "Registered residence", Way.UPKEEP),
    Fact("party_relation", "组织关系所在", "Party organisation", Way.UPKEEP),
    Fact("prof_title", "专业技术职务", "Professional title", Way.UPKEEP),
    Fact("admin_level", "管理权限", "Managed by", Way.UPKEEP),
    Fact("person_status", "人员状态", "State", Way.UPKEEP),
    Fact("mail", "电子邮箱", "E-mail", Way.UPKEEP),
    Fact("address", "联系地址", "Address", Way.UPKEEP),
    Fact("social_insurance", "参保地", "Social insurance at", Way.UPKEEP),
    Fact("remark", "备注", "Remarks", Way.UPKEEP),
    Fact("phone", "联系电话", "Telephone", Way.UPKEEP),
    Fact("unit", "工作单位", "Unit", Way.POST),
    Fact("post", "职务", "Post", Way.POST),
    Fact("rank", "职级", "Rank", Way.POST),
)
BY_KEY = {fact.key: fact for fact in FACTS}
COLUMNS = {"id_sealed": "id_no", "id_kind": "id_no", "phone_sealed": "phone"}  # of Person: the fact it tells


def fact_of(column: str) -> Fact | None:
    """The fact a column of Person tells, None for what is none (how it sounds, when it was written)."""
    return BY_KEY.get(COLUMNS.get(column, column))


def in_way(*ways: Way) -> list[Fact]:
    """The facts changed in one of these ways, in order."""
    return [fact for fact in FACTS if fact.way in ways]
