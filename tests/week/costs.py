"""What the week costs: processor time of each process of the installation, and how long each kind of request takes.

Told for each day apart, so that what grows with the number of cases is seen to grow.
"""

import os
import re
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from time import process_time

TICKS = os.sysconf("SC_CLK_TCK")
SHOWN = 8  # kinds of requests named
_OWN = re.compile(r"(?<=/)[^/]*\d[^/]*(?=/|$)")  # what a path holds of one thing: its number, somebody's login


class Costs:
    """`processes()`: name → processor seconds spent so far (see `of_processes`)."""

    def __init__(self, processes: Callable[[], Mapping[str, float]] = dict) -> None:
        self.processes, self._lock = processes, threading.Lock()
        self._before, self._took = self._spent(), dict[str, list[float]]()

    def took(self, path: str, seconds: float) -> None:
        """A request was answered."""
        kind = _OWN.sub("…", path.partition("?")[0])
        with self._lock:
            self._took.setdefault(kind, []).append(seconds)

    def since(self) -> list[str]:
        """What was spent since it was asked for last, in lines."""
        spent, before = self._spent(), self._before
        with self._lock:
            took, self._took = self._took, {}
        self._before = spent
        each = [f"{name} {seconds - before.get(name, 0.0):.0f} s" for name, seconds in spent.items()]
        dearest = sorted(took.items(), key=lambda item: -sum(item[1]))[:SHOWN]
        asked = sum(map(len, took.values()))
        lines = [f"    processor: {', '.join(each)}; {asked} requests"]
        return lines + [f"    {kind:40} {len(all_):6} × {_median(all_) * 1000:5.0f} ms" for kind, all_ in dearest]

    def _spent(self) -> dict[str, float]:
        return {"driver": process_time(), **self.processes()}


def of_processes(ids: Mapping[str, int]) -> dict[str, float]:
    """Processor seconds of each and of its children that have ended, and of those that run."""
    return {name: sum(map(_seconds, [each, *_children(each)])) for name, each in ids.items()}


def _seconds(process_id: int) -> float:
    try:
        words = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(map(int, words[11:15])) / TICKS


def _children(process_id: int) -> list[int]:
    try:
        return [int(word) for word in Path(f"/proc/{process_id}/task/{process_id}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def _median(found: list[float]) -> float:
    return sorted(found)[len(found) // 2]
