"""The request a step is about, and what its papers say of it."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Session

from archive.images import pages
from archive.materials import catalogue
from archive.materials.models import PRESENT, Material
from archive.reading.models import Mode, ReadingRequest
from archive.reading.purposes import Purpose
from archive.relations import SUBJECT
from workflow.errors import NotFound
from workflow.models import UserTask
from workflow.registry import Work, subjects_of_case

PROCESS = "reading"
ZH = {  # how papers say it
    Purpose.POLITICAL: "政治审查、发展党员",
    Purpose.CADRE_WORK: "录用、考核、任免、职级、工资、退休等干部人事工作",
    Purpose.TALENT: "人才工作",
    Purpose.DISCIPLINE: "巡视巡察、纪检监察、组织处理、案件侦查",
    Purpose.HISTORY: "经批准的编史、展览",
    Purpose.DAILY: "干部日常管理",
    Purpose.OTHER: "其他工作需要",
    Mode.DIGITAL: "电子查阅",
    Mode.ROOM: "阅览室查阅",
    Mode.LEND: "借出",
    Mode.COPY: "复制摘录",
}


def request_of(session: Session, step: UserTask | Work) -> ReadingRequest:
    """The request of the step's case; raises NotFound when it is none."""
    case_id = step.case_id if isinstance(step, UserTask) else step.instance.case_id if step.instance else None
    found = session.get(ReadingRequest, case_id or 0)
    if found is None:
        raise NotFound
    return found


def materials_of(session: Session, request: ReadingRequest) -> list[Material]:
    """The materials asked for, or left by who decided, in the order of the catalogue."""
    listed = catalogue.of(session, request.dossier, *PRESENT)
    wanted = set(request.materials)
    return [each for each in listed if each.id in wanted] if wanted else listed


def scope(session: Session, request: ReadingRequest) -> str:
    """The scope as papers say it: 全卷, or the materials by number and name."""
    if not request.materials:
        return "全卷"
    return "；".join(f"{pages.number(each)} {each.name}" for each in materials_of(session, request))


def facts(session: Session, request: ReadingRequest) -> dict[str, Any]:
    """What every paper of a request says."""
    dossier = request.dossier
    return {
        "dossier_no": dossier.dossier_no,
        "name": dossier.person.name,
        "person_unit": f"{dossier.person.unit} {dossier.person.post}".strip(),
        "unit": request.unit,
        "phone": request.phone,
        "purpose": ZH[request.purpose] if request.purpose else "",
        "mode": ZH[request.mode] if request.mode else "",
        "reason": request.reason,
        "scope": scope(session, request),
        "readers": [{**each, "party": "是" if each["party"] else "否"} for each in readers_said(request)],
    }


def readers_said(request: ReadingRequest) -> list[dict[str, Any]]:
    """The readers as forms list them."""
    return [
        {
            "name": each.name,
            "post": each.post,
            "party": each.party_member,
            "id_masked": each.id_masked,
            "credential": each.credential,
        }
        for each in request.readers
    ]


@subjects_of_case("reading")
def person_of(session: Session, case_id: int) -> Iterator[str]:
    """Whose dossier is asked for: neither they nor their relatives take part."""
    request = session.get(ReadingRequest, case_id)
    if request is not None:
        yield SUBJECT + request.dossier.person.id_fingerprint
