"""What would be missing where a process goes on at a step it did not come to by itself: a case that is opened again, or
one that goes to another version and is put elsewhere in it.

A case opened again must have done what every way does before the step; if it had never come to the step, also what some
ways do and it can no longer do. A token put elsewhere in another version keeps ahead of it what it had ahead.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import definitions
from workflow.duties.ways import Ways
from workflow.errors import Conflict
from workflow.models import HistoryEvent, ProcessDefinition, ProcessInstance, SupersededTask, UserTask
from workflow.separation import facts
from workflow.separation.agreements import agreed_to_pass
from workflow.separation.passing import names, protected_elements
from workflow.separation.required import drawn


class PassesBy(Conflict):
    message = (
        "Put there, it passes by {elements}, where separation of duty is asked for. Move it in its own version first, "
        "with a second person who agrees."
    )


def missing_before(session: Session, instance: ProcessInstance, target: str) -> list[str]:
    """The protected elements that a process which is over would leave behind undone by going on at `target`."""
    process = drawn(session, instance.definition).process
    protected = _protected(session, instance.definition)
    if process is None or not protected:
        return []
    ways, done = Ways(process), _done(session, instance)
    starts = [name for name, _begun in ways.starts]
    always = set.intersection(*(ways.certain(each, protected) for each in starts)) if starts else set()
    lost = always - ways.certain(target, protected) - done
    some = (_after(ways, starts) & protected) - ways.after(target) - done
    if not _came_to(session, instance, target, some):
        lost |= some
    return [each for each in process.nodes if each in lost]


def require_nothing_missing(
    session: Session,
    instance: ProcessInstance,
    new: ProcessDefinition,
    mapping: Mapping[str, str],
    before: Mapping[str, str],
    after: Mapping[str, str],
) -> None:
    """Raises PassesBy when tokens are put past protected work of another version. `before`, `after`: token → element of
    the instance's version and of the new one; `mapping`: old element → new one, where they differ."""
    old, process = drawn(session, instance.definition).process, drawn(session, new).process
    put = {before[token] for token, place in after.items() if before.get(token, place) != place}
    protected = _protected(session, new)
    if not put or not protected or old is None or process is None:
        return
    ways, places = Ways(process), set(after.values())
    ahead = {each if each in process.nodes else mapping.get(each, "") for each in _after(Ways(old), put)}
    certain = set().union(*(ways.certain(each, protected) for each in put if each in process.nodes))
    lost = (ahead & protected) - _after(ways, places)
    lost |= certain - set().union(*(ways.certain(each, protected) for each in places))
    lost -= {mapping.get(each, each) for each in _done(session, instance)}
    if lost:
        found = names(session, new, [each for each in process.nodes if each in lost])
        raise PassesBy(elements="、".join(f"“{each}”" for each in found))


def _after(ways: Ways, places: Iterable[str]) -> set[str]:
    """What can be come to from these places, themselves included."""
    return set().union(*(ways.after(place) for place in places))


def _protected(session: Session, definition: ProcessDefinition) -> set[str]:
    """The elements a rule speaks of; with them the calls of processes that have rules of their own."""
    process, known = drawn(session, definition).process, definitions.keys(session)
    found = set(protected_elements(session, definition))
    for node in process.nodes.values() if process else ():
        key = node.activity.called_element
        if key in known and protected_elements(session, definitions.latest(session, key)):
            found.add(node.id)
    return found


def _done(session: Session, instance: ProcessInstance) -> set[str]:
    """What was done of the instance and nothing has made void, by people or by what it called; and what two people
    have agreed to pass by."""
    acts = facts.of_case(session, instance.case_id, ()).acts
    mine = (HistoryEvent.instance_id == instance.id, HistoryEvent.kind == "completed")
    calls = {name for name, said in definitions.activities(session, instance.definition).items() if _is_call(said)}
    called = session.scalars(select(HistoryEvent.activity_id).where(*mine, HistoryEvent.activity_id.in_(calls)))
    by_people = {act.place.element for act in acts if act.instance_id == instance.id}
    return {*by_people, *called, *agreed_to_pass(session, instance.case_id)}


def _is_call(said: Mapping[str, object]) -> bool:
    return said["kind"] == "callActivity"


def _came_to(session: Session, instance: ProcessInstance, target: str, passed: Iterable[str]) -> bool:
    """Whether the process had come to the step by itself on a way without these, none of them made void since."""
    mine = UserTask.instance_id == instance.id
    void = select(UserTask.id).join(SupersededTask, SupersededTask.task_id == UserTask.id).where(mine)
    if session.scalar(void.where(UserTask.activity_id.in_(list(passed))).limit(1)) is not None:
        return False
    return session.scalar(select(UserTask.id).where(mine, UserTask.activity_id == target).limit(1)) is not None
