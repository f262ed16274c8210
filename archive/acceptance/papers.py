"""The papers of acceptance: application, rectification notice, certificate; all of the series 验字 (Annex D)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import documents
from archive.acceptance.models import Acceptance, AcceptanceArticle, AcceptanceRound, ArticleStatus
from archive.documents import Document
from archive.scanning.papers import yuan
from workflow import history
from workflow.identity import User

LEVELS = {True: "严重", False: "一般"}
ARTICLES = {ArticleStatus.OPEN: "待验收", ArticleStatus.ACCEPTED: "合格", ArticleStatus.REFUSED: "不合格"}


def application(session: Session, acceptance: Acceptance, round_: AcceptanceRound, user: User, note: str) -> Document:
    """A1: the application (验收申请书)."""
    facts = {**_head(acceptance), "round": round_.number, "volumes": round_.population, "note": note}
    return documents.issue(session, acceptance.case, "acceptance_application", facts, user.name)


def notice(
    session: Session, acceptance: Acceptance, round_: AcceptanceRound, rows: Sequence[Any], user: User, note: str
) -> Document:
    """A7: the rectification notice (整改意见书). `rows`: {dossier_no, place, said, level}."""
    facts = {
        **_head(acceptance),
        **_result(round_),
        "rows": rows,
        "count": len(rows),
        "note": note,
        "due": documents.chinese_day(round_.rework_due) if round_.rework_due else "",
        "group": names(session, acceptance.members),
    }
    return documents.issue(session, acceptance.case, "acceptance_notice", facts, user.name)


def certificate(session: Session, acceptance: Acceptance, round_: AcceptanceRound, images: int) -> Document:
    """A8: the certificate (验收合格通知书、验收单) with what was accepted and what is to be paid."""
    facts = {
        **_head(acceptance),
        **_result(round_),
        "quantity": acceptance.quantity,
        "amount": yuan(acceptance.amount or 0),
        "price": yuan(acceptance.unit_price),
        "images": images,
        "first_pass": "是" if acceptance.first_pass else "否",
        "head": names(session, [acceptance.head]),
        "group": names(session, acceptance.members),
    }
    by = acceptance.head or history.SYSTEM
    return documents.issue(session, acceptance.case, "acceptance_certificate", facts, by)


def goods(session: Session, acceptance: Acceptance, articles: Sequence[AcceptanceArticle], note: str) -> Document:
    """The certificate of equipment or a service (验收单), article by article."""
    facts = {
        **_head(acceptance),
        "articles": [_article(each) for each in articles],
        "quantity": acceptance.quantity or 0,
        "amount": yuan(acceptance.amount or 0),
        "note": note,
        "head": names(session, [acceptance.head]),
        "group": names(session, acceptance.members),
    }
    by = acceptance.head or history.SYSTEM
    return documents.issue(session, acceptance.case, "acceptance_goods", facts, by)


def names(session: Session, logins: Sequence[Any]) -> str:
    """People by name, in this order."""
    wanted = [str(each) for each in logins if each]
    called = dict(session.execute(select(User.name, User.display_name).where(User.name.in_(wanted))).all())
    return "、".join(called.get(each, each) for each in wanted)


def _head(acceptance: Acceptance) -> dict[str, Any]:
    return {
        "title": acceptance.title,
        "supplier": acceptance.supplier,
        "contract_no": acceptance.contract_no,
        "applied": acceptance.applied,
    }


def _result(round_: AcceptanceRound) -> dict[str, Any]:
    return {
        "round": round_.number,
        "population": round_.population,
        "sample": round_.sample,
        "rate": round_.rate,
        "pages": round_.pages or 0,
        "good": round_.good or 0,
        "fatal": round_.fatal or 0,
        "minor": round_.minor or 0,
        "pass_rate": f"{100 * (round_.good or 0) / round_.pages:.2f}" if round_.pages else "—",
        "demanded": round_.pass_rate,
        "seed": round_.seed or "—",
    }


def _article(each: AcceptanceArticle) -> dict[str, Any]:
    return {
        "number": each.number,
        "name": each.name,
        "model": each.model,
        "serial": each.serial,
        "count": each.count,
        "price": yuan(each.price),
        "said": ARTICLES[each.status],
        "why": each.why,
    }
