"""Gateways. Joins consume one arrival per incoming flow; what is too much stays and waits for the next round."""

from functools import cached_property
from typing import Any

from SpiffWorkflow.util.task import TaskState

from workflow.engine.elements import Element
from workflow.engine.problems import NoWayOut
from workflow.engine.specification import Way
from workflow.engine.token import Token


class Exclusive(Element):
    """The first flow whose condition is true, in the order of the file, else the default; merges without waiting
    (BPMN 2.0.2, 13.4.2)."""

    def choose(self, token: Token) -> list[Way]:
        if len(self.ways) < 2 and all(way.condition is None for way in self.ways):
            return list(self.ways)
        for way in self.ways:
            if way.condition is not None and self._true(way, token):
                return self._decided(token, [way])
        return self._decided(token, [way for way in self.ways if way.default])


class Join(Element):
    """Arrivals wait until the join may go on."""

    def _update_hook(self, token: Token) -> bool:
        if not self.is_join:
            return True
        token._set_state(TaskState.WAITING)
        if self.opens_on_arrival(token):
            self.open(token)
        return False

    def opens_on_arrival(self, token: Token) -> bool:
        return False

    def waiting(self, container: Token) -> dict[str, Token]:
        """The oldest arrival of each incoming flow in this container."""
        found: dict[str, Token] = {}
        for token in container.children:
            if token.task_spec is self and token.has_state(TaskState.WAITING):
                found.setdefault(token.internal_data["flow"], token)
        return found

    def open(self, token: Token) -> None:
        """Consume one arrival per flow that has one, and go on as one token."""
        first, *others = self.waiting(token.parent).values()
        for other in others:
            token.workflow._remove_task(other.id)
        first.internal_data.clear()
        token.workflow.note("entered", first)
        first._ready()


class Parallel(Join):
    """Waits for one token on each incoming flow; sends one along each outgoing one (BPMN 2.0.2, 13.4.1)."""

    def opens_on_arrival(self, token: Token) -> bool:
        return len(self.waiting(token.parent)) == len(self.arrivals)

    def choose(self, token: Token) -> list[Way]:
        return list(self.ways)


class Inclusive(Join):
    """Waits for what can still come; sends a token along each flow whose condition is true (BPMN 2.0.2, 13.4.3)."""

    def choose(self, token: Token) -> list[Way]:
        if len(self.ways) < 2 and all(way.condition is None for way in self.ways):
            return list(self.ways)
        true = [way for way in self.ways if way.condition is not None and self._true(way, token)]
        taken = true or [way for way in self.ways if way.default]
        if not taken:
            raise NoWayOut(activity_id=self.bpmn_id)
        return self._decided(token, taken)

    def opens(self, token: Token) -> bool:
        """No token can still reach an empty incoming flow, unless it can also reach one that has a token."""
        if not self.is_join:
            return False
        container = token.parent
        filled = self.waiting(container).keys()
        empty = self._reached.keys() - filled
        return not any(
            self.reaches(other.task_spec, empty) and not self.reaches(other.task_spec, filled)
            for other in container.children
            if other.task_spec is not self
        )

    def reaches(self, spec: Any, flows: Any) -> bool:
        """Whether a token at this element may still come along one of these incoming flows."""
        return any(spec.name in self._reached[flow] for flow in flows)

    @cached_property
    def _reached(self) -> dict[str, frozenset[str]]:
        """incoming flow → names of the elements from which a token can come to it without passing this join."""
        return {flow: self._upstream(flow) for flow in self.arrivals}

    def _upstream(self, flow: str) -> frozenset[str]:
        sources: dict[str, set[str]] = {}
        start: set[str] = set()
        for spec in self._wf_spec.task_specs.values():
            targets = {way.target.name for way in spec.ways} | {boundary.name for boundary in spec.boundaries}
            for target in targets:
                sources.setdefault(target, set()).add(spec.name)
            if any(way.id == flow for way in spec.ways):
                start.add(spec.name)
        seen: set[str] = set()
        todo = start - {self.name}
        while todo:
            name = todo.pop()
            seen.add(name)
            todo |= sources.get(name, set()) - seen - {self.name}
        return frozenset(seen)
