"""What is kept of a case, told without the ids that differ from one case to the next."""

import re
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.models import (
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
    Subscription,
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
}


def story(session: Session, case_id: int) -> dict[str, list[Any]]:
    """Table → its rows of the case, in an order that does not depend on ids."""
    instances = select(ProcessInstance.id).where(ProcessInstance.case_id == case_id)
    tasks = select(UserTask.id).where(UserTask.case_id == case_id)
    key = select(Case.business_key).where(Case.id == case_id).scalar_subquery()

    def rows(*columns: Any, where: Any) -> list[Any]:
        return sorted((tuple(map(str, row)) for row in session.execute(select(*columns).where(where))), key=str)

    event = HistoryEvent
    events = select(event.seq, event.kind, event.activity_id, event.actor, event.data).where(event.case_id == case_id)
    definition = select(ProcessDefinition.version).where(ProcessDefinition.id == ProcessInstance.definition_id)
    instance = (ProcessInstance.status, ProcessInstance.revision, definition.scalar_subquery())
    return {
        "history": _told([(*row[:4], _plain(row.data)) for row in session.execute(events.order_by(event.seq))]),
        "instances": rows(*instance, where=ProcessInstance.case_id == case_id),
        "cases": rows(Case.closed_at.is_(None), where=Case.id == case_id),
        "variables": rows(
            Variable.name,
            Variable.value,
            Variable.revision,
            where=Variable.instance_id.in_(instances) & Variable.name.not_in(IDS),
        ),
        "tasks": rows(
            UserTask.activity_id,
            UserTask.status,
            UserTask.assignee,
            UserTask.completed_by,
            UserTask.outcome,
            where=UserTask.case_id == case_id,
        ),
        "candidates": rows(TaskCandidate.candidate, TaskCandidate.claimed, where=TaskCandidate.task_id.in_(tasks)),
        "drafts": rows(TaskDraft.user_name, where=TaskDraft.task_id.in_(tasks)),
        "jobs": rows(Job.activity_id, Job.topic, Job.status, where=Job.instance_id.in_(instances)),
        "timers": rows(Timer.activity_id, Timer.status, Timer.due_at, where=Timer.instance_id.in_(instances)),
        "subscriptions": rows(
            Subscription.activity_id, Subscription.name, where=Subscription.instance_id.in_(instances)
        ),
        "messages": rows(Message.name, Message.status, where=Message.correlation_key == key),
        "incidents": rows(Incident.activity_id, Incident.status, where=Incident.instance_id.in_(instances)),
        "comments": rows(Comment.author, Comment.body, where=Comment.case_id == case_id),
        "groups": rows(CaseGroup.group_key, where=CaseGroup.case_id == case_id),
        "people": rows(CasePerson.user_name, where=CasePerson.case_id == case_id),
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
