"""C1: a batch is planned by hand: the dossiers named and as many as asked for of those that wait. What cannot be
scanned is told and holds nothing up."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import documents, parameters, sight
from archive.answers import text
from archive.dossier_tables import Dossier
from archive.scanning import batches
from archive.scanning.batches import Terms
from archive.scanning.models import ENTERED, ScanBatch, ScanDossier, Unit
from archive.scanning.papers import line, unit_said, yuan
from archive.statuses import DigitStatus, DossierStatus, SortStatus
from archive.steps import case_of
from workflow import cases
from workflow.errors import sentence
from workflow.identity import User
from workflow.kept_sentences import kept
from workflow.models import Case
from workflow.registry import Work, service_task

TO_BE_SCANNED = (DigitStatus.NONE, DigitStatus.QUEUED)


@service_task("scanning.plan", only_once=True)
def plan(session: Session, work: Work) -> Mapping[str, Any]:
    """Plan the batch of a case; tell what became of each dossier.

    Variables: firm, contract_no, unit, unit_price (fen), dossier_nos (a number a line), from_queue. Returns planned,
    batch_id, batch_no, dossiers (how many), refused ([{dossier_no, why}]), any_refused.
    """
    case = case_of(session, work)
    planner = sight.opener(session, case)
    most = parameters.value(session, "batch_dossiers")
    count = min(int(work.variables.get("from_queue") or 0), most)
    wanted = [*text(work.variables, "dossier_nos").split(), *_waiting(session, planner, count)]
    taken, refused = batches.judged(session, wanted[:most], planner)
    told = [{"dossier_no": each.dossier_no, "why": kept(each.said)} for each in refused]
    told += [{"dossier_no": each, "why": kept(_full(most))} for each in wanted[most:]]
    if not told and not taken:
        told = [{"dossier_no": "—", "why": kept(sentence("There is nothing to scan."))}]
    facts: dict[str, Any] = {"refused": told, "any_refused": bool(told), "planned": bool(taken)}
    if taken:
        facts |= _plan(session, case, work.variables, taken)
    return facts


def _waiting(session: Session, planner: User | None, count: int) -> list[str]:
    """The numbers of those sorted and not yet scanned that wait longest, so many."""
    running = select(ScanDossier.dossier_id).where(ScanDossier.status.in_(ENTERED))
    asked = select(Dossier.dossier_no).where(
        Dossier.sort_status == SortStatus.SORTED,
        Dossier.digit_status.in_(TO_BE_SCANNED),
        Dossier.status == DossierStatus.IN_STORE,
        Dossier.held_by_case_id.is_(None),
        Dossier.id.not_in(running),
        sight.known_to(session, planner),
    )
    return list(session.scalars(asked.order_by(Dossier.registered_at, Dossier.id).limit(count)))


def _plan(session: Session, case: Case, variables: Mapping[str, Any], taken: list[Dossier]) -> dict[str, Any]:
    terms = Terms(
        text(variables, "firm"),
        text(variables, "contract_no"),
        Unit(variables.get("unit") or Unit.PAGE),
        int(variables.get("unit_price") or 0),
    )
    batch, _refused = batches.plan(session, case, terms, [each.dossier_no for each in taken], case.opened_by)
    cases.add_key(session, case, batch.number)
    cases.rename(session, case, f"数字化 {batch.number} {batch.firm}", case.opened_by)
    _issue(session, batch, taken)
    return {"batch_id": batch.id, "batch_no": batch.number, "dossiers": len(taken)}


def _issue(session: Session, batch: ScanBatch, taken: list[Dossier]) -> None:
    """The batch's paper (数字化加工任务单): it bears the batch's number."""
    facts = {
        "firm": batch.firm,
        "contract_no": batch.contract_no,
        "price": f"{yuan(batch.unit_price)} 元/{unit_said(batch.unit)}",
        "demands": batch.profile,
        "dossiers": [line(each) for each in taken],
        "count": len(taken),
        "pages": sum(each.page_count or 0 for each in taken),
    }
    documents.issue(session, batch.case, "scanning_batch", facts, batch.planned_by, batch.number)


def _full(most: int) -> Any:
    return sentence("A batch holds at most {most} dossiers.", most=most)
