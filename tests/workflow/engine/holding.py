"""Where tokens stand in the token game: scopes, and what is held in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.workflow.engine.wild import Node

Key = tuple[str, int]  # activity id, loopCounter
PERIOD = 5  # minutes; every timer of a Wild


@dataclass
class Armed:
    """An event that is waited for. `due` and `left` of a timer: when, in minutes, and how often; `met`: its condition
    has been seen true."""

    node: Node
    due: int = 0
    left: int = 0
    met: bool = False

    def frozen(self) -> tuple:
        return (self.node.id, self.due, self.left, self.met)

    def copy(self) -> Armed:
        return Armed(self.node, self.due, self.left, self.met)


class Scope:
    """The process, one run of a sub-process, or the repetitions of an activity.

    `held`: what stands inside; `coming`: tokens on their way, (element, flow); `armed`: what begins an event
    sub-process; `shut`: no event sub-process may begin any more."""

    def __init__(self, name: str, holder: Held | None, counter: int) -> None:
        self.name, self.holder, self.counter = name, holder, counter
        self.held: list[Held] = []
        self.coming: list[tuple[str, str | None]] = []
        self.armed: list[Armed] = []
        self.shut = False

    def frozen(self) -> tuple:
        held = tuple(sorted(each.frozen() for each in self.held))
        coming = tuple(sorted((name, flow or "") for name, flow in self.coming))
        return (held, coming, tuple(sorted(each.frozen() for each in self.armed)), self.shut)

    def copy(self, holder: Held | None) -> Scope:
        """With all that is in it."""
        made = Scope(self.name, holder, self.counter)
        made.held = [held.copy(made) for held in self.held]
        made.coming, made.armed, made.shut = list(self.coming), [each.copy() for each in self.armed], self.shut
        return made

    def within(self) -> Iterator[Scope]:
        yield self
        for held in self.held:
            if held.inside is not None:
                yield from held.inside.within()


class Held:
    """A token at rest. `body`: it is one repetition of its node; `flow`: how it came to the join it waits at."""

    def __init__(self, node: Node, scope: Scope, body: bool = False, flow: str | None = None) -> None:
        self.node, self.scope, self.body, self.flow = node, scope, body, flow
        self.inside: Scope | None = None
        self.armed: list[Armed] = []
        self.counter, self.begun, self.done, self.total = scope.counter, 0, 0, 0

    def frozen(self) -> tuple:
        inside = () if self.inside is None else self.inside.frozen()
        armed = tuple(sorted(each.frozen() for each in self.armed))
        return (
            self.node.id,
            self.counter,
            self.body,
            self.flow or "",
            armed,
            self.begun,
            self.done,
            self.total,
            inside,
        )

    def copy(self, scope: Scope) -> Held:
        made = Held(self.node, scope, self.body, self.flow)
        made.inside = None if self.inside is None else self.inside.copy(made)
        made.armed = [each.copy() for each in self.armed]
        made.counter, made.begun, made.done, made.total = self.counter, self.begun, self.done, self.total
        return made

    @property
    def waits(self) -> bool:
        """For somebody who does the work."""
        return self.node.kind in ("user", "service", "call") and self.inside is None
