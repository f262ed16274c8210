"""Acceptance of equipment and of services (domain §10.5 B, C), article by article. What is not accepted keeps its part
of the price open."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.acceptance import papers, rounds
from archive.acceptance.models import Acceptance, AcceptanceArticle, AcceptanceStatus, ArticleStatus, Subject
from archive.answers import text
from archive.refusals import wrong
from archive.steps import case_of
from workflow import cases
from workflow.clock import now
from workflow.identity import User
from workflow.models import UserTask
from workflow.registry import Work, on_completion, service_task


@service_task("acceptance.register", only_once=True)
def register(session: Session, work: Work) -> Mapping[str, Any]:
    """What was delivered, or the service of a period, line by line.

    Variables: subject, goods, supplier, contract_no, handler, articles ([{name, model, serial, count, price}], price in
    fen for the line). Returns acceptance_id and equipment (whether it is any).
    """
    said, case = work.variables, case_of(session, work)
    rows = [row for row in said.get("articles") or [] if row.get("name")]
    acceptance = Acceptance(
        subject=Subject(said["subject"]),
        case_id=case.id,
        title=text(said, "goods"),
        supplier=text(said, "supplier"),
        contract_no=text(said, "contract_no"),
        handler=str(said["handler"]),
        applied=max(len(rows), 1),
        applied_at=now(),
        applied_by=case.opened_by,
    )
    session.add(acceptance)
    session.flush()  # its articles name it
    for number, row in enumerate(rows or [{"name": acceptance.title}], 1):
        session.add(_article(acceptance, number, row))
    cases.rename(session, case, f"验收 {acceptance.title}", case.opened_by)
    return {"acceptance_id": acceptance.id, "equipment": acceptance.subject == Subject.EQUIPMENT}


@on_completion("acceptance.judge", anew=True)
def judge(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """The head says of each article still open whether it is accepted; of what is not, why. Raises Invalid beside a row
    that names no such article or no reason."""
    acceptance = rounds.of_step(session, task)
    there = {each.number: each for each in articles(session, acceptance) if each.status is not ArticleStatus.ACCEPTED}
    refused: dict[int, str] = {}
    for place, row in enumerate(answers.get("refusals") or []):
        if row.get("number") not in there:
            raise wrong(f"refusals.{place}.number", "There is no article with this number to be accepted.")
        if not text(row, "why"):
            raise wrong(f"refusals.{place}.why", "Say why it is not accepted.")
        refused[row["number"]] = text(row, "why")
    for number, each in there.items():
        each.status = ArticleStatus.REFUSED if number in refused else ArticleStatus.ACCEPTED
        each.why, each.decided_at = refused.get(number, ""), now()
    return {"refusals": [], "judge_note": text(answers, "judge_note")}


@service_task("acceptance.settle_goods")
def settle(session: Session, work: Work) -> Mapping[str, Any]:
    """What is accepted now and what is to be paid for it, with the certificate (验收单). Returns all_accepted, amount
    and left ([{number, name, why}])."""
    acceptance = rounds.of_step(session, work)
    all_of_it = articles(session, acceptance)
    good = [each for each in all_of_it if each.status is ArticleStatus.ACCEPTED]
    left = [each for each in all_of_it if each.status is not ArticleStatus.ACCEPTED]
    if acceptance.first_pass is None:
        acceptance.first_pass = not left
    if good:
        acceptance.quantity, acceptance.amount = len(good), sum(each.price for each in good)
        acceptance.status = AcceptanceStatus.PARTLY if left else AcceptanceStatus.ACCEPTED
        acceptance.decided_at = now()
    paper = papers.goods(session, acceptance, all_of_it, text(work.variables, "judge_note"))
    told = [{"number": each.number, "name": each.name, "why": each.why} for each in left]
    facts = {"acceptance_no": paper.number, "amount": acceptance.amount or 0, "contract_no": acceptance.contract_no}
    return {**facts, "all_accepted": not left, "left": told}


@on_completion("acceptance.chase", anew=True)
def chase(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> None:
    """What was not accepted is mended or replaced and judged again, or given up."""
    acceptance = rounds.of_step(session, task)
    if answers["chased"] == "given_up" and acceptance.status is AcceptanceStatus.OPEN:
        acceptance.status, acceptance.decided_at = AcceptanceStatus.REFUSED, now()


def articles(session: Session, acceptance: Acceptance) -> Sequence[AcceptanceArticle]:
    """Its articles in order."""
    asked = select(AcceptanceArticle).where(AcceptanceArticle.acceptance_id == acceptance.id)
    return session.scalars(asked.order_by(AcceptanceArticle.number)).all()


def _article(acceptance: Acceptance, number: int, row: Mapping[str, Any]) -> AcceptanceArticle:
    return AcceptanceArticle(
        acceptance_id=acceptance.id,
        number=number,
        name=text(row, "name"),
        model=text(row, "model"),
        serial=text(row, "serial"),
        count=int(row.get("count") or 1),
        price=int(row.get("price") or 0),
    )
