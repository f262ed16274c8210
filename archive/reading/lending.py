"""B7l and B8l: until when a loan lasts, what is done when it does not come back, and about a difference when it does.

The ladder is drawn in the model (timers at take_return); its days are variables worked out here, anew whenever the due
day moves (`due_at` differs from `armed_at`).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import calendar, documents, parameters
from archive.answers import need
from archive.losses import reporting
from archive.losses.models import LossKind
from archive.reading.loan_tables import Loan
from archive.reading.models import RequestStatus, ShutUnit
from archive.reading.work import request_of
from archive.refusals import wrong
from workflow import history, instances, messages, office
from workflow.around import notices
from workflow.clock import now
from workflow.errors import Conflict, NotFound
from workflow.identity import User
from workflow.models import ProcessInstance, UserTask
from workflow.registry import Work, on_completion, sends, service_task
from workflow.statuses import NoticeKind, TaskStatus

EXTENSION = sends("loan.extension")
LOST = frozenset(LossKind)


def first_due(session: Session, case_id: int) -> datetime:
    """When a loan handed out now is due: the office's closing on the last working day of loan_days."""
    return _closing_after(session, now(), parameters.value(session, "loan_days", case=case_id))


def ladder(session: Session, loan: Loan) -> dict[str, Any]:
    """The variables the timers of the model ask for: due, reminder before, letter and leader after."""
    assert loan.due_at is not None
    asked = ("loan_remind", "loan_letter", "loan_leader")
    remind, letter, leader = (parameters.value(session, key, case=loan.case_id) for key in asked)
    due = loan.due_at
    return {
        "due_at": due.isoformat(),
        "armed_at": due.isoformat(),
        "due_day": office.of(session).local(due).date().isoformat(),
        "remind_at": calendar.add_working_days(session, due, -remind).isoformat(),
        "letter_at": calendar.add_working_days(session, due, letter).isoformat(),
        "leader_at": calendar.add_working_days(session, due, leader).isoformat(),
    }


def slip(session: Session, loan: Loan, user: User, note: str) -> None:
    """The slip of the loan (借出登记), signed by who takes it."""
    request, dossier = loan.request, loan.request.dossier
    line = {"dossier_no": dossier.dossier_no, "name": dossier.person.name}
    told = {
        "approval_no": request.number,
        "unit": request.unit,
        "borrower": loan.borrower,
        "phone": request.phone,
        "seal_no": loan.seal_no,
        "due_day": _day(session, loan),
        "note": note,
        "keeper": user.display_name,
        "rows": [{**line, "volumes": loan.volumes_out, "pages": loan.pages_out}],
    }
    documents.issue(session, request.case, "loan_slip", told, user.name)


@service_task("reading.set_ladder")
def set_ladder(session: Session, work: Work) -> Mapping[str, Any]:
    """The due day has moved: the timers are set anew."""
    return ladder(session, _loan(session, work))


@service_task("reading.remind")
def remind(session: Session, work: Work) -> None:
    """Two working days before: who asked and the readers with an account are told."""
    loan = _loan(session, work)
    request = loan.request
    people = {request.asked_by, *(each.login for each in request.readers if each.login)}
    said = f"借阅档案应于 {_day(session, loan)} 前归还"
    key = f"loan:{loan.case_id}:{_day(session, loan)}"
    notices.tell(session, people, NoticeKind.REMINDED, loan.case_id, _return_of(session, loan), said=said, key=key)
    history.record(session, request.case, history.SYSTEM, "loan_reminded", due=_day(session, loan))


@service_task("reading.letter")
def letter(session: Session, work: Work) -> Mapping[str, Any]:
    """Overdue for some days: the letter to the unit (催还函)."""
    loan = _loan(session, work)
    said = "现已逾期，请接函后立即归还。逾期期间不得转借、拆散、复制。"
    return {"letter_document": write_letter(session, loan, "借阅催还函", said, history.SYSTEM)}


@on_completion("reading.chase")
def chase(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> None:
    """A rung of the ladder: what was done to get it back."""
    need(answers, "chase_note", "Say what was done.")


def ask_extension(session: Session, loan: Loan, user: User, reason: str) -> None:
    """Ask for the one extension; somebody else decides on it. Raises Conflict when it is due already, was extended
    before or is back, Invalid without a reason."""
    if not reason.strip():
        raise wrong("reason", "Say why it is needed longer.")
    _refuse_closed(loan)
    if loan.extensions:
        raise Conflict("A loan is extended once; it is due on {day}.", day=_day(session, loan))
    if loan.due_at is not None and now() >= loan.due_at:
        raise Conflict("The loan is due already; an extension is asked for before that.")
    told = {"extension_reason": reason.strip(), "extension_by": user.name}
    messages.receive(session, EXTENSION, str(loan.case_id), told, f"extension:{loan.case_id}:{now().isoformat()}")
    history.record(session, loan.request.case, user.name, "extension_asked", reason=reason.strip())


def may_be_extended(loan: Loan) -> bool:
    """Whether an extension may still be asked for: once, before the loan is due."""
    return not loan.extensions and loan.returned_at is None and loan.due_at is not None and now() < loan.due_at


@on_completion("reading.extension")
def extension(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """The extension is decided like a new approval: granted once, by as many days as a loan lasts."""
    request = request_of(session, task)
    loan = session.get_one(Loan, request.case_id)
    if answers.get("extension_decision") != "grant":
        need(answers, "extension_note", "Say why not.")
        return {"extension_decision": "refuse"}
    if loan.extensions:
        raise Conflict("A loan is extended once; it is due on {day}.", day=_day(session, loan))
    assert loan.due_at is not None
    loan.due_at = _closing_after(session, loan.due_at, parameters.value(session, "loan_days", case=loan.case_id))
    loan.extensions = 1
    return {"extension_decision": "grant", "due_at": loan.due_at.isoformat(), "due_day": _day(session, loan)}


def recall(session: Session, loan: Loan, user: User, why: str) -> None:
    """Call a loan back before its time: due in a few working days (parameter loan_recall), with a letter. Raises
    Invalid without a reason, Conflict when it is back or was due no later."""
    if not why.strip():
        raise wrong("why", "Say why it is called back.")
    _refuse_closed(loan)
    due = _closing_after(session, now(), parameters.value(session, "loan_recall", case=loan.case_id))
    if loan.due_at is not None and due >= loan.due_at:
        raise Conflict("The loan is due on {day} anyhow.", day=_day(session, loan))
    loan.due_at, loan.recalled_at = due, now()
    session.flush()  # the ladder reads it
    write_letter(session, loan, "借阅召回函", f"因{why.strip()}，请于上述日期前归还。", user.name)
    history.record(session, loan.request.case, user.name, "loan_recalled", why=why.strip(), due=_day(session, loan))
    running = select(ProcessInstance).where(ProcessInstance.case_id == loan.case_id)
    instance = session.scalars(running.order_by(ProcessInstance.id)).first()
    if instance is not None:
        moved = {"due_at": due.isoformat(), "due_day": _day(session, loan)}
        instances.set_variables(session, instance, moved, user.name)


@service_task("reading.shut_unit")
def shut_unit(session: Session, work: Work) -> None:
    """The unit that gave it back otherwise reads nothing more until that is settled."""
    request = request_of(session, work)
    if session.get(ShutUnit, request.case_id) is None:
        why = str(work.variables.get("difference_note") or "")
        session.add(ShutUnit(case_id=request.case_id, unit=request.unit, why=why, shut_at=now()))
        history.record(session, request.case, history.SYSTEM, "unit_shut_out", unit=request.unit, why=why)


@on_completion("reading.investigate")
def investigate(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """What became of the difference: made whole, or the dossier is damaged or missing, which is a matter of its own."""
    request, found = request_of(session, task), answers.get("outcome_of_search")
    note, loan = need(answers, "search_note", "Say what was done."), session.get_one(Loan, request.case_id)
    if answers.get("lift"):
        lift(session, session.get_one(ShutUnit, request.case_id), user)
    if found in LOST:
        reporting.come_upon(session, request.dossier, LossKind(str(found)), request.case, note, user.name)
        loan.lost, loan.ended_at = True, now()
        request.status, request.ended_at = RequestStatus.OVER, now()
    return {"outcome_of_search": found, **dict.fromkeys(("put_back_result", "pages_in", "return_note"))}


def lift(session: Session, shut: ShutUnit, user: User) -> None:
    """The unit may read again. Raises Conflict when it may already."""
    if shut.lifted_at is not None:
        raise Conflict("{unit} may read again already.", unit=shut.unit)
    shut.lifted_at, shut.lifted_by = now(), user.name


def write_letter(session: Session, loan: Loan, title: str, said: str, by: str) -> int:
    """A letter about the loan to the unit; the document's id."""
    request, here = loan.request, office.of(session)
    told = {
        "title": title,
        "said": said,
        "unit": request.unit,
        "dossier_no": request.dossier.dossier_no,
        "volumes": loan.volumes_out,
        "pages": loan.pages_out,
        "borrower": loan.borrower,
        "out_day": here.local(loan.out_at).date().isoformat(),
        "due_day": _day(session, loan),
    }
    return documents.issue(session, request.case, "loan_letter", told, by).id


def _loan(session: Session, work: Work) -> Loan:
    found = session.get(Loan, request_of(session, work).case_id)
    if found is None:
        raise NotFound
    return found


def _return_of(session: Session, loan: Loan) -> UserTask | None:
    """The step at which it is given back."""
    waits = (UserTask.case_id == loan.case_id, UserTask.activity_id == "take_return")
    return session.scalars(select(UserTask).where(*waits, UserTask.status == TaskStatus.OPEN)).first()


def _day(session: Session, loan: Loan) -> str:
    assert loan.due_at is not None
    return office.of(session).local(loan.due_at).date().isoformat()


def _refuse_closed(loan: Loan) -> None:
    if not loan.away or loan.returned_at is not None:
        raise Conflict("Nothing of this is lent any more.")


def _closing_after(session: Session, start: datetime, days: int) -> datetime:
    day = calendar.add_working_days(session, office.of(session).local(start).date(), days)
    return calendar.closing(session, day)
