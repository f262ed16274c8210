"""Grows random processes: gateways joined at will, loops, sub-processes, event sub-processes, repetitions, events of
every kind on edges, in the middle and at ends. What lint refuses is grown again."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

KINDS = (
    ["user"] * 5
    + ["service", "call", "receive", "task", "catch", "throw", "events", "sub", "sub"]
    + ["xor", "and", "or"] * 3
)
EDGED = ("user", "service", "call", "receive", "sub")
MANY = ("xor", "and", "or")
DEEPEST = 2
CAUGHT = ["message", "message", "timer", "signal", "conditional"]
ON_EDGES = ["message", "timer", "cycle", "error", "escalation", "signal", "conditional"]
BEGINS_HANDLERS = ["message", "timer", "cycle", "error", "escalation", "signal", "conditional"]
CALM = {"message", "timer", "cycle"}  # what only comes from outside
CODES = ("K1", "K2")


class Growth:
    """`nodes` in the order they are drawn. `news`: how likely events are that one token throws and another catches;
    `theme`: of which there are many."""

    def __init__(self, chance: random.Random, node: Callable[..., Any], flow: Callable[..., Any]) -> None:
        self.chance, self.node, self.flow = chance, node, flow
        self.nodes: dict[str, Any] = {}
        self.begins: dict[str, str] = {}
        self.variables: list[str] = []
        self.theme = chance.choice([None, None, "signal", "signal", "escalation", "error", "conditional"])
        self.codes = chance.choice([CODES, CODES[:1]])
        self.news = chance.choice([0, 0.5, 1]) if self.theme is None else 1
        self.ends_by = chance.choice(
            [[], [], ["terminate"], ["error"], ["terminate", "error", "signal", "escalation", "message"]]
        )
        if self.theme in ("signal", "escalation", "error"):
            self.ends_by = [*self.ends_by, self.theme, self.theme]
        self._scope("", several=True, depth=0)

    def _scope(self, scope: str, several: bool, depth: int, start: Any = None) -> None:
        start = start or self._add("start", "s", scope)
        self.begins[scope] = start.id
        most = (7, 4, 3)[min(depth, 2)]
        inside = [self._node(scope, several, depth) for _ in range(self.chance.randint(2, most))]
        nodes = [node for group in inside for node in group]
        self._edges(scope, nodes)
        self._connect(start, nodes)
        if self.chance.random() < (0.3 if depth == 0 else 0.25) and depth < DEEPEST:
            self._handlers(scope, depth)
        if not scope and self.chance.random() < 0.15:
            other = self._add("start", "s", scope)
            other.event, other.code = "message", other.id
            self._flow(other, self.chance.choice([node for node in nodes if self._free(node, nodes)]))

    def _handlers(self, scope: str, depth: int) -> None:
        """Event sub-processes of a scope; no two of them wait for the same."""
        kinds = [kind for kind in BEGINS_HANDLERS if kind in CALM or self.chance.random() < self.news]
        chosen = self.chance.sample(kinds, self.chance.choice([1, 1, 2]))
        if self.theme is not None and self.chance.random() < 0.6:
            chosen = [self.theme, *(kind for kind in chosen[1:] if kind != self.theme)]
        for kind in chosen:
            handler = self._add("handler", "h", scope)
            start = self._add("start", "s", handler.id)
            start.quiet = kind == "cycle" or (kind != "error" and self.chance.random() < 0.5)
            self._say(start, kind)
            self._scope(handler.id, False, depth + 1, start)

    def _node(self, scope: str, several: bool, depth: int) -> list[Any]:
        """One node, or an event gateway with the events behind it, or the two halves of a link."""
        kind = "throw" if self.theme and self.chance.random() < 0.12 else self.chance.choice(KINDS)
        if kind == "sub" and depth == DEEPEST:
            kind = "user"
        node = self._add(kind, kind[0], scope)
        if kind == "events":
            caught = [self._add("catch", "c", scope) for _ in range(2)]
            for each, event in zip(caught, self.chance.sample(CAUGHT, 2), strict=True):
                self._say(each, event if self._stirs(event) else "message")
                self._flow(node, each)
            return [node, *caught]
        if kind == "throw":
            return self._throw(node)
        if kind in MANY[::2]:
            node.decides = kind
        if kind == "catch":
            self._say(node, self._one_of(CAUGHT))
        elif kind == "receive":
            self._say(node, "message")
        if kind in ("user", "service", "receive", "sub") and self.chance.random() < 0.2 and several:
            self._repeat(node)
        if kind == "sub":
            self._scope(node.id, several and not node.repeated, depth + 1)
        if kind in ("user", "task", "sub") and self.chance.random() < 0.15:
            node.decides = self.chance.choice(["or", "all"])
        return [node]

    def _throw(self, node: Any) -> list[Any]:
        kind = self.chance.choice(["", "link", "message", *(["signal", "signal", "escalation"] if self.news else [])])
        if self.theme in ("signal", "escalation") and self.chance.random() < 0.7:
            kind = self.theme
        if kind == "link":
            other = self._add("catch", "c", node.scope)
            node.event = other.event = "link"
            node.code = other.code = node.id
            self._flow(node, other)
            return [node, other]
        if kind:
            self._say(node, kind)
        return [node]

    def _say(self, node: Any, kind: str) -> None:
        """What an event is about. Messages are each other's strangers; signals and codes meet."""
        node.event, node.code = kind, ""
        if kind == "cycle":
            node.event, node.cycle = "timer", self.chance.randint(1, 3)
        elif kind == "message":
            node.code = f"to-{node.id}" if node.kind in ("throw", "end") else node.id
        elif kind == "conditional":
            node.code = self._variable()
        elif kind in ("signal", "error", "escalation"):
            node.code = self.chance.choice(self.codes)
            if node.kind in ("boundary", "start") and kind != "signal":
                node.code = self.chance.choice(["", node.code])

    def _stirs(self, kind: str) -> bool:
        return kind in CALM or self.chance.random() < self.news

    def _one_of(self, kinds: list[str]) -> str:
        if self.theme in kinds and self.chance.random() < 0.5:
            return self.theme
        return self.chance.choice([kind for kind in kinds if self._stirs(kind)] or ["message"])

    def _repeat(self, node: Any) -> None:
        if self.chance.random() < 0.3:
            node.again, node.most = self._variable(), self.chance.choice([0, 0, 2])
            node.before = self.chance.random() < 0.3
            return
        node.times, node.sequential = self.chance.choice([1, 2, 3, self._variable()]), self.chance.random() < 0.5
        if self.chance.random() < 0.4:
            node.until = self._variable()

    def _edges(self, scope: str, nodes: list[Any]) -> None:
        for host in [node for node in nodes if node.kind in EDGED]:
            for event in ON_EDGES:
                sensible = event not in ("error", "escalation") or host.kind in ("service", "call", "sub")
                likely = self.chance.random() < (0.35 if event == self.theme else 0.12)
                if likely and sensible and (event in (*CALM, "error") or self._stirs(event)):
                    nodes.append(self._edge(scope, host, event))

    def _edge(self, scope: str, host: Any, event: str) -> Any:
        node = self._add("boundary", "b", scope)
        host.boundaries.append(node.id)
        node.quiet = event == "cycle" or (event != "error" and self.chance.random() < 0.5)
        self._say(node, event)
        return node

    def _connect(self, start: Any, nodes: list[Any]) -> None:
        free = [node for node in nodes if self._free(node, nodes)]
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

    def _free(self, node: Any, nodes: list[Any]) -> bool:
        """Whether a flow may lead there: not to edges, the events of a race, the far end of a link."""
        raced = {flow.target for each in nodes if each.kind == "events" for flow in each.flows}
        return node.kind != "boundary" and node.id not in raced and not (node.kind == "catch" and node.event == "link")

    def _source(self, nodes: list[Any]) -> Any:
        """One that may have a flow (more): mostly gateways."""
        closed = ("events",)
        fit = [
            node
            for node in nodes
            if node.kind not in closed
            and not (node.kind == "throw" and node.event == "link")
            and (not node.flows or node.kind in MANY or node.decides)
        ]
        return self.chance.choice(fit) if fit else None

    def _end(self, scope: str) -> Any:
        ends = [node for node in self.nodes.values() if node.kind == "end" and node.scope == scope]
        if ends and self.chance.random() < 0.6:
            return self.chance.choice(ends)
        node = self._add("end", "e", scope)
        if self.ends_by and self.chance.random() < 0.35:
            kind = self.chance.choice(self.ends_by)
            if scope or kind in ("terminate", "message", "signal"):
                self._say(node, kind)
        return node

    def _flow(self, source: Any, target: Any) -> None:
        if any(flow.target == target.id for flow in source.flows) or target.kind == "start":
            return
        variable = self._variable() if source.decides in ("xor", "or") else None
        flow = self.flow(f"{source.id}-{target.id}", target.id, variable)
        source.flows.append(flow)
        target.incoming.append(flow.id)

    def _add(self, kind: str, prefix: str, scope: str) -> Any:
        node = self.node(f"{prefix}{len(self.nodes) + 1}", kind, scope)
        self.nodes[node.id] = node
        return node

    def _variable(self) -> str:
        self.variables.append(f"v{len(self.variables) + 1}")
        return self.variables[-1]
