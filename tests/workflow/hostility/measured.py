"""Plays every hostile sample in a process of its own with little time and memory, and prints what it took.

`make hostile`: exit code 1 when one was executed, took more than 2 seconds of the processor or 200 MB, or hurt others.
"""

import os
import resource
import signal
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from tests.workflow.hostility import watch
from tests.workflow.hostility.samples import EXECUTED, HARMLESS, Sample, played, samples
from workflow import documents
from workflow.registry import discover

SECONDS, MEMORY = 2.0, 200  # of the processor; MB above what a process has before
PATIENCE = 60  # seconds by the wall clock
VERDICTS = ("refused", "stopped", "harmless", EXECUTED, "overstepped")
FINE = "start s\nuser a candidateGroups=registry\nend e\ns -> a -> e"


@dataclass(frozen=True)
class Measured:
    verdict: str
    seconds: float
    megabytes: float


def measured(sample: Sample, base: float) -> Measured:
    """How the sample ends in a fork of this process; `base`: MB a fork has that does nothing."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        os.write(writing, _bound(sample).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        verdict = told.read().decode() or "overstepped"
    _, _, used = os.wait4(child, 0)
    return Measured(verdict, used.ru_utime + used.ru_stime, max(0.0, used.ru_maxrss / 1024 - base))


def _bound(sample: Sample) -> str:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (held + MEMORY * 1024 * 1024,) * 2)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    signal.alarm(PATIENCE)
    try:
        with watch.watching() as seen:
            verdict = sample.act()
    except MemoryError:
        return "overstepped"
    finally:
        documents.filler.close()  # what its child took counts as well
    return EXECUTED if seen else verdict


def main() -> int:
    discover("workflow", "archive", "forms")
    everything = list(samples())
    for warm in (
        "condition",
        "table cell",
        "template",
        "file",
        "model",
    ):  # what is imported late is not a sample's doing
        next(each for each in everything if each.kind == warm).act()
    played(FINE, {})
    base = max(measured(Sample("", "nothing", lambda: HARMLESS), 0).megabytes for _ in range(3))
    found = defaultdict(list)
    bad = []
    begun = time.monotonic()
    for number, sample in enumerate(everything, 1):
        took = measured(sample, base)
        found[sample.kind].append(took)
        if took.verdict in (EXECUTED, "overstepped"):
            bad.append((sample, took))
            print(
                f"{sample.kind:12} {took.verdict:12} {took.seconds:5.2f} s {took.megabytes:5.0f} MB  {sample.name!r}",
                flush=True,
            )
        if number % 100 == 0 and played(FINE, {}) != HARMLESS:
            bad.append((sample, took))
            print(f"a fine process suffers after {sample.name!r}")
    _table(found)
    print(f"{len(everything)} samples, {len(bad)} of them not as they must be; {time.monotonic() - begun:.0f} s")
    return 1 if bad else 0


def _table(found: dict[str, list[Measured]]) -> None:
    print(f"{'kind':12} {'samples':>8}" + "".join(f"{verdict:>12}" for verdict in VERDICTS) + "   longest   largest")
    for kind, took in found.items():
        counts = "".join(f"{sum(each.verdict == verdict for each in took):12}" for verdict in VERDICTS)
        longest, largest = max(each.seconds for each in took), max(each.megabytes for each in took)
        print(f"{kind:12} {len(took):8}{counts} {longest:8.2f} s {largest:6.0f} MB")


if __name__ == "__main__":
    sys.exit(main())
