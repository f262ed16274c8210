"""What a certificate may be about, and who may ask for it."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from archive import parameters


class CertificateKind(StrEnum):
    """The kinds of domain §2.4. Conduct (现实表现) is none of them: a dossier records no present conduct."""

    KEPT = "kept"  # 存档证明
    INQUIRY = "inquiry"  # 档案信息查询
    EXPERIENCE = "experience"  # 经历、工龄
    KIN = "kin"  # 亲属关系
    EDUCATION = "education"  # 学历、学位
    POLITICAL = "political"  # 政审


class Asker(StrEnum):
    SELF = "self"
    AGENT = "agent"
    UNIT = "unit"


KIND_LABELS = {
    CertificateKind.KEPT: "Certificate that a dossier is kept here",
    CertificateKind.INQUIRY: "Information from a dossier",
    CertificateKind.EXPERIENCE: "Certificate of experience and years of work",
    CertificateKind.KIN: "Certificate of family relations",
    CertificateKind.EDUCATION: "Certificate of education",
    CertificateKind.POLITICAL: "Political review",
}


@dataclass(frozen=True)
class Rule:
    """Title and opening of the paper; who may ask; whether it says facts of materials; how many stand for a unit."""

    title: str
    opening: str
    askers: frozenset[Asker]
    from_materials: bool = True
    investigators: int = 1


_ANYBODY = frozenset(Asker)
RULES = {
    CertificateKind.KEPT: Rule("存档证明", "其人事档案现由我单位保管。", _ANYBODY, from_materials=False),
    CertificateKind.INQUIRY: Rule("档案信息查询证明", "其人事档案记载如下：", _ANYBODY),
    CertificateKind.EXPERIENCE: Rule("经历证明", "其人事档案对工作经历的记载如下：", _ANYBODY),
    CertificateKind.KIN: Rule("亲属关系证明", "其人事档案对亲属关系的记载如下：", _ANYBODY),
    CertificateKind.EDUCATION: Rule("学历证明", "其人事档案对学历学位的记载如下：", _ANYBODY),
    CertificateKind.POLITICAL: Rule(
        "政审证明", "经查阅其人事档案，有关情况记载如下：", frozenset({Asker.UNIT}), investigators=2
    ),
}


def offered(session: Session) -> list[CertificateKind]:
    """The kinds issued today (parameter certificate_kinds), in the order of the list."""
    open_ones = set(parameters.value(session, "certificate_kinds"))
    return [each for each in CertificateKind if each in open_ones]
