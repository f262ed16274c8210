"""What was found, told to the managers: a row, and a task in their inbox; told once, and closed when it is repaired."""

from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from workflow import cases, definitions, history, instances, messages
from workflow.clock import now
from workflow.kept_sentences import kept
from workflow.models import Case, Finding, ProcessDefinition, Subscription, Watch
from workflow.performers.rescue import administrators
from workflow.registry import sends
from workflow.statuses import FindingKind
from workflow.watchdog.found import Found

PROCESS = "watchdog"  # the process in which a manager deals with a finding
DRAWN = Path(__file__).with_name("finding.bpmn")
REPAIRED = sends("watchdog.repaired")  # the message, correlated by the finding, that there is nothing to do any more
TASKS = 20  # open tasks for one kind of finding: when a whole machine stands still, its managers are not buried


def note(session: Session, watch: Watch, found: Found) -> Finding:
    """Keep what was found; seen before, it is only seen again. Of two rounds at once the later one counts: it must not
    take for repaired what the earlier has come upon after it."""
    there = select(Finding).where(
        Finding.kind == found.kind, Finding.subject == found.subject, Finding.ended_at.is_(None)
    )
    finding = session.scalars(there.with_for_update()).first()
    if finding is None:
        finding = _new(found)
        session.add(finding)
    finding.seen_by, finding.said = max(finding.seen_by or 0, watch.id), kept(found.said)
    return finding


def tell(session: Session, watch: Watch, kinds: Iterable[FindingKind]) -> None:
    """The managers get a task for each finding of these kinds seen in this round, once. Where they have TASKS of one,
    the rest is told in a later round, when some of them are done."""
    session.flush()  # their tasks name them
    of_its_own = Case.process_key == PROCESS  # about a task of the watchdog, which would only beget another one
    query = select(Finding).outerjoin(Case, Case.id == Finding.case_id).order_by(Finding.id)
    for kind in sorted(kinds):
        untold = (Finding.kind == kind, Finding.ended_at.is_(None), Finding.task_case_id.is_(None))
        room = TASKS - _told(session, kind)
        seen = query.where(*untold, Finding.seen_by == watch.id, or_(Case.id.is_(None), ~of_its_own))
        for finding in session.scalars(seen.limit(max(room, 0))).all():
            _tell(session, finding)


def _new(found: Found) -> Finding:
    return Finding(
        kind=found.kind,
        subject=found.subject,
        case_id=found.case_id,
        instance_id=found.instance_id,
        activity_id=found.activity_id,
        token_id=found.token_id,
        row_id=found.row_id,
        found_at=now(),
    )


def close(session: Session, finding: Finding) -> None:
    """It is not amiss any more: the task is not needed either."""
    finding.ended_at = now()
    waiting = select(Subscription.id).where(
        Subscription.name == REPAIRED, Subscription.correlation_key == str(finding.id)
    )
    if session.scalar(waiting) is not None:
        messages.receive(session, REPAIRED, str(finding.id), {}, f"{REPAIRED}:{finding.id}")


def _told(session: Session, kind: FindingKind) -> int:
    """How many tasks for findings of this kind are open."""
    query = select(func.count()).select_from(Finding).join(Case, Case.id == Finding.task_case_id)
    open_ = (Finding.kind == kind, Finding.ended_at.is_(None), Case.closed_at.is_(None))
    return session.scalar(query.where(*open_)) or 0


def _tell(session: Session, finding: Finding) -> None:
    groups = [each.removeprefix("group:") for each in administrators(session)]
    title = finding.case.title if finding.case is not None else finding.subject
    case = cases.open_case(session, f"watchdog-{finding.id}", f"巡检：{title}", PROCESS, history.SYSTEM)
    facts = {"finding": str(finding.id), "groups": groups}
    instances.start(session, _drawn(session), case, history.SYSTEM, facts)
    finding.task_case_id = case.id


def _drawn(session: Session) -> ProcessDefinition:
    """The process as it is drawn; an office may have drawn it anew."""
    query = select(ProcessDefinition).where(ProcessDefinition.key == PROCESS).order_by(ProcessDefinition.version.desc())
    found = session.scalars(query.limit(1)).first()
    return found or definitions.deploy(session, DRAWN.read_bytes(), {}, history.SYSTEM)
