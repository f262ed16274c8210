"""A BPMN process as nodes and flows, read but not judged. Judging is `workflow.lint`, running is `workflow.engine`."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from workflow.diagram.activity import Activity


@dataclass(frozen=True)
class Flow:
    """A sequence flow; `condition` is its text as written."""

    id: str
    source: str
    target: str
    condition: str | None = None
    name: str | None = None


@dataclass(frozen=True)
class Event:
    """What an event (or receive task) is about.

    kind: none message signal timer error escalation terminate link conditional compensate cancel multiple.
    name: of the message, signal or link; the code of an error or escalation (None: any). timer: date duration cycle.
    """

    kind: str
    name: str | None = None
    timer: str | None = None
    text: str | None = None  # of the timer or condition
    correlation_key: str | None = None  # expression
    any_code: bool = False  # of an error or escalation that names no code: caught, it is any

    def catches(self, kind: str, code: str | None) -> bool:
        """Whether it catches this error or escalation."""
        return self.kind == kind and (self.any_code or self.name == code)


_NONE = Event("none")


@dataclass(frozen=True)
class Loop:
    """Multi-instance (`standard` false) or standard loop marker of an activity; expressions as written."""

    standard: bool = False
    sequential: bool = False
    cardinality: str | None = None
    collection: str | None = None
    item: str | None = None
    condition: str | None = None  # completion condition; of a standard loop: go on while true
    output: str | None = None  # variable that gets the list of results
    output_element: str | None = None  # expression giving one result
    maximum: str | None = None
    test_before: bool = False


@dataclass(frozen=True)
class Node:
    """A flow node. `scope` is the id of the sub-process around it, "" at the top."""

    activity: Activity
    scope: str = ""
    event: Event | None = None
    attached_to: str | None = None
    interrupting: bool = True
    loop: Loop | None = None
    default: str | None = None
    triggered_by_event: bool = False
    instantiate: bool = False  # of receive tasks and event gateways: the process begins with it
    ignored: tuple[str, ...] = ()  # extension elements that say something we do not carry out

    @property
    def id(self) -> str:
        return self.activity.id

    @property
    def kind(self) -> str:
        return self.activity.kind


@dataclass(frozen=True)
class Process:
    """One process of a file. `flows` are in document order."""

    id: str
    name: str
    names: Mapping[str, str]
    executable: bool
    nodes: Mapping[str, Node]
    flows: tuple[Flow, ...]
    documentation: str | None = None
    documentations: Mapping[str, str] = field(default_factory=dict)  # in other languages
    version_tag: str | None = None  # the modeller's name of this version (camunda:versionTag)
    starters: tuple[str, ...] = ()  # groups whose people may start it by hand (camunda:candidateStarterGroups)
    properties: Mapping[str, str] = field(default_factory=dict)  # of the process itself
    _out: Mapping[str, tuple[Flow, ...]] = field(default_factory=dict, repr=False)
    _in: Mapping[str, tuple[Flow, ...]] = field(default_factory=dict, repr=False)

    def outgoing(self, node_id: str) -> tuple[Flow, ...]:
        return self._out.get(node_id, ())

    def incoming(self, node_id: str) -> tuple[Flow, ...]:
        return self._in.get(node_id, ())

    def starts(self, scope: str) -> list[Node]:
        """The elements that begin this scope by being triggered: its start events; receive tasks that instantiate, and
        the events behind a gateway that does."""
        found = []
        for node in self.within(scope):
            if node.kind == "startEvent" or (node.kind == "receiveTask" and node.instantiate):
                found.append(node)
            elif node.kind == "eventBasedGateway" and node.instantiate:
                found += [self.nodes[flow.target] for flow in self.outgoing(node.id) if flow.target in self.nodes]
        return found

    def begins(self, scope: str) -> list[Node]:
        """Where a token comes to when the scope begins untriggered: its start event without kind; in a scope without
        any start all that no flow leads to (BPMN 2.0.2, 10.5.2)."""
        starts = self.starts(scope)
        if starts:
            return [node for node in starts if node.kind == "startEvent" and (node.event or _NONE).kind == "none"]
        return [node for node in self.within(scope) if self._is_open(node)]

    def _is_open(self, node: Node) -> bool:
        is_link = node.event is not None and node.event.kind == "link" and node.kind == "intermediateCatchEvent"
        return not (self.incoming(node.id) or node.attached_to or node.triggered_by_event or is_link)

    def starts_handler(self, node: Node) -> bool:
        """Whether this is the start event of an event sub-process."""
        return node.kind == "startEvent" and node.scope in self.nodes and self.nodes[node.scope].triggered_by_event

    def starts_plain_scope(self, node: Node) -> bool:
        """Whether this is the start event of a sub-process that flow leads into."""
        return node.kind == "startEvent" and node.scope in self.nodes and not self.nodes[node.scope].triggered_by_event

    def boundaries(self, node_id: str) -> list[Node]:
        """The boundary events attached to this activity."""
        return list(self._by_host.get(node_id, ()))

    def within(self, scope: str) -> list[Node]:
        """The nodes directly inside this sub-process ("": the process)."""
        return list(self._by_scope.get(scope, ()))

    @cached_property
    def handler_starts(self) -> tuple[Node, ...]:
        """The start events of all event sub-processes."""
        return tuple(node for node in self.nodes.values() if self.starts_handler(node))

    @cached_property
    def _by_host(self) -> Mapping[str | None, list[Node]]:
        return _grouped(self.nodes.values(), lambda node: node.attached_to)

    @cached_property
    def _by_scope(self) -> Mapping[str | None, list[Node]]:
        return _grouped(self.nodes.values(), lambda node: node.scope)


def _grouped(nodes: Iterable[Node], by: Callable[[Node], str | None]) -> Mapping[str | None, list[Node]]:
    groups: dict[str | None, list[Node]] = {}
    for node in nodes:
        groups.setdefault(by(node), []).append(node)
    return groups
