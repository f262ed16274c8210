"""Blocks for what news do: edges of activities, races, events that wait, tasks behind which something is thrown."""

from __future__ import annotations

from typing import Any

from tests.workflow.engine.oracle import Block, Key, Leaf, Running, Task, World

PERIOD = 5


class Event:
    """What is waited for; drawn as words. Messages are each other's strangers, signals and codes meet."""

    def __init__(self, pen, kinds: list[str], quiet: bool | None = None) -> None:
        self.id, self.kind = pen.id("m"), pen.kind(kinds)
        self.code = pen.chance.choice(pen.codes)
        self.quiet = quiet if quiet is not None else pen.chance.random() < 0.5
        self.quiet = (self.quiet or self.kind == "cycle") and self.kind != "error"
        self.any = self.kind in ("error", "escalation") and pen.chance.random() < 0.3
        self.times = pen.chance.randint(1, 3)

    def words(self) -> str:
        said = {
            "message": f"message={self.id}",
            "timer": "timer=PT5M",
            "cycle": f"cycle=R{self.times}/PT5M",
            "signal": f"signal={self.code}",
        }
        return said.get(self.kind) or f"{self.kind}={'' if self.any else self.code}"

    def arm(self, world: World, counter: int) -> Waiting | None:
        """None for what comes from inside only."""
        return Waiting(self, world, counter) if self.kind not in ("error", "escalation") else None

    def catches(self, raised: tuple[str, str] | None) -> bool:
        return raised is not None and raised[0] == self.kind and (self.any or raised[1] == self.code)


class Waiting:
    """An event being waited for."""

    def __init__(self, event: Event, world: World, counter: int) -> None:
        self.event, self.key = event, (event.id, counter)
        self.due, self.left = world.now + PERIOD, event.times if event.kind == "cycle" else 1

    def hears(self, name: str) -> list[Any]:
        return [self] if (self.event.kind, self.event.code) == ("signal", name) else []

    def is_meant(self, key: Any) -> bool:
        return key is self or key == self.key

    def come(self, world: World) -> bool:
        """It is here; whether it may come again."""
        if self.event.kind not in ("timer", "cycle"):
            return True
        world.now = max(world.now, self.due)
        while self.due <= world.now:
            self.due, self.left = self.due + PERIOD, self.left - 1
        return self.left > 0


class Await(Block):
    """An intermediate event."""

    kinds = ["message", "timer", "signal"]

    def __init__(self, pen, depth, several):
        self.event = Event(pen, self.kinds, False)

    def draw(self, pen, lines, indent):
        lines.append(f"{indent}catch {self.event.id} {self.event.words()}")
        return self.event.id, self.event.id

    def begin(self, world, counter):
        return Awaiting(self.event.arm(world, counter))


class Awaiting(Running):
    def __init__(self, waits: Waiting) -> None:
        super().__init__()
        self.waits = waits

    def waiting(self):
        return [self.waits.key]

    def listening(self, name):
        return self.waits.hears(name)

    def act(self, key, world):
        if self.waits.is_meant(key):
            self.waits.come(world)
            self.done = True
        return self.done


class When(Block):
    """An intermediate event that waits for a variable to be 2."""

    def __init__(self, pen, depth, several):
        self.id, self.variable = pen.id("m"), pen.variable()

    def draw(self, pen, lines, indent):
        lines.append(f'{indent}catch {self.id} conditional="{self.variable} = 2"')
        return self.id, self.id

    def begin(self, world, counter):
        leaf = Hoping((self.id, counter), self.variable)
        leaf.done = world[self.variable] == 2
        return leaf


class Hoping(Leaf):
    def __init__(self, key: Key, variable: str) -> None:
        super().__init__(key)
        self.variable = variable

    def met(self, world):
        return self if world[self.variable] == 2 else None


class Guard(Block):
    """A task or what `body_kind` draws, with an event on its edge; quiet: beside it and again, else instead of it."""

    body_kind: type[Block]

    def __init__(self, pen, depth, several):
        inner = depth > 0 and pen.chance.random() < 0.7
        self.body = (self.body_kind if inner else Task)(pen, max(depth, 0), several)
        self.event = Event(
            pen, ["message", "timer", "cycle", "signal", *(["error", "escalation"] * 2 if inner else [])]
        )
        self.path = pen.block(min(depth, 1), several) if depth > 0 else Task(pen, 0, several)

    def draw(self, pen, lines, indent):
        first, last = self.body.draw(pen, lines, indent)
        quiet = " quiet" if self.event.quiet else ""
        lines.append(f"{indent}boundary {self.event.id} on={first} {self.event.words()}{quiet}")
        then, over = self.path.draw(pen, lines, indent)
        lines.append(f"{indent}{self.event.id} -> {then}")
        if self.event.quiet:
            lines += [f"{indent}end e{self.event.id}", f"{indent}{over} -> e{self.event.id}"]
            return first, last
        merge = pen.id("g")
        lines += [f"{indent}xor {merge}", f"{indent}{last} -> {merge}", f"{indent}{over} -> {merge}"]
        return first, merge

    def begin(self, world, counter):
        return Guarded(self, world, counter)


class Guarded(Running):
    def __init__(self, guard, world, counter):
        super().__init__()
        self.guard, self.counter = guard, counter
        self.waits = guard.event.arm(world, counter)
        self.body = guard.body.begin(world, counter)
        self.enter(self.body, world)

    @property
    def armed(self) -> Waiting | None:
        return self.waits if self.body in self.inside else None

    def waiting(self):
        return super().waiting() + ([self.armed.key] if self.armed else [])

    def listening(self, name):
        return (self.armed.hears(name) if self.armed else []) + super().listening(name)

    def act(self, key, world):
        if self.armed is None or not self.armed.is_meant(key):
            return super().act(key, world)
        if not self.waits.come(world):
            self.waits = None
        self.happen(world)
        return True

    def catch(self, world, part):
        if self.body in self.inside and self.guard.event.catches(world.raised):
            world.raised = None
            self.happen(world)

    def happen(self, world):
        path = self.guard.path.begin(world, self.counter)
        if self.guard.event.quiet:
            self.extra += [*path.extra, *([] if path.done else [path])]
        else:
            self.inside = []
            self.enter(path, world)


class Race(Block):
    """The first event decides."""

    def __init__(self, pen, depth, several):
        self.events = [Event(pen, ["message", "timer"], False), Event(pen, ["message", "timer", "signal"], False)]
        self.parts = [pen.block(min(depth, 2), several) for _ in range(2)]

    def draw(self, pen, lines, indent):
        gate, merge = pen.id("g"), pen.id("j")
        lines += [f"{indent}events {gate}", f"{indent}xor {merge}"]
        for event, part in zip(self.events, self.parts, strict=True):
            lines.append(f"{indent}catch {event.id} {event.words()}")
            first, last = part.draw(pen, lines, indent)
            lines += [f"{indent}{gate} -> {event.id} -> {first}", f"{indent}{last} -> {merge}"]
        return gate, merge

    def begin(self, world, counter):
        running = Running()
        running.inside = [Racing(self, world, counter)]
        return running


class Racing(Running):
    def __init__(self, race, world, counter):
        super().__init__()
        self.race, self.counter, self.waits = race, counter, [event.arm(world, counter) for event in race.events]

    def waiting(self):
        return [each.key for each in self.waits] + super().waiting()

    def listening(self, name):
        return [found for each in self.waits for found in each.hears(name)] + super().listening(name)

    def act(self, key, world):
        for each, part in zip(self.waits, self.race.parts, strict=False):
            if each.is_meant(key):
                each.come(world)
                self.waits = []
                self.enter(part.begin(world, self.counter), world)
                return True
        return super().act(key, world)


class Throw(Block):
    """A task; when it is done something is thrown, and another task follows. An error or terminate only if a variable
    is 1."""

    kinds = ["message", "signal", "escalation", "error", "terminate"]

    def __init__(self, pen, depth, several):
        self.before, self.after = Task(pen, 0, several), Task(pen, 0, several)
        self.kind, self.id, self.variable = pen.kind(self.kinds), pen.id("x"), pen.variable()
        self.code = self.id if self.kind == "message" else pen.chance.choice(pen.codes)

    @property
    def ends(self) -> bool:
        return self.kind in ("error", "terminate")

    def draw(self, pen, lines, indent):
        first, _ = self.before.draw(pen, lines, indent)
        last, _ = self.after.draw(pen, lines, indent)
        if not self.ends:
            lines += [f"{indent}throw {self.id} {self.kind}={self.code}", f"{indent}{first} -> {self.id} -> {last}"]
            return first, last
        event = "terminate" if self.kind == "terminate" else f"error={self.code}"
        lines += [f"{indent}xor {self.id}", f"{indent}end e{self.id} {event}", f"{indent}{first} -> {self.id}"]
        lines += [f"{indent}{self.id} -> e{self.id} if {self.variable} = 1", f"{indent}{self.id} -> {last} default"]
        return first, last

    def begin(self, world, counter):
        running = Running()
        running.after = lambda part, world: self.thrown(running, part, world, counter)
        running.inside = [first := self.before.begin(world, counter)]
        running.first = first
        return running

    def thrown(self, running, part, world, counter):
        if part is not running.first:
            running.done = True
            return
        if not self.ends:
            running.enter(self.after.begin(world, counter), world)
        if self.kind in ("message", "signal"):
            world.thrown.append((self.kind, self.code))
        if self.kind == "signal":
            world.heard.append(self.code)
        elif self.kind == "escalation" or (self.ends and world[self.variable] == 1):
            world.raised = (self.kind, self.code)
        elif self.ends:
            running.enter(self.after.begin(world, counter), world)
