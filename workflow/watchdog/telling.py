"""What was found, told to the managers: a row, and a task in their inbox; told once, and closed when it is repaired."""

from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workflow import cases, definitions, history, instances, messages
from workflow.clock import now
from workflow.kept_sentences import kept
from workflow.models import Case, Finding, ProcessDefinition, Subscription, Watch
from workflow.performers.rescue import administrators
from workflow.registry import sends
from workflow.watchdog.found import Found

PROCESS = "watchdog"  # the process in which a manager deals with a finding
DRAWN = Path(__file__).with_name("finding.bpmn")
REPAIRED = sends("watchdog.repaired")  # the message, correlated by the finding, that there is nothing to do any more
TASKS = 20  # open tasks for one kind of finding: when a whole machine stands still, its managers are not buried


def note(session: Session, watch: Watch, found: Found) -> Finding:
    """Keep what was found. New, the managers get a task; seen before, it is only seen again."""
    there = select(Finding).where(
        Finding.kind == found.kind, Finding.subject == found.subject, Finding.ended_at.is_(None)
    )
    finding = session.scalars(there.with_for_update()).first()
    if finding is not None:
        finding.seen_by, finding.said = watch.id, kept(found.said)
        return finding
    finding = Finding(
        kind=found.kind,
        subject=found.subject,
        said=kept(found.said),
        case_id=found.case_id,
        instance_id=found.instance_id,
        activity_id=found.activity_id,
        token_id=found.token_id,
        row_id=found.row_id,
        found_at=now(),
        seen_by=watch.id,
    )
    session.add(finding)
    session.flush()  # its task names it
    if not _is_of_its_own(session, found) and _told(session, found) < TASKS:
        _tell(session, finding)
    return finding


def close(session: Session, finding: Finding) -> None:
    """It is not amiss any more: the task is not needed either."""
    finding.ended_at = now()
    waiting = select(Subscription.id).where(
        Subscription.name == REPAIRED, Subscription.correlation_key == str(finding.id)
    )
    if session.scalar(waiting) is not None:
        messages.receive(session, REPAIRED, str(finding.id), {}, f"{REPAIRED}:{finding.id}")


def _told(session: Session, found: Found) -> int:
    query = select(func.count()).select_from(Finding).where(Finding.kind == found.kind, Finding.ended_at.is_(None))
    return session.scalar(query.where(Finding.task_case_id.is_not(None))) or 0


def _is_of_its_own(session: Session, found: Found) -> bool:
    """Whether it is about a task of the watchdog itself, which would only beget another one."""
    case = session.get(Case, found.case_id) if found.case_id else None
    return case is not None and case.process_key == PROCESS


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
