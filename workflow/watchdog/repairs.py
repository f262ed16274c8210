"""What can be done about a finding: the repairs there are for its kind.

Each is an operation that looks again at what it is about; who did it and why is told in the history of the case."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from workflow import cases, history
from workflow.errors import Conflict, NotAllowed, NotFound, Sentence
from workflow.identity import User
from workflow.incidents import RETRY
from workflow.models import Finding
from workflow.operations.rights import required
from workflow.statuses import FindingKind
from workflow.tasks.hands import ASSIGN
from workflow.watchdog.hands import of_task
from workflow.watchdog.looking import look_again
from workflow.watchdog.machinery import OF_PROCESS
from workflow.watchdog.repair import Repair

KINDS: Mapping[FindingKind, Callable[[Session, Finding, User], Iterator[Repair]]] = {
    **OF_PROCESS,
    FindingKind.NOBODY: of_task,
    FindingKind.EXCLUDED: of_task,
}


@dataclass(frozen=True)
class Proposed:
    """One button. `refused`: why this reader may not press it."""

    key: str
    label: Sentence
    permission: str
    refused: Sentence | None


def proposed(session: Session, finding: Finding, user: User) -> list[Proposed]:
    """What can be done about it, and why this user may not; nothing for what is repaired already."""
    if finding.ended_at is not None:
        return []
    found = KINDS[finding.kind](session, finding, user)
    return [Proposed(each.key, each.label, each.permission, _refused(each, user)) for each in found]


def perform(session: Session, finding: Finding, user: User, key: str, reason: str) -> bool:
    """Do one of them, and look again; whether nothing is amiss any more.

    Raises NotAllowed, Invalid (no reason), Conflict when it is repaired already, NotFound for a repair there is not."""
    said = required(reason)
    held = session.scalars(select(Finding).where(Finding.id == finding.id).with_for_update()).one()
    if held.ended_at is not None:
        raise Conflict("This is repaired already.")
    chosen = next((each for each in KINDS[held.kind](session, held, user) if each.key == key), None)
    if chosen is None:
        raise NotFound
    if refused := _refused(chosen, user):
        raise NotAllowed(refused.template, **refused.facts)
    if held.case_id is not None:
        facts = {"finding": held.id, "repair": key, "reason": said}
        history.record(session, held.case_id, user.name, "repaired", held.instance_id, held.activity_id, **facts)
    chosen.act(said)
    return look_again(session, held)


def seen_by(session: Session, user: User) -> ColumnElement[bool]:
    """The condition on Finding that the user is shown it: whoever hands out work or tries again what failed sees all,
    where a group that is limited lets them do so, what is about the cases they see."""
    if user.may_everywhere(ASSIGN) or user.may_everywhere(RETRY):
        return true()
    return cases.reached(session, user, ASSIGN if user.may(ASSIGN) else RETRY, Finding.case_id)


def find(session: Session, finding_id: int, user: User) -> Finding:
    """The finding, if the user is shown it; else NotFound."""
    found = session.scalars(select(Finding).where(Finding.id == finding_id, seen_by(session, user))).first()
    if found is None:
        raise NotFound
    return found


def of_case(session: Session, case_id: int) -> Finding | None:
    """The finding a case of the watchdog is about."""
    return session.scalars(select(Finding).where(Finding.task_case_id == case_id)).first()


def _refused(repair: Repair, user: User) -> Sentence | None:
    return None if user.may(repair.permission) else NotAllowed().sentence
