"""加签: one more person signs, before, after or beside who holds the task."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import ballots, cosigners, definitions, engine, history, holding, instances, separation
from workflow.clock import now
from workflow.engine import Gathering
from workflow.errors import Conflict, Invalid, NotAllowed, Sentence, TaskNotOpen, sentence
from workflow.identity import User, called
from workflow.models import AskedSigner, UserTask
from workflow.statuses import SignerPlace, TaskKind, TaskStatus
from workflow.tasks.hands import has_say

LONGEST_REASON = 500
MOST = 50  # people who sign one task


def add(
    session: Session, task: UserTask, user: User, to: User, where: SignerPlace, reason: str, weight: int | None = None
) -> None:
    """Ask a person to sign too, seen from this open task. In a signing they become one of those who vote, with a
    `weight` where weights are drawn and say nothing of them; beside a plain step the step needs their agreement.

    Raises TaskNotOpen, NotAllowed (the task is not the user's; a rule of separation), Invalid naming the field,
    Conflict when they sign already, the process is suspended, or the engine has no place for them.
    """
    held = holding.take(session, task.instance_id, task.case_id)
    session.refresh(task)
    refused = why_not_add(session, task, user)
    if refused is not None:
        raise (TaskNotOpen if task.status is not TaskStatus.OPEN else NotAllowed)(refused.template, **refused.facts)
    instances.require_running(held.instance)
    reason = checked_reason(reason)
    _require_signer(session, task, to)
    if ballots.is_signed(session, task):
        _join(session, task, user, to, where, reason, weight, held)
    else:
        _ask(session, task, user, to, where, reason)


def why_not_add(session: Session, task: UserTask, user: User) -> Sentence | None:
    """Why this user may ask nobody to sign with this task; None when they may."""
    if task.status is not TaskStatus.OPEN:
        return sentence("Task “{task}” is no longer open.", task=task.name)
    if task.kind is not TaskKind.STEP:
        return sentence("Only a step of the process is signed by several.")
    if not has_say(session, task, user):
        return sentence("Task “{task}” is not yours.", task=task.name)
    if task.assignee is None:
        return sentence("Nobody has “{task}” yet; claim it first.", task=task.name)
    return None


def checked_reason(reason: str) -> str:
    """The reason without blanks around; raises Invalid when there is none, or too much of it."""
    reason = reason.strip().replace("\x00", "")
    if not reason:
        raise Invalid({"reason": [sentence("Please say why.")]})
    if len(reason) > LONGEST_REASON:
        raise Invalid({"reason": [sentence("At most {most} characters.", most=LONGEST_REASON)]})
    return reason


def _require_signer(session: Session, task: UserTask, to: User) -> None:
    if not to.active:
        raise Invalid({"to": [sentence("{person} is no longer active.", person=to.display_name)]})
    if to.name in (task.assignee, task.on_behalf_of, task.delegated_by):
        raise Invalid({"to": [sentence("{person} has this task already.", person=to.display_name)]})
    if any(each.person == to.name for each in cosigners.of(session, task.id)):
        raise Conflict("{person} signs here already.", person=to.display_name)
    refused = separation.why_not(session, task, to)
    if refused is not None:
        raise NotAllowed("This cannot go to {person}: {reason}", person=to.display_name, reason=refused)


def _join(
    session: Session,
    task: UserTask,
    user: User,
    to: User,
    where: SignerPlace,
    reason: str,
    weight: int | None,
    held: holding.Held,
) -> None:
    gathering = ballots.gathering_of(session, task)
    if gathering is None:
        raise Conflict("The signing is over.")
    there = [*(seat.signer for seat in gathering.seats), *(vote["signer"] for vote in gathering.votes)]
    if to.name in there:
        raise Conflict("{person} signs here already.", person=to.display_name)
    if not gathering.terms.twice and _holds_one(session, task, to, gathering):
        said = "{person} has a task of this signing in hand already; one person has one vote."
        raise Conflict(said, person=to.display_name)
    if len(there) >= MOST:
        raise Conflict("At most {most} people sign one task.", most=MOST)
    model, around = (
        definitions.model(session, held.instance.definition),
        instances.around(session, held.variables, held.instance),
    )
    state = instances.state(held.instance)
    try:
        step = engine.add_run(model, state, task.token_id, to.name, where, around, weight)
    except engine.ExpressionFailed:
        raise
    except engine.EngineProblem as problem:
        raise Conflict(problem.sentence.template, **problem.sentence.facts) from problem
    _tell(session, task, user, to, where, reason, signing=gathering.key)
    instances.settle(session, held.instance, step, user.name, held.variables, None, held.standing)


def _holds_one(session: Session, task: UserTask, to: User, gathering: Gathering) -> bool:
    """Whether another place in the signing is in this person's hands: nobody could vote with it any more."""
    seats = [seat.token_id for seat in gathering.seats]
    open_ = (UserTask.instance_id == task.instance_id, UserTask.status == TaskStatus.OPEN)
    mine = select(UserTask.id).where(*open_, UserTask.token_id.in_(seats), UserTask.assignee == to.name)
    return session.scalar(mine.limit(1)) is not None


def _ask(session: Session, task: UserTask, user: User, to: User, where: SignerPlace, reason: str) -> None:
    if len(cosigners.of(session, task.id)) >= MOST:
        raise Conflict("At most {most} people sign one task.", most=MOST)
    if cosigners.aside(session, task) is not None and where is SignerPlace.BEFORE:
        said = "{person} has done “{task}” already; ask for somebody after it."
        raise Conflict(said, person=called(session, task.assignee), task=task.name)
    asked = AskedSigner(
        task_id=task.id, person=to.name, place=where, asked_by=user.name, asked_at=now(), reason=reason, opinion=""
    )
    session.add(asked)
    _tell(session, task, user, to, where, reason)
    if where is not SignerPlace.AFTER or cosigners.aside(session, task) is not None:
        cosigners.request(session, task, asked)
    session.flush()  # the board reads it


def _tell(
    session: Session, task: UserTask, user: User, to: User, where: SignerPlace, reason: str, **facts: object
) -> None:
    of_task = (task.instance_id, task.activity_id, task.token_id)
    told = {"task": task.id, "to": to.name, "where": where.value, "reason": reason, **facts}
    history.record(session, task.case_id, user.name, "signer_added", *of_task, **told)
