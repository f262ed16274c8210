"""Who asks, and the corrections written down: each fact with its evidence. The ID number stays out of the process."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import dossiers, id_numbers, persons, vault
from archive.answers import need, text
from archive.audit.items import BY_KEY as AUDITED
from archive.audit.models import Audit, AuditItem
from archive.materials import catalogue
from archive.materials.models import PRESENT
from archive.person_facts import BY_KEY, Way, fact_of, in_way
from archive.persons import Person
from archive.rectification import looking
from archive.rectification.models import Asker, Rectification, RectifiedFact
from archive.rectification.work import ID_NO, rectification_of, rows
from archive.refusals import wrong
from archive.statuses import ENDED
from archive.steps import case_of
from workflow import cases
from workflow.clock import now
from workflow.errors import Invalid, NotFound
from workflow.identity import User
from workflow.models import UserTask
from workflow.registry import Work, on_completion, service_task

Typed = Mapping[str, Any]
GONE = {"new_id_no": None, "id_basis": None}  # never among the variables of the process
CORRECTED = {fact.key for fact in in_way(Way.GRAVE, Way.CORRECTION)}


@service_task("corrections.take_up")
def take_up(session: Session, work: Work) -> Mapping[str, Any]:
    """The matter begins: whose record is meant. Variables: dossier_no, asker, asker_name, wanted. `refused`: why it is
    not taken up, "" when it is."""
    case = case_of(session, work)
    try:
        dossier = dossiers.by_no(session, str(work.variables["dossier_no"]))
    except NotFound:
        return {"refused": "没有此编号的档案", "name": ""}
    told = {"dossier_id": dossier.id, "dossier_no": dossier.dossier_no, "name": dossier.person.name}
    if session.get(Rectification, case.id) is None:
        why = _refused(session, dossier)
        if why:
            return told | {"refused": why}
        asker = Asker(work.variables.get("asker") or Asker.OFFICE)
        named = text(work.variables, "asker_name")[:200]
        begun = {"asked_at": now(), "asked_by": case.opened_by, "asker": asker, "asker_name": named}
        session.add(Rectification(case_id=case.id, person_id=dossier.person_id, dossier_id=dossier.id, **begun))
        session.flush()  # its first step asks for it
        cases.add_key(session, case, dossier.dossier_no)
        cases.rename(session, case, f"主数据更正 {dossier.dossier_no} {dossier.person.name}", case.opened_by)
    return told | {"refused": "", "check_note": "", "obstacle": "", "changes": [], "double_rows": []}


def _refused(session: Session, dossier: dossiers.Dossier) -> str:
    running = select(Rectification.case_id).where(
        Rectification.person_id == dossier.person_id, Rectification.ended_at.is_(None)
    )
    if session.scalars(running).first() is not None:
        return "此人的主数据正在另一事项中更正"
    return "档案已不在本机构" if dossier.status in ENDED else ""


@on_completion("corrections.propose", anew=True)
def propose(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """What is to stand instead, fact by fact, with its evidence. A changed ID number is looked for among the dossiers
    here and elsewhere. Raises Invalid beside the row (`changes.1.new_value`) or field that is wrong."""
    rectification = rectification_of(session, task)
    if answers.get("write_result") == "nothing":
        return GONE | {"nothing_note": need(answers, "nothing_note", "Say why nothing is to be corrected.")}
    typed = [row for row in answers.get("changes") or [] if any(text(row, key) for key in ("field", "new_value"))]
    number = text(answers, "new_id_no")
    facts = _facts(rectification, typed, number)
    fresh = _read(session, rectification.person, facts, typed)
    _refuse_audited(session, rectification, fresh, typed)
    looking.refuse_taken(session, rectification, facts, user, "new_id_no")
    doubles = looking.doubles(session, rectification, facts, user)
    rectification.facts.clear()
    session.flush()  # a fact stands once
    basis = {row["field"]: row for row in typed} | ({ID_NO: {"basis": text(answers, "id_basis")}} if number else {})
    _keep(session, rectification, fresh, basis)
    rectification.grave = any(BY_KEY[each.field].way is Way.GRAVE for each in rectification.facts)
    rectification.proposed_by, rectification.checked_by, rectification.decided_by = user.name, None, None
    session.flush()  # a constraint speaks here, not at the commit
    told = {"changes": rows(rectification), "double_rows": doubles, "grave": rectification.grave}
    return GONE | told | {"has_id_no": bool(number), "check_note": "", "obstacle": ""}


def _facts(rectification: Rectification, typed: Sequence[Typed], number: str) -> dict[str, str]:
    """What was typed, by field."""
    facts: dict[str, str] = {}
    for place, row in enumerate(typed):
        field = text(row, "field")
        if field not in CORRECTED or field == ID_NO:
            raise wrong(f"changes.{place}.field", "Choose which fact is wrong.")
        if field in facts:
            raise wrong(f"changes.{place}.field", "This fact stands in an earlier row already.")
        if not text(row, "basis"):
            raise wrong(f"changes.{place}.basis", "Say what shows it: which paper, of whom, of when.")
        facts[field] = text(row, "new_value")
    if number:
        facts |= {ID_NO: number, "id_kind": rectification.person.id_kind}
    if not facts:
        raise Invalid(message="Write down at least one fact and what is to stand instead.")
    return facts


def _read(session: Session, person: Person, facts: Mapping[str, str], typed: Sequence[Typed]) -> dict[str, Any]:
    """The columns that become otherwise; every fact typed must be among them."""
    place = {row["field"]: f"changes.{number}.new_value" for number, row in enumerate(typed)} | {ID_NO: "new_id_no"}
    try:
        fresh = persons.read(session, person, facts)
    except Invalid as refused:
        field = next(iter(refused.problems), "")
        raise Invalid({place.get(field, field): list(refused.problems.get(field, ()))}) from None
    resident = ID_NO in facts and facts["id_kind"] == id_numbers.IdKind.RESIDENT
    follows = person.id_kind is id_numbers.IdKind.RESIDENT and ID_NO not in facts
    for field in ("birth", "sex"):
        if field in facts and (follows or (resident and fresh.get(field, getattr(person, field)) != facts[field])):
            raise wrong(place[field], "This follows from the ID number: correct the number.")
    written = {found.key for column in fresh if (found := fact_of(column))}
    for field in facts:
        if field != "id_kind" and field not in written:
            raise wrong(place[field], "This is what the record says already.")
    return fresh


def _refuse_audited(
    session: Session, rectification: Rectification, fresh: Mapping[str, Any], typed: Sequence[Typed]
) -> None:
    """What a special audit has determined only another audit changes."""
    asked = select(AuditItem, Audit).join(Audit, Audit.case_id == AuditItem.case_id)
    asked = asked.where(Audit.dossier_id == rectification.dossier_id, Audit.material_id.is_not(None))
    fixed = {AUDITED[item.item].field: audit.number for item, audit in session.execute(asked) if item.determined}
    for place, row in enumerate(typed):
        if row["field"] in fixed and row["field"] in fresh:
            said = "The special audit {number} determined this: ask for another audit."
            raise wrong(f"changes.{place}.field", said, number=fixed[row["field"]] or "")


def _keep(session: Session, rectification: Rectification, fresh: Mapping[str, Any], basis: Mapping[str, Typed]) -> None:
    within = {str(each.id) for each in catalogue.of(session, rectification.dossier, *PRESENT)}
    for column, value in fresh.items():
        found = fact_of(column)
        if found is None or column == "id_kind":
            continue
        given = basis.get(found.key) or {"basis": "随证件号码"}
        material = text(given, "material")
        if not text(given, "basis"):
            raise wrong("id_basis", "Say what shows it: which paper, of whom, of when.")
        kept = {"basis": text(given, "basis")[:500], "material_id": int(material) if material in within else None}
        rectification.facts.append(
            RectifiedFact(field=found.key, **_values(session, rectification.person, column, value), **kept)
        )


def _values(session: Session, person: Person, column: str, value: Any) -> dict[str, Any]:
    """Old and new; of the ID number sealed, and as lists show it."""
    if column != "id_sealed":
        return {"old_value": str(getattr(person, column) or ""), "new_value": str(value or "")}
    number = vault.open_(session, value, persons.ID_PURPOSE)
    return {
        "old_value": persons.masked(session, person),
        "new_value": id_numbers.mask(number),
        "old_sealed": person.id_sealed,
        "new_sealed": value,
    }
