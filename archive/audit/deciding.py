"""Doubts: listed, supplemented in 30 working days, determined by the leaders' group; what is serious goes to discipline
before it is filed."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from archive import documents
from archive.answers import need, text
from archive.audit.items import BY_KEY, BY_NAME
from archive.audit.models import Audit, AuditItem
from archive.audit.work import audit_of, doubts, paper, row, rows
from workflow import history
from workflow.clock import now
from workflow.errors import Invalid, Sentence, sentence
from workflow.identity import User
from workflow.models import UserTask
from workflow.registry import Work, on_completion, service_task

Row = Mapping[str, Any]


@service_task("audit.list_doubts")
def list_doubts(session: Session, work: Work) -> Mapping[str, Any]:
    """The list of doubts and what is to be brought (存疑问题清单暨补充材料通知)."""
    audit = audit_of(session, work)
    told = paper(audit) | {"rows": [row(each) for each in doubts(audit)], "count": len(doubts(audit))}
    issued = documents.issue(session, audit.case, "audit_doubts", told, history.SYSTEM)
    return {"doubts_document": issued.id, "decision_note": ""}


@on_completion("audit.supplement", anew=True)
def supplement(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """What was brought or answered to each doubt; nothing may be left without a word."""
    audit = audit_of(session, task)
    for found, given in _each_doubt(audit, answers, "supplement", "Say what was brought or answered."):
        found.supplement = text(given, "supplement")
    return {"doubts": [row(each) for each in doubts(audit)]}


@on_completion("audit.determine", anew=True)
def determine(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """The leaders' group determines every doubt, each with its ground; or asks for more. `serious`: to discipline."""
    audit = audit_of(session, task)
    if answers.get("decision") == "more":
        return {"decision_note": need(answers, "decision_note", "Say what is to be brought.")}
    given = _each_doubt(audit, answers, "determined", "Say what is determined.")
    _refuse_groundless(given)
    for found, said in given:
        found.determined, found.basis = BY_KEY[found.item].read(text(said, "determined")), text(said, "basis")
    serious = bool(answers.get("serious"))
    if serious:
        need(answers, "decision_note", "Say what goes to discipline.")
    audit.serious, audit.decided_at, audit.decided_by = serious, now(), user.name
    session.flush()  # a constraint speaks here, not at the commit
    return {"serious": serious, "items": rows(audit)}


@service_task("audit.refer")
def refer(session: Session, work: Work) -> Mapping[str, Any]:
    """What is serious is handed to discipline, with the items."""
    audit = audit_of(session, work)
    listed = [row(each) for each in doubts(audit)]
    told = paper(audit) | {"rows": listed, "note": text(work.variables, "decision_note")}
    return {"referral_no": documents.issue(session, audit.case, "audit_referral", told, history.SYSTEM).number}


@on_completion("audit.answer", anew=True)
def answer(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> None:
    """What discipline has answered."""
    need(answers, "discipline_note", "Say what was answered.")


def _each_doubt(audit: Audit, answers: Row, field: str, template: str) -> list[tuple[AuditItem, Row]]:
    """The doubts with what was said of them; raises Invalid naming the row of one of which nothing was said."""
    said = list(answers.get("doubts") or [])
    empty = [number for number, given in enumerate(said) if not text(given, field)]
    if empty:
        raise Invalid({f"doubts.{number}.{field}": [sentence(template)] for number in empty})
    by_key = {each.item: each for each in doubts(audit)}
    return [(by_key[BY_NAME[given["item"]].key], given) for given in said]


def _refuse_groundless(given: Sequence[tuple[AuditItem, Row]]) -> None:
    problems: dict[str, list[Sentence]] = {}
    for number, (found, said) in enumerate(given):
        if not text(said, "basis"):
            problems[f"doubts.{number}.basis"] = [sentence("Say on what ground.")]
        try:
            BY_KEY[found.item].read(text(said, "determined"))
        except ValueError:
            problems[f"doubts.{number}.determined"] = [sentence("A date is written 2026-07-01, 2026-07 or 2026.")]
    if problems:
        raise Invalid(problems)
