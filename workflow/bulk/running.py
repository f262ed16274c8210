"""The work of a run: portions of its items, each portion one job and one transaction.

A portion whose worker dies is done again; what it had done went with its transaction, what others have done is
passed over by its status. So each item is done once, and its word stands in the same transaction as the deed.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from workflow import wakeups
from workflow.bulk import acts
from workflow.clock import now
from workflow.errors import Sentence
from workflow.identity import User
from workflow.kept_sentences import kept
from workflow.models import BulkItem, BulkRun
from workflow.registry import Work, service_task
from workflow.statuses import BulkItemStatus as Status

CHECK, PERFORM, UNDO = "bulk.check", "bulk.perform", "bulk.undo"  # topics
PORTION = 20  # items of one transaction

Act = Callable[[Session, BulkRun, BulkItem, User], Sentence | None]


def set_to_work(session: Session, run: BulkRun, topic: str, status: Status) -> int:
    """Jobs for all items of the run with this status; how many items."""
    query = select(BulkItem.id).where(BulkItem.run_id == run.id, BulkItem.status == status)
    ids = list(session.scalars(query.order_by(BulkItem.id)))
    portions = [ids[first : first + PORTION] for first in range(0, len(ids), PORTION)]
    payloads = [{"run": run.id, "first": portion[0], "last": portion[-1]} for portion in portions]
    for portion, job_id in zip(portions, wakeups.add_all(session, topic, payloads), strict=True):
        here = BulkItem.id.between(portion[0], portion[-1])
        session.execute(
            update(BulkItem)
            .where(BulkItem.run_id == run.id, here)
            .values(job_id=job_id)
            .execution_options(synchronize_session=False)
        )
    return len(ids)


@service_task(CHECK)
def _check(session: Session, work: Work) -> Mapping[str, Any]:
    """Say of each item whether it can be done."""
    for run, item, user in _portion(session, work, Status.UNCHECKED):
        _say(item, acts.tried(session, run, item, user), Status.WILL, Status.WILL_NOT)
    return {}


@service_task(PERFORM)
def _perform(session: Session, work: Work) -> Mapping[str, Any]:
    """Do the items that can be done, each by itself."""
    for run, item, user in _portion(session, work, Status.WILL):
        _say(item, acts.done(session, run, item, user), Status.DONE, Status.REFUSED)
        item.ended_at = now()
    return {}


@service_task(UNDO)
def _undo(session: Session, work: Work) -> Mapping[str, Any]:
    """Take the items back; one that cannot be stays done, and says why."""
    for run, item, user in _portion(session, work, Status.UNDOING):
        _say(item, acts.undone(session, run, item, user), Status.UNDONE, Status.DONE)
    return {}


def _portion(session: Session, work: Work, status: Status) -> Sequence[tuple[BulkRun, BulkItem, User]]:
    """What of the portion is still to be done: held, in the order of the cases, so that no two wait for each other."""
    run = session.get_one(BulkRun, work.payload["run"])
    here = BulkItem.id.between(work.payload["first"], work.payload["last"])
    query = select(BulkItem).where(BulkItem.run_id == run.id, here, BulkItem.status == status)
    user = session.get_one(User, run.user_name)
    items = session.scalars(query.order_by(BulkItem.id).with_for_update(of=BulkItem)).all()
    return [(run, item, user) for item in items]


def _say(item: BulkItem, refused: Sentence | None, well: Status, otherwise: Status) -> None:
    item.status, item.refused = (well, None) if refused is None else (otherwise, kept(refused))
