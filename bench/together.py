"""Two processes completing tasks at once, beside one: `python -m bench.together`.

Each process has instances of its own to walk; they share the database and this machine's processors. What one process
and its database keep busy of the processors says how many times its rate all of them together could do at most.
"""

import multiprocessing
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from bench import process
from bench.ground import KINDS, office, quantile, show
from bench.process import WALK
from workflow import registry
from workflow.office import Office, open_office
from workflow.settings import Settings

ROUNDS, PORTION = 5, 150  # completions of each process in a round
_STEP = WALK[0]


@dataclass(frozen=True)
class Together:
    """Completions per second of one process and of two; seconds that 99 % of the two's stay under; the share of the
    processors that one process kept busy, and two."""

    one: float
    two: float
    late: float
    busy_with_one: float
    busy_with_two: float

    @property
    def said(self) -> str:
        """The ratio beside the most the processors allow."""
        most = f"at most {1 / self.busy_with_one:.2f} ×" if self.busy_with_one else "no count of the processors here"
        return f"{self.two / self.one:.2f} × ({self.two:.0f}/s), {most}: {self.busy_with_two:.0%} busy"


def main() -> None:
    show(["", "two processes, times one", "p99 of two, ms"], [line(kind, measure(kind)) for kind in KINDS])


def line(kind: str, found: Together) -> tuple[str, ...]:
    return kind, found.said, f"{found.late * 1000:.1f}"


def measure(kind: str, rounds: int = ROUNDS, portion: int = PORTION) -> Together:
    """In turns, medians."""
    rates: dict[int, list[float]] = {1: [], 2: []}
    busy: dict[int, list[float]] = {1: [], 2: []}
    slow: list[float] = []
    with office(kind, "together") as opened:
        process.deploy(opened)
        for _ in range(rounds):
            for number, measured in rates.items():
                times, took, used = at_once(opened, number, portion)
                measured.append(number * portion / took)
                busy[number].append(used)
                slow += times if number == 2 else []
    medians = (statistics.median(each) for each in (rates[1], rates[2]))
    return Together(*medians, quantile(slow, 0.99), statistics.median(busy[1]), statistics.median(busy[2]))


def busy_and_all() -> tuple[int, int]:
    """Ticks of this machine's processors that were used, and all there were (Linux counts them; else none)."""
    counted = Path("/proc/stat")
    if not counted.exists():
        return 0, 1
    ticks = [int(each) for each in counted.read_text().split("\n", 1)[0].split()[1:9]]
    return sum(ticks) - ticks[3] - ticks[4], sum(ticks)  # but for idle, and waiting for the disk


def at_once(opened: Office, number: int, portion: int) -> tuple[list[float], float, float]:
    """Seconds of each completion, and of all together, by so many processes; the share of the processors used."""
    anna = process.person(opened)
    work = [process.claimed(opened, each, _STEP[0], anna) for each in process.begun(opened, number * portion)]
    spawning = multiprocessing.get_context("spawn")
    ready, answers = spawning.Barrier(number + 1), spawning.Queue()
    parts = [work[first::number] for first in range(number)]
    helpers = [spawning.Process(target=complete_all, args=(opened.settings, part, ready, answers)) for part in parts]
    for helper in helpers:
        helper.start()
    ready.wait(120)
    began_at, (used, all_) = time.perf_counter(), busy_and_all()
    found = [answers.get(timeout=120) for _ in helpers]
    took, (used_then, all_then) = time.perf_counter() - began_at, busy_and_all()
    for helper in helpers:
        helper.join()
    return [each for times in found for each in times], took, (used_then - used) / max(all_then - all_, 1)


def complete_all(settings: Settings, task_ids: Sequence[int], ready: Barrier, answers: Any) -> None:
    """What each process does: warm up, wait for the others, complete."""
    registry.discover("archive", "forms", "web")
    opened = open_office(settings)
    anna = process.person(opened)
    warm = [process.claimed(opened, each, _STEP[0], anna) for each in process.begun(opened, 10)]
    for task_id in warm:
        process.complete(opened, task_id, anna, *_STEP[1:])
    ready.wait(120)
    times = []
    for task_id in task_ids:
        began_at = time.perf_counter()
        process.complete(opened, task_id, anna, *_STEP[1:])
        times.append(time.perf_counter() - began_at)
    answers.put(times)
    opened.database.engine.dispose()


if __name__ == "__main__":
    main()
