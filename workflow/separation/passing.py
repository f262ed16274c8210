"""What is passed by when a token is moved or skipped by hand, and who must agree to it."""

from collections.abc import Iterable, Sequence, Set

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import definitions
from workflow.diagram.graph import Process
from workflow.duties.language import Kind, Place, Rule
from workflow.duties.ways import Ways
from workflow.engine import Happening
from workflow.errors import Conflict, NotAllowed
from workflow.models import ProcessDefinition, ProcessInstance
from workflow.separation import facts
from workflow.separation.judging import lacking
from workflow.separation.required import drawn, required


class NeedsAgreement(NotAllowed):
    message = "This passes by {elements}, where separation of duty is asked for: a second person must agree."


class NotApproved(Conflict):
    message = "Not enough people have agreed yet."


def passed_by(session: Session, instance: ProcessInstance, places: Sequence[str], target: str | None) -> list[str]:
    """The protected elements that would not be done, if what stands at these elements went on at `target` (None:
    behind them, without their work). Without a target also a called process under rules of its own."""
    definition = instance.definition
    protected = protected_elements(session, definition)
    calling = {place for place in places if _calls_protected(session, instance, place)}
    if target is None:
        return [place for place in places if place in protected or place in calling]
    process = drawn(session, definition).process
    if process is None or not (protected or calling):
        return []
    lost = _lost(process, places, target, protected | calling)
    done = {act.place.element for act in _acts(session, instance) if act.instance_id == instance.id} - set(places)
    return [each for each in process.nodes if each in lost and each not in done]


def protected_elements(session: Session, definition: ProcessDefinition) -> frozenset[str]:
    """The elements a rule speaks of or counts on."""
    rules = required(session, definition)
    return frozenset(_protected(rules, definition.key, definitions.activities(session, definition)))


def require_agreed(
    session: Session, instance: ProcessInstance, places: Sequence[str], target: str | None, agreed: bool
) -> None:
    """Raises NeedsAgreement when protected work is passed by and no two people have agreed to that."""
    if not agreed:
        refuse(session, instance, passed_by(session, instance, places, target))


def refuse(session: Session, instance: ProcessInstance, passed: Iterable[str]) -> None:
    """Raises NeedsAgreement when anything is passed by."""
    said = "、".join(f"“{each}”" for each in names(session, instance.definition, passed))
    if said:
        raise NeedsAgreement(elements=said)


def names(session: Session, definition: ProcessDefinition, elements: Iterable[str]) -> list[str]:
    """What people call these elements."""
    drawn_ = definitions.activities(session, definition)
    return [(drawn_.get(each) or {}).get("name") or each for each in elements]


def require_approved(session: Session, instance: ProcessInstance, happenings: Iterable[Happening]) -> None:
    """Raises NotApproved when an element is entered before enough people have done what comes before it."""
    rules = [rule for rule in required(session, instance.definition) if rule.kind is Kind.APPROVALS]
    entered = {each.activity_id for each in happenings if each.kind == "entered"} if rules else set()
    for rule in rules:
        said = lacking(session, instance, rule) if rule.at.element in entered else None
        if said is not None:
            raise NotApproved(said.template, **said.facts)


def _protected(rules: Iterable[Rule], key: str, activities: definitions.Activities) -> set[str]:
    found: set[str] = set()
    for rule in rules:
        for place in {rule.at, *rule.others} - ({rule.at} if rule.kind is Kind.APPROVALS else set()):
            if place.process == key and place.element:
                found.add(place.element)
            elif place == Place(key, "") and rule.kind is not Kind.DISTINCT_PEOPLE:
                found |= {name for name, said in activities.items() if said["kind"] == "userTask"}
    return found


def _calls_protected(session: Session, instance: ProcessInstance, place: str) -> bool:
    """Whether the element calls a process some of whose work is protected."""
    said = definitions.activities(session, instance.definition).get(place) or {}
    if said.get("kind") != "callActivity":
        return False
    query = select(ProcessInstance).where(ProcessInstance.parent_id == instance.id, ProcessInstance.ended_at.is_(None))
    children = session.scalars(query).all()
    return any(protected_elements(session, child.definition) for child in children)


def _lost(process: Process, places: Sequence[str], target: str, protected: Set[str]) -> set[str]:
    """What could or must have been done from the old places on, and from the new one on cannot or need not."""
    ways = Ways(process)
    old_can = set().union(*(ways.after(place) for place in places)) & protected
    old_must = set().union(*(ways.certain(place, protected) for place in places)) & protected
    new_can, new_must = ways.after(target), ways.certain(target, protected)
    return (old_can - new_can) | (old_must - new_must)


def _acts(session: Session, instance: ProcessInstance) -> tuple[facts.Act, ...]:
    return facts.of_case(session, instance.case_id, ()).acts
