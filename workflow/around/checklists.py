"""What is to be ticked off on a task: drawn in the diagram (property `checklist`, one item a line or between `;`; an
item that ends with `*` must be done) or added by hand."""

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import history
from workflow.clock import now
from workflow.errors import Invalid, NotAllowed, NotFound, TaskNotOpen, sentence
from workflow.identity import User
from workflow.models import ChecklistItem, UserTask
from workflow.statuses import TaskStatus

PROPERTY = "checklist"
LONGEST, MOST = 200, 50  # characters of an item; items of a task


def read(text: str) -> list[tuple[str, bool]]:
    """(item, whether it is required) of a diagram's checklist."""
    parts = [part.strip() for part in re.split(r"[\n;；]", text)]
    return [(part.rstrip("*").strip()[:LONGEST], part.endswith("*")) for part in parts if part.strip("* ")][:MOST]


def set_up(session: Session, task: UserTask, text: str) -> None:
    """The items of a new task, as drawn."""
    for words, required in read(text):
        session.add(ChecklistItem(task_id=task.id, text=words, required=required, added_by=history.SYSTEM))


def add(session: Session, task: UserTask, user: User, text: str, required: bool = False) -> ChecklistItem:
    """One more item, by who has the task. Raises Invalid for nothing, too much or one too many."""
    _require_mine(session, task, user)
    text = " ".join(text.replace("\x00", "").split())
    if not text or len(text) > LONGEST:
        raise Invalid({"text": [sentence("An item has 1 to {most} characters.", most=LONGEST)]})
    if len(of(session, task)) >= MOST:
        raise Invalid({"text": [sentence("A task has at most {most} items.", most=MOST)]})
    item = ChecklistItem(task_id=task.id, text=text, required=required, added_by=user.name)
    session.add(item)
    session.flush()  # the history names it
    _tell(session, task, user, "item_added", item)
    return item


def tick(session: Session, task: UserTask, user: User, item_id: int, done: bool = True) -> ChecklistItem:
    """Tick an item off, or take the tick back; by who has the task. Doing it again changes nothing."""
    _require_mine(session, task, user)
    item = _find(session, task, item_id)
    if (item.done_at is not None) != done:
        item.done_at, item.done_by = (now(), user.name) if done else (None, None)
        _tell(session, task, user, "item_done" if done else "item_undone", item)
    return item


def remove(session: Session, task: UserTask, user: User, item_id: int) -> None:
    """Take away an item that was added by hand; what the diagram asks for stays."""
    _require_mine(session, task, user)
    item = _find(session, task, item_id)
    if item.added_by == history.SYSTEM:
        raise NotAllowed("This item is asked for by the diagram.")
    _tell(session, task, user, "item_removed", item)
    session.delete(item)
    session.flush()  # whoever asks next reads the database


def of(session: Session, task: UserTask) -> list[ChecklistItem]:
    """The items in their order."""
    query = select(ChecklistItem).where(ChecklistItem.task_id == task.id).order_by(ChecklistItem.id)
    return list(session.scalars(query))


def _find(session: Session, task: UserTask, item_id: int) -> ChecklistItem:
    item = session.get(ChecklistItem, item_id)
    if item is None or item.task_id != task.id:
        raise NotFound
    return item


def _require_mine(session: Session, task: UserTask, user: User) -> None:
    history.hold(session, task.case_id)
    session.refresh(task)
    if task.status is not TaskStatus.OPEN:
        raise TaskNotOpen(task=task.name)
    if task.assignee != user.name:
        raise NotAllowed("Task “{task}” is not yours; claim it first.", task=task.name)


def _tell(session: Session, task: UserTask, user: User, kind: str, item: ChecklistItem) -> None:
    where = (task.instance_id, task.activity_id, task.token_id)
    history.record(session, task.case_id, user.name, kind, *where, task=task.id, task_name=task.name, item=item.text)
