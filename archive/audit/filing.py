"""The determination is issued (专项审核认定表; before an appointment 任前审核登记表 too), filed to class 5, and goes to
the master data; the old values stay."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from archive import documents, dossiers, persons
from archive.answers import check_label, text
from archive.audit.items import BY_KEY
from archive.audit.models import Audit, AuditReason, Verdict
from archive.audit.work import audit_of, doubts, paper, row, rows
from archive.materials import catalogue
from archive.materials.rows import Row
from archive.statuses import AuditStatus
from archive.steps import name_of
from workflow import office
from workflow.clock import now
from workflow.identity import User
from workflow.models import UserTask
from workflow.registry import Work, on_completion, service_task

CODE = "5"
SHEET = "干部人事档案专项审核认定表"
REGISTRATION = "任前审核登记表"
SEX_SAID = {"1": "男", "2": "女"}
WHY = "专项审核认定"


@service_task("audit.issue", only_once=True)
def issue(session: Session, work: Work) -> Mapping[str, Any]:
    """The sheet with every item, its values, its determination and who reviewed and decided; of an audit before an
    appointment the registration too, under the same number."""
    audit = audit_of(session, work)
    for each in audit.items:
        if each.verdict is Verdict.CONSISTENT:
            each.determined, each.basis = each.claim, f"{each.place}《{each.source}》"
    signed = {"first": audit.first_by, "second": audit.second_by, "decider": audit.decided_by}
    told = paper(audit) | {key: name_of(session, login) for key, login in signed.items()} | {"rows": rows(audit)}
    issued = documents.issue(session, audit.case, "audit_form", told, str(audit.decided_by))
    audit.number = issued.number
    registered = _register(session, audit, told | {"proposed_post": text(work.variables, "proposed_post")})
    return {"audit_no": issued.number, "audit_document": issued.id, **registered}


def _register(session: Session, audit: Audit, told: dict[str, Any]) -> dict[str, int]:
    """任前审核登记表: what was found before an appointment, what is lacking, whether all agrees."""
    if audit.reason is not AuditReason.PROMOTION:
        return {}
    doubted, person = doubts(audit), audit.dossier.person
    told |= {
        "sex": SEX_SAID.get(person.sex, ""),
        "birth": person.filed_birth or person.birth,
        "doubts": [row(each) for each in doubted],
        "count": len(doubted),
        "missing": list(audit.dossier.missing),
        "conclusion": "存疑项目均已组织认定，以认定值为准。" if doubted else "各项信息与档案记载一致。",
    }
    issued = documents.issue(session, audit.case, "audit_registration", told, str(audit.decided_by), audit.number)
    return {"registration_document": issued.id}


@on_completion("audit.file")
def file(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """The sheet lies in the dossier: its label is scanned. It stands in class 5, the master data says what was
    determined, the gate is open. Raises Conflict while another case holds the dossier."""
    audit = audit_of(session, task)
    dossier = audit.dossier
    check_label(dossier, answers)
    filed = {SHEET: answers["sheet_pages"], REGISTRATION: answers.get("registration_pages")}
    _catalogue(session, audit, user.name, {name: int(pages) for name, pages in filed.items() if pages})
    changed = persons.update(session, dossier.person, _determined(audit), user.name, audit.case, WHY)
    audited = {"audit_status": AuditStatus.AUDITED}
    dossiers.update_facts(session, dossier, audited, user.name, audit.case, WHY)
    audit.ended_at = now()
    return {"scan_label": None, "corrected": changed}


def _catalogue(session: Session, audit: Audit, by: str, sheets: Mapping[str, int]) -> None:
    """Rows (name: pages) at the end of class 5, where papers stand by importance (approval, conclusion, …); the first
    is the determination."""
    dossier = audit.dossier
    standing = catalogue.rows(session, dossier)
    known = {each.id for each in standing}
    day = office.of(session).today().isoformat()
    fresh = [Row(name, CODE, day, str(pages), audit.number or "") for name, pages in sheets.items()]
    listed = [*map(catalogue.row_of, standing), *fresh]
    saved = catalogue.save(session, dossier, listed, by, audit.case, WHY)
    audit.material_id = next(each.id for each in saved if each.id not in known)


def _determined(audit: Audit) -> dict[str, str]:
    """What the master data is to say."""
    told = ((BY_KEY[each.item].field, each.determined) for each in audit.items if each.verdict is not Verdict.NONE)
    return {field: value for field, value in told if field and value}
