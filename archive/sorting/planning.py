"""S1: a batch of dossiers for one officer. Each becomes a case of its own, so that one falls out without the others."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive import documents, numbers, parameters, sight
from archive.dossier_tables import Dossier
from archive.sorting.models import Sorting
from archive.sorting.work import PROCESS
from archive.statuses import DossierStatus, SortStatus
from workflow import cases, definitions, instances
from workflow.errors import NotFound
from workflow.identity import User
from workflow.models import Case
from workflow.registry import Work, service_task

REASONS = {
    "unknown": "没有此档案编号",
    "away": "不在库",
    "held": "正在其他事项中办理",
    "planned": "已列入整理",
    "limit": "超过每人在手上限",
    "batch": "超过每批卷数上限",
    "nothing": "没有要整理的档案",
}


@service_task("sorting.begin", only_once=True)
def begin(session: Session, work: Work) -> Mapping[str, Any]:
    """Begin the sorting of every dossier named, and of as many of the queue as asked for; tell what became of each.

    Variables: sorter, due_date, dossiers ([{dossier_no}]), from_queue. Returns batch_no, begun, refused (with reasons).
    """
    batch = _case(session, work)
    sorter = str(work.variables["sorter"])
    free = parameters.value(session, "sort_limit") - _in_hand(session, sorter)
    most = parameters.value(session, "batch_dossiers")
    begun: list[Dossier] = []
    refused: list[dict[str, str]] = []
    for number, dossier in _wanted(session, sight.opener(session, batch), work.variables, most):
        why = _why_not(session, dossier) or _no_room(len(begun), most, free)
        if why or dossier is None:
            refused.append({"dossier_no": number, "why": REASONS[why or "unknown"]})
        else:
            begun.append(dossier)
    if not begun and not refused:
        refused.append({"dossier_no": "—", "why": REASONS["nothing"]})
    batch_no = _start_all(session, begun, batch, work.variables) if begun else ""
    told = [{"dossier_no": each.dossier_no, "name": each.person.name} for each in begun]
    return {"batch_no": batch_no, "begun": told, "refused": refused, "any_refused": bool(refused)}


def _case(session: Session, work: Work) -> Case:
    if work.instance is None:
        raise NotFound
    return session.get_one(Case, work.instance.case_id)


def _wanted(
    session: Session, planner: User | None, variables: Mapping[str, Any], most: int
) -> Iterator[tuple[str, Dossier | None]]:
    """The dossiers named, each once, then those that wait longest (`most`, at most); of those the planner
    may name."""
    named = dict.fromkeys(str(row.get("dossier_no") or "") for row in variables.get("dossiers") or [])
    seen: set[int] = set()
    for number in filter(None, named):
        try:
            dossier = sight.by_no(session, planner, number)
        except NotFound:
            yield number, None
            continue
        seen.add(dossier.id)
        yield dossier.dossier_no, dossier
    running = select(Sorting.dossier_id).where(Sorting.ended_at.is_(None))
    queued = select(Dossier).where(
        Dossier.sort_status == SortStatus.QUEUED,
        Dossier.status == DossierStatus.IN_STORE,
        Dossier.held_by_case_id.is_(None),
        Dossier.id.not_in(seen),
        sight.known_to(session, planner),
        Dossier.id.not_in(running),
    )
    count = min(int(variables.get("from_queue") or 0), most)
    for dossier in session.scalars(queued.order_by(Dossier.registered_at, Dossier.id).limit(count)):
        yield dossier.dossier_no, dossier


def _no_room(begun: int, most: int, free: int) -> str | None:
    """Why no more than these begin."""
    if begun >= free:
        return "limit"
    return "batch" if begun >= most else None


def _why_not(session: Session, dossier: Dossier | None) -> str | None:
    if dossier is None:
        return "unknown"
    running = select(Sorting.case_id).where(Sorting.dossier_id == dossier.id, Sorting.ended_at.is_(None))
    if session.scalars(running).first() is not None:
        return "planned"
    if dossier.held_by_case_id is not None:
        return "held"
    return None if dossier.status is DossierStatus.IN_STORE else "away"


def _in_hand(session: Session, sorter: str) -> int:
    """How many dossiers the officer has at work, or is to get."""
    counted = select(func.count()).where(Sorting.sorter == sorter, Sorting.ended_at.is_(None))
    return session.scalar(counted) or 0


def _start_all(session: Session, begun: Sequence[Dossier], batch: Case, variables: Mapping[str, Any]) -> str:
    """A case for each dossier, and the batch's paper. Returns the batch's number."""
    batch_no = numbers.issue(session, "sorting", f"batch of case {batch.business_key}")
    sorter, due = str(variables["sorter"]), variables.get("due_date")
    definition = definitions.latest(session, PROCESS)
    for dossier in begun:
        case = _open(session, dossier, batch)
        day = date.fromisoformat(due) if due else None
        facts = {"batch_case_id": batch.id, "batch_no": batch_no, "sorter": sorter, "due_date": day}
        session.add(Sorting(case_id=case.id, dossier_id=dossier.id, **facts))
        session.flush()  # its first step asks for it
        told = {"dossier_id": dossier.id, "dossier_no": dossier.dossier_no, "name": dossier.person.name}
        told |= {"batch_no": batch_no, "sorter": sorter, "due_date": due, "returns": 0, "volumes": dossier.volumes}
        instances.start(session, definition, case, batch.opened_by, told)
    facts = {
        "sorter": session.get_one(User, sorter).display_name,
        "due_date": due or "",
        "dossiers": [_line(dossier) for dossier in begun],
        "count": len(begun),
    }
    cases.rename(session, batch, f"整理批次 {batch_no} {facts['sorter']}", batch.opened_by)
    documents.issue(session, batch, "sorting_batch", facts, batch.opened_by, batch_no)
    return batch_no


def _open(session: Session, dossier: Dossier, batch: Case) -> Case:
    title = f"整理 {dossier.dossier_no} {dossier.person.name}"
    case = cases.open_case(session, f"{PROCESS}-{batch.id}-{dossier.dossier_no}", title, PROCESS, batch.opened_by)
    cases.add_key(session, case, dossier.dossier_no)
    return case


def _line(dossier: Dossier) -> dict[str, Any]:
    return {
        "dossier_no": dossier.dossier_no,
        "name": dossier.person.name,
        "volumes": dossier.volumes,
        "pages": dossier.page_count,
    }
