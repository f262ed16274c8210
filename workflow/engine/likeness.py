"""Which element of a new version of a process stands for which of the old one."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from workflow import voting
from workflow.engine.elements import Element
from workflow.engine.events import Beside, EventGateway
from workflow.engine.model import Model
from workflow.engine.scopes import Scope
from workflow.engine.several import Several
from workflow.engine.specification import Specification
from workflow.errors import Sentence, sentence

KIND_LABELS = {
    "userTask": "user task",
    "manualTask": "manual task",
    "serviceTask": "service task",
    "sendTask": "send task",
    "receiveTask": "receive task",
    "businessRuleTask": "business rule task",
    "callActivity": "called process",
    "subProcess": "sub-process",
    "exclusiveGateway": "exclusive gateway",
    "parallelGateway": "parallel gateway",
    "inclusiveGateway": "inclusive gateway",
    "eventBasedGateway": "event gateway",
}
EVENT_LABELS = {
    "timer": "timer event",
    "message": "message event",
    "signal": "signal event",
    "conditional": "event with a condition",
}


class How(StrEnum):
    """Why two elements count as the same, surest first."""

    GIVEN = "given"  # somebody said so
    ID = "id"
    NAME = "name"  # the same kind and name, and no other such
    WORK = "work"  # the same kind and form, topic, message, timer or called process, and no other such
    PLACE = "place"  # the same kind, between the same elements, and no other such


@dataclass(frozen=True)
class Match:
    target: str
    how: How


def matches(old: Model, new: Model, given: Mapping[str, str]) -> dict[str, Match]:
    """old element id → what stands for it in the new version; without those nothing stands for.

    An element keeps its id whatever else of it changes; what lost its id is looked for among the new ids."""
    before, after = _elements(old.specification), _elements(new.specification)
    found = {name: Match(target, How.GIVEN) for name, target in given.items() if name in before and target in after}
    found |= {name: Match(name, How.ID) for name in before.keys() & after.keys() - found.keys()}
    for how, signs in ((How.NAME, _name), (How.WORK, _work)):
        _add_alike(found, before, after, how, signs, signs)
    while _add_alike(found, before, after, How.PLACE, lambda spec: _place(spec, _targets(found)), _place):
        pass
    return found


def misfit(spec: Element, other: Element) -> Sentence | None:
    """Why a token that rests on an element of the old version cannot rest on one of the new; None when it can."""
    if isinstance(spec, Several) != isinstance(other, Several):
        said = "“{activity}” is repeated in one of the versions only; its rounds cannot be moved."
        return sentence(said, activity=called(spec))
    if type(spec) is not type(other) or spec.waits_as is not other.waits_as:
        return sentence(
            "Work at “{activity}” ({kind}) cannot go on at “{target}” ({other}).",
            activity=called(spec),
            kind=_kind(spec),
            target=called(other),
            other=_kind(other),
        )
    if isinstance(spec, Several) and (_rounds(spec) != _rounds(other) or misfit(spec.body, other.body)):
        said = "“{activity}” is repeated in another way in the new version; its rounds cannot be counted on."
        return sentence(said, activity=called(spec))
    return None


def called(spec: Element) -> str:
    """The name people know, else the id."""
    return spec.node.activity.name or spec.bpmn_id


def _kind(spec: Element) -> Sentence:
    """What people call it; an event by what it is about."""
    event = spec.node.event
    if event is not None and event.kind in EVENT_LABELS:
        return sentence(EVENT_LABELS[event.kind])
    return sentence(KIND_LABELS.get(spec.node.kind, "element of another kind"))


def _rounds(several: Any) -> tuple[Hashable, ...]:
    """What the memory of a repeated activity relies on. When it is enough, and how many there are, may change."""
    loop = several.loop
    kept = bool(loop.output), several.collection is None, loop.item, _signed(several)
    return (loop.standard, loop.sequential, *(() if loop.standard else kept))


def _signed(several: Any) -> tuple[Hashable, ...]:
    """How votes are counted: what was voted under some terms is neither counted nor shown under others."""
    return tuple(sorted(each for each in several.node.activity.properties.items() if each[0] in voting.PROPERTIES))


def _elements(specification: Specification) -> dict[str, Element]:
    return {spec.bpmn_id: spec for spec in specification.task_specs.values() if spec.name == spec.bpmn_id != ""}


def _add_alike(
    found: dict[str, Match],
    before: Mapping[str, Element],
    after: Mapping[str, Element],
    how: How,
    signs_before: Callable[[Element], Hashable],
    signs_after: Callable[[Element], Hashable],
) -> bool:
    """Match what has the same signs, where it is the only one on both sides; whether anything was."""
    taken = {match.target for match in found.values()}
    left = _only(signs_before, (spec for name, spec in before.items() if name not in found))
    right = _only(signs_after, (spec for name, spec in after.items() if name not in taken and name not in before))
    alike = {left[sign]: Match(right[sign], how) for sign in left.keys() & right.keys()}
    found |= alike
    return bool(alike)


def _only(signs: Callable[[Element], Hashable], specs: Iterable[Element]) -> dict[Hashable, str]:
    by_sign: dict[Hashable, list[str]] = {}
    for spec in specs:
        sign = signs(spec)
        if sign is not None:
            by_sign.setdefault(sign, []).append(spec.bpmn_id)
    return {sign: names[0] for sign, names in by_sign.items() if len(names) == 1}


def _name(spec: Element) -> Hashable:
    name = spec.node.activity.name
    return (type(spec), spec.waits_as, name.strip()) if name and name.strip() else None


def _work(spec: Element) -> Hashable:
    activity = spec.node.activity
    work = (activity.form_key, activity.topic, activity.message, activity.timer, activity.called_element)
    return (type(spec), spec.waits_as, work) if any(work) else None


def _place(spec: Element, known: Mapping[str, str] | None = None) -> Hashable:
    """Its neighbours and its surroundings, by their ids in the new version; None when one of them is not known."""
    node = spec.node
    sources = [each for each in spec._wf_spec.task_specs.values() if any(way.target is spec for way in each.ways)]
    around = {each.bpmn_id for each in sources} | {node.scope, node.attached_to or ""} - {""}
    behind = {way.target.bpmn_id for way in spec.ways}
    if known is not None:
        if not {*around, *behind} <= known.keys():
            return None
        around, behind = {known[each] for each in around}, {known[each] for each in behind}
    return (type(spec), spec.waits_as, node.kind, frozenset(around), frozenset(behind)) if around or behind else None


def _targets(found: Mapping[str, Match]) -> dict[str, str]:
    return {name: match.target for name, match in found.items()}


def resting(model: Model) -> list[str]:
    """The elements on which tokens can be found between two commands, in the order of the file."""
    found = _elements(model.specification).values()
    return [spec.bpmn_id for spec in found if _rests(spec)]


def fitting(old: Model, new: Model, element: str) -> list[str]:
    """The elements of the new version on which what waits at this one could go on waiting."""
    spec = old.specification[element]
    found = _elements(new.specification).values()
    return [other.bpmn_id for other in found if _rests(other) and misfit(spec, other) is None]


def flows(model: Model) -> set[str]:
    """The ids of all sequence flows."""
    return {way.id for spec in model.specification.task_specs.values() for way in spec.ways}


def edges(model: Model) -> dict[str, str]:
    """event that waits beside something → that: an activity, or the scope ("": the process) of an event sub-process."""
    found = _elements(model.specification).values()
    return {
        spec.bpmn_id: spec.node.attached_to or model.specification[spec.node.scope].node.scope
        for spec in found
        if isinstance(spec, Beside)
    }


def _rests(spec: Element) -> bool:
    return spec.is_join or spec.waits_as is not None or isinstance(spec, Several | Scope | EventGateway)
