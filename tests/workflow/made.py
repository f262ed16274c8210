"""Rows made by hand, for tests of what only reads and claims them."""

from collections.abc import Sequence
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from workflow import cases
from workflow.clock import now
from workflow.models import FAR, Case, ProcessDefinition, ProcessInstance, TaskCandidate, UserTask
from workflow.statuses import TaskStatus

_numbers = count(1)


def definition(session: Session, key: str = "receipt", activities: dict[str, Any] | None = None) -> ProcessDefinition:
    number = next(_numbers)
    made = ProcessDefinition(
        key=key,
        version=number,
        name=f"流程{key}",
        names={"en": key},
        xml=b"<x/>",
        sha256=f"{number:064}",
        activities=activities or {},
        deployed_at=now(),
        deployed_by="eve",
    )
    session.add(made)
    session.flush()
    return made


def case(session: Session, title: str = "一件事", key: str = "", by: str = "system") -> Case:
    return cases.open_case(session, key or f"件-{next(_numbers)}", title, "receipt", by)


def instance(session: Session, of: ProcessDefinition, in_case: Case) -> ProcessInstance:
    made = ProcessInstance(definition=of, case=in_case, state=b"", started_at=now(), started_by="system", revision=1)
    session.add(made)
    session.flush()
    return made


def offer(session: Session, to_do: UserTask, groups: Sequence[str], users: Sequence[str]) -> None:
    """Candidates for an open task."""
    offered = [f"group:{key}" for key in groups] + [f"user:{name}" for name in users]
    session.add_all(
        TaskCandidate(
            task_id=to_do.id,
            candidate=each,
            due_at=to_do.due_at or FAR,
            rank=-to_do.urgency,
            claimed=to_do.assignee is not None,
        )
        for each in offered
    )


def task(
    session: Session,
    groups: Sequence[str] = ("registry",),
    users: Sequence[str] = (),
    due: datetime | None = None,
    activity: str = "check",
    name: str = "核对",
    assignee: str | None = None,
    completed_by: str | None = None,
    of: ProcessDefinition | None = None,
    in_case: Case | None = None,
    priority: int = 50,
) -> UserTask:
    of = of or definition(session)
    in_case = in_case or case(session)
    made = UserTask(
        instance=instance(session, of, in_case),
        case=in_case,
        definition=of,
        process_key=of.key,
        token_id=f"t{next(_numbers)}",
        activity_id=activity,
        name=name,
        due_at=due,
        assignee=assignee,
        priority=priority,
        urgency=priority,
        created_at=now(),
        status=TaskStatus.COMPLETED if completed_by else TaskStatus.OPEN,
        completed_by=completed_by,
        ended_at=now() if completed_by else None,
    )
    session.add(made)
    session.flush()
    if not completed_by:
        offer(session, made, groups, users)
    cases.show_to(session, in_case.id, list(groups), [*users, *filter(None, [assignee, completed_by])])
    session.flush()
    return made
