"""What is kept of a case, told without the ids that differ from one case to the next."""

import re
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.models import (
    AnswersAside,
    AskedSigner,
    BulkItem,
    Case,
    CaseGroup,
    CasePerson,
    Comment,
    HistoryEvent,
    Incident,
    Job,
    Message,
    ProcessDefinition,
    ProcessInstance,
    Return,
    Subscription,
    SupersededTask,
    TaskCandidate,
    TaskDraft,
    Timer,
    UserTask,
    Variable,
)

TOKEN = re.compile(r"[0-9a-f]{16}")
IDS = {
    "task",
    "job",
    "incident",
    "message",
    "number",
    "business_key",
    "title",
    "run",
    "id",
    "instance",
    "upgrade",
    "called",
    "void",  # told by the table of that name
    "signing",
}


def story(session: Session, case_id: int) -> dict[str, list[Any]]:
    """Table → its rows of the case, in an order that does not depend on ids."""
    of_it = HistoryEvent.case_id == case_id
    columns = (HistoryEvent.seq, HistoryEvent.kind, HistoryEvent.activity_id, HistoryEvent.actor, HistoryEvent.data)
    events = session.execute(select(*columns).where(of_it).order_by(HistoryEvent.seq))
    told = {name: _rows(session, *query) for name, query in _queries(case_id).items()}
    return {"history": _told([(*row[:4], _plain(row.data)) for row in events]), **told}


def _rows(session: Session, where: Any, *columns: Any) -> list[Any]:
    return sorted((tuple(map(str, row)) for row in session.execute(select(*columns).where(where))), key=str)


def _queries(case_id: int) -> dict[str, tuple[Any, ...]]:
    """Table → what makes a row the case's, and the columns that tell of it."""
    instances = select(ProcessInstance.id).where(ProcessInstance.case_id == case_id)
    tasks = select(UserTask.id).where(UserTask.case_id == case_id)
    key = select(Case.business_key).where(Case.id == case_id).scalar_subquery()
    version = select(ProcessDefinition.version).where(ProcessDefinition.id == ProcessInstance.definition_id)
    instance = (ProcessInstance.status, ProcessInstance.revision, version.scalar_subquery())
    task = (UserTask.activity_id, UserTask.status, UserTask.assignee, UserTask.completed_by, UserTask.outcome)
    behind = (UserTask.kind, UserTask.delegated_by, UserTask.on_behalf_of, UserTask.prepared_by)
    back = (Return.mode, Return.activity_id, Return.by, Return.reason, Return.marks, Return.before)
    mine = Variable.instance_id.in_(instances) & Variable.name.not_in(IDS)
    return {
        "instances": (ProcessInstance.case_id == case_id, *instance),
        "cases": (Case.id == case_id, Case.closed_at.is_(None), Case.taken_over_by),
        "variables": (mine, Variable.name, Variable.value, Variable.revision),
        "tasks": (UserTask.case_id == case_id, *task, *behind),
        "returns": (Return.case_id == case_id, *back),
        "void": (SupersededTask.task_id.in_(tasks), SupersededTask.task_id.is_not(None)),
        "signers": (AskedSigner.task_id.in_(tasks), AskedSigner.person, AskedSigner.place, AskedSigner.opinion),
        "aside": (AnswersAside.task_id.in_(tasks), AnswersAside.user_name, AnswersAside.answers),
        "bulk": (BulkItem.task_id.in_(tasks), BulkItem.status, BulkItem.refused),
        "candidates": (TaskCandidate.task_id.in_(tasks), TaskCandidate.candidate, TaskCandidate.claimed),
        "drafts": (TaskDraft.task_id.in_(tasks), TaskDraft.user_name),
        "jobs": (Job.instance_id.in_(instances), Job.activity_id, Job.topic, Job.status),
        "timers": (Timer.instance_id.in_(instances), Timer.activity_id, Timer.status, Timer.due_at),
        "subscriptions": (Subscription.instance_id.in_(instances), Subscription.activity_id, Subscription.name),
        "messages": (Message.correlation_key == key, Message.name, Message.status),
        "incidents": (Incident.instance_id.in_(instances), Incident.activity_id, Incident.status),
        "comments": (Comment.case_id == case_id, Comment.author, Comment.body),
        "groups": (CaseGroup.case_id == case_id, CaseGroup.group_key),
        "people": (CasePerson.case_id == case_id, CasePerson.user_name),
    }


def _told(events: list[Any]) -> list[Any]:
    """What ended together has no order of its own: it stands in that of the elements' ids."""
    story: list[Any] = []
    for together, run in groupby(events, lambda event: event[1] == "cancelled"):
        told = list(run)
        numbers = [event[0] for event in told]
        rest = sorted((event[1:] for event in told), key=str) if together else [event[1:] for event in told]
        story += [(number, *event) for number, event in zip(numbers, rest, strict=True)]
    return story


def _plain(data: Any) -> Any:
    if isinstance(data, dict) and data and all(TOKEN.fullmatch(name) for name in data):
        return sorted(map(str, data.values()))
    if isinstance(data, dict):
        return {name: _plain(value) for name, value in sorted(data.items()) if name not in IDS}
    return [_plain(each) for each in data] if isinstance(data, list) else data
