"""Completions per second of the engine's command, beside the same rows written by hand: `python -m bench.completions`.

Both walk instances of the process (bench.process) from the first person to the shelf, in turns on the same database;
timed are the completions by people, each one durable transaction. Before the first round the rows both leave behind
are counted and must be the same.
"""

import re
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import func, select

from bench import process
from bench.by_hand import ByHand, Together, recorded, rows_of
from bench.ground import KINDS, office, quantile, show
from bench.process import MACHINE, WALK, Running
from workflow.db import Base, Database
from workflow.office import Office

ROUNDS, WALKS = 7, 8  # of each round: so many instances, nine completions by people in each
Complete = Callable[[int, Running, int | None], None]  # step of the walk, instance, the person's task


@dataclass
class Times:
    """Seconds of single completions, and what the processor did in them."""

    wall: list[float] = field(default_factory=list)
    cpu: float = 0.0
    rates: list[float] = field(default_factory=list)  # of each round, completions per second

    def add(self, wall: list[float], cpu: float) -> None:
        self.wall += wall
        self.cpu += cpu
        self.rates.append(len(wall) / sum(wall))

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)

    @property
    def cpu_ms(self) -> float:
        return self.cpu / len(self.wall) * 1000

    def ms(self, part: float) -> float:
        return quantile(self.wall, part) * 1000


def main() -> None:
    measured = {kind: measure(kind) for kind in KINDS}
    print(f"Completions, median of {ROUNDS} rounds of {WALKS * (len(WALK) - 1)}, one at a time\n")
    show(
        ["", "per second", "to by hand", "p50 ms", "p99 ms", "CPU ms"],
        [row for kind in KINDS for row in lines(kind, measured[kind])],
    )


def lines(kind: str, measured: dict[str, Times]) -> list[tuple[str, ...]]:
    hand = measured["by hand"]
    return [
        (
            f"{kind}, {name}",
            f"{each.rate:.0f}",
            f"{each.rate / hand.rate:.2f}",
            f"{each.ms(0.5):.2f}",
            f"{each.ms(0.99):.2f}",
            f"{each.cpu_ms:.2f}",
        )
        for name, each in measured.items()
    ]


def measure(kind: str, rounds: int = ROUNDS) -> dict[str, Times]:
    """engine, by hand and (PostgreSQL) by hand in one statement → times."""
    with office(kind, "completions") as opened:
        process.deploy(opened)
        steps = recorded(opened)
        hands = {"by hand": ByHand(opened, steps)}
        if kind == "PostgreSQL":
            hands["in one statement"] = Together(opened, steps)
        ways: dict[str, Complete] = {
            "engine": by_engine(opened),
            **{name: hand.complete for name, hand in hands.items()},
        }
        same_rows(opened, ways)
        times = {name: Times() for name in ways}
        for _ in range(rounds):
            for name, complete in ways.items():
                times[name].add(*walk(opened, complete, process.begun(opened, WALKS)))
        for hand in hands.values():
            hand.close()
    return times


def by_engine(opened: Office) -> Complete:
    anna = process.person(opened)

    def complete(number: int, _work: Running, task_id: int | None) -> None:
        _activity, answers, outcome = WALK[number]
        if task_id is None:
            process.work_off(opened)
        else:
            process.complete(opened, task_id, anna, answers, outcome)

    return complete


def walk(opened: Office, complete: Complete, begun: list[Running]) -> tuple[list[float], float]:
    """All steps, instance by instance in each; seconds of every completion by a person, and CPU seconds of all."""
    anna, times, cpu = process.person(opened), [], 0.0
    for number, (activity_id, _answers, _outcome) in enumerate(WALK):
        if activity_id == MACHINE:
            for work in begun:
                complete(number, work, None)
            continue
        mine = [(work, process.claimed(opened, work, activity_id, anna)) for work in begun]
        cpu_at = time.process_time()
        for work, task_id in mine:
            began_at = time.perf_counter()
            complete(number, work, task_id)
            times.append(time.perf_counter() - began_at)
        cpu += time.process_time() - cpu_at
    return times, cpu


def same_rows(opened: Office, ways: dict[str, Complete]) -> None:
    """All must leave the same number of rows in every table, and the same in them but for moments and numbers."""
    left = []
    for complete in ways.values():
        begun = process.begun(opened, 1)
        before = sizes(opened.database)
        walk(opened, complete, begun)
        grown = {f"rows of {name}": size - before[name] for name, size in sizes(opened.database).items()}
        left.append({**grown, **_said(opened.database, begun[0])})
    for way, found in zip(ways, left, strict=True):
        differing = {name: (found[name], said) for name, said in left[0].items() if found[name] != said}
        assert not differing, f"{way} does not write the same: {differing}"


def _said(database: Database, work: Running) -> dict[str, list[str]]:
    """What the rows of the work say, table by table, without what differs from one instance to the next."""
    own, number = re.compile(r"(^|.*_)(id|at|until|state|seq)$"), re.compile(r"[0-9a-f-]*[0-9][0-9a-f-]*")
    said = {
        name: [
            [f"{key}={number.sub('#', str(value))}" for key, value in row.items() if not own.match(key)] for row in rows
        ]
        for name, rows in rows_of(database, work).items()
    }
    return {name: sorted(", ".join(row) for row in rows) for name, rows in said.items()}


def sizes(database: Database) -> dict[str, int]:
    with database.reading() as session:
        return {
            name: session.scalar(select(func.count()).select_from(table))
            for name, table in Base.metadata.tables.items()
        }


if __name__ == "__main__":
    main()
