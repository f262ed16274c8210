"""Rounds: what was done and still stands, and what a return has made void.

A case is in its first round until something is redone or reopened; each such return begins the next. What a round made
void stays in the history; separation of duty judges by what stands.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.orm import Session

from workflow import engine, rows
from workflow.models import HistoryEvent, ProcessInstance, Return, SupersededTask, UserTask
from workflow.statements import Statement, columns
from workflow.statuses import ReturnMode, TaskKind, TaskStatus

ANEW = (ReturnMode.REDO, ReturnMode.REOPENED)  # they begin a round


@dataclass(frozen=True)
class Done:
    """A completed step that stands; `seq`: the number of its completion in the history of its case."""

    task: UserTask
    seq: int


def standing(session: Session, case_id: int) -> list[Done]:
    """The completed steps of the case that no return has made void, in the order they were done."""
    void = exists().where(SupersededTask.task_id == UserTask.id)
    query = (
        select(UserTask, HistoryEvent.seq)
        .join(
            HistoryEvent,
            (HistoryEvent.case_id == UserTask.case_id)
            & (HistoryEvent.instance_id == UserTask.instance_id)
            & (HistoryEvent.token_id == UserTask.token_id)
            & (HistoryEvent.kind == "completed"),
        )
        .where(UserTask.case_id == case_id, UserTask.status == TaskStatus.COMPLETED, UserTask.kind == TaskKind.STEP)
        .where(~void)
        .order_by(HistoryEvent.seq)
    )
    return [Done(task, seq) for task, seq in session.execute(query)]


def behind(
    session: Session, instance: ProcessInstance, model: engine.Model, activity_id: str, since: int = 0
) -> list[UserTask]:
    """What stands at an element of the instance and behind it, done at `since` (Done.seq) or later; in processes
    called behind it as well."""
    reached = {activity_id, *engine.behind(model, activity_id)}
    called = _called(session, instance, reached)
    return [
        each.task
        for each in standing(session, instance.case_id)
        if each.seq >= since and (_is_there(each.task, instance, reached) or each.task.instance_id in called)
    ]


def _is_there(task: UserTask, instance: ProcessInstance, reached: set[str]) -> bool:
    return task.instance_id == instance.id and task.activity_id in reached


def _called(session: Session, instance: ProcessInstance, reached: set[str]) -> set[int]:
    """The processes that these elements have called, and all that those have called."""
    came = (HistoryEvent.instance_id == instance.id, HistoryEvent.kind == "entered")
    calls = select(HistoryEvent.token_id).where(*came, HistoryEvent.activity_id.in_(reached))
    first = (ProcessInstance.parent_id == instance.id, ProcessInstance.parent_token_id.in_(calls))
    found = generation = set(session.scalars(select(ProcessInstance.id).where(*first)))
    while generation:
        deeper = select(ProcessInstance.id).where(ProcessInstance.parent_id.in_(generation))
        generation = set(session.scalars(deeper)) - found
        found = found | generation
    return found


def make_void(session: Session, made: Return, tasks: Iterable[UserTask]) -> None:
    """These completed tasks belong to an earlier round now."""
    for task in tasks:
        rows.add(session, SupersededTask, task_id=task.id, return_id=made.id)


def number(session: Session, case_id: int) -> int:
    """Which round the case is in, from 1."""
    begun = (Return.case_id == case_id, Return.mode.in_(ANEW))
    return 1 + (session.scalar(select(func.count()).where(*begun)) or 0)


def of(session: Session, task: UserTask) -> Return | None:
    """Why this task is there once more; None for one that came as drawn."""
    (found,) = rows.ask(session, _OF(instance_id=task.instance_id, activity_id=task.activity_id))
    made = next((row for row in found if task.token_id in row.tokens), None)
    return rows.objects(session, made, Return)[0] if made is not None else None


_OF = Statement(
    select(*columns(Return))
    .where(Return.instance_id == bindparam("instance_id"), Return.activity_id == bindparam("activity_id"))
    .order_by(Return.id.desc())
)


def earlier(session: Session, task: UserTask) -> UserTask | None:
    """The task in which the same was done before, if this one is there once more."""
    made = of(session, task)
    earlier_id = made.tokens[task.token_id] if made is not None else None
    return session.get(UserTask, earlier_id) if earlier_id is not None else None


def answers(session: Session, task: UserTask) -> dict[str, Any]:
    """What was answered when the same was done before: to be filled into the form again. Nothing for a first time."""
    made = of(session, task)
    if made is None:
        return {}
    before = earlier(session, task)
    if before is None and task.kind is not TaskKind.CORRECTION:
        return {}
    return answered(session, made.instance_id, made.activity_id, before)


def answered(session: Session, instance_id: int, activity_id: str, task: UserTask | None) -> dict[str, Any]:
    """What a completed step (None: the start form of the instance) was answered with, corrections over it."""
    mine = (HistoryEvent.instance_id == instance_id, HistoryEvent.kind.in_(("started", "completed")))
    found: dict[str, Any] = {}
    for event in session.scalars(select(HistoryEvent).where(*mine).order_by(HistoryEvent.seq)):
        first = event.kind == "started" if task is None else event.token_id == task.token_id
        corrected = event.activity_id == activity_id and event.data.get("corrects") == (task.id if task else 0)
        if first or corrected:
            found.update(event.data.get("variables") or {})
    return found


def latest(session: Session, case_id: int) -> Return | None:
    """The return that began the round the case is in; None in the first."""
    query = select(Return).where(Return.case_id == case_id, Return.mode.in_(ANEW)).order_by(Return.id.desc())
    return session.scalars(query.limit(1)).first()


def sent_from(session: Session, task: UserTask) -> list[Return]:
    """What has been sent back straight from this task, oldest first."""
    query = select(Return).where(Return.task_id == task.id, Return.mode == ReturnMode.STRAIGHT)
    return list(session.scalars(query.order_by(Return.id)))
