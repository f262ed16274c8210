"""The clock of a whole case: while it stands, the clocks of its tasks do, also of those that come meanwhile."""

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from workflow import history, rows
from workflow.around import deadlines, heads, lawful
from workflow.errors import Invalid
from workflow.history import SYSTEM
from workflow.identity import User
from workflow.models import Case, ClockPause, LegalHold, UserTask
from workflow.statuses import TaskStatus


def handles(session: Session, case: Case, user: User) -> tuple[bool, bool]:
    """Whether this user could stop a clock of the case as things stand, and whether let one go on. Holds nothing."""
    stopped = history.clock(session, case.id)
    ends = stopped is not None and _may(session, user, stopped[0])
    mine = [each for each in session.scalars(_of(case)) if deadlines.why_not_pause(session, each, user) is None]
    stand = {each.id: deadlines.open_pause(session, each) is not None for each in mine}
    going = (each for each in mine if not stand[each.id])
    return any(lawful.why_not(session, each) is None for each in going), ends or any(stand.values())


def stop(session: Session, case: Case, user: User, reason: str) -> list[UserTask]:
    """Stop the case's clock: those of its open tasks, as far as this user may and they go on (which are given back),
    and of every task that comes until it goes on.

    Raises Invalid without a reason, or when there is no such task.
    """
    going = [task for task in _open(session, case) if deadlines.open_pause(session, task) is None]
    mine = [task for task in going if deadlines.why_not_stop(session, task, user) is None]
    if not mine:
        raise Invalid(message="There is no task here whose clock you could stop.")
    for task in mine:
        deadlines.pause(session, task, user, reason)
    if history.clock(session, case.id) is None:
        reason = reason.strip()[:500]
        _keep(session, case, user.name, reason)
        history.record(session, case.id, user.name, "case_clock_paused", reason=reason)
    return mine


def hold(session: Session, case: Case, by: str, found: LegalHold) -> list[UserTask]:
    """By a legal hold the clocks of all open tasks of the case stand still (those that went are given back), and of
    every one that comes until it is over."""
    going = [task for task in _open(session, case) if deadlines.open_pause(session, task) is None]
    for task in going:
        deadlines.stop(session, task, by, found.said, found)
        deadlines.tell(session, task, by, "clock_paused", reason=found.said)
    _keep(session, case, by, found.said)
    return going


def go_on(session: Session, case: Case, user: User) -> list[UserTask]:
    """Let the clocks of the case go on, which: every one that stands with the case, for who stopped it, heads and who
    hands out tasks; and of the others those this user may. Invalid for none."""
    standing = [(task, found) for task in _open(session, case) if (found := deadlines.open_pause(session, task))]
    stopped = history.clock(session, case.id)
    ends = stopped is not None and _may(session, user, stopped[0])
    with_it = [(task, found) for task, found in standing if ends and (found.began_by, found.reason) == stopped]
    own = [pair for pair in standing if pair not in with_it and deadlines.why_not_pause(session, pair[0], user) is None]
    if not (with_it or own or ends):
        raise Invalid(message="There is no task here whose clock you could let go on.")
    if ends:
        _keep(session, case, None, None)
        over_by_law = lawful.end(session, case.id, user.name)
        said = {"reason": over_by_law.said} if over_by_law else {}
        history.record(session, case.id, user.name, "legal_hold_ended" if said else "case_clock_resumed", **said)
    for task, found in (*with_it, *own):
        deadlines.go_on(session, task, user, found)
    return [task for task, _ in (*with_it, *own)]


def join(session: Session, task: UserTask) -> ClockPause | None:
    """The task has just come, its case held: it stands still with the case, if that does, and by a legal hold where
    nothing else stops its clock."""
    stopped = history.clock(session, task.case_id)
    if stopped is None:
        return None
    found = lawful.open_hold(session, task.case_id)
    if found is None and lawful.only_by_hold(session, task):
        return None
    by, reason = stopped
    made = deadlines.stop(session, task, by, reason, found)
    deadlines.tell(session, task, SYSTEM, "clock_paused", reason=reason)
    return made


def over(session: Session, case_id: int) -> None:
    """The case is closed, held: nothing stands still any more."""
    if history.clock(session, case_id) is not None:
        rows.change(session, Case, case_id, clock_stopped_by=None, clock_reason=None)
        lawful.end(session, case_id, SYSTEM)
        history.keep_clock(session, case_id, None, None)


def _keep(session: Session, case: Case, by: str | None, reason: str | None) -> None:
    rows.change(session, Case, case.id, clock_stopped_by=by, clock_reason=reason)
    history.keep_clock(session, case.id, by, reason)


def _may(session: Session, user: User, by: str) -> bool:
    return user.name == by or user.may("tasks.assign") or heads.leads(session, user, by)


def _open(session: Session, case: Case) -> list[UserTask]:
    history.hold(session, case.id)
    return list(session.scalars(_of(case).execution_options(populate_existing=True)))


def _of(case: Case) -> Select[tuple[UserTask]]:
    """The open tasks of the case."""
    query = select(UserTask).where(UserTask.case_id == case.id, UserTask.status == TaskStatus.OPEN)
    return query.order_by(UserTask.id)
