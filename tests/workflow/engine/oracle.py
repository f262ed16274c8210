"""An independent account of block-structured BPMN: blocks that are begun, acted on and done. It has no tokens.

A block draws itself (`draw(pen) -> (first, last)` element ids) and makes a `Running` that tells what is open. Choices are
variables that are drawn anew with every answer, so that both sides decide by the same values. Here: tasks, gateways,
loops, repetitions. What news do is in `oracle_events.py`, scopes and what begins beside them in `oracle_scopes.py`.
"""

from __future__ import annotations

import random
from typing import Any

Key = tuple[str, int]  # activity id, loopCounter


class World(dict):
    """The variables, the time in minutes, and what has been thrown in this step.

    `raised`: on its way up to whoever catches it, (kind, code); `heard`: signals still to be told to all."""

    def __init__(self, variables: dict[str, int]) -> None:
        super().__init__(variables)
        self.now = 0
        self.thrown: list[tuple[str, str]] = []
        self.raised: tuple[str, str] | None = None
        self.heard: list[str] = []


class Pen:
    """Draws blocks at random: `kinds` of blocks to choose from by their depth."""

    def __init__(self, chance: random.Random, kinds: list[type[Block]]) -> None:
        self.chance, self.kinds, self.number, self.names = chance, kinds, 0, []
        self.theme = chance.choice([None, "signal", "escalation", "error", "terminate"])  # there are many of them
        self.codes = chance.choice([("K1", "K2"), ("K1",)])

    def chosen(self) -> dict[str, int]:
        return {name: self.chance.randrange(3) for name in self.names}

    def id(self, prefix: str) -> str:
        self.number += 1
        return f"{prefix}{self.number}"

    def variable(self) -> str:
        self.names.append(self.id("v"))
        return self.names[-1]

    def kind(self, kinds: list[str]) -> str:
        """One of them, mostly what the theme is."""
        return self.theme if self.theme in kinds and self.chance.random() < 0.6 else self.chance.choice(kinds)

    def block(self, depth: int, several: bool) -> Block:
        kind = self.chance.choice(self.kinds) if depth > 0 else Task
        if kind in (Several, Again) and not several:
            kind = Task
        return kind(self, depth - 1, several)


class Block:
    def __init__(self, pen: Pen, depth: int, several: bool) -> None:
        raise NotImplementedError

    def draw(self, pen: Pen, lines: list[str], indent: str) -> tuple[str, str]:
        raise NotImplementedError

    def begin(self, world: World, counter: int) -> Running:
        raise NotImplementedError


class Running:
    """What is going on in a block. `inside` are the parts that are going on; done when `after` says so."""

    of: Any = None  # the event sub-process this is a run of

    def __init__(self) -> None:
        self.inside: list[Running] = []
        self.extra: list[Running] = []  # what goes on beside it and is no longer its business
        self.done = False

    def waiting(self) -> list[Key]:
        return [key for part in self.inside for key in part.waiting()]

    def listening(self, name: str) -> list[Any]:
        """Those who wait for this signal now; `act` takes them for a key."""
        return [each for part in self.inside for each in part.listening(name)]

    def met(self, world: World) -> Any:
        """One who waits for a condition that is true."""
        return next((found for part in self.inside if (found := part.met(world)) is not None), None)

    def act(self, key: Any, world: World) -> bool:
        for part in list(self.inside):
            if part.act(key, world):
                self.extra += part.extra
                part.extra = []
                if world.raised is not None:
                    self.catch(world, part)
                if part.done and part in self.inside and world.raised is None:
                    self.inside.remove(part)
                    self.after(part, world)
                return True
        return False

    def catch(self, world: World, part: Running) -> None:
        """Take what is raised in a part, or let it go up."""

    def enter(self, part: Running, world: World) -> None:
        """Begin a part; it may be done at once."""
        self.extra += part.extra
        part.extra = []
        if part.done:
            self.after(part, world)
        else:
            self.inside.append(part)

    def after(self, part: Running, world: World) -> None:
        self.done = not self.inside


class Leaf(Running):
    def __init__(self, key: Key) -> None:
        super().__init__()
        self.key = key

    def waiting(self) -> list[Key]:
        return [self.key]

    def act(self, key: Any, world: World) -> bool:
        self.done = key == self.key or key is self
        return self.done


class Task(Block):
    def __init__(self, pen, depth, several):
        self.id, self.kind = (
            pen.id("t"),
            pen.chance.choice(["user"] * 4 + ["service topic=test.work", "call calls=other"]),
        )

    def draw(self, pen, lines, indent):
        kind, _, rest = self.kind.partition(" ")
        lines.append(f"{indent}{kind} {self.id} {rest}".rstrip())
        return self.id, self.id

    def begin(self, world, counter):
        return Leaf((self.id, counter))


class Seq(Block):
    def __init__(self, pen, depth, several):
        self.parts = [pen.block(depth, several) for _ in range(2)]
        self.link = pen.id("l") if pen.chance.random() < 0.15 else None

    def draw(self, pen, lines, indent):
        (first, middle), (then, last) = (part.draw(pen, lines, indent) for part in self.parts)
        if self.link is None:
            lines.append(f"{indent}{middle} -> {then}")
            return first, last
        lines += [f"{indent}throw {self.link} link={self.link}", f"{indent}catch {self.link}to link={self.link}"]
        lines += [f"{indent}{middle} -> {self.link}", f"{indent}{self.link}to -> {then}"]
        return first, last

    def begin(self, world, counter):
        running = Running()
        rest = list(self.parts[1:])

        def after(part, world):
            if rest:
                running.enter(rest.pop(0).begin(world, counter), world)
            else:
                running.done = True

        running.after = after
        running.enter(self.parts[0].begin(world, counter), world)
        return running


class Split(Block):
    kind = "and"

    def __init__(self, pen, depth, several):
        self.parts = [pen.block(depth, several) for _ in range(pen.chance.choice([2, 2, 3]))]
        self.variables = [pen.variable() for _ in self.parts]

    def draw(self, pen, lines, indent):
        split, join = pen.id("g"), pen.id("j")
        lines += [f"{indent}{self.kind} {split}", f"{indent}{self.kind} {join}"]
        for number, part in enumerate(self.parts):
            first, last = part.draw(pen, lines, indent)
            lines += [f"{indent}{split} -> {first}{self.condition(number)}", f"{indent}{last} -> {join}"]
        return split, join

    def condition(self, number):
        return ""

    def taken(self, world):
        return self.parts

    def begin(self, world, counter):
        running = Running()
        for part in self.taken(world):
            running.enter(part.begin(world, counter), world)
        running.done = not running.inside
        return running


class And(Split):
    pass


class Xor(Split):
    kind = "xor"

    def condition(self, number):
        return " default" if number == len(self.parts) - 1 else f" if {self.variables[number]} = 1"

    def taken(self, world):
        for part, name in zip(self.parts[:-1], self.variables, strict=False):
            if world[name] == 1:
                return [part]
        return [self.parts[-1]]


class Or(Xor):
    kind = "or"

    def condition(self, number):
        return " default" if number == len(self.parts) - 1 else f" if {self.variables[number]} > 0"

    def taken(self, world):
        true = [part for part, name in zip(self.parts[:-1], self.variables, strict=False) if world[name] > 0]
        return true or [self.parts[-1]]


class Loop(Block):
    """Do the body, and again while the variable is 2."""

    def __init__(self, pen, depth, several):
        self.body, self.variable = pen.block(depth, several), pen.variable()

    def draw(self, pen, lines, indent):
        merge, decide = pen.id("g"), pen.id("d")
        lines += [f"{indent}xor {merge}", f"{indent}xor {decide}", f"{indent}task out{decide}"]
        first, last = self.body.draw(pen, lines, indent)
        lines += [
            f"{indent}{merge} -> {first}",
            f"{indent}{last} -> {decide}",
            f"{indent}{decide} -> {merge} if {self.variable} = 2",
            f"{indent}{decide} -> out{decide} default",
        ]
        return merge, f"out{decide}"

    def begin(self, world, counter):
        running = Running()

        def after(part, world):
            if world[self.variable] == 2:
                running.enter(self.body.begin(world, counter), world)
            else:
                running.done = True

        running.after = after
        running.enter(self.body.begin(world, counter), world)
        return running


class Several(Block):
    """Multi-instance of a task or what `body_kind` draws, one to three times; with `stop`, one result 1 is enough."""

    body_kind: type[Block]

    def __init__(self, pen, depth, several):
        self.body = (self.body_kind if depth > 0 else Task)(pen, max(depth, 0), False)
        self.times, self.sequential = pen.chance.choice([1, 2, 3, pen.variable()]), pen.chance.random() < 0.5
        self.stop = pen.variable() if pen.chance.random() < 0.4 else None

    def marker(self) -> str:
        until = f' until="{self.stop} = 1"' if self.stop else ""
        return f" times={self.times}{' sequential' if self.sequential else ''}{until}"

    def draw(self, pen, lines, indent):
        inner: list[str] = []
        first, last = self.body.draw(pen, inner, indent)
        lines += [inner[0] + self.marker(), *inner[1:]]
        return first, last

    def begin(self, world, counter):
        return Repeated(self, world)


class Repeated(Running):
    def __init__(self, several, world):
        super().__init__()
        self.several, self.begun = several, 0
        self.times = world[several.times] if isinstance(several.times, str) else several.times
        for _ in range(min(1, self.times) if several.sequential else self.times):
            self.another(world)
        self.done = not self.inside

    def another(self, world):
        self.begun += 1
        self.enter(self.several.body.begin(world, self.begun), world)

    def after(self, part, world):
        if self.several.stop and world[self.several.stop] == 1:
            self.inside, self.done = [], True
        elif self.several.sequential and self.begun < self.times:
            self.another(world)
        else:
            self.done = not self.inside


class Again(Several):
    """The loop marker: again while the variable is 2, at most `most` times."""

    def __init__(self, pen, depth, several):
        super().__init__(pen, depth, several)
        self.again, self.most, self.before = pen.variable(), pen.chance.choice([0, 2]), pen.chance.random() < 0.3

    def marker(self):
        return f' loop="{self.again} = 2"{f" max={self.most}" if self.most else ""}{" before" if self.before else ""}'

    def begin(self, world, counter):
        return Round(self, world)


class Round(Repeated):
    def __init__(self, several, world):
        Running.__init__(self)
        self.several, self.begun = several, 0
        if several.before and world[several.again] != 2:
            self.done = True
        else:
            self.another(world)

    def after(self, part, world):
        if world[self.several.again] == 2 and not (self.several.most and self.begun >= self.several.most):
            self.another(world)
        else:
            self.done = True
