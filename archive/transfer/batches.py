"""Bulk transfer (移交): many dossiers to one keeper under one letter, counted by both sides (domain §1.7, §10.7).

Each dossier keeps a transfer of its own, so that one falls out without the others; the batch hands over together those
that are packed for carriers, with one list in two copies, and takes the receiver's count as the receipt of each."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from archive import documents, parameters, sight
from archive.answers import need, text
from archive.dossier_tables import Dossier
from archive.refusals import wrong
from archive.statuses import Channel
from archive.steps import case_of, name_of
from archive.transfer import keepers
from archive.transfer.letters import RECEIPT
from archive.transfer.models import RUNNING, Transfer, TransferStatus
from archive.transfer.sending import CARRIERS, second
from archive.transfer.work import PROCESS
from workflow import cases, definitions, instances, messages, office, tasks
from workflow.errors import NotFound
from workflow.identity import User
from workflow.models import Case, UserTask
from workflow.registry import Work, on_completion, service_task
from workflow.statuses import TaskKind, TaskStatus

LETTER = ("keeper", "letter_no", "letter_date", "reason")


@service_task("transfer.begin_batch", only_once=True)
def begin(session: Session, work: Work) -> Mapping[str, Any]:
    """A transfer for each dossier named; what cannot begin is told with its reason. Variables: keeper, letter_no,
    letter_date, reason, dossiers ([{dossier_no}])."""
    batch, known = case_of(session, work), work.variables
    begun: list[Dossier] = []
    refused: list[dict[str, str]] = []
    most = parameters.value(session, "batch_dossiers")
    for number in _named(known):
        dossier, why = _found(session, batch, number) if len(begun) < most else (None, f"超过每批 {most} 卷")
        if dossier is None or why:
            refused.append({"dossier_no": number, "why": why})
        else:
            begun.append(dossier)
    keeper = keepers.known(session, str(known["keeper"]), "keeper")
    for dossier in begun:
        _open(session, batch, dossier, {**{key: known.get(key) for key in LETTER}, "letter_persons": len(begun)})
    told = [{"dossier_no": each.dossier_no, "name": each.person.name} for each in begun]
    return {"begun": told, "refused": refused, "to": keeper.name, "count": len(begun)}


def _named(known: Mapping[str, Any]) -> list[str]:
    """The numbers typed, each once."""
    typed = (str(row.get("dossier_no") or "").strip() for row in known.get("dossiers") or [])
    return [each for each in dict.fromkeys(typed) if each]


def _found(session: Session, batch: Case, number: str) -> tuple[Dossier | None, str]:
    try:
        dossier = sight.by_no(session, sight.opener(session, batch), number)
    except NotFound:
        return None, "没有此档案编号"
    running = select(Transfer).where(Transfer.dossier_id == dossier.id, Transfer.status.in_(RUNNING))
    return dossier, "正在转出" if session.scalars(running).first() else ""


def _open(session: Session, batch: Case, dossier: Dossier, letter: Mapping[str, Any]) -> None:
    title = f"转出 {dossier.dossier_no} {dossier.person.name}"
    case = cases.open_case(session, f"{PROCESS}-{batch.id}-{dossier.dossier_no}", title, PROCESS, batch.opened_by)
    told = {"dossier_no": dossier.dossier_no, "batch_case_id": batch.id, **letter}
    instances.start(session, definitions.latest(session, PROCESS), case, batch.opened_by, told, "begun")


def members(session: Session, batch_case_id: int) -> list[Transfer]:
    """The transfers of a batch, in the order of its list."""
    return list(
        session.scalars(select(Transfer).where(Transfer.batch_case_id == batch_case_id).order_by(Transfer.case_id))
    )


@on_completion("transfer.count_out")
def count_out(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """The sender's count: as many packs as are sealed for carriers. They go together with two carriers and one list
    in two copies; what is not packed goes on by itself."""
    every = members(session, task.case_id)
    ready = packed(session, task.case_id)
    counted = int(answers["counted_out"])
    if counted != len(ready) or not ready:
        raise wrong(
            "counted_out",
            "{count} packs are sealed for carriers, you counted {counted}.",
            count=len(ready),
            counted=counted,
        )
    witness = second(answers, user)
    carriers = {field: text(answers, field) for field in CARRIERS}
    for transfer in ready:
        _hand_over(session, transfer, user, carriers)
    rows = [_line(each) for each in ready]
    left = [each.dossier.dossier_no for each in every if each not in ready]
    to = instances.variables(session, task.instance).get("to")
    more = {"rows": rows, "count": len(rows), "witness": name_of(session, witness), "to": to, **carriers}
    issued = documents.issue(session, session.get_one(Case, task.case_id), "transfer_batch", more, user.name)
    return {"sent_rows": rows, "sent_count": len(rows), "left_behind": left, "list_no": issued.number, "witness": None}


def packed(session: Session, batch_case_id: int) -> list[Transfer]:
    """Those of a batch that wait sealed for two carriers; not what stands still or was sent back to be packed anew."""
    waits = Transfer.status == TransferStatus.READY, Transfer.channel == Channel.BY_HAND
    asked = select(Transfer).where(Transfer.batch_case_id == batch_case_id, *waits)
    found = session.scalars(asked.where(_hand_over_of(Transfer.case_id).exists()).order_by(Transfer.case_id))
    return [each for each in found if each.notice_no not in {one.notice_no for one in each.dispatches}]


def _hand_over_of(case_id: Any) -> Select[tuple[UserTask]]:
    """The member's own step in which it is handed over."""
    step = UserTask.activity_id == "hand_over", UserTask.kind == TaskKind.STEP
    return select(UserTask).where(UserTask.case_id == case_id, *step, UserTask.status == TaskStatus.OPEN)


def _hand_over(session: Session, transfer: Transfer, user: User, carriers: Mapping[str, str]) -> None:
    """The member's own step, done by who counts."""
    step = session.scalars(_hand_over_of(transfer.case_id)).one()
    if step.assignee is None:
        tasks.claim(session, step, user)
    given = {"sending": "sent", "scan_label": transfer.dossier.dossier_no, **carriers}
    tasks.complete(session, step, user, given)


def _line(transfer: Transfer) -> dict[str, Any]:
    dossier = transfer.dossier
    facts = {"notice_no": transfer.notice_no, "materials": transfer.materials, "pages": transfer.pages}
    return {"dossier_no": dossier.dossier_no, "name": dossier.person.name, "volumes": dossier.volumes, **facts}


@on_completion("transfer.count_in")
def count_in(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """The receiver's count on the list that came back, signed and sealed: the receipt of each pack received. What is
    missing stays on its way and is chased by itself."""
    known = instances.variables(session, task.instance)
    sent = {str(each["notice_no"]): each for each in known["sent_rows"]}
    missing = {str(each) for each in answers.get("missing") or []}
    counted = int(answers["counted_in"])
    if counted + len(missing) != len(sent):
        said = "{sent} packs were sent: {counted} received and {missing} missing do not make them up."
        raise wrong("counted_in", said, sent=len(sent), counted=counted, missing=len(missing))
    if missing:
        need(answers, "count_note", "Say what the receiver says of the missing packs.")
    day, here = date.fromisoformat(str(answers["received_on"])), office.of(session)
    if day > here.today():
        raise wrong("received_on", "It was received between the day it was sent and today.")
    told = {"received_on": day.isoformat(), "received_by": text(answers, "received_by"), "receipt_result": "confirmed"}
    file_id = answers.get("receipt_file") or {}
    for notice in [each for each in sent if sent[each]["dossier_no"] not in missing]:
        more = {**told, "receipt_file_id": file_id.get("file") if isinstance(file_id, Mapping) else None}
        messages.receive(session, RECEIPT, notice, more, f"receipt:{notice}")
    return {"received_count": counted, "missing_packs": sorted(missing)}


def waiting(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """The packs of a list as choices: number and what people read."""
    return [(str(each["dossier_no"]), f"{each['dossier_no']} {each['name']}") for each in rows]
