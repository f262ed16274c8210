"""Scopes of the block-structured account: the process, sub-processes, and the event sub-processes that stand by in them."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

from tests.workflow.engine import oracle
from tests.workflow.engine.oracle import Again, And, Block, Key, Loop, Or, Pen, Running, Seq, Several, Task, World, Xor
from tests.workflow.engine.oracle_events import Await, Event, Guard, Race, Throw, Waiting, When

COMES = ["message", "timer", "cycle", "signal", "error", "escalation"]


class Handler:
    """An event sub-process."""

    def __init__(self, pen: Pen, depth: int) -> None:
        self.id, self.event, self.path = pen.id("H"), Event(pen, COMES), pen.block(max(0, min(depth, 1)), False)

    def draw(self, pen: Pen, lines: list[str], indent: str) -> None:
        quiet = " quiet" if self.event.quiet else ""
        lines += [f"{indent}sub {self.id} event", f"{indent} start {self.event.id} {self.event.words()}{quiet}"]
        first, last = self.path.draw(pen, lines, indent + " ")
        lines += [f"{indent} end e{self.id}", f"{indent} {self.event.id} -> {first}", f"{indent} {last} -> e{self.id}"]


class Sub(Block):
    def __init__(self, pen, depth, several):
        self.id, self.body = pen.id("S"), pen.block(depth, several)
        self.handlers = handlers(pen, depth)

    def draw(self, pen, lines, indent):
        lines.append(f"{indent}sub {self.id}")
        draw_inside(self, pen, lines, indent + " ")
        return self.id, self.id

    def begin(self, world, counter):
        return Scope(self, world, counter)


def handlers(pen: Pen, depth: int) -> list[Handler]:
    """None, one or two, for different events."""
    found = [Handler(pen, depth) for _ in range(pen.chance.choice([0, 0, 1, 2]) if depth > 0 else 0)]
    return found if len({handler.event.kind for handler in found}) == len(found) else found[:1]


def draw_inside(scope: Any, pen: Pen, lines: list[str], indent: str) -> None:
    lines += [f"{indent}start s{scope.id}", f"{indent}end e{scope.id}"]
    first, last = scope.body.draw(pen, lines, indent)
    lines += [f"{indent}s{scope.id} -> {first}", f"{indent}{last} -> e{scope.id}"]
    for handler in scope.handlers:
        handler.draw(pen, lines, indent)


class Scope(Running):
    """What goes on beside its block belongs to it too. `beside`: runs of its event sub-processes; `armed`: those
    that stand by; none begins any more when only they run."""

    def __init__(self, scope: Any, world: World, counter: int) -> None:
        super().__init__()
        self.counter, self.beside = counter, []
        self.handlers: list[Handler] = list(scope.handlers)
        self.armed: dict[Handler, Waiting] = {}
        for handler in scope.handlers:
            if waits := handler.event.arm(world, counter):
                self.armed[handler] = waits
        self.enter(scope.body.begin(world, counter), world)
        self.settle()

    def settle(self) -> None:
        self.inside += self.extra
        self.extra = []
        self.beside = [part for part in self.beside if not part.done]
        if not [part for part in self.inside if part not in self.beside]:
            self.handlers, self.armed = [], {}
        self.inside = [part for part in self.inside if not part.done]
        self.done = not self.inside

    def waiting(self):
        return super().waiting() + [waits.key for waits in self.armed.values()]

    def listening(self, name):
        """What stands by hears it first: the same news may end all it stands by for."""
        return [each for waits in self.armed.values() for each in waits.hears(name)] + super().listening(name)

    def act(self, key, world):
        for handler, waits in list(self.armed.items()):
            if waits.is_meant(key):
                if not waits.come(world):
                    del self.armed[handler]
                self.happen(handler, world)
                self.settle()
                return True
        acted = super().act(key, world)
        if acted:
            self.settle()
        return acted

    def after(self, part, world):
        """`settle` looks whether it is done."""

    def catch(self, world, part):
        """An event sub-process does not catch what it throws itself."""
        if world.raised == ("terminate", world.raised[1]):
            world.raised = None
            self.inside, self.extra, self.beside = [], [], []
            return
        fitting = [
            handler for handler in self.handlers if handler is not part.of and handler.event.catches(world.raised)
        ]
        if fitting:
            world.raised = None
            self.happen(fitting[0], world)

    def happen(self, handler: Handler, world: World) -> None:
        if not handler.event.quiet:
            self.inside, self.extra, self.beside, self.handlers, self.armed = [], [], [], [], {}
        run = Scope(_Path(handler), world, self.counter)
        run.of = handler
        if not run.done:
            self.beside.append(run)
            self.inside.append(run)


class _Path:
    """The inside of an event sub-process; nothing stands by in there."""

    def __init__(self, handler: Handler) -> None:
        self.body, self.handlers = handler.path, []


class Blocks:
    """A random process. It has throwers of signals or waits for conditions, not both: their order would matter."""

    id = ""

    def __init__(self, chance: random.Random) -> None:
        news = [Await, Throw, Throw] if chance.random() < 0.6 else [When, Await]
        self.pen = Pen(chance, [Task, Seq, Xor, And, Or, Loop, Sub, Guard, Race, Several, Again, *news])
        self.body = chance.choice([Seq, And, Or, Loop, Sub, Guard, Several, Again])(self.pen, 4, True)
        self.handlers = handlers(self.pen, chance.choice([0, 2]))
        lines: list[str] = []
        draw_inside(self, self.pen, lines, "")
        self.drawing = "\n".join(lines)

    def chosen(self) -> dict[str, int]:
        return self.pen.chosen()

    def oracle(self, variables: dict[str, int]) -> Whole:
        return Whole(self, variables)


class Whole:
    """The process as a whole."""

    def __init__(self, blocks: Blocks, variables: dict[str, int]) -> None:
        self.world = World(variables)
        self.scope = Scope(blocks, self.world, 0)
        self._rest()

    @property
    def done(self) -> bool:
        return self.scope.done

    def open(self) -> Counter[Key]:
        return Counter(self.scope.waiting())

    def act(self, key: Key | None, variables: dict[str, int]) -> None:
        """The work is done or the event comes, with these variables; without a key only they change."""
        self.world.update(variables)
        self.world.thrown = []
        assert key is None or self._act(key)
        self._rest()

    def _act(self, key: Any) -> bool:
        acted = self.scope.act(key, self.world)
        raised, self.world.raised = self.world.raised, None
        if raised is not None:
            self.world.thrown.append(raised)
            if raised[0] == "error":
                self.scope.inside, self.scope.armed, self.scope.done = [], {}, True
        return acted

    def _rest(self) -> None:
        while self.world.heard:
            for each in self.scope.listening(self.world.heard.pop(0)):
                self._act(each)
        while (found := self.scope.met(self.world)) is not None:
            self._act(found)


oracle.Several.body_kind = Guard.body_kind = Sub
