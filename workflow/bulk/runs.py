"""Runs: what somebody wants done to many tasks, how far it is, what became of each, and taking it back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session, contains_eager, joinedload

from workflow import cases
from workflow.bulk.running import CHECK, PERFORM, UNDO, set_to_work
from workflow.clock import now
from workflow.errors import Conflict, Invalid, NotFound, sentence
from workflow.identity import User
from workflow.models import BulkItem, BulkRun, Case, Job, UserTask
from workflow.statuses import BulkAct, JobStatus
from workflow.statuses import BulkItemStatus as Status

MOST = 5_000  # tasks of one run
UNDO_FOR = timedelta(minutes=30)  # after it was begun


class Phase(StrEnum):
    CHECKING = "checking"
    READY = "ready"  # checked; waits for the word to begin
    RUNNING = "running"
    OVER = "over"
    UNDOING = "undoing"


@dataclass(frozen=True)
class Progress:
    """How many items stand how. `failed`: those whose job has failed and waits for a person (an incident)."""

    phase: Phase
    counted: Mapping[Status, int]
    failed: int

    @property
    def total(self) -> int:
        return sum(self.counted.values())

    @property
    def working(self) -> int:
        """Items whose turn is still to come in this phase."""
        turn = {Phase.CHECKING: Status.UNCHECKED, Phase.RUNNING: Status.WILL, Phase.UNDOING: Status.UNDOING}
        return self.counted.get(turn[self.phase], 0) if self.phase in turn else 0

    @property
    def percent(self) -> int:
        of = self.total - (self.counted.get(Status.WILL_NOT, 0) if self.phase is not Phase.CHECKING else 0)
        return 100 * (of - self.working) // of if of else 100

    def number(self, status: str) -> int:
        return self.counted.get(Status(status), 0)


@dataclass(frozen=True)
class Wanted:
    """What is to be done: `answers` and `sent` to complete (as tasks.complete takes them), `to` to assign."""

    act: BulkAct
    answers: Mapping[str, Any] | None = None
    sent: Any = None
    to: User | None = None
    reason: str = ""


def ask(session: Session, user: User, wanted: Wanted, task_ids: Sequence[int], request_key: str) -> BulkRun:
    """A new run, whose items are checked by jobs; nothing is done yet. The same request again gives the same run.

    Raises Invalid when no task is chosen or more than MOST, or nobody is named to assign to.
    """
    there = session.scalar(select(BulkRun).where(BulkRun.request_key == request_key))
    if there is not None:
        if there.user_name != user.name:
            raise NotFound
        return there
    chosen = _in_order_of_cases(session, user, task_ids)
    if not chosen:
        raise Invalid(message="Choose at least one task.")
    if len(chosen) > MOST:
        raise Invalid(message="At most {most} tasks at once; please choose fewer.", most=MOST)
    if wanted.act is BulkAct.ASSIGN and wanted.to is None:
        raise Invalid({"to": [sentence("Say who gets the tasks.")]})
    run = _row(user, wanted, task_ids, chosen, request_key)
    session.add(run)
    session.flush()  # the items name it
    session.execute(insert(BulkItem), [{"run_id": run.id, "task_id": each, "was": {}} for each in chosen])
    set_to_work(session, run, CHECK, Status.UNCHECKED)
    return run


def _row(user: User, wanted: Wanted, task_ids: Sequence[int], chosen: Sequence[int], request_key: str) -> BulkRun:
    like = next(each for each in task_ids if each in set(chosen))
    return BulkRun(
        act=wanted.act,
        user_name=user.name,
        request_key=request_key,
        total=len(chosen),
        like_id=like if wanted.act is BulkAct.COMPLETE else None,
        answers=dict(wanted.answers or {}),
        sent=wanted.sent,
        to_name=wanted.to.name if wanted.to else None,
        reason=wanted.reason.strip(),
        asked_at=now(),
    )


def _in_order_of_cases(session: Session, user: User, task_ids: Sequence[int]) -> list[int]:
    """Those that the user may see, each once; cases are always held in the order of their ids."""
    ids, seen = list(dict.fromkeys(task_ids)), cases.visible(session, user).with_only_columns(Case.id)
    found: list[tuple[int, int]] = []
    for first in range(0, len(ids), 500):
        query = select(UserTask.case_id, UserTask.id).where(UserTask.id.in_(ids[first : first + 500]))
        query = query.where(UserTask.case_id.in_(seen))
        found += [(row.case_id, row.id) for row in session.execute(query)]
    return [task_id for _, task_id in sorted(found)]


def find(session: Session, run_id: int, user: User) -> BulkRun:
    """The user's own run; NotFound for another's."""
    found = session.get(BulkRun, run_id, options=[joinedload(BulkRun.like)])
    if found is None or found.user_name != user.name:
        raise NotFound
    return found


def of_person(session: Session, user: User, limit: int = 20) -> list[BulkRun]:
    """The user's runs, newest first."""
    query = select(BulkRun).where(BulkRun.user_name == user.name).order_by(BulkRun.id.desc())
    return list(session.scalars(query.limit(limit)))


def progress(session: Session, run: BulkRun) -> Progress:
    """Counted from the items: what a run says is what its items say."""
    query = select(BulkItem.status, func.count()).where(BulkItem.run_id == run.id).group_by(BulkItem.status)
    counted: dict[Status, int] = dict(session.execute(query).all())
    phase = _phase(run, counted)
    working = Progress(phase, counted, 0).working
    return Progress(phase, counted, _failed(session, run) if working else 0)


def _phase(run: BulkRun, counted: Mapping[Status, int]) -> Phase:
    if counted.get(Status.UNCHECKED):
        return Phase.CHECKING
    if run.begun_at is None:
        return Phase.READY
    if counted.get(Status.WILL):
        return Phase.RUNNING
    return Phase.UNDOING if counted.get(Status.UNDOING) else Phase.OVER


def _failed(session: Session, run: BulkRun) -> int:
    standing = BulkItem.status.in_((Status.UNCHECKED, Status.WILL, Status.UNDOING))
    query = select(func.count()).select_from(BulkItem).join(Job, Job.id == BulkItem.job_id)
    return session.scalar(query.where(BulkItem.run_id == run.id, standing, Job.status == JobStatus.FAILED)) or 0


def begin(session: Session, run: BulkRun) -> int:
    """Do what can be done; how many items. Begun already, it changes nothing. Conflict while it is being checked, or
    when nothing of it can be done."""
    if _change(session, run, BulkRun.begun_at.is_(None), begun_at=now()) == 0:
        return 0
    counted = progress(session, run).counted
    if counted.get(Status.UNCHECKED):
        raise Conflict("The tasks are still being checked.")
    if not counted.get(Status.WILL):
        raise Conflict("Nothing of this can be done.")
    return set_to_work(session, run, PERFORM, Status.WILL)


def undo_until(run: BulkRun) -> datetime | None:
    """Until when the run can be taken back; None before it was begun."""
    return run.begun_at + UNDO_FOR if run.begun_at else None


def undo(session: Session, run: BulkRun, reason: str) -> int:
    """Take back what was done, as far as nobody has acted on it since; how many items are to go back.

    Raises Invalid (no reason), Conflict while it runs or when its time is over.
    """
    if not reason.strip():
        raise Invalid({"reason": [sentence("Say why.")]})
    until = undo_until(run)
    if until is None or now() > until:
        raise Conflict("The time in which this can be taken back is over.")
    if progress(session, run).phase is not Phase.OVER:
        raise Conflict("This still goes on; wait until it is over.")
    _change(session, run, BulkRun.begun_at.is_not(None), undo_reason=reason.strip(), undone_at=now())
    done = (BulkItem.run_id == run.id, BulkItem.status == Status.DONE)
    change = update(BulkItem).where(*done).values(status=Status.UNDOING, refused=None)
    session.execute(change.execution_options(synchronize_session="fetch"))
    return set_to_work(session, run, UNDO, Status.UNDOING)


def _change(session: Session, run: BulkRun, still: Any, **values: Any) -> int:
    """Change the run's row if `still` holds; how many rows. Whoever comes second waits, and sees."""
    change = update(BulkRun).where(BulkRun.id == run.id, still).values(**values)
    changed = session.execute(change.execution_options(synchronize_session=False)).rowcount
    session.refresh(run)
    return changed


def results(
    session: Session, run: BulkRun, statuses: Sequence[Status] = (), after: int = 0, limit: int = 100
) -> list[tuple[BulkItem, UserTask]]:
    """The items with their tasks (and cases), in the order of their turns; those of some statuses, or all."""
    query = (
        select(BulkItem, UserTask)
        .join(UserTask, UserTask.id == BulkItem.task_id)
        .join(Case, Case.id == UserTask.case_id)
        .where(BulkItem.run_id == run.id, BulkItem.id > after)
        .options(contains_eager(UserTask.case))
    )
    if statuses:
        query = query.where(BulkItem.status.in_(statuses))
    return [tuple(row) for row in session.execute(query.order_by(BulkItem.id).limit(limit))]


def all_results(session: Session, run: BulkRun) -> Iterator[tuple[BulkItem, UserTask]]:
    """Every item, for a report."""
    after = 0
    while found := results(session, run, after=after, limit=500):
        yield from found
        after = found[-1][0].id
