"""Whom words of the diagram mean: "performer, head, starter, group:director, user:anna", or an expression.

Read in the attributes `copyTo` and `reminders` of a user task.
"""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.around import heads
from workflow.around.wording import HEAD, PERFORMER, STARTER, split
from workflow.engine import Around
from workflow.errors import Refusal
from workflow.expressions import compile_value
from workflow.identity import Group, User, members
from workflow.models import Case, ProcessInstance, TaskCandidate, UserTask

MOST = 200  # people told at once: more is a mistake in the diagram


def people(session: Session, case_id: int, task: UserTask | None, named: Iterable[str]) -> list[str]:
    """The names of the active people these words mean, each once, at most MOST. A word that means nobody is left out.
    A bare word is a person's name, or else a group's key."""
    found: dict[str, None] = {}
    for word in named:
        found |= dict.fromkeys(_meant(session, case_id, task, word))
    return list(found)[:MOST]


def performers(session: Session, task: UserTask) -> list[str]:
    """Who has the task, or else everybody to whom it is offered."""
    if task.assignee is not None:
        return [task.assignee]
    offered = list(session.scalars(select(TaskCandidate.candidate).where(TaskCandidate.task_id == task.id)))
    groups = [each.removeprefix("group:") for each in sorted(offered) if each.startswith("group:")]
    names = [each.removeprefix("user:") for each in sorted(offered) if each.startswith("user:")]
    return list(dict.fromkeys([*names, *(person.name for person in members(session, groups))]))


def starters(session: Session, case_id: int, instance_id: int | None = None) -> list[str]:
    """Who opened the case, or has taken it over, and who began the process, where that was a person."""
    begun = session.get(ProcessInstance, instance_id) if instance_id else None
    names = [session.get_one(Case, case_id).starter, *([begun.started_by] if begun else [])]
    return list(session.scalars(select(User.name).where(User.name.in_(names)).order_by(User.name)))


def evaluated(text: str, around: Around) -> list[str]:
    """The words of a list or expression. What cannot be evaluated means nobody: a copy must not stop a process."""
    try:
        return split(compile_value(text.strip()).evaluate(around))
    except Refusal:
        return []


def _meant(session: Session, case_id: int, task: UserTask | None, word: str) -> list[str]:
    kind, _, name = word.partition(":")
    if word == STARTER:
        return starters(session, case_id, task.instance_id if task else None)
    if word == PERFORMER:
        return performers(session, task) if task else []
    if word == HEAD:
        return [head for each in (performers(session, task) if task else []) for head in heads.of(session, each)]
    if kind == "group":
        return [person.name for person in members(session, [name])]
    name = name if kind == "user" else word
    if kind != "user" and session.get(Group, word) is not None:
        return [person.name for person in members(session, [word])]
    return list(session.scalars(select(User.name).where(User.name == name, User.active)))
