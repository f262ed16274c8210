"""What a run does to one task, tried or for good, and how it is taken back. Nothing counts that was not looked at."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from workflow import definitions, returns, tasks
from workflow.errors import Conflict, NotFound, Refusal, Sentence, sentence
from workflow.identity import User
from workflow.models import BulkItem, BulkRun, UserTask
from workflow.statuses import BulkAct, TaskStatus
from workflow.tasks.completion import OUTCOME

OTHER_STEP = "This is another step, or another version of its form, than the first one chosen; do it by itself."
ALREADY_YOURS = "“{task}” is yours already."
NOBODYS = "“{task}” is nobody's already."
REGISTERED = ("after_commit", "afterwards")  # what a session is to do when the transaction is over


@dataclass(frozen=True)
class Step:
    """What the tasks of one completion have in common: process, element and the very form."""

    process_key: str
    activity_id: str
    form: str


def step_of(session: Session, task: UserTask) -> Step:
    pinned = definitions.resources(session, task.definition)
    key = task.form_key or ""
    form = pinned.get(key if key.endswith(".form") else f"{key}.form", key)
    return Step(task.process_key, task.activity_id, form)


def tried(session: Session, run: BulkRun, item: BulkItem, user: User) -> Sentence | None:
    """Why the item cannot be done now; None when it can. It is done and undone, so the answer is that of the deed."""
    registered = {name: len(session.info.get(name, ())) for name in REGISTERED}
    try:
        with session.begin_nested() as point:
            _act(session, run, item, user)
            session.flush()  # whatever the database refuses it refuses now
            point.rollback()
    except Refusal as refused:
        return refused.sentence
    finally:
        session.expire_all()  # what was undone is not what the objects say
        for name, number in registered.items():
            del session.info.get(name, [])[number:]
    return None


def done(session: Session, run: BulkRun, item: BulkItem, user: User) -> Sentence | None:
    """Do it, look whether it is done, keep what it was. Why not, if it was refused: then nothing has changed."""
    return _alone(session, lambda: _act(session, run, item, user))


def undone(session: Session, run: BulkRun, item: BulkItem, user: User) -> Sentence | None:
    """Take it back, if nobody has acted on it since; why not, if it was refused."""
    return _alone(session, lambda: _take_back(session, run, item, user))


def _alone(session: Session, act: Callable[[], None]) -> Sentence | None:
    try:
        with session.begin_nested():
            act()
            session.flush()  # the rows of the deed and the word about it stand or fall together
    except Refusal as refused:
        session.expire_all()  # what the savepoint undid is not what the objects say
        return refused.sentence
    return None


def _act(session: Session, run: BulkRun, item: BulkItem, user: User) -> None:
    task = _visible(session, item.task_id, user)
    before: dict[str, Any] = {"assignee": task.assignee}
    match run.act:
        case BulkAct.CLAIM:
            _require(task.assignee != user.name, ALREADY_YOURS, task)
            tasks.claim(session, task, user)
        case BulkAct.RELEASE:
            _require(task.status is not TaskStatus.OPEN or task.assignee is not None, NOBODYS, task)
            tasks.release(session, task, user, run.reason)
        case BulkAct.ASSIGN:
            tasks.assign(session, task, user, _person(session, run.to_name), run.reason)
        case BulkAct.COMPLETE:
            _complete(session, run, task, user)
    session.flush()  # what is looked at is what the database has
    session.refresh(task)
    if not _is_done(run, task, user):
        raise Conflict("“{task}” is not as it was to be afterwards; nothing was kept of it.", task=task.name)
    claimed_at = task.claimed_at.isoformat() if task.claimed_at else None
    item.was = {**before, "claimed_at": claimed_at}


def _complete(session: Session, run: BulkRun, task: UserTask, user: User) -> None:
    if run.like is None or step_of(session, task) != step_of(session, run.like):
        raise Conflict(OTHER_STEP)
    if task.assignee is None:
        tasks.claim(session, task, user)
    tasks.complete(session, task, user, run.answers, request_key=key_of(run, task), sent=run.sent)


def key_of(run: BulkRun, task: UserTask) -> str:
    """The request key of one item: the same however often its turn comes."""
    return f"bulk-{run.id}-{task.id}"


def _is_done(run: BulkRun, task: UserTask, user: User) -> bool:
    match run.act:
        case BulkAct.CLAIM:
            return task.status is TaskStatus.OPEN and task.assignee == user.name
        case BulkAct.RELEASE:
            return task.status is TaskStatus.OPEN and task.assignee != user.name
        case BulkAct.ASSIGN:
            return task.status is TaskStatus.OPEN and task.assignee == run.to_name
    sent = [run.answers.get(OUTCOME), run.answers] if run.sent is None else run.sent
    by_me = tasks.digest(key_of(run, task), user, sent)
    return (task.status, task.completed_by, task.request_digest) == (TaskStatus.COMPLETED, user.name, by_me)


def _take_back(session: Session, run: BulkRun, item: BulkItem, user: User) -> None:
    task = _visible(session, item.task_id, user)
    if run.act is BulkAct.COMPLETE:
        returns.withdraw(session, task, user, run.undo_reason or "")
        return
    claimed_at = task.claimed_at.isoformat() if task.claimed_at else None
    if not _is_done(run, task, user) or claimed_at != item.was["claimed_at"]:
        raise Conflict("“{task}” has changed hands meanwhile.", task=task.name)
    before = item.was["assignee"]
    if before is None:
        tasks.release(session, task, user, run.undo_reason or "")
    elif before == user.name and task.assignee is None:
        tasks.claim(session, task, user)
    else:
        tasks.assign(session, task, user, _person(session, before), run.undo_reason or "")


def _visible(session: Session, task_id: int, user: User) -> UserTask:
    found = tasks.find_all(session, [task_id], user)
    if not found:
        raise NotFound
    return found[0]


def _person(session: Session, name: str | None) -> User:
    found = session.get(User, name) if name else None
    if found is None:
        raise Conflict("There is nobody called “{person}” any more.", person=name or "")
    return found


def _require(holds: bool, otherwise: str, task: UserTask) -> None:
    if not holds:
        said = sentence(otherwise, task=task.name)
        raise Conflict(said.template, **said.facts)
