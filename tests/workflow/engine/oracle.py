"""An independent account of block-structured BPMN: blocks that are begun, acted on and done. It has no tokens.

A block draws itself (`draw(pen) -> (first, last)` element ids) and makes a `Running` that tells what is open. Choices are
variables that are drawn anew with every answer, so that both sides decide by the same values.
"""

from __future__ import annotations

import random
from collections import Counter

Key = tuple[str, int]  # activity id, loopCounter


class Blocks:
    """A random process."""

    def __init__(self, chance: random.Random) -> None:
        self.chance, self.number, self.names = chance, 0, []
        self.root = self.block(4, several=True)
        lines: list[str] = ["start s", "end e"]
        first, last = self.root.draw(self, lines, "")
        lines += [f"s -> {first}", f"{last} -> e"]
        self.drawing = "\n".join(lines)

    def chosen(self) -> dict[str, int]:
        return {name: self.chance.randrange(3) for name in self.names}

    def oracle(self, variables: dict) -> Top:
        return Top(self.root, variables)

    def id(self, prefix: str) -> str:
        self.number += 1
        return f"{prefix}{self.number}"

    def variable(self) -> str:
        self.names.append(self.id("v"))
        return self.names[-1]

    def block(self, depth: int, several: bool) -> Block:
        kinds = [Task] if depth == 0 else [Task, Seq, Xor, And, Or, Loop, Sub, Guard, Race, Several]
        kind = self.chance.choice(kinds)
        if kind is Several and not several:
            kind = Task
        return kind(self, depth - 1, several)


class Block:
    def __init__(self, blocks: Blocks, depth: int, several: bool) -> None:
        raise NotImplementedError

    def draw(self, blocks: Blocks, lines: list[str], indent: str) -> tuple[str, str]:
        raise NotImplementedError

    def begin(self, variables: dict, counter: int) -> Running:
        raise NotImplementedError


class Running:
    """What is going on in a block. `inside` are the parts that are going on; done when `after` says so."""

    def __init__(self) -> None:
        self.inside: list[Running] = []
        self.extra: list[Running] = []  # what goes on beside it and is no longer its business
        self.done = False

    def waiting(self) -> list[Key]:
        return [key for part in self.inside for key in part.waiting()]

    def act(self, key: Key, variables: dict) -> bool:
        for part in list(self.inside):
            if part.act(key, variables):
                self.extra += part.extra
                part.extra = []
                if part.done:
                    self.inside.remove(part)
                    self.after(part, variables)
                return True
        return False

    def enter(self, part: Running, variables: dict) -> None:
        """Begin a part; it may be done at once."""
        self.extra += part.extra
        part.extra = []
        if part.done:
            self.after(part, variables)
        else:
            self.inside.append(part)

    def after(self, part: Running, variables: dict) -> None:
        self.done = not self.inside


class Top(Running):
    """A scope: what goes on beside its block belongs to it too."""

    def __init__(self, block: Block, variables: dict, counter: int = 0) -> None:
        super().__init__()
        self.enter(block.begin(variables, counter), variables)
        self.inside += self.extra
        self.extra = []
        self.done = not self.inside

    def open(self) -> Counter:
        return Counter(self.waiting())

    def act(self, key: Key, variables: dict) -> bool:
        acted = super().act(key, variables)
        self.inside += self.extra
        self.extra = []
        self.done = not self.inside
        return acted


class Leaf(Running):
    def __init__(self, key: Key) -> None:
        super().__init__()
        self.key = key

    def waiting(self) -> list[Key]:
        return [self.key]

    def act(self, key: Key, variables: dict) -> bool:
        self.done = key == self.key
        return self.done


class Task(Block):
    def __init__(self, blocks, depth, several):
        self.id = blocks.id("t")

    def draw(self, blocks, lines, indent):
        lines.append(f"{indent}user {self.id}")
        return self.id, self.id

    def begin(self, variables, counter):
        return Leaf((self.id, counter))


class Seq(Block):
    def __init__(self, blocks, depth, several):
        self.parts = [blocks.block(depth, several) for _ in range(2)]

    def draw(self, blocks, lines, indent):
        (first, middle), (then, last) = (part.draw(blocks, lines, indent) for part in self.parts)
        lines.append(f"{indent}{middle} -> {then}")
        return first, last

    def begin(self, variables, counter):
        running = Running()
        rest = list(self.parts[1:])

        def after(part, values):
            if rest:
                running.enter(rest.pop(0).begin(values, counter), values)
            else:
                running.done = True

        running.after = after
        running.enter(self.parts[0].begin(variables, counter), variables)
        return running


class Split(Block):
    kind = "and"

    def __init__(self, blocks, depth, several):
        self.parts = [blocks.block(depth, several) for _ in range(blocks.chance.choice([2, 2, 3]))]
        self.variables = [blocks.variable() for _ in self.parts]

    def draw(self, blocks, lines, indent):
        split, join = blocks.id("g"), blocks.id("j")
        lines += [f"{indent}{self.kind} {split}", f"{indent}{self.kind} {join}"]
        for number, part in enumerate(self.parts):
            first, last = part.draw(blocks, lines, indent)
            lines += [f"{indent}{split} -> {first}{self.condition(number)}", f"{indent}{last} -> {join}"]
        return split, join

    def condition(self, number):
        return ""

    def taken(self, variables):
        return self.parts

    def begin(self, variables, counter):
        running = Running()
        for part in self.taken(variables):
            running.enter(part.begin(variables, counter), variables)
        running.done = not running.inside
        return running


class And(Split):
    pass


class Xor(Split):
    kind = "xor"

    def condition(self, number):
        return " default" if number == len(self.parts) - 1 else f" if {self.variables[number]} = 1"

    def taken(self, variables):
        for part, name in zip(self.parts[:-1], self.variables, strict=False):
            if variables[name] == 1:
                return [part]
        return [self.parts[-1]]


class Or(Xor):
    kind = "or"

    def condition(self, number):
        return " default" if number == len(self.parts) - 1 else f" if {self.variables[number]} > 0"

    def taken(self, variables):
        true = [part for part, name in zip(self.parts[:-1], self.variables, strict=False) if variables[name] > 0]
        return true or [self.parts[-1]]


class Loop(Block):
    """Do the body, and again while the variable is 2."""

    def __init__(self, blocks, depth, several):
        self.body, self.variable = blocks.block(depth, several), blocks.variable()

    def draw(self, blocks, lines, indent):
        merge, decide = blocks.id("g"), blocks.id("d")
        lines += [f"{indent}xor {merge}", f"{indent}xor {decide}", f"{indent}task out{decide}"]
        first, last = self.body.draw(blocks, lines, indent)
        lines += [
            f"{indent}{merge} -> {first}",
            f"{indent}{last} -> {decide}",
            f"{indent}{decide} -> {merge} if {self.variable} = 2",
            f"{indent}{decide} -> out{decide} default",
        ]
        return merge, f"out{decide}"

    def begin(self, variables, counter):
        running = Running()

        def after(part, values):
            if values[self.variable] == 2:
                running.enter(self.body.begin(values, counter), values)
            else:
                running.done = True

        running.after = after
        running.enter(self.body.begin(variables, counter), variables)
        return running


class Sub(Block):
    def __init__(self, blocks, depth, several):
        self.id, self.body = blocks.id("S"), blocks.block(depth, several)

    def draw(self, blocks, lines, indent, marker=""):
        lines.append(f"{indent}sub {self.id}{marker}")
        lines += [f"{indent} start s{self.id}", f"{indent} end e{self.id}"]
        first, last = self.body.draw(blocks, lines, indent + " ")
        lines += [f"{indent} s{self.id} -> {first}", f"{indent} {last} -> e{self.id}"]
        return self.id, self.id

    def begin(self, variables, counter):
        return Top(self.body, variables, counter)


class Guard(Block):
    """A task or sub-process with a message on its edge; quiet: beside it and again, else instead of it."""

    def __init__(self, blocks, depth, several):
        self.body = (Sub if depth > 0 and blocks.chance.random() < 0.7 else Task)(blocks, max(depth, 0), several)
        self.message, self.quiet = blocks.id("m"), blocks.chance.random() < 0.5
        self.path = blocks.block(min(depth, 1), several) if depth > 0 else Task(blocks, 0, several)

    def draw(self, blocks, lines, indent):
        first, last = self.body.draw(blocks, lines, indent)
        lines.append(
            f"{indent}boundary {self.message} on={first} message={self.message}{' quiet' if self.quiet else ''}"
        )
        then, over = self.path.draw(blocks, lines, indent)
        lines.append(f"{indent}{self.message} -> {then}")
        if self.quiet:
            lines += [f"{indent}end e{self.message}", f"{indent}{over} -> e{self.message}"]
            return first, last
        merge = blocks.id("g")
        lines += [f"{indent}xor {merge}", f"{indent}{last} -> {merge}", f"{indent}{over} -> {merge}"]
        return first, merge

    def begin(self, variables, counter):
        return Guarded(self, variables, counter)


class Guarded(Running):
    def __init__(self, guard, variables, counter):
        super().__init__()
        self.guard, self.counter = guard, counter
        self.body = guard.body.begin(variables, counter)
        self.enter(self.body, variables)

    def waiting(self):
        return super().waiting() + ([(self.guard.message, self.counter)] if self.body in self.inside else [])

    def act(self, key, variables):
        if key != (self.guard.message, self.counter) or self.body not in self.inside:
            return super().act(key, variables)
        path = self.guard.path.begin(variables, self.counter)
        if self.guard.quiet:
            self.extra += [*path.extra, *([] if path.done else [path])]
        else:
            self.inside = []
            self.enter(path, variables)
        return True


class Race(Block):
    """The first message decides."""

    def __init__(self, blocks, depth, several):
        self.messages = [blocks.id("m") for _ in range(2)]
        self.parts = [blocks.block(min(depth, 2), several) for _ in range(2)] if depth >= 0 else []
        self.parts = self.parts or [Task(blocks, 0, several) for _ in range(2)]

    def draw(self, blocks, lines, indent):
        gate, merge = blocks.id("g"), blocks.id("j")
        lines += [f"{indent}events {gate}", f"{indent}xor {merge}"]
        for message, part in zip(self.messages, self.parts, strict=True):
            lines.append(f"{indent}catch {message} message={message}")
            first, last = part.draw(blocks, lines, indent)
            lines += [f"{indent}{gate} -> {message} -> {first}", f"{indent}{last} -> {merge}"]
        return gate, merge

    def begin(self, variables, counter):
        running = Running()
        running.inside = [Racing(self, counter)]
        return running


class Racing(Running):
    def __init__(self, race, counter):
        super().__init__()
        self.race, self.counter, self.open = race, counter, True

    def waiting(self):
        return [(message, self.counter) for message in self.race.messages] if self.open else super().waiting()

    def act(self, key, variables):
        if not self.open:
            return super().act(key, variables)
        for message, part in zip(self.race.messages, self.race.parts, strict=True):
            if key == (message, self.counter):
                self.open = False
                self.inside = []
                self.enter(part.begin(variables, self.counter), variables)
                return True
        return False


class Several(Block):
    """Multi-instance of a sub-process or task, one to three times; with `stop`, one result 1 is enough."""

    def __init__(self, blocks, depth, several):
        self.body = (Sub if depth > 0 else Task)(blocks, max(depth, 0), False)
        self.times, self.sequential = blocks.chance.choice([1, 2, 3]), blocks.chance.random() < 0.5
        self.stop = blocks.variable() if blocks.chance.random() < 0.4 else None

    def draw(self, blocks, lines, indent):
        inner: list[str] = []
        first, last = self.body.draw(blocks, inner, indent)
        marker = f" times={self.times}{' sequential' if self.sequential else ''}"
        if self.stop:
            marker += f' until="{self.stop} = 1"'
        lines += [inner[0] + marker, *inner[1:]]
        return first, last

    def begin(self, variables, counter):
        return Repeated(self, variables)


class Repeated(Running):
    def __init__(self, several, variables):
        super().__init__()
        self.several, self.begun = several, 0
        for _ in range(min(1, several.times) if several.sequential else several.times):
            self.another(variables)
        self.done = not several.times

    def another(self, variables):
        self.begun += 1
        self.enter(self.several.body.begin(variables, self.begun), variables)

    def after(self, part, variables):
        if self.several.stop and variables[self.several.stop] == 1:
            self.inside, self.done = [], True
        elif self.several.sequential and self.begun < self.several.times:
            self.another(variables)
        else:
            self.done = not self.inside
