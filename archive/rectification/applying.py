"""The record changes; its old values stay (archive.corrections). Open cases about the person's dossiers hear of it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from archive import persons
from archive.dossier_tables import Dossier
from archive.persons import Person
from archive.rectification import looking
from archive.rectification.models import Rectification
from archive.rectification.work import ID_NO, rectification_of
from workflow import cases, history, instances
from workflow.clock import now
from workflow.models import Case, CaseKey, ProcessInstance
from workflow.registry import Work, service_task
from workflow.statuses import InstanceStatus

NAMES = ("name", "person", "person_name")  # of variables that say who it is about
WHY = "主数据更正"
TAKEN = "此证件号码已有登记，不能写入"  # whose it is hears who may see them (archive.rectification.looking)


@service_task("corrections.apply")
def apply(session: Session, work: Work) -> Mapping[str, Any]:
    """Write what was decided. `obstacle`: what came between, and nothing was written; "" when it stands. Safe to
    repeat."""
    rectification = rectification_of(session, work)
    person, before = rectification.person, rectification.person.name
    if rectification.applied_at is not None:
        return {"obstacle": "", "name": person.name}
    obstacle = _obstacle(session, rectification)
    if obstacle:
        return {"obstacle": obstacle}
    by = str(rectification.decided_by or rectification.checked_by)
    why = "；".join(f"{WHY}：{each.basis}" for each in rectification.facts[:1])
    persons.update(session, person, _facts(session, rectification), by, rectification.case, why)
    rectification.applied_at = now()
    fields = [each.field for each in rectification.facts]
    history.record(session, rectification.case, by, "master_data_corrected", fields=fields)
    for case in _open_cases(session, rectification):
        _tell(session, case, by, before, person, fields)
    return {"obstacle": "", "name": person.name}


def _facts(session: Session, rectification: Rectification) -> dict[str, Any]:
    """What is to be written, for `persons.update`."""
    return looking.facts_of(session, rectification) | {"id_kind": rectification.person.id_kind}


def _obstacle(session: Session, rectification: Rectification) -> str:
    """What has changed since it was written: the record itself, or somebody else has the number now."""
    person = rectification.person
    for each in rectification.facts:
        if each.field == ID_NO:
            if looking.holder(session, rectification, looking.facts_of(session, rectification)[ID_NO]) is not None:
                return TAKEN
            if persons.masked(session, person) != each.old_value:
                return "证件号码在此期间已有变动"
        elif str(getattr(person, each.field) or "") != each.old_value:
            return f"“{each.old_value}”在此期间已改为“{getattr(person, each.field)}”"
    return ""


def _open_cases(session: Session, rectification: Rectification) -> list[Case]:
    """The other open cases that hold or name a dossier of this person, by their numbers."""
    kept = select(Dossier.id, Dossier.dossier_no, Dossier.held_by_case_id).where(
        Dossier.person_id == rectification.person_id
    )
    found = session.execute(kept).all()
    named = select(CaseKey.case_id).where(CaseKey.key.in_([cases.normal(number) for _id, number, _case in found]))
    held = [case for _id, _number, case in found if case is not None]
    asked = select(Case).where(or_(Case.id.in_(named), Case.id.in_(held)), Case.closed_at.is_(None))
    return list(session.scalars(asked.where(Case.id != rectification.case_id).order_by(Case.id)))


def _tell(session: Session, case: Case, by: str, before: str, person: Person, fields: list[str]) -> None:
    """The case says it in its history; its title and its processes name the person as they are called now."""
    history.record(session, case, by, "master_data_corrected", fields=fields)
    if person.name == before:
        return
    if before in case.title:
        cases.rename(session, case, case.title.replace(before, person.name), by)
    running = select(ProcessInstance).where(
        ProcessInstance.case_id == case.id, ProcessInstance.status == InstanceStatus.RUNNING
    )
    for instance in session.scalars(running.order_by(ProcessInstance.id)):
        known = instances.variables(session, instance)
        stale = {key: person.name for key in NAMES if known.get(key) == before}
        if stale:
            instances.set_variables(session, instance, stale, by)
