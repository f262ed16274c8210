"""Two processes completing tasks at once, beside one: `python -m bench.together`.

Each process has instances of its own to walk; they share the database and this machine's processors.
"""

import multiprocessing
import statistics
import time
from collections.abc import Sequence
from multiprocessing.synchronize import Barrier
from typing import Any

from bench import process
from bench.ground import KINDS, office, quantile, show
from bench.process import WALK
from workflow import registry
from workflow.office import Office, open_office
from workflow.settings import Settings

ROUNDS, PORTION = 5, 150  # completions of each process in a round
_STEP = WALK[0]


def main() -> None:
    show(["", "one process", "two", "ratio", "p99 of two, ms"], [line(kind, *measure(kind)) for kind in KINDS])


def line(kind: str, one: float, two: float, late: float) -> tuple[str, ...]:
    return kind, f"{one:.0f}", f"{two:.0f}", f"{two / one:.2f}", f"{late * 1000:.1f}"


def measure(kind: str, rounds: int = ROUNDS, portion: int = PORTION) -> tuple[float, float, float]:
    """Completions per second of one process and of two; seconds that 99 % of the two's stay under."""
    rates: dict[int, list[float]] = {1: [], 2: []}
    slow: list[float] = []
    with office(kind, "together") as opened:
        process.deploy(opened)
        for _ in range(rounds):
            for number, measured in rates.items():
                times, took = at_once(opened, number, portion)
                measured.append(number * portion / took)
                slow += times if number == 2 else []
    return statistics.median(rates[1]), statistics.median(rates[2]), quantile(slow, 0.99)


def at_once(opened: Office, number: int, portion: int) -> tuple[list[float], float]:
    """Seconds of each completion, and of all together, by so many processes."""
    anna = process.person(opened)
    work = [process.claimed(opened, each, _STEP[0], anna) for each in process.begun(opened, number * portion)]
    spawning = multiprocessing.get_context("spawn")
    ready, answers = spawning.Barrier(number + 1), spawning.Queue()
    parts = [work[first::number] for first in range(number)]
    helpers = [spawning.Process(target=complete_all, args=(opened.settings, part, ready, answers)) for part in parts]
    for helper in helpers:
        helper.start()
    ready.wait(120)
    began_at = time.perf_counter()
    found = [answers.get(timeout=120) for _ in helpers]
    took = time.perf_counter() - began_at
    for helper in helpers:
        helper.join()
    return [each for times in found for each in times], took


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
