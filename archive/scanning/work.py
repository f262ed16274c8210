"""The batch a step is about, and what the handlers of the process (bpmn/scanning.bpmn) share."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.dossier_tables import Dossier
from archive.materials import editing
from archive.persons import Person
from archive.refusals import wrong
from archive.relations import SUBJECT
from archive.scanning import batches
from archive.scanning.models import ScanBatch, ScanDossier, ScanStatus
from archive.steps import case_of
from workflow import instances
from workflow.errors import NotAllowed
from workflow.identity import User
from workflow.models import UserTask
from workflow.registry import Work, subjects_of_case
from workflow.statuses import TaskStatus

PROCESS = "scanning"
editing.workbench(PROCESS, "amend_catalogue")


def batch_of(session: Session, step: UserTask | Work) -> ScanBatch:
    """The batch of the step's case; raises NotFound when it has none."""
    return batches.of_case(session, case_of(session, step).id)


def at(session: Session, batch: ScanBatch, *statuses: ScanStatus) -> list[ScanDossier]:
    """The batch's dossiers that are there now, in the order planned."""
    return [each for each in batches.entries(session, batch) if each.status in statuses]


def in_hand(session: Session, batch: ScanBatch, user: User, *activities: str) -> UserTask | None:
    """The task of the batch's case at one of these steps that the user has in hand; None without one."""
    mine = select(UserTask).where(
        UserTask.case_id == batch.case_id, UserTask.assignee == user.name, UserTask.status == TaskStatus.OPEN
    )
    return session.scalars(mine.where(UserTask.activity_id.in_(activities)).order_by(UserTask.id)).first()


def need_in_hand(session: Session, batch: ScanBatch, user: User, *activities: str) -> UserTask:
    """The same; raises NotAllowed without one."""
    task = in_hand(session, batch, user, *activities)
    if task is None:
        raise NotAllowed("Only who has this step of the batch in hand may do this. Claim its task first.")
    return task


def known(session: Session, task: UserTask) -> Mapping[str, Any]:
    """The variables of the task's process."""
    return instances.variables(session, task.instance)


def dossier_rows(answers: Mapping[str, Any], field: str, said: str) -> list[Mapping[str, Any]]:
    """The rows of a list among the answers that name a dossier; raises Invalid beside the row that names one and
    says nothing of it."""
    rows = [row for row in answers.get(field) or [] if row.get("dossier_no") or row.get(said)]
    for number, row in enumerate(rows):
        if not row.get(said):
            raise wrong(f"{field}.{number}.{said}", "Please say what it is.")
    return rows


def entry_named(session: Session, batch: ScanBatch, number: str, field: str) -> ScanDossier:
    """The batch's dossier with this number, as typed or scanned; raises Invalid beside `field`."""
    found = batches.entry_of(session, batch, number)
    if found is None:
        raise wrong(field, "Dossier {number} is not in this batch.", number=number)
    return found


def numbers(found: Sequence[ScanDossier], most: int = 5) -> str:
    """Their numbers in one sentence."""
    shown = "、".join(each.dossier.dossier_no for each in found[:most])
    return shown + ("…" if len(found) > most else "")


def refuse(field: str, template: str, found: Sequence[ScanDossier]) -> None:
    """Raise Invalid beside `field` when there are any; the sentence may name {numbers} and {count}."""
    if found:
        raise wrong(field, template, numbers=numbers(found), count=len(found))


@subjects_of_case("scanning")
def persons_of(session: Session, case_id: int) -> Iterator[str]:
    """Whose dossiers are scanned."""
    asked = select(Person.id_fingerprint).join(Dossier, Dossier.person_id == Person.id)
    asked = asked.join(ScanDossier, ScanDossier.dossier_id == Dossier.id).join(ScanBatch)
    for fingerprint in session.scalars(asked.where(ScanBatch.case_id == case_id)):
        yield SUBJECT + fingerprint
