"""A process without any structure, as the token game and the pen see it: nodes, flows, scopes. `growing.py` makes random ones.

Each node is reached by flows, or stands on the edge of an activity, or begins a scope. Decisions hang on variables
(0, 1 or 2) that are drawn anew with every answer.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from tests.workflow.engine.drawing import bpmn
from tests.workflow.engine.growing import Growth
from workflow import engine
from workflow.errors import DefinitionRefused

WAITS = ("user", "service", "call", "catch", "receive")
GATEWAYS = ("xor", "and", "or", "events")


@dataclass
class Flow:
    id: str
    target: str
    variable: str | None = None  # with conditions, XOR: taken when it is 1; else: when it is more than 0


@dataclass
class Node:
    """`scope` is the (event) sub-process it stands in, "" the process. `times` (with `until`) and `again` repeat it."""

    id: str
    kind: str
    scope: str
    flows: list[Flow] = field(default_factory=list)
    incoming: list[str] = field(default_factory=list)
    boundaries: list[str] = field(default_factory=list)
    event: str = ""
    code: str = ""  # the message, signal, error (""; any), escalation, link; the variable of a condition (true: 2)
    quiet: bool = False
    cycle: int = 0  # how often a repeating timer comes
    decides: str = ""  # xor or or: its flows have conditions, the last one is the default
    times: int | str = 0  # a number, or the variable that holds it
    sequential: bool = False
    until: str | None = None
    again: str | None = None
    most: int = 0  # rounds of a loop
    before: bool = False  # asked before the first

    @property
    def repeated(self) -> bool:
        return bool(self.times or self.again)

    @property
    def one_by_one(self) -> bool:
        return bool(self.sequential or self.again)


class Wild:
    """A process that lint accepts: `nodes`, `begins` (scope → its start event), `starts` (of the process),
    `handlers` (scope → its event sub-processes), `drawing`, `model`. `refused` counts those lint did not accept."""

    def __init__(self, chance: random.Random) -> None:
        self.chance, self.refused = chance, 0
        while not self._accepted():
            self.refused += 1

    def chosen(self) -> dict[str, int]:
        return {name: self.chance.randrange(3) for name in self.variables}

    def handlers(self, scope: str) -> list[Node]:
        return self._handlers.get(scope, [])

    def _accepted(self) -> bool:
        growth = Growth(self.chance, Node, Flow)
        self.nodes, self.begins, self.variables = growth.nodes, growth.begins, growth.variables
        self.starts = [node.id for node in self.nodes.values() if node.kind == "start" and node.scope == ""]
        self._handlers: dict[str, list[Node]] = {}
        for node in self.nodes.values():
            if node.kind == "handler":
                self._handlers.setdefault(node.scope, []).append(node)
        reactive = any(node.event in REACTIVE for node in self.nodes.values())
        self.stirs = {node.id for node in self.nodes.values() if reactive and self._stirs(node)}
        self.drawing = "\n".join(self._lines(""))
        try:
            self.model = engine.parse(bpmn(self.drawing))
        except DefinitionRefused:
            return False
        return True

    def _stirs(self, node: Node) -> bool:
        """Whether its place in the order of moves may matter to other tokens, or theirs to it."""
        inside = [self.nodes[self.begins[handler.id]] for handler in self.handlers(node.id)]
        raced = [self.nodes[flow.target] for flow in node.flows] if node.kind == "events" else []
        events = [node, *inside, *raced, *(self.nodes[name] for name in node.boundaries)]
        acts = node.kind in ("throw", "end") and node.event not in ("", "link")
        return acts or not node.flows or any(event.event in ("signal", "conditional") for event in events)

    def _lines(self, scope: str, indent: str = "") -> list[str]:
        here = [node for node in self.nodes.values() if node.scope == scope]
        lines = []
        for node in here:
            lines.append(f"{indent}{words(node, self.nodes)}")
            if node.kind in ("sub", "handler"):
                lines += self._lines(node.id, indent + " ")
        return lines + [f"{indent}{node.id} -> {line}" for node in here for line in _ways(node)]


REACTIVE = ("signal", "escalation", "error", "terminate", "conditional")  # what one token does to others
SAID = {"user": " candidateGroups=registry", "service": " topic=test.work", "call": " calls=other"}


def words(node: Node, nodes: dict[str, Node]) -> str:
    """The node in the words of `drawing.py`."""
    kind = "sub" if node.kind == "handler" else node.kind
    said = f"{kind} {node.id}{SAID.get(kind, '')}"
    if node.kind == "handler":
        return said + " event"
    if node.kind == "boundary":
        said += f" on={next(host.id for host in nodes.values() if node.id in host.boundaries)}"
    return said + _event(node) + _marker(node) + (" quiet" if node.quiet else "")


def _event(node: Node) -> str:
    if node.event == "timer":
        return f" cycle=R{node.cycle}/PT5M" if node.cycle else " timer=PT5M"
    if node.event == "conditional":
        return f' conditional="{node.code} = 2"'
    if node.event == "terminate":
        return " terminate"
    return f" {node.event}={node.code}" if node.event else ""


def _marker(node: Node) -> str:
    if node.again:
        return f' loop="{node.again} = 2"' + (f" max={node.most}" if node.most else "") + " before" * node.before
    if not node.times:
        return ""
    until = f' until="{node.until} = 1"' if node.until else ""
    return f" times={node.times}{' sequential' if node.sequential else ''}{until}"


def _ways(node: Node) -> list[str]:
    """Its flows; the last of a decision is the default."""
    if node.event == "link" and node.kind == "throw":
        return []
    if node.decides not in ("xor", "or") or len(node.flows) < 2:
        return [flow.target for flow in node.flows]
    test = "= 1" if node.decides == "xor" else "> 0"
    *tested, last = node.flows
    return [*(f"{flow.target} if {flow.variable} {test}" for flow in tested), f"{last.target} default"]
