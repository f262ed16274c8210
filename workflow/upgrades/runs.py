"""Moving all instances of a version: one run, one job for each instance, one row telling what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from workflow import jobs, wakeups
from workflow.errors import Conflict, NotFound, Refusal
from workflow.identity import User
from workflow.kept_sentences import kept
from workflow.models import Case, Incident, Job, ProcessDefinition, ProcessInstance, Upgrade, UpgradeRun
from workflow.registry import Work, service_task
from workflow.statuses import IncidentStatus, JobStatus, UpgradeStatus
from workflow.upgrades.performing import carry_out, new_run, require_permission, required, take_back
from workflow.upgrades.plans import Plan, waiting

PERFORM = "upgrades.perform"  # topics
UNDO = "upgrades.undo"


@dataclass(frozen=True)
class Progress:
    """How far a run is: instances by what became of them. `working`: those that wait to be moved, or to go back;
    `failed`: those whose job needs a person."""

    total: int
    done: int
    refused: int
    undone: int
    working: int
    failed: int

    @property
    def percent(self) -> int:
        return 100 * (self.total - self.working) // self.total if self.total else 100


def begin(session: Session, plan: Plan, user: User, reason: str) -> UpgradeRun:
    """Move all that runs on the old version, each by a job of its own. What cannot be moved stays as it is, and its
    row says why. Raises NotAllowed, Invalid (no reason), Conflict when nothing runs there."""
    run = new_run(session, plan, user, reason)
    instances = session.execute(
        waiting(plan.old).with_only_columns(ProcessInstance.id, ProcessInstance.case_id).order_by(ProcessInstance.id)
    ).all()
    if not instances:
        raise Conflict("No case runs on this version.")
    upgrades = [Upgrade(run=run, instance_id=row.id, case_id=row.case_id) for row in instances]
    session.add_all(upgrades)
    session.flush()  # their jobs name them
    _have_done(session, PERFORM, upgrades)
    return run


def find(session: Session, run_id: int) -> UpgradeRun:
    """The run; raises NotFound."""
    found = session.get(UpgradeRun, run_id, options=[joinedload(UpgradeRun.old), joinedload(UpgradeRun.new)])
    if found is None:
        raise NotFound
    return found


def of_process(session: Session, key: str, limit: int = 20) -> list[UpgradeRun]:
    """The runs of a process, newest first."""
    query = select(UpgradeRun).join(ProcessDefinition, ProcessDefinition.id == UpgradeRun.to_id)
    return list(session.scalars(query.where(ProcessDefinition.key == key).order_by(UpgradeRun.id.desc()).limit(limit)))


def progress(session: Session, run: UpgradeRun) -> Progress:
    """Counts of the run's instances by what became of them."""
    query = select(Upgrade.status, func.count()).where(Upgrade.run_id == run.id).group_by(Upgrade.status)
    counted: dict[UpgradeStatus, int] = dict(session.execute(query).all())
    standing = counted.get(UpgradeStatus.WAITING, 0) + counted.get(UpgradeStatus.UNDOING, 0)
    failed = _failed(session, run) if standing else 0
    return Progress(
        total=sum(counted.values()),
        done=counted.get(UpgradeStatus.DONE, 0),
        refused=counted.get(UpgradeStatus.REFUSED, 0),
        undone=counted.get(UpgradeStatus.UNDONE, 0),
        working=standing - failed,
        failed=failed,
    )


def _failed(session: Session, run: UpgradeRun) -> int:
    query = select(func.count()).select_from(Upgrade).join(Job, Job.id == Upgrade.job_id)
    going = Upgrade.status.in_((UpgradeStatus.WAITING, UpgradeStatus.UNDOING))
    return session.scalar(query.where(Upgrade.run_id == run.id, going, Job.status == JobStatus.FAILED)) or 0


def results(
    session: Session, run: UpgradeRun, status: UpgradeStatus | None = None, after: int = 0, limit: int = 200
) -> list[tuple[Upgrade, Case]]:
    """The run's rows with their cases, all or those of one status, in the order they were taken up."""
    query = (
        select(Upgrade, Case)
        .join(Case, Case.id == Upgrade.case_id)
        .where(Upgrade.run_id == run.id, Upgrade.id > after)
        .order_by(Upgrade.id)
        .limit(limit)
    )
    found = session.execute(query if status is None else query.where(Upgrade.status == status))
    return [tuple(row) for row in found]


def retry(session: Session, run: UpgradeRun, user: User) -> int:
    """Try again what was refused, and what a failed job left standing; how many."""
    require_permission(user)
    query = select(Upgrade).where(Upgrade.run_id == run.id, Upgrade.status == UpgradeStatus.REFUSED)
    upgrades = list(session.scalars(query.order_by(Upgrade.id)))
    for upgrade in upgrades:
        upgrade.status, upgrade.refused, upgrade.ended_at = UpgradeStatus.WAITING, None, None
    _have_done(session, PERFORM, upgrades)
    opened = select(Incident).join(Upgrade, Upgrade.job_id == Incident.job_id).where(Upgrade.run_id == run.id)
    left = list(session.scalars(opened.where(Incident.status == IncidentStatus.OPEN).order_by(Incident.id)))
    for incident in left:
        jobs.retry(session, incident, user.name)
    return len(upgrades) + len(left)


def undo(session: Session, moved: UpgradeRun | Upgrade, user: User, reason: str) -> int:
    """Let one instance, or all of a run, stand again as they stood in the old version; how many are to.

    One goes back at once, a run's go back by jobs. Only what has not moved since: Conflict for one, a sentence in its
    row for each of a run. Raises NotAllowed, Invalid (no reason)."""
    require_permission(user)
    said = required(reason)
    if isinstance(moved, Upgrade):
        take_back(session, moved, user, said)
        return 1
    moved.undo_reason, moved.undone_by = said, user.name
    query = select(Upgrade).where(Upgrade.run_id == moved.id, Upgrade.status == UpgradeStatus.DONE)
    upgrades = list(session.scalars(query.order_by(Upgrade.id)))
    for upgrade in upgrades:
        upgrade.status, upgrade.refused = UpgradeStatus.UNDOING, None
    _have_done(session, UNDO, upgrades)
    return len(upgrades)


@service_task(PERFORM)
def _perform(session: Session, work: Work) -> Mapping[str, Any]:
    """Move the instance of one row; a second time changes nothing."""
    upgrade = _taken(session, work)
    if upgrade.status is UpgradeStatus.WAITING:
        carry_out(session, upgrade, session.get_one(User, upgrade.run.begun_by))
    return {}


@service_task(UNDO)
def _undo(session: Session, work: Work) -> Mapping[str, Any]:
    """Let the instance of one row go back, or say why it cannot; a second time changes nothing."""
    upgrade = _taken(session, work)
    if upgrade.status is not UpgradeStatus.UNDOING:
        return {}
    user = session.get_one(User, upgrade.run.undone_by or "")
    try:
        with session.begin_nested():
            require_permission(user)
            take_back(session, upgrade, user, upgrade.run.undo_reason or "")
    except Refusal as refused:
        session.expire_all()  # what the savepoint undid is not what the objects say
        upgrade.status, upgrade.refused = UpgradeStatus.DONE, kept(refused.sentence)
    return {}


def _taken(session: Session, work: Work) -> Upgrade:
    query = select(Upgrade).join(Upgrade.run).options(contains_eager(Upgrade.run))
    found = session.scalars(query.where(Upgrade.id == work.payload["upgrade"]).with_for_update(of=Upgrade)).first()
    if found is None:
        raise NotFound
    return found


def _have_done(session: Session, topic: str, upgrades: Sequence[Upgrade]) -> None:
    """A job for each; all are woken with the commit."""
    made = wakeups.add_all(session, topic, [{"upgrade": upgrade.id} for upgrade in upgrades])
    for upgrade, job_id in zip(upgrades, made, strict=True):
        upgrade.job_id = job_id
