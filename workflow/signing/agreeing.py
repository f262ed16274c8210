"""What somebody says who was asked to sign beside a plain step: with the last agreement the step goes on."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import ballots, cosigners, history, rows, separation
from workflow.errors import Conflict, Invalid, NotAllowed, sentence
from workflow.holding import Held
from workflow.identity import User
from workflow.models import AnswersAside, AskedSigner, UserTask
from workflow.statuses import TaskKind, TaskStatus
from workflow.tasks.completion import complete, ends
from workflow.voting import SIDES, Side

OPINION = "opinion"


@ends(TaskKind.SIGNER)
def signed(session: Session, task: UserTask, _held: Held, user: User, given: dict[str, Any]) -> None:
    """Keep what was said. Agreed by all, the step is completed in the name of its holder; refused, it is theirs again.

    Raises Invalid for what is neither agreement nor refusal."""
    asked = session.scalars(select(AskedSigner).where(AskedSigner.signer_task_id == task.id)).one()
    side, opinion = SIDES.get(str(given.get(ballots.OUTCOME) or "")), str(given.get(OPINION) or "").strip()
    if side not in (Side.FOR, Side.AGAINST):
        raise Invalid(message="Say whether you agree.")
    if side is Side.AGAINST and not opinion:
        raise Invalid({OPINION: [sentence("Please say why you do not agree.")]})
    asked.opinion = opinion
    cosigners.tell(session, task, user.name, "completed", outcome=task.outcome, variables=given, reason=opinion)
    step = session.get_one(UserTask, task.parent_id)
    aside = session.get(AnswersAside, step.id)
    if aside is not None and side is Side.AGAINST:
        _give_back(session, step, aside, user.name, opinion)
    else:
        go_on(session, step)


def go_on(session: Session, step: UserTask) -> None:
    """Complete the step if its holder is done and nobody is missing any more."""
    aside = session.get(AnswersAside, step.id)
    if aside is not None and step.status is TaskStatus.OPEN and not cosigners.missing(session, step.id):
        _finish(session, step, aside)


def take_back(session: Session, task: UserTask, user: User) -> None:
    """Who holds the step wants to answer otherwise, while others still sign. Raises Conflict when nothing waits,
    NotAllowed for another's step."""
    history.hold(session, task.case_id)
    session.refresh(task)
    aside = session.get(AnswersAside, task.id)
    if aside is None or task.status is not TaskStatus.OPEN:
        raise Conflict("Nothing of “{task}” waits for others.", task=task.name)
    if aside.user_name != user.name:
        raise NotAllowed("Task “{task}” is not yours.", task=task.name)
    _give_back(session, task, aside, user.name, "")


def _give_back(session: Session, step: UserTask, aside: AnswersAside, by: str, reason: str) -> None:
    cosigners.tell(session, step, by, "given_back", to=aside.user_name, reason=reason)
    session.delete(aside)
    session.flush()


def _finish(session: Session, step: UserTask, aside: AnswersAside) -> None:
    """Complete the step as its holder answered, if it is still theirs to complete; else it waits for who holds it."""
    holder = session.get_one(User, aside.user_name)
    answers, outcome, digest = dict(aside.answers), aside.outcome, aside.request_digest
    fit = holder.active and separation.why_not(session, step, holder, step.on_behalf_of) is None
    if step.assignee != holder.name or not fit:
        _give_back(session, step, aside, history.SYSTEM, "")
        return
    session.delete(aside)
    session.flush()
    complete(session, step, holder, answers, outcome)
    rows.change(session, UserTask, step.id, request_digest=digest)
