"""What comes before and after what in a process, whatever the data are."""

from collections.abc import Mapping

from workflow.engine.elements import Element
from workflow.engine.events import Beside
from workflow.engine.model import Model
from workflow.engine.scopes import Scope
from workflow.engine.several import Several
from workflow.engine.specification import Specification


def done_again(old: Model, new: Model, mapping: Mapping[str, str]) -> dict[str, list[str]]:
    """element of the old version where work waits → those that are behind it there, but before it in the new version:
    they would be done once more. Loops, in which that is so anyway, are left out."""
    before, after = after_all(old.specification), after_all(new.specification)
    work = [name for name in before if name in mapping and _is_work(old.specification[name])]
    found: dict[str, list[str]] = {}
    for name in work:
        behind = [other for other in work if name in before[other] and other not in before[name]]
        again = [other for other in behind if mapping[other] in after.get(mapping[name], ())]
        if again:
            found[name] = again
    return found


def _is_work(spec: Element) -> bool:
    return (spec.waits_as is not None or isinstance(spec, Several)) and not isinstance(spec, Beside)


def after_all(specification: Specification) -> dict[str, set[str]]:
    """element → all that may come after it; what is inside a sub-process comes after what is before that."""
    nexts = {spec.bpmn_id: _next(spec) for spec in specification.task_specs.values() if spec.name == spec.bpmn_id != ""}
    return {name: _closure(name, nexts) for name in nexts}


def _next(spec: Element) -> set[str]:
    """The elements right behind; from the last ones of a sub-process those behind that."""
    inner = spec.body if isinstance(spec, Several) else spec
    inside = [] if not isinstance(inner, Scope) else _starts(spec)
    scope = spec.node.scope
    out = {way.target.bpmn_id for way in spec.ways} | {boundary.bpmn_id for boundary in spec.boundaries} | set(inside)
    if scope and not spec.ways:
        out |= _next(spec._wf_spec[scope]) - set(_starts(spec._wf_spec[scope]))
    return out


def _starts(scope: Element) -> list[str]:
    specs = scope._wf_spec.task_specs.values()
    return [spec.bpmn_id for spec in specs if spec.node.scope == scope.bpmn_id and spec.node.kind == "startEvent"]


def _closure(name: str, nexts: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    todo = {name}
    while todo:
        here = nexts[todo.pop()]
        todo |= here - seen
        seen |= here
    return seen
