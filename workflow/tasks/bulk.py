"""The same for many tasks: each item stands or falls alone, and says so."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from workflow.errors import NotFound, Refusal, Sentence
from workflow.identity import User
from workflow.models import UserTask
from workflow.tasks.claims import claim
from workflow.tasks.completion import complete
from workflow.tasks.finding import find_all
from workflow.tasks.rules import places


@dataclass(frozen=True)
class Result:
    """What became of one task: `refused` is None when it was done. `task` is None when the user may not see it."""

    task_id: int
    task: UserTask | None
    refused: Sentence | None

    @property
    def done(self) -> bool:
        return self.refused is None


def claim_all(session: Session, task_ids: Iterable[int], user: User) -> list[Result]:
    """Claim each task; one result per id, in the order asked."""
    return _each(session, task_ids, user, lambda task: claim(session, task, user))


def complete_all(
    session: Session,
    task_ids: Iterable[int],
    user: User,
    answers: Mapping[str, Any],
    outcome: str | None = None,
    request_key: str | None = None,
    sent: Any = None,
) -> list[Result]:
    """Complete each task with the same answers, claiming first what is nobody's yet, or in the hand of a principal the
    user stands in for; one result per id.

    `request_key` and `sent` as in `complete`: sent again, what was done is done.
    """

    def finish(task: UserTask) -> None:
        if task.assignee is None or task.assignee in places(session, task, user):
            claim(session, task, user)
        complete(session, task, user, answers, outcome, request_key, sent)

    return _each(session, task_ids, user, finish)


def _each(session: Session, task_ids: Iterable[int], user: User, act: Callable[[UserTask], object]) -> list[Result]:
    """Cases are held in the order of their ids, so that two bulk requests never wait for each other."""
    asked = list(dict.fromkeys(task_ids))
    found = {task.id: task for task in find_all(session, asked, user)}
    results = {each: Result(each, None, NotFound().sentence) for each in asked if each not in found}
    for task in sorted(found.values(), key=lambda task: (task.case_id, task.id)):
        results[task.id] = Result(task.id, task, _try(session, task, act))
    return [results[each] for each in asked]


def _try(session: Session, task: UserTask, act: Callable[[UserTask], object]) -> Sentence | None:
    try:
        with session.begin_nested():
            act(task)
    except Refusal as refused:
        session.refresh(task)  # what the savepoint undid
        return refused.sentence
    return None
