"""What an edited diagram takes away from separation of duty, compared with the version before: steps and rules that are
gone, ways round what the rules speak of, work offered to others than before.

Of a new diagram nobody can tell whether a way past a step was meant; of an edited one the version before can.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from workflow import xmlsafe
from workflow.diagram import reading
from workflow.diagram.graph import Process
from workflow.duties.language import PERFORMED, Kind, Rule
from workflow.duties.stricter import is_stricter
from workflow.duties.ways import Ways
from workflow.errors import sentence
from workflow.lint.findings import Finding, Known, rule, warning
from workflow.lint.gaps import standing_for
from workflow.lint.staffing import Staff
from workflow.lint.wording import group_names, quoted, title, titles

_NAMED = 3  # elements told of
_PASSES_ON = ("Gateway", "boundaryEvent", "startEvent")  # nothing is done there
_MEANT = sentence("If that is not meant, draw it as it was.")


@rule
def weakened(process: Process, known: Known) -> Iterator[Finding]:
    """What kept people apart in the version before is kept here."""
    before = _before(process, known)
    if before is None:
        return
    asked = list(Staff(before, known).rules())
    yield from _dropped(process, before, asked, list(Staff(process, known).rules()))
    for element, protecting in _protected(before, asked).items():
        if element in process.nodes and not _is_guarded(protecting, element):
            yield from _round(process, before, element, protecting)
            yield from _offered(process, before, known, element, protecting)
        elif (
            element not in process.nodes and not protecting.policy
        ):  # what a policy speaks of is refused by its own rule
            told = "The version before asks for {rule}, and “{element}” is not in this one."
            said = sentence(told, rule=quoted(protecting), element=title(before, element))
            yield warning("weakened", process.id, said, _MEANT)


def _before(process: Process, known: Known) -> Process | None:
    """The version before, when it can be read."""
    xml = (known.before or {}).get(process.id)
    try:
        found = reading.processes(xmlsafe.read(xml)) if xml is not None else []
    except xmlsafe.XmlRefused:
        return None
    return next((each for each in found if each.id == process.id), None)


def _dropped(process: Process, before: Process, asked: list[Rule], now: list[Rule]) -> Iterator[Finding]:
    """Rules of the diagram itself; those outside cannot be dropped by drawing, and with its step a rule is gone."""
    for old in asked:
        element = old.at.element
        if old.policy or (element and element not in process.nodes) or _stands(old, now):
            continue
        told = "The version before asks for {rule}; here “{element}” asks for less."
        said = sentence(told, rule=quoted(old), element=title(process, element) if element else process.name)
        yield warning("weakened", element or process.id, said, _MEANT)


def _stands(old: Rule, now: Iterable[Rule]) -> bool:
    """Whether who keeps the rules of now keeps the old one; of a pair either step may say it, of a count any."""
    own = [replace(each, at=old.at) for each in now if each.at.of(old.at)]
    if any(is_stricter(each, old) for each in own):
        return True
    if old.kind is Kind.DISTINCT_PEOPLE:
        counts = [each for each in now if each.kind is old.kind and set(each.members) == set(old.members)]
        return any(each.number >= old.number for each in counts)
    return old.kind is Kind.DIFFERENT_FROM and bool(old.at.element) and _pairs([old]) <= _pairs(now)


def _pairs(rules: Iterable[Rule]) -> set[frozenset[object]]:
    return {frozenset((each.at, place)) for each in rules if each.kind is Kind.DIFFERENT_FROM for place in each.others}


def _protected(before: Process, asked: Iterable[Rule]) -> dict[str, Rule]:
    """The elements that rules name, or that call what they name, with the first rule that does."""
    found: dict[str, Rule] = {}
    named = [(place, each) for each in asked for place in (each.at, *each.others)]
    for place, each in sorted(named, key=lambda pair: _is_guarded(pair[1], pair[0].element)):
        for element in sorted(standing_for(before, place)):
            found.setdefault(element, each)
    return found


def _is_guarded(protecting: Rule, element: str) -> bool:
    """Whether approvals come before it, and it is none itself."""
    return protecting.kind is Kind.APPROVALS and protecting.at.element == element


def _round(process: Process, before: Process, element: str, protecting: Rule) -> Iterator[Finding]:
    """A way past an element that there was none past before: to the end, or to what came only behind it."""
    facts = {"element": title(process, element), "rule": quoted(protecting)}
    if _is_sure(before, element) and not _is_sure(process, element):
        told = "In the version before no case ends without “{element}” ({rule}); here a way leads round it."
        yield warning("weakened", element, sentence(told, **facts), _MEANT)
        return
    lost = Ways(before).only_after(element) & Ways(process).without(element)
    shown = [name for name in process.nodes if name in lost and not process.nodes[name].kind.endswith(_PASSES_ON)]
    if shown:
        told = "In the version before {later} comes only after “{element}” ({rule}); here a way leads there round it."
        said = sentence(told, later=titles(process, shown[:_NAMED]), **facts)
        yield warning("weakened", element, said, _MEANT)


def _is_sure(process: Process, element: str) -> bool:
    """Whether every course does it."""
    courses = Ways(process).courses({element})
    return bool(courses) and all(courses)


def _offered(process: Process, before: Process, known: Known, element: str, protecting: Rule) -> Iterator[Finding]:
    """Work offered to others than before: by another lane, other groups, or people named."""
    node = process.nodes[element]
    was = Staff(before, known).offered(before.nodes[element])
    if node.kind not in PERFORMED or not was:
        return
    now = Staff(process, known).offered(node)
    if now and set(now) <= set(was):
        return
    told = "In the version before “{element}” ({rule}) is offered to {was}, here to {now}."
    said = node.activity
    named = said.assignee or said.candidate_users or said.candidate_groups or "–"
    facts = {"was": group_names(known, was), "now": named if now is None else group_names(known, now)}
    facts |= {"element": title(process, element), "rule": quoted(protecting)}
    yield warning("weakened", element, sentence(told, **facts), _MEANT)
