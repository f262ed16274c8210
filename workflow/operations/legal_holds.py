"""A legal hold: the document of an authority that stops the clock of a case; one person records it, another agrees."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import history, office, registry
from workflow.around import case_clock, deadlines, lawful
from workflow.clock import now
from workflow.errors import Conflict, Invalid, NotAllowed, Sentence, sentence
from workflow.identity import User
from workflow.models import Agreement, Case, LegalHold, ProcessInstance, UserTask
from workflow.separation import agreements
from workflow.statuses import AgreementKind, TaskStatus
from workflow.waits import LIVE_INSTANCES

LONGEST = {"issuer": 200, "number": 100}


def ask(session: Session, case: Case, user: User, issuer: str, number: str, dated: str) -> Agreement:
    """Record whose letter (`issuer`), its number and day (YYYY-MM-DD); a second person must agree before it counts.

    Raises NotAllowed, Conflict (the case is over, or a hold lasts), Invalid beside `issuer`, `number`, `dated`."""
    history.hold(session, case.id)
    if not may_ask(session, case, user):
        raise NotAllowed("Only who has a task of the case, a head, or who hands out tasks may record a legal hold.")
    _require_none(session, case)
    asked = _read(session, issuer, number, dated)
    said, about = f"{asked['issuer']} {asked['number']}（{asked['dated']}）", {"case": case.id, **asked}
    return agreements.ask(session, user, AgreementKind.LEGAL_HOLD, about, said, _live(session, case))


def may_ask(session: Session, case: Case, user: User) -> bool:
    """Whether this user may record a hold: who has an open task of the case, a head, or who hands out tasks."""
    tasks = select(UserTask).where(UserTask.case_id == case.id, UserTask.status == TaskStatus.OPEN)
    return any(deadlines.why_not_pause(session, each, user) is None for each in session.scalars(tasks))


@agreements.carried_out_by(AgreementKind.LEGAL_HOLD)
def _begin(session: Session, agreement: Agreement, asker: User, user: User) -> None:
    case, asked = session.get_one(Case, agreement.asked["case"]), agreement.asked
    history.hold(session, case.id)
    _require_none(session, case)
    told = {"issuer": asked["issuer"], "number": asked["number"], "dated": date.fromisoformat(asked["dated"])}
    made = LegalHold(case_id=case.id, recorded_by=asker.name, agreed_by=user.name, began_at=now(), **told)
    session.add(made)
    session.flush()  # the pauses name it
    history.record(
        session, case.id, asker.name, "legal_hold_began", reason=made.said, second=user.name, agreement=agreement.id
    )
    case_clock.hold(session, case, asker.name, made)
    registry.legal_hold(session, case.id, begins=True)


def _require_none(session: Session, case: Case) -> None:
    session.refresh(case)
    if case.closed_at is not None:
        raise Conflict("The case is over.")
    if lawful.open_hold(session, case.id) is not None:
        raise Conflict("A legal hold stops the clock of this case already.")


def _live(session: Session, case: Case) -> ProcessInstance | None:
    mine = (ProcessInstance.case_id == case.id, ProcessInstance.status.in_(LIVE_INSTANCES))
    return session.scalars(select(ProcessInstance).where(*mine).order_by(ProcessInstance.id)).first()


def _read(session: Session, issuer: str, number: str, dated: str) -> dict[str, str]:
    typed = {"issuer": issuer.strip(), "number": number.strip()}
    problems: dict[str, list[Sentence]] = {
        field: [sentence("Up to {most} characters are needed.", most=most)]
        for field, most in LONGEST.items()
        if not 0 < len(typed[field]) <= most
    }
    try:
        day = date.fromisoformat(dated.strip())
        if day > office.of(session).today():
            problems["dated"] = [sentence("A document of a day to come stops nothing.")]
    except ValueError:
        problems["dated"] = [sentence("Write the day as 2026-07-01.")]
    if problems:
        raise Invalid(problems)
    return {**typed, "dated": day.isoformat()}
