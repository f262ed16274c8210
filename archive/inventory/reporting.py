"""The report of a count (清点报告): signed by both counters and by who leads, numbered."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import documents
from archive.inventory.models import RESULTS, InventoryLine
from archive.inventory.work import counts, differences, inventory_of, rows, scope_said
from archive.refusals import wrong
from archive.steps import name_of
from workflow import history, office
from workflow.clock import now
from workflow.identity import User
from workflow.models import UserTask
from workflow.registry import Work, on_completion, service_task

SIGNATURES = ("first_signature", "second_signature")


@on_completion("inventory.sign", anew=True)
def sign(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """Both counters sign with their own passwords, each in their own place; who completes the step signs as leader.

    In the place of a counter who has left the office signs a third person, who neither counted nor leads; the report
    names both.
    """
    inventory = inventory_of(session, task)
    counters = (inventory.first_counter, inventory.second_counter)
    signers = [(answers.get(field) or {}).get("by") for field in SIGNATURES]
    for field, counter, signer in zip(SIGNATURES, counters, signers, strict=True):
        if session.get_one(User, counter).active:
            if signer != counter:
                raise wrong(field, "{name} signs here.", name=name_of(session, counter))
        elif signer in {*counters, user.name, None} or signers.count(signer) > 1:
            name = name_of(session, counter)
            raise wrong(field, "{name} has left the office: a third person signs here, who does not lead.", name=name)
    return {"signed_by": user.name, "signers": signers, **dict.fromkeys(SIGNATURES)}


@service_task("inventory.report", only_once=True)
def report(session: Session, work: Work) -> Mapping[str, Any]:
    """The report is issued: what was expected, what was found, every difference with its decision, what moved."""
    inventory = inventory_of(session, work)
    figures = counts(session, inventory)
    expected = sum(figures.values()) - _strangers(session, inventory.case_id)
    counters = (inventory.first_counter, inventory.second_counter)
    signed = zip(counters, work.variables.get("signers") or counters, strict=True)
    first, second = (_signed(session, counter, signer) for counter, signer in signed)
    facts = {
        "scope": scope_said(inventory.scope),
        "counted_on": documents.chinese_day(inventory.counted_on),
        "first": first,
        "second": second,
        "leader": name_of(session, work.variables.get("signed_by")),
        "strict": "清点期间范围内档案停止调动" if inventory.strict else "清点期间的调动逐笔登记时间",
        "expected": expected,
        "figures": [{"name": RESULTS[result][0], "count": number} for result, number in figures.items()],
        "rows": rows(differences(session, inventory)),
        "moves": _moves(session, inventory.case_id),
    }
    issued = documents.issue(session, inventory.case, "inventory_report", facts, history.SYSTEM)
    inventory.reported_at = inventory.ended_at = now()
    return {"report_no": issued.number}


def _signed(session: Session, counter: str, signer: str) -> str:
    name = name_of(session, counter)
    return name if signer == counter else f"{name}（已离任，由{name_of(session, signer)}代签）"


def _strangers(session: Session, case_id: int) -> int:
    asked = select(InventoryLine.id).where(InventoryLine.case_id == case_id, InventoryLine.was.is_(None))
    return len(session.scalars(asked).all())


def _moves(session: Session, case_id: int) -> list[dict[str, str]]:
    """What moved during the count, with its time."""
    asked = select(InventoryLine).where(InventoryLine.case_id == case_id, InventoryLine.moved_at.is_not(None))
    here = office.of(session)
    return [
        {"label": each.label, "at": f"{here.local(each.moved_at):%Y-%m-%d %H:%M}"}
        for each in session.scalars(asked.order_by(InventoryLine.moved_at, InventoryLine.label))
        if each.moved_at
    ]
