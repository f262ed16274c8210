"""J4 to J7: counted against the notice, the receipt sent back at once, audited, registered and shelved."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from archive import dossiers, parameters, persons, storage, vault
from archive.answers import check_label, need
from archive.audit import reviewing
from archive.audit.models import AuditReason
from archive.dossier_tables import Dossier
from archive.materials.states import Act
from archive.refusals import wrong
from archive.statuses import AuditStatus, DigitStatus, DossierKind, SortStatus
from archive.transfer import deadlines, handing_on
from archive.transfer.coming import DESK, came_from
from archive.transfer.letter_tables import LetterStatus
from archive.transfer.letters import ID_PURPOSE, RECEIPT, issue, letter_of
from workflow import history, messages, office
from workflow.clock import now
from workflow.identity import User
from workflow.models import UserTask
from workflow.registry import Work, on_completion, service_task


@on_completion("transfer.in_count", anew=True)
def count(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """J4: volumes, materials and pages against catalogue and notice; what differs is listed for the sender."""
    letter = letter_of(session, task)
    rows = [dict(each) for each in answers.get("differences") or []]
    for field, said in (("volumes", "卷数"), ("materials", "材料份数"), ("pages", "页数")):
        told, counted = int(answers[f"{field}_told"]), int(answers[f"{field}_in"])
        if told != counted:
            rows.append({"what": f"{said}：通知单 {told}，实收 {counted}"})
    letter.differences = rows
    if rows:
        issue(session, letter, "transfer_difference", user.name, rows=rows)
    kept = {field: int(answers[f"{field}_in"]) for field in ("volumes", "materials", "pages")}
    return {"differs": bool(rows), "difference_list": rows, **kept}


@service_task("transfer.in_receipt")
def write_receipt(session: Session, work: Work) -> None:
    """J5: the receipt, with what differs."""
    letter, known = letter_of(session, work), work.variables
    said = "；".join(str(each.get("what") or "") for each in letter.differences) or "经核对无误"
    told = {"said": said, "volumes": known.get("volumes"), "materials": known.get("materials")}
    issue(session, letter, "transfer_receipt", str(letter.received_by), received_by=known.get("received_by"), **told)


@on_completion("transfer.in_send_receipt", anew=True)
def send_receipt(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> None:
    """J5: signed, sealed and sent back at once; to an office of this house by message."""
    letter = letter_of(session, task)
    letter.receipt_sent_at = now()
    told = {"received_on": office.of(session).today().isoformat(), "received_by": user.display_name}
    if letter.keeper.inside:
        told |= {"receipt_result": "confirmed"}
        messages.receive(session, RECEIPT, letter.notice_no, told, f"receipt:{letter.notice_no}")
    history.record(session, letter.case, user.name, "receipt_sent", notice=letter.notice_no)


@on_completion("transfer.in_audit", anew=True)
def audit(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """J6: looked through on arrival: `audit_result` good, supplement (asked of the sender), or return. The special
    audit itself begins when the dossier is in store (`begin_audit`)."""
    letter, result = letter_of(session, task), answers.get("audit_result")
    if result == "good":
        return {"audit_result": result}
    note = need(answers, "audit_note", "List the problems.")
    if result == "return":
        issue(session, letter, "transfer_back", user.name, note=note)
        letter.status, letter.ended_at, letter.why = LetterStatus.CANCELLED, now(), note
        return {"audit_result": result, "audit_note": note}
    return {"audit_result": result, "audit_note": note, **_ask(session, task, note, user.name)}


def _ask(session: Session, step: UserTask | Work, note: str, by: str) -> dict[str, Any]:
    """The list of problems goes to the sender; asked again after `audit_supplement` months."""
    letter = letter_of(session, step)
    issue(session, letter, "transfer_problems", by, note=note)
    months = parameters.value(session, "audit_supplement", case=letter.case_id)
    return {"ask_again_at": deadlines.after_months(session, now(), months).isoformat()}


@service_task("transfer.in_ask_again")
def ask_again(session: Session, work: Work) -> Mapping[str, Any]:
    """J6: the sender has not answered for a month: asked again."""
    return _ask(session, work, str(work.variables.get("audit_note") or ""), history.SYSTEM)


@on_completion("transfer.in_answer", anew=True)
def answer(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> None:
    """J6: what the sender answered or sent."""
    need(answers, "answer_note", "Say what the sender answered or sent.")


@on_completion("transfer.in_register")
def register(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """J7: the person and the dossier get their record; an earlier stay here, or the other office's, is linked."""
    letter = letter_of(session, task)
    number = vault.open_(session, letter.id_sealed, ID_PURPOSE)
    if answers.get("id_no_again") != number:
        raise wrong("id_no_again", "This is not the ID number of the letter. Compare it with the papers.")
    told = {field: answers[field] for field in ("unit", "post") if answers.get(field)}
    person = persons.by_id_no(session, number)
    if person is None:
        person = persons.register(session, {"name": letter.name, "id_no": number, **told}, user.name)
    facts = {
        "kind": DossierKind.CADRE if letter.cadre else DossierKind.FLOW,
        "ex_cadre": letter.guarded and not letter.cadre,
        "volumes": int(answers["volumes"]),
        "source_unit": letter.keeper.name,
        "recall_no": letter.number,
        "notice_no": letter.notice_no,
        "sort_status": SortStatus.QUEUED,
        "digit_status": DigitStatus.QUEUED,
        "audit_status": AuditStatus.QUEUED if letter.cadre else AuditStatus.NONE,
    }
    previous = came_from(session, letter)
    dossier = dossiers.register(session, person, facts, user.name, letter.case, DESK, keeper=letter.receiver_code)
    if previous is not None:
        dossier.previous_id = previous.id
    letter.dossier_id = dossier.id
    dossiers.hold(session, dossier, letter.case)
    if previous is not None:
        act = Act(user.name, letter.case, f"handed on: {letter.keeper.name} {letter.notice_no}")
        handing_on.hand_on(session, previous, dossier, act, whole=not letter.differences)
    return {"dossier_no": dossier.dossier_no, "dossier_id": dossier.id, "id_no_again": None, "name": person.name}


@on_completion("transfer.in_shelve")
def shelve(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """J7: label and position scanned; in store from now on."""
    letter = letter_of(session, task)
    dossier = session.get_one(Dossier, letter.dossier_id)
    check_label(dossier, answers)
    position = need(answers, "scan_position", "Scan the barcode of the position.")
    storage.shelve(session, dossier, storage.code_of(position, "scan_position"), user.name, letter.case)
    dossiers.let_go(session, dossier, letter.case)
    return {"scan_label": None, "scan_position": None}


@service_task("transfer.in_begin_audit", only_once=True)
def begin_audit(session: Session, work: Work) -> Mapping[str, Any]:
    """J6: whatever comes in is audited (凡转必审, TL18 ch. 5), within `cadre_in_audit` months of its receipt; until the
    audit is filed the gate stays closed."""
    letter = letter_of(session, work)
    dossier = session.get_one(Dossier, letter.dossier_id)
    audit = reviewing.begin(session, dossier, AuditReason.TRANSFER, letter.case, work.variables.get("audit_due"))
    return {"audit_case": audit.business_key if audit else ""}


@service_task("transfer.in_close", only_once=True)
def close(session: Session, work: Work) -> Mapping[str, Any]:
    """I6: the letter is used, once and for all; the applicant is told."""
    letter, number = letter_of(session, work), str(work.variables["dossier_no"])
    dossier = dossiers.by_no(session, number)
    letter.dossier_id, letter.status, letter.ended_at = dossier.id, LetterStatus.CLOSED, now()
    if not dossier.recall_no:
        dossiers.update_facts(session, dossier, {"recall_no": letter.number}, history.SYSTEM, letter.case, "letter")
    return {"dossier_no": number, "dossier_id": dossier.id}
