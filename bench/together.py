"""Two processes completing tasks at once, beside one: `python -m bench.together`.

Each process has instances of its own to walk; they share the database and this machine's processors. How busy those are
with two, and what two are worth that write the same rows by hand, says what there is still to be had. So does what one
process completes that has to share one processor with its server: as many times as there are processors, that is all
this machine can do, whoever asks.
"""

import multiprocessing
import os
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bench import process
from bench.by_hand import ByHand, Step, recorded
from bench.completions import by_engine
from bench.ground import KINDS, office, quantile, show
from bench.process import WALK, Running
from workflow import registry
from workflow.office import Office, open_office
from workflow.settings import Settings

ROUNDS, PORTION = 5, 150  # completions of each process in a round
HOW = {"one": (1, False), "two": (2, False), "bound": (1, True)}  # processes; whether held on one processor


@dataclass(frozen=True)
class Round:
    """Seconds of each completion; completions per second of all together; the share of the processors used."""

    times: list[float]
    rate: float
    busy: float


@dataclass(frozen=True)
class Together:
    """Of one way: completions per second of one process, of two, and of two if each had the half of what one processor
    does; seconds that 99 % of the two's stay under; the share of the processors that two keep busy."""

    one: float
    two: float
    ceiling: float
    late: float
    busy: float

    @property
    def said(self) -> str:
        return (
            f"{self.two / self.one:.2f} × ({self.two:.0f}/s, {self.busy:.0%} of the processors busy; "
            f"at most {self.ceiling / self.one:.2f} ×)"
        )


def main() -> None:
    show(["", "two processes, times one", "p99 of two, ms"], [each for kind in KINDS for each in lines(kind)])


def lines(kind: str) -> Iterator[tuple[str, ...]]:
    for way, found in measure(kind).items():
        yield f"{kind}, {way}", found.said, f"{found.late * 1000:.1f}"


def measure(kind: str, rounds: int = ROUNDS, portion: int = PORTION) -> dict[str, Together]:
    """engine, by hand → medians of rounds in turns."""
    with office(kind, "together") as opened:
        process.deploy(opened)
        ways = {"engine": None, "by hand": recorded(opened)[:1]}
        found: dict[tuple[str, str], list[Round]] = {(way, how): [] for way in ways for how in HOW}
        for _ in range(rounds):
            for (way, how), measured in found.items():
                measured.append(at_once(opened, ways[way], portion, *HOW[how]))
    return {way: _together(*(found[way, how] for how in HOW)) for way in ways}


def _together(one: Sequence[Round], two: Sequence[Round], bound: Sequence[Round]) -> Together:
    rates = [statistics.median(each.rate for each in rounds) for rounds in (one, two, bound)]
    late = quantile([time_ for each in two for time_ in each.times], 0.99)
    ceiling = rates[2] * len(os.sched_getaffinity(0))
    return Together(rates[0], rates[1], ceiling, late, statistics.median(each.busy for each in two))


def busy_and_all() -> tuple[int, int]:
    """Ticks of this machine's processors that were used, and all there were (Linux counts them; else none)."""
    counted = Path("/proc/stat")
    if not counted.exists():
        return 0, 1
    ticks = [int(each) for each in counted.read_text().split("\n", 1)[0].split()[1:9]]
    return sum(ticks) - ticks[3] - ticks[4], sum(ticks)  # but for idle, and waiting for the disk


def at_once(opened: Office, steps: list[Step] | None, portion: int, number: int, bound: bool) -> Round:
    """Completions by so many processes: by hand, as in these steps, or by the engine. `bound`: each of them, and the
    server's process that works for it, on one processor."""
    anna = process.person(opened)
    begun = process.begun(opened, number * portion)
    work = [(each, process.claimed(opened, each, WALK[0][0], anna)) for each in begun]
    looked_over(opened)
    spawning = multiprocessing.get_context("spawn")
    ready, answers = spawning.Barrier(number + 1), spawning.Queue()
    parts = [(opened.settings, steps, work[first::number], bound, ready, answers) for first in range(number)]
    helpers = [spawning.Process(target=complete_all, args=part) for part in parts]
    for helper in helpers:
        helper.start()
    ready.wait(120)
    began_at, (used, all_) = time.perf_counter(), busy_and_all()
    found = [answers.get(timeout=120) for _ in helpers]
    took, (used_then, all_then) = time.perf_counter() - began_at, busy_and_all()
    for helper in helpers:
        helper.join()
    times = [each for part in found for each in part]
    return Round(times, len(times) / took, (used_then - used) / max(all_then - all_, 1))


def looked_over(opened: Office) -> None:
    """PostgreSQL knows how full its tables are, as it does a minute later of itself: else it reads all open tasks to
    find those of a case."""
    with opened.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def hold(opened: Office) -> None:
    """This process, and the server's that works for it, on one processor from now on."""
    (processor, *_) = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {processor})
    if opened.database.engine.dialect.name == "postgresql":
        with opened.database.reading() as session:
            os.sched_setaffinity(session.scalar(text("SELECT pg_backend_pid()")), {processor})


def complete_all(
    settings: Settings,
    steps: list[Step] | None,
    work: Sequence[tuple[Running, int]],
    bound: bool,
    ready: Barrier,
    answers: Any,
) -> None:
    """What each process does: warm up, wait for the others, complete."""
    registry.discover("archive", "forms", "web")
    opened = open_office(settings)
    anna = process.person(opened)
    complete = by_engine(opened) if steps is None else ByHand(opened, steps).complete
    if bound:
        hold(opened)
    for each in process.begun(opened, 10):
        complete(0, each, process.claimed(opened, each, WALK[0][0], anna))
    ready.wait(120)
    times = []
    for each, task_id in work:
        began_at = time.perf_counter()
        complete(0, each, task_id)
        times.append(time.perf_counter() - began_at)
    answers.put(times)
    opened.database.engine.dispose()


if __name__ == "__main__":
    main()
