"""减签: one who has not signed need not any more."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import ballots, beside, cosigners, definitions, engine, history, holding, instances
from workflow.engine import Gathering
from workflow.errors import Conflict, NotAllowed, NotFound, TaskNotOpen
from workflow.identity import User, called
from workflow.models import AskedSigner, HistoryEvent, UserTask
from workflow.signing import agreeing
from workflow.signing.adding import checked_reason
from workflow.statuses import TaskStatus
from workflow.tasks.hands import ASSIGN, has_say
from workflow.voting import Side


def remove(session: Session, task: UserTask, user: User, reason: str, who: str | None = None) -> None:
    """Take out a person (`who`, a login; None: whose task this is) of the signing this open task is part of, or of
    those asked to sign this plain step. What is enough is judged anew: it may be over with that.

    By who hands out tasks; by who holds a task of the signing for those who were added to it. Raises TaskNotOpen,
    Invalid without a reason, NotFound for one who does not sign here, Conflict for one who has signed or is the last.
    """
    held = holding.take(session, task.instance_id, task.case_id)
    session.refresh(task)
    if task.status is not TaskStatus.OPEN:
        raise TaskNotOpen(task=task.name)
    instances.require_running(held.instance)
    reason = checked_reason(reason)
    gathering = ballots.gathering_of(session, task)
    if gathering is not None:
        _leave(session, task, user, who, reason, gathering, held)
    else:
        _withdraw(session, task, user, who, reason)


def removable(session: Session, task: UserTask, user: User) -> frozenset[str]:
    """Whom this user may take out with this task."""
    if task.status is not TaskStatus.OPEN:
        return frozenset()
    gathering = ballots.gathering_of(session, task)
    if gathering is None:
        if not has_say(session, task, user):
            return frozenset()
        return frozenset(each.person for each in cosigners.of(session, task.id) if cosigners.side(each) is None)
    missing = {seat.signer for seat in gathering.seats if seat.signer is not None}
    if gathering.tally.signers == 1:
        return frozenset()
    if user.may(ASSIGN):
        return frozenset(missing)
    return (
        frozenset(missing & _added(session, task, gathering)) if _holds(session, task, user, gathering) else frozenset()
    )


def _leave(
    session: Session, task: UserTask, user: User, who: str | None, reason: str, gathering: Gathering, held: holding.Held
) -> None:
    seat = next((each for each in gathering.seats if who in (each.signer, None) and _is(each, task, who)), None)
    if seat is None:
        if any(vote["signer"] == who for vote in gathering.votes):
            raise Conflict("{person} has signed already.", person=called(session, who))
        raise NotFound
    if gathering.tally.signers == 1:
        raise Conflict("Somebody must sign; add another person first.")
    if not user.may(ASSIGN) and seat.signer not in removable(session, task, user):
        raise NotAllowed(
            "{person} was drawn as a signer; only who hands out tasks takes them out.",
            person=called(session, seat.signer),
        )
    model, around = (
        definitions.model(session, held.instance.definition),
        instances.around(session, held.variables, held.instance),
    )
    state = instances.state(held.instance)
    if seat.token_id is not None:
        step = engine.remove_run(model, state, seat.token_id, around)
    else:
        step = engine.remove_run(model, state, gathering.token_id, around, seat.signer)
    _tell(session, task, user, seat.signer, reason, signing=gathering.key)
    instances.settle(session, held.instance, step, user.name, held.variables, None, held.standing)


def _is(seat: engine.Seat, task: UserTask, who: str | None) -> bool:
    return seat.signer == who if who is not None else seat.token_id == task.token_id


def _holds(session: Session, task: UserTask, user: User, gathering: Gathering) -> bool:
    tokens = [seat.token_id for seat in gathering.seats if seat.token_id]
    mine = (UserTask.instance_id == task.instance_id, UserTask.assignee == user.name, UserTask.token_id.in_(tokens))
    return session.scalar(select(UserTask.id).where(*mine, UserTask.status == TaskStatus.OPEN).limit(1)) is not None


def _added(session: Session, task: UserTask, gathering: Gathering) -> set[str]:
    """Who was added to the signing by hand."""
    query = select(HistoryEvent.data).where(
        HistoryEvent.instance_id == task.instance_id, HistoryEvent.kind == "signer_added"
    )
    return {each["to"] for each in session.scalars(query) if each.get("signing") == gathering.key}


def _withdraw(session: Session, task: UserTask, user: User, who: str | None, reason: str) -> None:
    if not has_say(session, task, user):
        raise NotAllowed("Task “{task}” is not yours.", task=task.name)
    asked = next((each for each in cosigners.of(session, task.id) if each.person == who), None)
    if asked is None:
        raise NotFound
    if cosigners.side(asked) is Side.FOR:
        raise Conflict("{person} has signed already.", person=called(session, who))
    if cosigners.side(asked) is Side.AGAINST and not user.may(ASSIGN):
        raise Conflict("{person} has refused; what they said stays until they agree.", person=called(session, who))
    _cancel(session, asked, user, reason)
    _tell(session, task, user, who, reason)
    agreeing.go_on(session, task)


def _cancel(session: Session, asked: AskedSigner, user: User, reason: str) -> None:
    if asked.signer_task is not None and cosigners.is_open(asked):
        beside.cancel(session, asked.signer_task, user.name, reason)
    session.delete(asked)
    session.flush()  # who is missing is asked for next


def _tell(session: Session, task: UserTask, user: User, who: str | None, reason: str, **facts: object) -> None:
    of_task = (task.instance_id, task.activity_id, task.token_id)
    told = {"task": task.id, "to": who or "", "reason": reason, **facts}
    history.record(session, task.case_id, user.name, "signer_removed", *of_task, **told)
