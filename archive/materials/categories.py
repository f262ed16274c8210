"""The ten categories with their 16 leaf codes (domain §1.2): codes never change, names do.

A material hangs on a leaf; `4` and `9` are headings. The names of 2018 (TL18) are said unless an earlier day is asked
about: most catalogues scanned so far bear the older ones (GB12, SJ09). A few materials moved to another class when
TL18 came; volumes bound before are not sorted again, so a rule holds from a day on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

TL18 = date(2018, 11, 20)  # 干部人事档案工作条例
EVER = date.min

CHINESE = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十")


class Ordering(StrEnum):
    """How the materials of a class follow each other."""

    TIME = "time"  # 按形成时间
    IMPORTANCE = "importance"  # 批复、结论、本人意见、调查、证明
    RELATION = "relation"  # 志愿书、申请书、转正


ORDERING_LABELS = {
    Ordering.TIME: "by time",
    Ordering.IMPORTANCE: "by importance: approval, conclusion, own opinion, investigation, proof",
    Ordering.RELATION: "by relation: form of application, application, becoming full member",
}

LEAVES = ("1", "2", "3", "4-1", "4-2", "4-3", "4-4", "5", "6", "7", "8", "9-1", "9-2", "9-3", "9-4", "10")
HEADINGS = {"4": ("4-1", "4-2", "4-3", "4-4"), "9": ("9-1", "9-2", "9-3", "9-4")}
ORDERING: Mapping[str, Ordering] = {
    **dict.fromkeys(LEAVES, Ordering.TIME),
    "5": Ordering.IMPORTANCE,
    "8": Ordering.IMPORTANCE,
    "6": Ordering.RELATION,
}
_POSITION = {code: number for number, code in enumerate(LEAVES)}

NAMES: Mapping[str, tuple[str, str]] = {  # code: the name since TL18, the name before
    "1": ("履历类", "履历材料"),
    "2": ("自传和思想类", "自传材料"),
    "3": ("考核鉴定类", "鉴定、考核、考察材料"),
    "4": ("学历学位、专业技术职务（职称）、学术评鉴、教育培训类", "学历学位、职称、学术、培训材料"),
    "4-1": ("学历学位", "学历学位材料"),
    "4-2": ("职业（任职）资格和专业技术职务（职称）", "专业技术职务材料"),
    "4-3": ("科研学术", "科研学术材料"),
    "4-4": ("培训", "培训材料"),
    "5": ("政审、审计和审核类", "政治历史情况审查材料"),
    "6": ("党、团类", "党团材料"),
    "7": ("表彰奖励类", "奖励材料"),
    "8": ("违规违纪违法处理处分类", "处分材料"),
    "9": ("工资、任免、出国和会议代表类", "工资、任免、出国、会议等材料"),
    "9-1": ("工资待遇", "工资材料"),
    "9-2": ("任免", "任免材料"),
    "9-3": ("出国（境）", "出国（境）审批材料"),
    "9-4": ("会议代表", "会议代表材料"),
    "10": ("其他可供组织参考", "其他材料"),
}

CATEGORY_LABELS = {
    "1": "Curriculum vitae",
    "2": "Autobiography and thought",
    "3": "Assessment and appraisal",
    "4": "Education, titles, scholarship, training",
    "4-1": "Schooling and degrees",
    "4-2": "Qualifications and titles",
    "4-3": "Research and scholarship",
    "4-4": "Training",
    "5": "Political review, audit, verification",
    "6": "Party and league",
    "7": "Awards",
    "8": "Discipline",
    "9": "Pay, posts, abroad, delegates",
    "9-1": "Pay",
    "9-2": "Posts",
    "9-3": "Abroad",
    "9-4": "Delegates",
    "10": "Other",
}


@dataclass(frozen=True)
class Rule:
    """Where materials whose name holds one of `words` (and none of `but`) belong, from a day on."""

    words: tuple[str, ...]
    code: str
    since: date
    source: str
    but: tuple[str, ...] = ()


RULES = (  # the first that fits; of one matter the newer rule stands before the older
    Rule(("审计",), "5", TL18, "TL18"),
    Rule(("审计",), "3", EVER, "GB12, SJ09"),
    Rule(("入伍", "应征", "退伍", "录用", "招工"), "9-2", TL18, "TL18"),
    Rule(("入伍", "应征", "退伍", "录用", "招工"), "1", EVER, "ZL91"),
    Rule(("培训",), "4-4", TL18, "TL18", but=("聘", "任职资格")),
    Rule(("培训",), "3", EVER, "ZL91", but=("聘", "任职资格")),
    Rule(("报到证", "派遣证", "介绍信", "体检"), "10", EVER, "TL18"),
    Rule(("入党", "入团", "转正申请", "党员登记", "民主党派"), "6", EVER, "TL18"),
    Rule(("处分", "判决", "失信", "诫勉"), "8", EVER, "TL18"),
    Rule(("政审", "政治审查", "审核认定", "任前审核"), "5", EVER, "TL18"),
    Rule(("出国", "出境"), "9-3", EVER, "TL18"),
    Rule(("代表大会", "代表登记", "委员登记"), "9-4", EVER, "TL18"),
    Rule(("工资", "薪级", "社会保险"), "9-1", EVER, "TL18"),
    Rule(("任免", "任职", "调动", "退休", "公务员登记", "辞职", "聘任"), "9-2", EVER, "TL18", but=("任职资格", "技术")),
    Rule(("职称", "专业技术", "任职资格", "职业资格", "评审表"), "4-2", EVER, "TL18"),
    Rule(("学籍", "成绩", "毕业", "学位", "报考", "录取", "入学"), "4-1", EVER, "TL18"),
    Rule(("论文", "著作", "院士", "发明", "科研"), "4-3", EVER, "TL18"),
    Rule(("考核", "鉴定", "考察", "述职"), "3", EVER, "TL18"),
    Rule(("奖", "表彰", "先进", "荣誉"), "7", EVER, "TL18"),
    Rule(("自传", "思想汇报", "个人有关事项"), "2", EVER, "TL18"),
    Rule(("履历", "简历"), "1", EVER, "TL18"),
)

_RANKS: Mapping[Ordering, tuple[tuple[str, ...], ...]] = {
    Ordering.TIME: (),
    Ordering.IMPORTANCE: (
        ("批复", "批示", "决定", "审批"),
        ("结论", "认定", "判决"),
        ("本人意见", "本人对", "检查", "检讨", "交代", "申诉"),
        ("调查", "审查报告"),
        ("证明", "旁证"),
    ),
    Ordering.RELATION: (("志愿书",), ("转正",), ("登记",)),
}
_APPLICATION = 1  # 申请书 stands behind the 志愿书 and before 转正, which is applied for as well


def name(code: str, on: date | None = None) -> str:
    """The class's Chinese name as of a day (now when not said). KeyError for an unknown code."""
    now, before = NAMES[code]
    return before if on is not None and on < TL18 else now


def position(code: str) -> int:
    """Where the class stands among the leaves, from 0. KeyError for a heading or an unknown code."""
    return _POSITION[code]


def heading(code: str) -> str:
    """The class as a catalogue's heading line writes it: 四-1 学历学位 (GB12: class Chinese, sub-class Arabic)."""
    first, _, second = code.partition("-")
    return f"{CHINESE[int(first) - 1]}{'-' + second if second else ''} {name(code)}"


def suggested(material: str, on: date | None = None) -> str | None:
    """The class a material of this name belongs to by the rules of a day (now when not said); None when none says."""
    day = on or date.max
    for rule in RULES:
        fits = any(word in material for word in rule.words) and not any(word in material for word in rule.but)
        if fits and rule.since <= day:
            return rule.code
    return None


def rank(code: str, material: str) -> int | None:
    """The place of a material of this name in a class ordered by importance or relation, from 0; None where its name
    does not say, or where time orders."""
    ranks = _RANKS[ORDERING[code]]
    found = next((number for number, words in enumerate(ranks) if any(word in material for word in words)), None)
    if ORDERING[code] is not Ordering.RELATION:
        return found
    if found is None:
        return _APPLICATION if "申请" in material else None
    return found if found < _APPLICATION else found + 1
