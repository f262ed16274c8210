"""Random processes without any structure: gateways joined at will, loops, sub-processes, repetitions, edges of activities.

A scope is a list of nodes; each is reached from one before it, and some flows lead anywhere. Choices are variables that
are drawn anew with every answer. What lint refuses is drawn again.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from tests.workflow.engine.drawing import bpmn
from workflow import engine
from workflow.errors import DefinitionRefused

KINDS = ["user"] * 5 + ["service", "call", "task", "catch", "events", "sub", "sub"] + ["xor", "and", "or"] * 3
EDGED = ("user", "service", "call", "sub")
MANY = ("xor", "and", "or")
SAID = {"user": " candidateGroups=registry", "service": " topic=test.work", "call": " calls=other"}
DEEPEST = 2


@dataclass
class Flow:
    id: str
    target: str
    variable: str | None = None  # XOR: taken when it is 1; OR: when it is more than 0


@dataclass
class Node:
    """`scope` is the sub-process it stands in, "" the process. `times` (with `until`) and `again` repeat it."""

    id: str
    kind: str
    scope: str
    words: str = ""
    flows: list[Flow] = field(default_factory=list)
    incoming: list[str] = field(default_factory=list)
    boundaries: list[str] = field(default_factory=list)
    event: str = ""  # of a boundary or catch: message, timer, error; of an end: terminate, error
    code: str = ""  # the error it names; "": any
    quiet: bool = False
    times: int = 0
    sequential: bool = False
    until: str | None = None
    again: str | None = None

    def __deepcopy__(self, memo: dict) -> Node:
        return self

    @property
    def repeated(self) -> bool:
        return bool(self.times or self.again)


class Wild:
    """A process that lint accepts: `nodes`, `begins` (scope → its start event), `xml`, `model`."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        while not self._accepted():
            pass

    def __deepcopy__(self, memo: dict) -> Wild:
        return self

    def chosen(self) -> dict[str, int]:
        return {name: self.chance.randrange(3) for name in self.variables}

    def _accepted(self) -> bool:
        self.nodes: dict[str, Node] = {}
        self.begins: dict[str, str] = {}
        self.variables: list[str] = []
        self.ends_by = self.chance.choice(["", "", "terminate", "error=E1"])
        self._scope("", several=True, depth=0)
        self.drawing = "\n".join(self._lines(""))
        try:
            self.model = engine.parse(bpmn(self.drawing))
        except DefinitionRefused:
            return False
        return True

    def _scope(self, scope: str, several: bool, depth: int) -> None:
        start = self._add("start", "s", scope)
        self.begins[scope] = start.id
        inside = [self._node(scope, several, depth) for _ in range(self.chance.randint(2, 7 if depth == 0 else 4))]
        nodes = [node for group in inside for node in group]
        self._edges(scope, nodes, several)
        self._connect(start, nodes)

    def _node(self, scope: str, several: bool, depth: int) -> list[Node]:
        """One node, or an event gateway with the events behind it."""
        kind = self.chance.choice(KINDS)
        if kind == "sub" and depth == DEEPEST:
            kind = "user"
        node = self._add(kind, kind[0], scope)
        if kind == "events":
            caught = [self._catch(scope), self._catch(scope)]
            for each in caught:
                self._flow(node, each)
            return [node, *caught]
        if kind == "catch":
            self._say(node)
        elif kind in ("user", "service", "sub") and self.chance.random() < 0.2 and several:
            self._repeat(node)
        if kind == "sub":
            self._scope(node.id, several and not node.repeated, depth + 1)
        node.words += SAID.get(kind, "")
        return [node]

    def _catch(self, scope: str) -> Node:
        node = self._add("catch", "c", scope)
        self._say(node)
        return node

    def _say(self, node: Node) -> None:
        node.event = self.chance.choice(["message", "timer"])
        node.words += f" message={node.id}" if node.event == "message" else " timer=PT5M"

    def _repeat(self, node: Node) -> None:
        if self.chance.random() < 0.3:
            node.again = self._variable()
            node.words += f' loop="{node.again} = 2"'
            return
        node.times, node.sequential = self.chance.randint(1, 3), self.chance.random() < 0.5
        node.words += f" times={node.times}{' sequential' if node.sequential else ''}"
        if self.chance.random() < 0.4:
            node.until = self._variable()
            node.words += f' until="{node.until} = 1"'

    def _edges(self, scope: str, nodes: list[Node], several: bool) -> None:
        for host in [node for node in nodes if node.kind in EDGED]:
            for event in ("message", "timer", "error"):
                if self.chance.random() < 0.17 and (event != "error" or host.kind != "user"):
                    nodes.append(self._edge(scope, host, event))

    def _edge(self, scope: str, host: Node, event: str) -> Node:
        node = self._add("boundary", "b", scope)
        host.boundaries.append(node.id)
        node.event, node.words = event, f" on={host.id}"
        node.quiet = event != "error" and self.chance.random() < 0.5
        if event == "error":
            node.code = self.chance.choice(["", "E1"])
            node.words += f" error={node.code}"
        else:
            node.words += f" message={node.id}" if event == "message" else " timer=PT5M"
            node.words += " quiet" if node.quiet else ""
        return node

    def _connect(self, start: Node, nodes: list[Node]) -> None:
        raced = {flow.target for node in nodes if node.kind == "events" for flow in node.flows}
        free = [node for node in nodes if node.kind != "boundary" and node.id not in raced]
        self._flow(start, self.chance.choice(free[:2]))
        before = [start]
        for node in nodes:
            if node in free and not node.incoming:
                self._flow(self._source(before) or start, node)
            before.append(node)
        for _ in range(self.chance.randint(1, 4)):
            source = self._source(nodes)
            if source is not None:
                self._flow(source, self.chance.choice(free))
        for node in nodes:
            if not node.flows:
                self._flow(node, self._end(node.scope))

    def _source(self, nodes: list[Node]) -> Node | None:
        """One that may have a flow (more): mostly gateways."""
        fit = [node for node in nodes if node.kind != "events" and (not node.flows or node.kind in MANY)]
        return self.chance.choice(fit) if fit else None

    def _end(self, scope: str) -> Node:
        ends = [node for node in self.nodes.values() if node.kind == "end" and node.scope == scope]
        if ends and self.chance.random() < 0.6:
            return self.chance.choice(ends)
        node = self._add("end", "e", scope)
        if self.ends_by and self.chance.random() < 0.3 and (scope or self.ends_by == "terminate"):
            node.event, node.words = self.ends_by.partition("=")[0], f" {self.ends_by}"
        return node

    def _flow(self, source: Node, target: Node) -> None:
        if any(flow.target == target.id for flow in source.flows) or target.kind == "start":
            return
        flow = Flow(f"{source.id}-{target.id}", target.id, self._variable() if source.kind in ("xor", "or") else None)
        source.flows.append(flow)
        target.incoming.append(flow.id)

    def _add(self, kind: str, prefix: str, scope: str) -> Node:
        node = Node(f"{prefix}{len(self.nodes) + 1}", kind, scope)
        self.nodes[node.id] = node
        return node

    def _variable(self) -> str:
        self.variables.append(f"v{len(self.variables) + 1}")
        return self.variables[-1]

    def _lines(self, scope: str, indent: str = "") -> list[str]:
        here = [node for node in self.nodes.values() if node.scope == scope]
        lines = []
        for node in here:
            lines.append(f"{indent}{node.kind} {node.id}{node.words}")
            if node.kind == "sub":
                lines += self._lines(node.id, indent + " ")
        return lines + [f"{indent}{node.id} -> {line}" for node in here for line in _written(node)]


def _written(node: Node) -> list[str]:
    """Its flows; the last of a decision is the default."""
    if node.kind not in ("xor", "or") or len(node.flows) < 2:
        return [flow.target for flow in node.flows]
    test = "= 1" if node.kind == "xor" else "> 0"
    *tested, last = node.flows
    return [*(f"{flow.target} if {flow.variable} {test}" for flow in tested), f"{last.target} default"]
