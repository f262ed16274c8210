"""Signings: what was voted agrees with the tasks it was voted with, and who was asked beside a step with theirs."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from workflow import definitions, engine, seals, voting
from workflow.errors import DefinitionRefused
from workflow.fsck.running import PORTION
from workflow.models import AnswersAside, AskedSigner, HistoryEvent, ProcessInstance, UserTask
from workflow.registry import fsck_check
from workflow.statuses import TaskKind, TaskStatus
from workflow.waits import LIVE_INSTANCES


@fsck_check("votes")
def votes(session: Session) -> Iterator[str]:
    """Each vote, of signings under way and of closed ones, was given with a task its voter has completed."""
    for instance in _live(session):
        try:
            found = engine.gatherings(definitions.model(session, instance.definition), seals.opened(instance))
        except (engine.EngineProblem, DefinitionRefused):
            continue  # the business of `states`
        for gathering in found:
            yield from _judged(session, instance.id, gathering.activity_id, gathering.votes, gathering.terms.hidden)
    closed = select(HistoryEvent).where(HistoryEvent.kind == "signing_closed").order_by(HistoryEvent.id)
    for event in session.scalars(closed.execution_options(yield_per=PORTION)):
        yield from _judged(session, event.instance_id or 0, event.activity_id or "", event.data["votes"], False)


@fsck_check("signers")
def signers(session: Session) -> Iterator[str]:
    """Who was asked beside a step has a task of that step or waits for their turn; answers wait for open steps only."""
    query = select(AskedSigner, UserTask).join(UserTask, UserTask.id == AskedSigner.signer_task_id)
    odd = or_(UserTask.kind != TaskKind.SIGNER, UserTask.parent_id != AskedSigner.task_id)
    for asked, task in session.execute(query.where(odd)):
        yield f"{asked.person} was asked to sign task {asked.task_id}, but task {task.id} is no task for that."
    over = select(AnswersAside.task_id, UserTask.status).join(UserTask, UserTask.id == AnswersAside.task_id)
    for task_id, status in session.execute(over.where(UserTask.status != TaskStatus.OPEN)):
        yield f"Answers of task {task_id} wait for signers, but it is {status}."
    waiting = select(AskedSigner.task_id, AskedSigner.person).where(AskedSigner.signer_task_id.is_(None))
    waiting = waiting.join(UserTask, UserTask.id == AskedSigner.task_id)
    waiting = waiting.join(AnswersAside, AnswersAside.task_id == UserTask.id)
    for task_id, person in session.execute(waiting.where(UserTask.assignee == AnswersAside.user_name)):
        yield f"Task {task_id} waits for {person} to sign, who was never asked."


def _live(session: Session) -> Iterator[ProcessInstance]:
    """The instances under way of versions in which something is signed together."""
    signed = [each for each in session.scalars(_versions()) if _has_signing(session, each)]
    versions = [each.id for each in signed]
    query = select(ProcessInstance).options(joinedload(ProcessInstance.definition)).order_by(ProcessInstance.id)
    live = query.where(ProcessInstance.status.in_(LIVE_INSTANCES), ProcessInstance.definition_id.in_(versions))
    last = 0
    while found := list(session.scalars(live.where(ProcessInstance.id > last).limit(PORTION))):
        last = found[-1].id
        yield from found


def _versions() -> Any:
    is_live = ProcessInstance.status.in_(LIVE_INSTANCES)
    definition = ProcessInstance.definition.property.mapper.class_
    return select(definition).where(definition.id.in_(select(ProcessInstance.definition_id).where(is_live)))


def _has_signing(session: Session, definition: Any) -> bool:
    activities = definitions.activities(session, definition).values()
    return any(voting.PROPERTY in (each.get("properties") or {}) for each in activities)


def _judged(
    session: Session, instance_id: int, activity_id: str, given: Iterable[Mapping[str, Any]], hidden: bool
) -> Iterator[str]:
    given = list(given)
    tokens = [vote["token"] for vote in given]
    query = select(UserTask).where(UserTask.instance_id == instance_id, UserTask.token_id.in_(tokens))
    tasks = {task.token_id: task for task in session.scalars(query)}
    where = f"Process instance {instance_id}: at “{activity_id}”"
    if len(set(tokens)) < len(tokens):
        yield f"{where} a vote is counted twice."
    for vote in given:
        task = tasks.get(vote["token"])
        if vote["who"] is None:  # skipped by hand: abstains
            continue
        if task is None or task.status is not TaskStatus.COMPLETED or task.completed_by != vote["who"]:
            yield f"{where} {vote['who']} is said to have voted, but has completed no task of it."
        elif task.outcome != vote["outcome"] and not (hidden and task.outcome is None):
            yield f"{where} {vote['who']} voted “{vote['outcome']}”, but task {task.id} says “{task.outcome}”."
