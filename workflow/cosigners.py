"""Who was asked to sign beside a plain step, and what becomes of the step meanwhile (加签 without a multi-instance).

Everybody asked has a task of kind SIGNER that hangs on the step. When its holder is done and somebody has not agreed,
the answers are put aside; who was asked for afterwards, or has refused before, is asked then. An outcome that counts
against (workflow.voting.SIDES) needs nobody's agreement: the step is completed with it at once.
"""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session, joinedload

from workflow import cases, history, rows, values
from workflow.around import case_clock
from workflow.clock import now
from workflow.errors import Conflict, Sentence, sentence
from workflow.identity import User, called
from workflow.models import FAR, AnswersAside, AskedSigner, StrandedTask, TaskCandidate, UserTask
from workflow.statements import Statement
from workflow.statuses import SignerPlace, TaskKind, TaskStatus
from workflow.voting import SIDES, Side

ASKED = exists().where(AskedSigner.task_id == UserTask.id)  # somebody was asked to sign the task


_ANY = Statement(select(AskedSigner.id).where(AskedSigner.task_id == bindparam("task_id")).limit(1))


def of(session: Session, task_id: int) -> list[AskedSigner]:
    """Everybody asked to sign this step, in the order they were asked."""
    (found,) = rows.ask(session, _ANY(task_id=task_id))
    if not found:
        return []
    query = select(AskedSigner).options(joinedload(AskedSigner.signer_task)).where(AskedSigner.task_id == task_id)
    return list(session.scalars(query.order_by(AskedSigner.id)))


def is_open(asked: AskedSigner) -> bool:
    return asked.signer_task is not None and asked.signer_task.status is TaskStatus.OPEN


def side(asked: AskedSigner) -> Side | None:
    """What they have said; None as long as they have not."""
    task = asked.signer_task
    return SIDES.get(task.outcome or "") if task is not None and task.status is TaskStatus.COMPLETED else None


def missing(session: Session, task_id: int) -> list[AskedSigner]:
    """Who has not agreed."""
    return [each for each in of(session, task_id) if side(each) is not Side.FOR]


def twice(session: Session, task: UserTask, people: Sequence[str | None]) -> Sentence | None:
    """Why the task may not become these people's (who acts, in whose place): of who does a step and who signs beside
    it, also in another's place, each is somebody else."""
    others = _beside_step(session, task) if task.kind is TaskKind.STEP else _beside_signer(session, task)
    found = next((name for name in people if name in others), None)
    if found is None:
        return None
    said = "{person} stands behind another signature of “{task}”; each is given by somebody else."
    return sentence(said, person=called(session, found), task=task.name)


def _beside_step(session: Session, step: UserTask) -> set[str]:
    """Who stands behind the signatures beside a step, given or asked for."""
    return {name for each in of(session, step.id) for name in _signers(each)}


def _beside_signer(session: Session, task: UserTask) -> set[str]:
    """Who stands behind the step a signer was asked beside, and behind its other signatures."""
    if task.kind is not TaskKind.SIGNER:
        return set()
    step = session.get_one(UserTask, task.parent_id)
    doing = {step.assignee, step.on_behalf_of, step.delegated_by, *step.prepared_by} - {None}
    others = (each for each in of(session, step.id) if each.signer_task_id != task.id)
    return doing.union(*(_signers(each) for each in others))


def _signers(asked: AskedSigner) -> set[str]:
    task = asked.signer_task
    if task is None or task.assignee is None:
        return {asked.person}
    return {task.assignee, task.on_behalf_of} - {None}


def aside(session: Session, task: UserTask) -> AnswersAside | None:
    """The answers of who holds the task now that wait for others."""
    found = session.get(AnswersAside, task.id)
    return found if found is not None and found.user_name == task.assignee else None


def put_aside(
    session: Session, task: UserTask, user: User, answers: Mapping[str, Any], outcome: str | None, digest: str | None
) -> bool:
    """Keep the answers until everybody asked has agreed; False when the step can be completed with them now.

    Raises Conflict while it waits for those asked before, or when answers are kept already."""
    waiting = missing(session, task.id)
    if not waiting or SIDES.get(outcome or "") is Side.AGAINST:
        return False
    people = [called(session, each.person) for each in waiting]
    if (kept := aside(session, task)) is not None:
        if digest is not None and kept.request_digest == digest:
            return True
        raise Conflict("You have done “{task}”; it waits for {people} to sign.", task=task.name, people=people)
    before = [each for each in waiting if each.place is SignerPlace.BEFORE and is_open(each)]
    if before:
        people = [called(session, each.person) for each in before]
        said = "“{task}” waits until {people} have signed, who were asked before."
        raise Conflict(said, task=task.name, people=people)
    values.check(answers)
    for each in waiting:
        if not is_open(each):
            request(session, task, each)
    facts = {"user_name": user.name, "answers": dict(answers), "outcome": outcome, "request_digest": digest}
    session.merge(AnswersAside(task_id=task.id, set_aside_at=now(), **facts))
    tell(session, task, user.name, "set_aside", outcome=outcome, people=[each.person for each in waiting])
    return True


def ask_the_rest(session: Session, task: UserTask) -> None:
    """The step has come back to whoever is done with it: who was asked for meanwhile has their turn."""
    for each in missing(session, task.id):
        if each.signer_task is None:
            request(session, task, each)


def request(session: Session, task: UserTask, asked: AskedSigner) -> None:
    """Give a person their task to sign. Who has left since they were asked for has it taken from them at once, by the
    sweep of performers.rescue."""
    at = now()
    made = UserTask(
        instance_id=task.instance_id,
        case_id=task.case_id,
        definition_id=task.definition_id,
        process_key=task.process_key,
        token_id=f"signer-{secrets.token_hex(8)}",
        activity_id=task.activity_id,
        name=task.name,
        local_variables={},
        kind=TaskKind.SIGNER,
        parent_id=task.id,
        assignee=asked.person,
        claimed_at=at,
        priority=task.priority,
        created_at=at,
        due_at=task.due_at,
    )
    session.add(made)
    session.flush()  # its id is needed
    candidate = f"user:{asked.person}"
    session.add(TaskCandidate(task_id=made.id, candidate=candidate, claimed=True, due_at=task.due_at or FAR))
    if not session.get_one(User, asked.person).active:
        session.add(StrandedTask(task_id=made.id))
    asked.signer_task, asked.opinion = made, ""
    session.flush()  # who looks on is found by the rows
    cases.show_to(session, task.case_id, people=[asked.person])
    case_clock.join(session, made)


def tell(session: Session, task: UserTask, actor: str, kind: str, **facts: Any) -> None:
    of_task = (task.instance_id, task.activity_id, task.token_id)
    history.record(session, task.case_id, actor, kind, *of_task, task=task.id, **facts)
