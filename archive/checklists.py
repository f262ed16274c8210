"""What a dossier should hold, by kind of receipt (domain §5.2).

GRAD a graduate's, UNIT from a unit, PERSON from another keeper. No 报到证 is asked for: none is issued since 2023.
Necessary items are chased; nothing missing is a reason to refuse (人社部发〔2016〕75号: notice and undertaking).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from archive.refusals import wrong
from workflow.registry import expression_function


@dataclass(frozen=True)
class Material:
    """One item of a checklist. `party`: asked for only of party members."""

    key: str
    zh: str
    en: str
    necessary: bool = False
    party: bool = False


_PARTY = Material("party", "入党志愿书等党员材料", "Party membership papers", necessary=True, party=True)
_AWARDS = Material("awards", "奖惩材料", "Awards and penalties")
_LEAGUE = Material("league", "入团材料", "Youth league papers")
CHECKLISTS: dict[str, tuple[Material, ...]] = {
    "GRAD": (
        Material("graduation", "毕业生登记表", "Graduate's registration form", necessary=True),
        Material("marks", "成绩单", "Record of marks", necessary=True),
        Material("senior", "高中学籍档案", "Senior school record"),
        Material("entrance", "高考报名及体检材料", "University entrance and health check"),
        Material("enrolment", "入学登记表", "Enrolment form"),
        Material("appraisals", "学年鉴定", "Yearly appraisals"),
        Material("degree", "学位、论文材料", "Degree and thesis papers"),
        _AWARDS,
        _LEAGUE,
        _PARTY,
    ),
    "UNIT": (
        Material("resume", "履历材料", "Curriculum vitae", necessary=True),
        Material("contract", "劳动合同或解除（终止）证明", "Labour contract or its end", necessary=True),
        Material("study", "学历学位材料", "Education papers", necessary=True),
        Material("appraisals", "考核鉴定材料", "Appraisals"),
        Material("titles", "职称材料", "Professional titles"),
        Material("wages", "工资材料", "Wage papers"),
        _AWARDS,
        _LEAGUE,
        _PARTY,
    ),
    "PERSON": (
        Material("resume", "履历材料", "Curriculum vitae", necessary=True),
        Material("study", "学历学位材料", "Education papers", necessary=True),
        Material("appraisals", "鉴定考核材料", "Appraisals"),
        Material("end", "离职或辞职材料", "Leaving papers"),
        _AWARDS,
        _LEAGUE,
        _PARTY,
    ),
}


def missing(kind: Any, present: Iterable[str], party_member: bool = False) -> list[Material]:
    """What the checklist `kind` asks for and `present` (keys) lacks. Raises Invalid for an unknown kind or key."""
    asked = _asked(kind)
    ticked = set(present)
    if strangers := ticked - {item.key for item in asked}:
        raise wrong("present", "The checklist has no item “{item}”.", item=sorted(strangers)[0])
    return [item for item in asked if item.key not in ticked and (party_member or not item.party)]


@expression_function("materials")
def materials(session: Session, kind: str | None) -> list[dict[str, Any]]:
    """For forms: the items of a checklist as choices; necessary ones are marked."""
    return [
        {
            "value": item.key,
            "label": f"{item.zh}（必备）" if item.necessary else item.zh,
            "label:en": f"{item.en} (necessary)" if item.necessary else item.en,
        }
        for item in CHECKLISTS.get(kind or "", ())
    ]


def _asked(kind: Any) -> tuple[Material, ...]:
    if kind not in CHECKLISTS:
        raise wrong("list_kind", "Choose the kind of checklist: {kinds}.", kinds=", ".join(CHECKLISTS))
    return CHECKLISTS[kind]
