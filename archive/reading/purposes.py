"""What a dossier may be read for: the closed list of TL18 art. 31; the office's parameter says what of it is open."""

from enum import StrEnum

from sqlalchemy.orm import Session

from archive import parameters


class Purpose(StrEnum):
    """The classes of art. 31, in its order."""

    POLITICAL = "political"  # 政治审查、发展党员
    CADRE_WORK = "cadre_work"  # 招录、考核、任免、职级、工资、退休、社保、治丧 …
    TALENT = "talent"  # 人才工作
    DISCIPLINE = "discipline"  # 巡视、纪检、组织处理、刑事侦查
    HISTORY = "history"  # 编史、展览，经批准
    DAILY = "daily"  # 干部日常管理
    OTHER = "other"  # 其他工作需要


PURPOSE_LABELS = {
    Purpose.POLITICAL: "Political review, party membership",
    Purpose.CADRE_WORK: "Recruitment, appointment, rank, pay, retirement and other personnel work",
    Purpose.TALENT: "Work with talents",
    Purpose.DISCIPLINE: "Inspection, discipline, investigation",
    Purpose.HISTORY: "History or exhibition approved by the authority",
    Purpose.DAILY: "Daily management of cadres",
    Purpose.OTHER: "Other needs of work",
}


def offered(session: Session, case_id: int | None = None) -> list[Purpose]:
    """The purposes open today, or to this case (parameter reading_purposes), in the order of the list."""
    open_ones = set(parameters.value(session, "reading_purposes", case=case_id))
    return [each for each in Purpose if each in open_ones]


def is_shielded(purpose: Purpose) -> bool:
    """Whether readings for it are shown only to those who oversee readings (inspection, discipline, court)."""
    return purpose is Purpose.DISCIPLINE
