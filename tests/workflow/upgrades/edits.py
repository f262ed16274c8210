"""What a program does to a process in blocks. Each edit takes the tree and chance, changes the tree, and says which
element stands for which where that cannot be seen; None: it found nothing to do."""

import random
from collections.abc import Callable

from tests.workflow.upgrades.models import Again, Choice, Par, Sub, Task, Tree, within

Decisions = dict[str, str]
Edit = Callable[[Tree, random.Random], Decisions | None]


def rename_id(tree: Tree, chance: random.Random) -> Decisions | None:
    chance.choice(tree.blocks(Task)).id = tree.fresh()
    return {}


def rename(tree: Tree, chance: random.Random) -> Decisions | None:
    chance.choice(tree.blocks(Task)).suffix = f"改{next(tree.numbers)}"
    return {}


def replace(tree: Tree, chance: random.Random) -> Decisions | None:
    """Another id and another name: known by its place only."""
    rename_id(tree, chance)
    task = chance.choice(tree.blocks(Task))
    task.id, task.suffix = tree.fresh(), f"换{next(tree.numbers)}"
    return {}


def insert(tree: Tree, chance: random.Random) -> Decisions | None:
    here = chance.choice(list(tree.lists()))
    here.insert(chance.randint(0, len(here)), tree.task(chance.choice(["user", "user", "service", "catch"])))
    return {}


def delete(tree: Tree, chance: random.Random) -> Decisions | None:
    """Work there goes on at the next step of its kind, if it follows at once."""
    here = chance.choice([each for each in tree.lists() if len(each) > 1] or [[]])
    tasks = [number for number, block in enumerate(here) if isinstance(block, Task)]
    if not tasks:
        return None
    number = chance.choice(tasks)
    task = here.pop(number)
    follows = here[number] if number < len(here) else None
    alike = isinstance(follows, Task) and (follows.kind, bool(follows.times)) == (task.kind, bool(task.times))
    return {task.id: follows.id} if alike else {}


def delete_undecided(tree: Tree, chance: random.Random) -> Decisions | None:
    return None if delete(tree, chance) is None else {}


def add_edge(tree: Tree, chance: random.Random) -> Decisions | None:
    event = chance.choice(["timer=PT7H", f"message={tree.fresh('m')}"])
    chance.choice(tree.hosts()).edges.append(tree.edge(event, chance.random() < 0.5))
    return {}


def remove_edge(tree: Tree, chance: random.Random) -> Decisions | None:
    hosts = [host for host in tree.hosts() if host.edges]
    return chance.choice(hosts).edges.pop(0) and {} if hosts else None


def change_edge(tree: Tree, chance: random.Random) -> Decisions | None:
    """The same event, but another time or message, or interrupting where it was not."""
    edges = [edge for host in tree.hosts() for edge in host.edges]
    if not edges:
        return None
    edge = chance.choice(edges)
    edge.event = chance.choice([edge.event.replace("PT", "P1DT"), f"message={tree.fresh('m')}"])
    edge.quiet = chance.random() < 0.5
    return {}


def add_branch(tree: Tree, chance: random.Random) -> Decisions | None:
    splits = tree.blocks(Par, Choice)
    return chance.choice(splits).branches.insert(0, [tree.task()]) or {} if splits else None


def remove_branch(tree: Tree, chance: random.Random) -> Decisions | None:
    splits = [split for split in tree.blocks(Par, Choice) if len(split.branches) > 2]
    return chance.choice(splits).branches.pop(0) and {} if splits else None


def wrap(tree: Tree, chance: random.Random) -> Decisions | None:
    here = chance.choice([each for each in tree.lists() if each] or [[]])
    begin = chance.randrange(len(here))
    end = chance.randint(begin + 1, len(here))
    here[begin:end] = [Sub(tree.fresh("p"), here[begin:end])]
    return {}


def unwrap(tree: Tree, chance: random.Random) -> Decisions | None:
    for here in tree.lists():
        for number, block in enumerate(here):
            if isinstance(block, Sub):
                here[number : number + 1] = block.body
                return {}
    return None


def swap(tree: Tree, chance: random.Random) -> Decisions | None:
    here = chance.choice([each for each in tree.lists() if len(each) > 1])
    number = chance.randrange(len(here) - 1)
    here[number], here[number + 1] = here[number + 1], here[number]
    return {}


def move_far(tree: Tree, chance: random.Random) -> Decisions | None:
    """From anywhere to anywhere else, other sub-processes and branches too."""
    here = chance.choice([each for each in tree.lists() if len(each) > 1])
    task = here.pop(chance.randrange(len(here)))
    inside = [id(each) for each in within(task)]
    other = [each for each in tree.lists() if not any(id(block) in inside for block in each) or not inside]
    there = chance.choice(other)
    there.insert(chance.randint(0, len(there)), task)
    return {}


def other_people(tree: Tree, chance: random.Random) -> Decisions | None:
    users = [task for task in tree.blocks(Task) if task.kind == "user"]
    chance.choice(users).words = chance.choice(
        ["candidateGroups=registry,director", "candidateGroups=registry dueDate=P3D"]
    )
    return {}


def other_choice(tree: Tree, chance: random.Random) -> Decisions | None:
    chance.choice(tree.blocks(Choice, Again)).variable = chance.choice(tree.variables)
    return {}


def other_kind(tree: Tree, chance: random.Random) -> Decisions | None:
    task = chance.choice(tree.blocks(Task))
    fresh = tree.task(chance.choice(["user", "service"]))
    task.kind, task.words = fresh.kind, fresh.words
    return {}


def other_rounds(tree: Tree, chance: random.Random) -> Decisions | None:
    task = chance.choice([each for each in tree.blocks(Task) if each.kind != "catch"])
    task.times = chance.choice([0, 2, 3])
    return {}


def at_once(tree: Tree, chance: random.Random) -> Decisions | None:
    """What was done one after the other is done at the same time."""
    here = chance.choice([each for each in tree.lists() if len(each) > 1])
    number = chance.randrange(len(here) - 1)
    here[number : number + 2] = [Par(tree.fresh("a"), [[here[number]], [here[number + 1]]])]
    return {}


def in_turn(tree: Tree, chance: random.Random) -> Decisions | None:
    """What was done at the same time is done one after the other."""
    for here in tree.lists():
        for number, block in enumerate(here):
            if isinstance(block, Par):
                here[number : number + 1] = [each for branch in block.branches for each in branch]
                return {}
    return None


def or_not(tree: Tree, chance: random.Random) -> Decisions | None:
    """A step is taken in some cases only."""
    here = chance.choice([each for each in tree.lists() if each])
    number = chance.randrange(len(here))
    here[number] = Choice(tree.fresh("c"), chance.choice(tree.variables), [[here[number]], []])
    return {}


def repeat(tree: Tree, chance: random.Random) -> Decisions | None:
    here = chance.choice([each for each in tree.lists() if each and isinstance(each[-1], Task)])
    here[-1:] = [Again(tree.fresh("l"), chance.choice(tree.variables), [here[-1]])]
    return {}


EDITS: tuple[Edit, ...] = (
    rename_id,
    rename,
    replace,
    insert,
    delete,
    delete_undecided,
    add_edge,
    remove_edge,
    change_edge,
    add_branch,
    remove_branch,
    wrap,
    unwrap,
    swap,
    move_far,
    other_people,
    other_choice,
    other_kind,
    other_rounds,
    at_once,
    in_turn,
    or_not,
    repeat,
)
