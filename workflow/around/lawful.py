"""Deadlines that are the law's: nothing but a recorded legal hold stops the clocks of tasks whose diagram says so
(property `clockStops="legalHold"`, of the process or a user task). A hold is asked for and agreed to in
workflow.operations.legal_holds."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import definitions, registry
from workflow.clock import now
from workflow.diagram import policies
from workflow.errors import Sentence, sentence
from workflow.models import ClockPause, LegalHold, UserTask
from workflow.registry import fsck_check


def only_by_hold(session: Session, task: UserTask) -> bool:
    """Whether the diagram leaves nothing but a legal hold to stop the task's clock."""
    drawn = definitions.activities(session, task.instance.definition).get(task.activity_id)
    return drawn is not None and policies.policy(drawn["properties"], policies.CLOCK_STOPS) == policies.LEGAL_HOLD


def why_not(session: Session, task: UserTask) -> Sentence | None:
    """Why the clock cannot be stopped with a mere reason; None when it can."""
    if not only_by_hold(session, task):
        return None
    said = "The deadline of “{task}” is the law’s: only a legal hold, recorded on its case’s page, stops its clock."
    return sentence(said, task=task.name)


def open_hold(session: Session, case_id: int) -> LegalHold | None:
    """The hold that lasts now."""
    query = select(LegalHold).where(LegalHold.case_id == case_id, LegalHold.ended_at.is_(None))
    return session.scalars(query).first()


def holds_of(session: Session, case_id: int) -> list[LegalHold]:
    """Every hold of the case, oldest first."""
    return list(session.scalars(select(LegalHold).where(LegalHold.case_id == case_id).order_by(LegalHold.id)))


def end(session: Session, case_id: int, by: str) -> LegalHold | None:
    """The hold that lasts is over; None when none lasts."""
    found = open_hold(session, case_id)
    if found is not None:
        found.ended_at, found.ended_by = now(), by
        session.flush()  # another may follow
        registry.legal_hold(session, case_id, begins=False)
    return found


@fsck_check("clocks_stand_by_holds")
def _unlawful(session: Session) -> Iterator[str]:
    """A clock whose deadline is the law's stood still only within a legal hold of its case (Annex C 18)."""
    query = select(ClockPause, UserTask, LegalHold).join(UserTask, UserTask.id == ClockPause.task_id)
    for pause, task, hold in session.execute(query.outerjoin(LegalHold, LegalHold.id == ClockPause.hold_id)):
        if hold is None and only_by_hold(session, task):
            yield f"The clock of task {task.id} stood still without a legal hold."
        elif hold is not None and (hold.case_id != task.case_id or pause.began_at < hold.began_at):
            yield f"The clock of task {task.id} stood still by hold {hold.id}, which is not its own."
