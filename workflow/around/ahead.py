"""The path ahead (预测): which steps a running process will still come to, and whom they will likely reach.

Read off the diagram from where the process stands now; conditions are evaluated with the variables as they are. What
depends on an answer not yet given (a field of a form on the way, the outcome, machine work) is "possible", not sure.
Nothing is run and nothing is written. Boundary events, which are exceptions, are left out.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workflow import definitions, engine, instances, xmlsafe
from workflow.diagram import reading
from workflow.diagram.graph import Flow, Node, Process
from workflow.engine import Around
from workflow.errors import NotFound, Refusal
from workflow.expressions import compile as compiled
from workflow.identity import Group, User
from workflow.models import ProcessInstance
from workflow.offers import offer
from workflow.statuses import InstanceStatus

MOST_STEPS, MOST_VISITS = 30, 400
HUMAN = ("userTask", "manualTask")
MACHINE = ("serviceTask", "sendTask", "businessRuleTask", "callActivity", "receiveTask")
FORKS = ("exclusiveGateway", "inclusiveGateway", "complexGateway")
OUTCOME = "outcome"


@dataclass(frozen=True)
class Ahead:
    """One step to come. `sure`: it comes whatever is answered on the way. `groups` (keys) and `people` (names) are
    whom it would be offered to as things are; both empty when that cannot be told yet."""

    activity_id: str
    kind: str
    sure: bool
    groups: tuple[str, ...]
    people: tuple[str, ...]


@dataclass(frozen=True)
class _Place:
    """A node the walk has come to. `unknown`: variables that may change before (None: all of them may)."""

    node_id: str
    sure: bool
    unknown: frozenset[str] | None


def path(session: Session, instance: ProcessInstance) -> list[Ahead]:
    """The steps to come, nearest first, at most MOST_STEPS; nothing for a process that does not run or is damaged."""
    if instance.status not in (InstanceStatus.RUNNING, InstanceStatus.SUSPENDED):
        return []
    graph = _graph(instance.definition.xml, instance.definition.key)
    walk = _Walk(session, instance, graph)
    try:
        sure = walk.steps()
    except engine.StateCorrupt:  # said where the process is operated
        return []
    return [_ahead(session, graph.nodes[each], sure[each], walk.around) for each in list(sure)[:MOST_STEPS]]


def names(session: Session, steps: list[Ahead], language: str = "zh") -> dict[str, str]:
    """What people of this language call the groups ("group:key") and people (by login) of these steps."""
    keys = {key for step in steps for key in step.groups}
    logins = {name for step in steps for name in step.people}
    named = func.coalesce(func.nullif(Group.name_en, ""), Group.name) if language == "en" else Group.name
    groups = session.execute(select(Group.key, named).where(Group.key.in_(keys)))
    people = session.execute(select(User.name, User.display_name).where(User.name.in_(logins)))
    return {**{f"group:{key}": name for key, name in groups}, **dict(people.all())}


class _Walk:
    """From the tokens outwards, breadth first; each node at most twice: as possible, then as sure."""

    def __init__(self, session: Session, instance: ProcessInstance, graph: Process) -> None:
        self.session, self.instance, self.graph = session, instance, graph
        self.around = instances.around(session, instances.variables(session, instance), instance)

    def steps(self) -> dict[str, bool]:
        """Activity id → whether it is sure to come, in the order in which they are reached."""
        found: dict[str, bool] = {}
        seen: dict[str, bool] = {}
        waiting, visits = deque(self.beginning()), 0
        while waiting and visits < MOST_VISITS:
            place, visits = waiting.popleft(), visits + 1
            if seen.get(place.node_id, False) or (place.node_id in seen and not place.sure):
                continue
            seen[place.node_id] = place.sure
            node = self.graph.nodes.get(place.node_id)
            if node is not None:
                if node.kind in HUMAN or node.kind == "callActivity":
                    found[node.id] = found.get(node.id, False) or place.sure
                waiting.extend(self.after(node, place))
        return found

    def beginning(self) -> Iterator[_Place]:
        """What comes after each token at rest, inside or after what is around it."""
        model = definitions.model(self.session, self.instance.definition)
        standing = engine.standing(model, instances.state(self.instance))
        around = {each.within for each in standing}
        for each in standing:
            node = self.graph.nodes.get(each.activity_id)
            if node is not None:
                here = _Place(node.id, True, frozenset())
                inside = each.token_id in around and node.kind in ("subProcess", "transaction", "adHocSubProcess")
                yield from self.onwards(node, here) if inside else self.after(node, here)

    def after(self, node: Node, place: _Place) -> Iterator[_Place]:
        """What a token at this node comes to next."""
        inner = self.graph.begins(node.id) if node.kind in ("subProcess", "transaction") else []
        for each in inner:
            yield _Place(each.id, place.sure, place.unknown)
        yield from self.onwards(node, place)

    def onwards(self, node: Node, place: _Place) -> Iterator[_Place]:
        unknown = self.changed(node, place.unknown)
        for flow, sure in self.ways(node, unknown):
            yield _Place(flow.target, place.sure and sure, unknown)

    def changed(self, node: Node, before: frozenset[str] | None) -> frozenset[str] | None:
        if before is None or node.kind in MACHINE or node.loop is not None:
            return None
        if node.kind in HUMAN:
            fields = _fields(self.session, self.instance, node.activity.form_key)
            return None if fields is None or node.activity.listeners else before | fields | {OUTCOME}
        return before

    def ways(self, node: Node, unknown: frozenset[str] | None) -> list[tuple[Flow, bool]]:
        """The flows a token may leave by, and whether it is sure to."""
        flows = self.graph.outgoing(node.id)
        if node.kind == "eventBasedGateway":
            return [(flow, False) for flow in flows]
        if not any(flow.condition for flow in flows) and node.kind not in FORKS:
            return [(flow, True) for flow in flows]
        if len(flows) == 1 and not flows[0].condition:
            return [(flows[0], True)]
        told = [(flow, self.verdict(flow, unknown)) for flow in flows if flow.id != node.default]
        default = [flow for flow in flows if flow.id == node.default]
        return _chosen(told, default, exclusive=node.kind == "exclusiveGateway")

    def verdict(self, flow: Flow, unknown: frozenset[str] | None) -> bool | None:
        """Whether its condition is true; None when that cannot be told yet."""
        if not flow.condition:
            return True
        try:
            condition = compiled(flow.condition)
            if unknown is None or unknown & set(condition.names):
                return None
            value = condition.evaluate(self.around)
        except Refusal:
            return None
        return value if isinstance(value, bool) else None


def _chosen(told: list[tuple[Flow, bool | None]], default: list[Flow], exclusive: bool) -> list[tuple[Flow, bool]]:
    """Those that are or may be taken. Of an exclusive gateway the first true one ends the choice."""
    ways: list[tuple[Flow, bool]] = []
    for flow, verdict in told:
        if verdict is not False:
            ways.append((flow, verdict is True and (not exclusive or not ways)))
        if exclusive and verdict is True:
            return ways
    sure = not any(verdict is not False for _, verdict in told)
    if not any(verdict is True for _, verdict in told):
        ways += [(flow, sure) for flow in default]
    return ways


def _ahead(session: Session, node: Node, sure: bool, around: Around) -> Ahead:
    if node.kind == "callActivity":
        return Ahead(node.id, node.kind, sure, (), ())
    try:
        made = offer(session, node.activity, around)
    except Refusal:
        return Ahead(node.id, node.kind, sure, (), ())
    people = [*([made.assignee] if made.assignee else []), *made.users]
    return Ahead(node.id, node.kind, sure, tuple(made.groups), tuple(dict.fromkeys(people)))


def _fields(session: Session, instance: ProcessInstance, form_key: str | None) -> frozenset[str] | None:
    """The names a step's form may give; None when the form cannot be read."""
    if not form_key:
        return frozenset()
    name = form_key if form_key.endswith(definitions.FORM) else f"{form_key}{definitions.FORM}"
    try:
        return frozenset(_keys(orjson.loads(definitions.resource(session, instance.definition, name))))
    except (NotFound, orjson.JSONDecodeError):
        return None


def _keys(component: Any) -> Iterator[str]:
    if isinstance(component, Mapping):
        if isinstance(component.get("key"), str):
            yield component["key"]
        for each in component.values():
            yield from _keys(each)
    elif isinstance(component, list):
        for each in component:
            yield from _keys(each)


@lru_cache(maxsize=64)
def _graph(xml: bytes, key: str) -> Process:
    return next(each for each in reading.processes(xmlsafe.read(xml)) if each.id == key)
