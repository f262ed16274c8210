"""The audit a step is about, and what its forms and papers say of it."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Session

from archive.audit.items import BY_KEY
from archive.audit.models import Audit, AuditItem, Verdict
from archive.relations import SUBJECT
from archive.steps import case_id
from workflow.errors import NotFound
from workflow.models import UserTask
from workflow.registry import Work, subjects_of_case

PROCESS = "special-audit"
VERDICTS = {Verdict.CONSISTENT: "一致", Verdict.DOUBTFUL: "不一致", Verdict.NONE: "无此项", None: ""}


def audit_of(session: Session, step: UserTask | Work) -> Audit:
    """The audit of the step's case; raises NotFound when it is none."""
    found = session.get(Audit, case_id(step))
    if found is None:
        raise NotFound
    return found


def row(item: AuditItem) -> dict[str, Any]:
    """An item as forms and papers list it."""
    return {
        "item": BY_KEY[item.item].zh,
        "claim": item.claim,
        "earliest": item.earliest,
        "material": str(item.material_id or ""),
        "place": item.place,
        "source": item.source,
        "verdict": item.verdict.value if item.verdict else "",
        "verdict_said": VERDICTS[item.verdict],
        "problem": item.problem,
        "supplement": item.supplement,
        "determined": item.determined,
        "basis": item.basis,
    }


def rows(audit: Audit) -> list[dict[str, Any]]:
    """All items."""
    return [row(each) for each in audit.items]


def doubts(audit: Audit) -> list[AuditItem]:
    """The items in doubt, determined or not."""
    return [each for each in audit.items if each.verdict is Verdict.DOUBTFUL]


def paper(audit: Audit) -> dict[str, Any]:
    """What every paper of an audit says."""
    dossier = audit.dossier
    unit = f"{dossier.person.unit} {dossier.person.post}".strip()
    return {"dossier_no": dossier.dossier_no, "name": dossier.person.name, "unit": unit}


@subjects_of_case("audit")
def person_of(session: Session, case: int) -> Iterator[str]:
    """Whose dossier is audited: neither they nor their relatives take part."""
    audit = session.get(Audit, case)
    if audit is not None:
        yield SUBJECT + audit.dossier.person.id_fingerprint
