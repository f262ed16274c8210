"""Diagrams that are well drawn and still hostile: they explode, call one another without end, or never come to rest."""

from collections.abc import Mapping
from typing import Any

from tests.workflow.engine.drawing import bpmn

Files = Mapping[str, bytes]
END = "end e\n"


def together(*drawn: bytes) -> bytes:
    """The processes of several files in one."""
    first, *others = (each.decode() for each in drawn)
    more = "".join(other[other.index("<process") : other.index("</definitions>")] for other in others)
    return first.replace("</definitions>", f"{more}</definitions>").encode()


def calls(name: str, called: str, times: str = "") -> bytes:
    return bpmn(f"start s{name}\ncall c{name} calls={called} {times}\nend e{name}\ns{name} -> c{name} -> e{name}", name)


def call_bomb(levels: int, times: int) -> bytes:
    """Each process calls the next one so many times: times ** levels in all."""
    inner = bpmn(f"start s{levels}\nuser u\nend e{levels}\ns{levels} -> u -> e{levels}", f"p{levels}")
    return together(*(calls(f"p{level}", f"p{level + 1}", f"times={times}") for level in range(levels)), inner)


def nested(times: int, depth: int) -> str:
    """Sub-processes in one another, each repeated."""
    lines, pad = [], ""
    for level in range(depth):
        lines += [f"{pad}start s{level}", f"{pad}sub q{level} times={times}"]
        pad += "    "
    lines += [f"{pad}start s{depth}", f"{pad}user u", f"{pad}end e{depth}", f"{pad}s{depth} -> u -> e{depth}"]
    for level in reversed(range(depth)):
        pad = "    " * level
        lines += [f"{pad}end e{level}", f"{pad}s{level} -> q{level} -> e{level}"]
    return "\n".join(lines)


def diamonds(kind: str, count: int) -> str:
    nodes = "\n".join(f"{kind} g{i}\n{kind} j{i}\ntask a{i}\ntask b{i}" for i in range(count))
    condition = " if true" if kind == "or" else ""
    ways = "\n".join(
        f"g{i} -> a{i}{condition}\ng{i} -> b{i}{condition}\na{i} -> j{i}\nb{i} -> j{i}\nj{i} -> {f'g{i + 1}' if i < count - 1 else 'u'}"
        for i in range(count)
    )
    return f"start s\nuser u\nend e\n{nodes}\ns -> g0\n{ways}\nu -> e"


def splits(depth: int) -> str:
    """Parallel gateways that only divide: 2 ** depth tokens."""
    nodes = "\n".join(f"and g{i}" for i in range(depth))
    ways = "\n".join(
        f"g{i} -> {f'g{i + 1}' if i < depth - 1 else 'u'}\ng{i} -> {f'g{i + 1}x' if i < depth - 1 else 'u'}"
        for i in range(depth)
    )
    more = "\n".join(f"task g{i}x" for i in range(1, depth))
    back = "\n".join(f"g{i}x -> g{i}" for i in range(1, depth))
    return f"start s\nuser u\nend e\n{nodes}\n{more}\ns -> g0\n{ways}\n{back}\nu -> e"


def chain(kind: str, count: int, more: str = "") -> str:
    nodes = "\n".join(f"{kind} n{i} {more}" for i in range(count))
    return f"start s\nend e\n{nodes}\ns -> " + " -> ".join(f"n{i}" for i in range(count)) + " -> e"


def wide(count: int) -> str:
    nodes = "\n".join(f"user n{i}" for i in range(count))
    return f"start s\nand g\nend e\n{nodes}\ns -> g\n" + "\n".join(f"g -> n{i}\nn{i} -> e" for i in range(count))


def mesh(kind: str, count: int) -> str:
    """Every gateway leads to every later one."""
    nodes = "\n".join(f"{kind} g{i}" for i in range(count))
    ways = "\n".join(
        f"g{i} -> g{j}" + (f" if x = {j}" if kind != "and" else "") for i in range(count) for j in range(i + 1, count)
    )
    return f"start s\nuser u\nend e\n{nodes}\ns -> g0\n{ways}\ng{count - 1} -> u -> e"


ROUND = "start s\nservice x topic=t\nxor g\nend e\ns -> x -> g\ng -> x default\ng -> e if done = true"
MODELS: dict[str, tuple[str | bytes, dict[str, Any]]] = {
    "a circle of gateways": ("start s\nxor g\nxor h\nend e\ns -> g -> h\nh -> g default\nh -> e if x = 1", {}),
    "a circle of none tasks": (
        "start s\nxor g\ntask a\nxor h\nend e\ns -> g -> a -> h\nh -> g default\nh -> e if x = 1",
        {},
    ),
    "a circle of links": (
        "start s\nxor g\nthrow t link=a\ncatch c link=a\nend e\ns -> g\ng -> t default\ng -> e if x = 1\nc -> g",
        {},
    ),
    "a circle of thrown signals": (
        "start s\nxor g\nthrow t signal=a\nxor h\nend e\ns -> g -> t -> h\nh -> g default\nh -> e if x = 1",
        {},
    ),
    "machines that go round for ever": (ROUND, {}),
    "two machines that go round": (ROUND.replace("s -> x -> g", "service y topic=u\ns -> x -> y -> g"), {}),
    "a timer of no time that goes round": (
        "start s\nxor h\ncatch t timer=PT0S\nxor g\nend e\ns -> h -> t -> g\ng -> h default\ng -> e if x = 1",
        {},
    ),
    "a standard loop without end": ("start s\nservice x topic=t loop=true\nend e\ns -> x -> e", {}),
    "a message to itself for ever": (
        "start s\nxor h\nthrow t message=m\ncatch c message=m\nxor g\nend e\ns -> h -> t -> c -> g\ng -> h default\ng -> e if x = 1",
        {},
    ),
    "a process that begins itself by a signal": ("start s signal=again\nend e signal=again\ns -> e", {}),
    "a process that begins itself by a message": ("start s message=again\nend e message=again\ns -> e", {}),
    "it calls itself": (calls("p", "p"), {}),
    "it calls itself many times": (calls("p", "p", "times=100"), {}),
    "it calls itself one after the other": (calls("p", "p", "times=100 sequential"), {}),
    "two call each other": (together(calls("p", "q"), calls("q", "p")), {}),
    "three call in a ring, each ten times": (
        together(calls("p", "q", "times=10"), calls("q", "r", "times=10"), calls("r", "p", "times=10")),
        {},
    ),
    "a bomb of calls": (call_bomb(8, 10), {}),
    "a wide bomb of calls": (call_bomb(2, 100), {}),
    "it calls what a variable says": ("start s\ncall c calls=${x}\nend e\ns -> c -> e", {"variables": {"x": "p"}}),
    "10,000 at once": ("start s\nuser a times=10000\nend e\ns -> a -> e", {}),
    "10,000 machines at once": ("start s\nservice a topic=t times=10000\nend e\ns -> a -> e", {}),
    "a million at once": ("start s\nuser a times=1000000\nend e\ns -> a -> e", {}),
    "10,000 one after the other": ("start s\ntask a\nuser b times=10000 sequential\nend e\ns -> a -> b -> e", {}),
    "a number of times without end": ("start s\nuser a times=999999999*999999999\nend e\ns -> a -> e", {}),
    "a number of times below none": ("start s\nuser a times=0-1\nend e\ns -> a -> e", {}),
    "a collection of 100,000": (
        "start s\nuser a each=items item=i\nend e\ns -> a -> e",
        {"variables": {"items": list(range(100_000))}},
    ),
    "a collection of large texts": (
        "start s\nuser a each=items item=i sequential\nend e\ns -> a -> e",
        {"variables": {"items": ["a" * 9_000] * 400}},
    ),
    "sub-processes of sub-processes, each 20 times": (nested(20, 4), {}),
    "sub-processes nested nine times": (nested(2, 9), {}),
    "tokens that double": (splits(14), {}),
    "14 parallel diamonds": (diamonds("and", 14), {}),
    "100 inclusive diamonds": (diamonds("or", 100), {}),
    "240 parallel diamonds": (diamonds("and", 240), {}),
    "990 steps": (chain("user", 990), {}),
    "990 tasks done at once": (chain("task", 990), {}),
    "100 machines": (chain("service", 100, "topic=t"), {}),
    "450 ways at once": (wide(450), {}),
    "900 ways at once": (wide(900), {}),
    "a mesh of decisions": (mesh("xor", 55), {}),
    "a mesh of inclusive gateways": (mesh("or", 55), {}),
    "a mesh of parallel gateways": (mesh("and", 30), {}),
    "a time beyond the calendar": ("start s\ncatch t timer=P9999Y\nend e\ns -> t -> e", {}),
    "a condition of large texts": (
        "start s\nxor g\nuser a\nend e\ns -> g\ng -> a if big+big+big = 'x'\ng -> e default\na -> e",
        {"variables": {"big": "a" * 9_000}},
    ),
    "a title that grows": ("start s\nuser a name=${name.__class__}{{7*7}}\nend e\ns -> a -> e", {}),
    "variables nested 19 deep": (
        "start s\nuser a\nend e\ns -> a -> e",
        {"variables": {"x": [[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]}},
    ),
    "variables nested 25 deep": (
        "start s\nuser a\nend e\ns -> a -> e",
        {"variables": {"x": [[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]}},
    ),
    "a variable of 4 MB": ("start s\nuser a\nend e\ns -> a -> e", {"variables": {"x": "a" * 4_000_000}}),
    "names from Python": (
        "start s\nuser __class__\nservice __init__ topic=__globals__\nend e\ns -> __class__ -> __init__ -> e",
        {"variables": {"__class__": 1, "__builtins__": {}}},
    ),
}
