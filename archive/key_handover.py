"""The hand-over of a post and its keys (P-KEY, bpmn/key-handover.bpmn): its list (换岗交接清单), numbered and kept."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from archive import documents
from archive.steps import name_of
from workflow import history, office
from workflow.registry import Work, service_task

ROLES = ("outgoing", "incoming", "supervisor")
COLUMNS = ("item", "number", "counted", "place", "remark")


@service_task("keys.list", only_once=True)
def write_list(session: Session, work: Work) -> Mapping[str, Any]:
    """The list is issued: each thing as it was listed and as it was counted, and who signed when: who leaves, who takes
    over, who supervised."""
    known = work.variables
    facts = {
        "post": known["post"],
        "handover_date": documents.chinese_day(date.fromisoformat(known["handover_date"])),
        "reason": known.get("reason") or "",
        "rows": [{name: _said(row.get(name)) for name in COLUMNS} for row in known["items"]],
        **{role: _signed(session, known[f"{role}_signature"]) for role in ROLES},
    }
    issued = documents.issue(session, work.instance.case, "key_handover", facts, history.SYSTEM)
    return {"list_no": issued.number}


def _said(value: Any) -> str:
    return "" if value is None else str(value)


def _signed(session: Session, signature: Mapping[str, str]) -> dict[str, str]:
    """Who signed with their password, as people are called, and the minute at the office."""
    at = office.of(session).local(datetime.fromisoformat(signature["at"]))
    return {"name": name_of(session, signature["by"]), "at": f"{at:%Y-%m-%d %H:%M}"}
