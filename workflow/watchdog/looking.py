"""The watchdog's round: every night, and whenever somebody asks. A portion of instances at a time, so that a hundred
thousand cases neither hold a transaction for long nor are lost with a worker."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.dialects.postgresql import insert  # both databases say "or else" in the same words
from sqlalchemy.orm import Session

from workflow import history, jobs, office
from workflow.clock import now
from workflow.db import Database
from workflow.models import Finding, ProcessInstance, Watch
from workflow.registry import Repeat, Work, service_task
from workflow.waits import LIVE_INSTANCES
from workflow.watchdog import machines, people, processes
from workflow.watchdog.found import Check, Found
from workflow.watchdog.telling import close, note, tell

LOOK = "watchdog.look"  # topic: the next portion of a round
NIGHT = range(1, 6)  # the hours of the office's clock in which the nightly round begins
PORTION = 100  # instances, with their tasks: a tenth of a second, for so long writers of SQLite wait
CHECKS: tuple[Check, ...] = (
    machines.incidents,
    machines.timers,
    machines.jobs,
    machines.dead,
    machines.senders,
    processes.apart,
    processes.forgotten,
)


def nightly(database: Database) -> bool:
    """Begin tonight's round if it is time and nobody has; where the machine was off at night, the next morning."""
    opened = database.info["office"]
    with database.reading() as session:
        last = _last_night(session, opened)
    today = opened.today()
    behind = (today - last).days if last else 0
    if not behind or (behind == 1 and opened.local(now()).hour not in NIGHT):
        return False
    with database.transaction() as session:
        night = {"night": today.isoformat(), "begun_at": now(), "begun_by": history.SYSTEM}
        blank = {"last_instance": 0, "looked_at": 0, "found": 0}
        made = insert(Watch).values(**night, **blank).on_conflict_do_nothing().returning(Watch.id)
        watch_id = session.scalar(made)
        if watch_id is not None:
            jobs.add(session, LOOK, {"watch": watch_id})
    return watch_id is not None


def begin(session: Session, by: str) -> Watch:
    """A round now, by the workers; for who is asked for by a page."""
    watch = _new(session, by)
    jobs.add(session, LOOK, {"watch": watch.id})
    return watch


def look(database: Database, by: str) -> int:
    """A round here and now, to its end; the id of its row (models.Watch)."""
    with database.transaction() as session:
        watch_id = _new(session, by).id
    going_on = True
    while going_on:
        with database.transaction() as session:
            going_on = _portion(session, session.get_one(Watch, watch_id))
    return watch_id


def look_again(session: Session, finding: Finding) -> bool:
    """Look at what a finding is about after somebody has repaired it; whether it is gone."""
    session.flush()  # the checks ask the database
    only = finding.instance_id
    seen = {(found.kind, found.subject) for found in _of_one(session, only)}
    if (finding.kind, finding.subject) in seen:
        return False
    close(session, finding)
    return True


def findings(
    session: Session, is_open: bool = True, limit: int = 500, seen: ColumnElement[bool] | None = None
) -> list[Finding]:
    """What is amiss, or what was, newest first; of that what is `seen` (watchdog.seen_by)."""
    ended = Finding.ended_at.is_(None) if is_open else Finding.ended_at.is_not(None)
    asked = select(Finding).where(ended, true() if seen is None else seen)
    return list(session.scalars(asked.order_by(Finding.id.desc()).limit(limit)))


@service_task(LOOK)
def _look(session: Session, work: Work) -> Mapping[str, Any] | Repeat:
    watch = session.get_one(Watch, work.payload["watch"])
    return Repeat() if watch.ended_at is None and _portion(session, watch) else {}


def _new(session: Session, by: str) -> Watch:
    watch = Watch(begun_at=now(), begun_by=by)
    session.add(watch)
    session.flush()  # what it finds names it
    return watch


def _portion(session: Session, watch: Watch) -> bool:
    """The next step of a round; whether there is more to do."""
    portion = processes.running(session, watch.last_instance, PORTION)
    seen = list(_of_live(session, portion))
    if watch.last_instance == 0:
        seen = [*(found for check in CHECKS for found in check(session, None)), *seen]
    for found in seen:
        note(session, watch, found)
    tell(session, watch, {found.kind for found in seen})
    if portion:
        watch.last_instance = portion[-1].id
        watch.looked_at += len(portion)
        return True
    _end(session, watch)
    return False


def _end(session: Session, watch: Watch) -> None:
    """What this round has not found any more is repaired."""
    session.flush()
    gone = select(Finding).where(Finding.ended_at.is_(None), Finding.seen_by < watch.id).order_by(Finding.id)
    for finding in session.scalars(gone).all():
        close(session, finding)
    session.flush()
    watch.found = session.scalar(select(func.count()).select_from(Finding).where(Finding.ended_at.is_(None))) or 0
    watch.ended_at = now()


def _of_one(session: Session, instance_id: int | None) -> Iterator[Found]:
    """All that is amiss with one instance; with everything, where it belongs to none."""
    for check in CHECKS:
        yield from check(session, instance_id)
    instance = session.get(ProcessInstance, instance_id) if instance_id else None
    if instance is not None and instance.status in LIVE_INSTANCES:
        yield from _of_live(session, [instance])


def _of_live(session: Session, portion: Sequence[ProcessInstance]) -> Iterator[Found]:
    """What is amiss with where these live instances stand, and with their tasks."""
    among = [each.id for each in portion]
    yield from people.without_anybody(session, among)
    yield from people.all_excluded(session, among)
    yield from processes.standing(session, portion)


def _last_night(session: Session, opened: office.Office) -> date | None:
    """The day of the last nightly round; before the first, the day on which the office began to work."""
    night = session.scalar(select(func.max(Watch.night)))
    if night is not None:
        return date.fromisoformat(night)
    began = session.scalar(select(ProcessInstance.started_at).order_by(ProcessInstance.id).limit(1))
    return opened.local(began).date() if began else None
