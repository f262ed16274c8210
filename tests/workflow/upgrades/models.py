"""Processes in blocks, drawn from a tree that programs can edit. A task's name begins with its `mark`, which no edit
changes: it is the same piece of work whatever it is called and wherever it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count


@dataclass
class Edge:
    """An event at the edge of a block, and the task it leads to."""

    id: str
    event: str  # "timer=PT5H" or "message=m1"
    quiet: bool
    task: Task


@dataclass
class Task:
    """`kind`: user, service or catch; `words`: what else is drawn of it."""

    id: str
    mark: str
    kind: str = "user"
    words: str = "candidateGroups=registry"
    suffix: str = ""
    times: int = 0
    edges: list[Edge] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.mark}{self.suffix}"


@dataclass
class Par:
    id: str
    branches: list[list[Block]]


@dataclass
class Choice:
    """Takes the branch whose number the variable has, else the last."""

    id: str
    variable: str
    branches: list[list[Block]]


@dataclass
class Again:
    """The body, once more while the variable is 1."""

    id: str
    variable: str
    body: list[Block]


@dataclass
class Sub:
    id: str
    body: list[Block]
    edges: list[Edge] = field(default_factory=list)


Block = Task | Par | Choice | Again | Sub


class Tree:
    """A process: `body` is what happens between start and end."""

    def __init__(self) -> None:
        self.numbers = count(1)
        self.variables = ["v1", "v2", "v3"]
        self.body: list[Block] = []

    def fresh(self, prefix: str = "t") -> str:
        return f"{prefix}{next(self.numbers)}"

    def task(self, kind: str = "user") -> Task:
        number = next(self.numbers)
        words = {"user": "candidateGroups=registry", "service": "topic=test.work", "catch": "timer=PT5H"}[kind]
        return Task(f"t{number}", f"事{number}", kind, words)

    def edge(self, event: str, quiet: bool) -> Edge:
        return Edge(self.fresh("b"), event, quiet, self.task())

    # Looking

    def lists(self) -> Iterator[list[Block]]:
        """Every sequence of blocks."""
        todo = [self.body]
        while todo:
            here = todo.pop()
            yield here
            for block in here:
                if isinstance(block, Par | Choice):
                    todo += block.branches
                elif isinstance(block, Again | Sub):
                    todo.append(block.body)

    def blocks(self, *kinds: type) -> list[Block]:
        return [block for here in self.lists() for block in here if isinstance(block, kinds)]

    def hosts(self) -> list[Task | Sub]:
        return [each for each in self.blocks(Task, Sub) if not (isinstance(each, Task) and each.kind == "catch")]

    def repeatable(self) -> set[str]:
        """The marks of work that may come more than once anyway."""
        inside = [block for again in self.blocks(Again) for block in within(again)]
        tasks = [block for block in inside if isinstance(block, Task)]
        tasks += [block for block in self.blocks(Task) if block.times]
        quiet = [edge.task.mark for host in self.hosts() for edge in host.edges if edge.quiet]
        edges = [edge.task.mark for block in inside if isinstance(block, Task | Sub) for edge in block.edges]
        return {task.mark for task in tasks} | set(quiet) | set(edges)

    # Drawing

    def drawing(self) -> str:
        lines: list[str] = ["start s", "end e"]
        last = self._sequence(self.body, "s", lines, "")
        return "\n".join([*lines, f"{last} -> e"])

    def _sequence(self, blocks: list[Block], source: str, lines: list[str], indent: str) -> str:
        for block in blocks:
            source = self._block(block, source, lines, indent)
        return source

    def _block(self, block: Block, source: str, lines: list[str], indent: str) -> str:
        match block:
            case Task():
                times = f" times={block.times}" if block.times else ""
                lines += [f"{indent}{block.kind} {block.id} name={block.name} {block.words}{times}"]
                lines += [f"{indent}{source} -> {block.id}"]
                return self._edges(block, lines, indent)
            case Par(id=id_, branches=branches):
                lines += [f"{indent}and {id_}f", f"{indent}and {id_}j", f"{indent}{source} -> {id_}f"]
                for branch in branches:
                    lines.append(f"{indent}{self._sequence(branch, f'{id_}f', lines, indent)} -> {id_}j")
                return f"{id_}j"
            case Choice(id=id_):
                return self._choice(block, source, lines, indent)
            case Again(id=id_, variable=variable, body=body):
                lines += [f"{indent}xor {id_}m", f"{indent}xor {id_}d", f"{indent}{source} -> {id_}m"]
                lines.append(f"{indent}{self._sequence(body, f'{id_}m', lines, indent)} -> {id_}d")
                lines.append(f"{indent}{id_}d -> {id_}m if {variable} = 1")
                lines += [f"{indent}xor {id_}o", f"{indent}{id_}d -> {id_}o default"]
                return f"{id_}o"
            case Sub(id=id_, body=body):
                inner = [f"{indent} start {id_}s", f"{indent} end {id_}e"]
                last = self._sequence(body, f"{id_}s", inner, indent + " ")
                lines += [f"{indent}sub {id_}", *inner, f"{indent} {last} -> {id_}e", f"{indent}{source} -> {id_}"]
                return self._edges(block, lines, indent)
        raise AssertionError(block)

    def _choice(self, block: Choice, source: str, lines: list[str], indent: str) -> str:
        lines += [f"{indent}xor {block.id}d", f"{indent}xor {block.id}m", f"{indent}{source} -> {block.id}d"]
        for number, branch in enumerate(block.branches):
            is_last = number == len(block.branches) - 1
            asked = " default" if is_last else f" if {block.variable} = {number}"
            inner: list[str] = []
            last = self._sequence(branch, f"{block.id}d", inner, indent)
            first = next((line for line in inner if line.startswith(f"{indent}{block.id}d -> ")), None)
            if first is None:
                lines.append(f"{indent}{block.id}d -> {block.id}m{asked}")
                continue
            inner[inner.index(first)] = first + asked
            lines += [*inner, f"{indent}{last} -> {block.id}m"]
        return f"{block.id}m"

    def _edges(self, host: Task | Sub, lines: list[str], indent: str) -> str:
        """Its boundary events; what each leads to ends by itself when it is quiet, else comes back behind the host."""
        out = host.id
        if any(not edge.quiet for edge in host.edges):
            out = f"{host.id}x"
            lines += [f"{indent}xor {out}", f"{indent}{host.id} -> {out}"]
        for edge in host.edges:
            quiet = " quiet" if edge.quiet else ""
            lines.append(f"{indent}boundary {edge.id} on={host.id} {edge.event}{quiet}")
            lines.append(f"{indent}{edge.task.kind} {edge.task.id} name={edge.task.name} {edge.task.words}")
            behind = f"{edge.id}e" if edge.quiet else out
            lines += [f"{indent}end {behind}"] if edge.quiet else []
            lines.append(f"{indent}{edge.id} -> {edge.task.id} -> {behind}")
        return out


def within(block: Block) -> Iterator[Block]:
    """All blocks inside, at any depth."""
    inner = (
        block.branches if isinstance(block, Par | Choice) else [block.body] if isinstance(block, Again | Sub) else []
    )
    for here in inner:
        for each in here:
            yield each
            yield from within(each)


def first() -> Tree:
    """The process that all edits begin with: two approvals at once, a choice, a loop, a part with its own events."""
    tree = Tree()
    task = tree.task
    hurried, scanned = task(), task("service")
    hurried.edges.append(tree.edge("timer=PT9H", quiet=True))
    part = Sub(tree.fresh("p"), [task(), task()])
    part.edges.append(tree.edge("message=stop", quiet=False))
    several = task()
    several.times = 2
    tree.body = [
        task(),
        Choice(tree.fresh("c"), "v1", [[task(), scanned], [hurried], []]),
        Again(tree.fresh("l"), "v2", [task(), task("catch")]),
        Par(tree.fresh("a"), [[task()], [task(), task()], [part]]),
        several,
        task(),
    ]
    return tree


def mark_of(name: str) -> str:
    """The mark of the task that has, or once had, this name."""
    return name.partition("改")[0].partition("换")[0]
