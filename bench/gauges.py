"""What the processes of an installation take: processor time and wall time by stage, and the most memory of each."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.installation import children_of, command_of

EVERY = 0.5  # seconds between two looks
TICKS = 100  # of the processor's clock, a second
NAMES = {  # what a command line says → what the process is called
    "waitress": "web",
    "valkey-server": "valkey",
    "flask --app wsgi worker": "worker",
    "flask --app wsgi scheduler": "scheduler",
    "workflow.confined": "confined child",
    "tools.serve": "parent",
}


@dataclass(frozen=True)
class Stage:
    """Seconds on the wall and of the processors, all processes; the most memory of each so far (MB)."""

    name: str
    wall: float
    processor: float
    most: dict[str, int]


class Gauges:
    """Looks at a process and all below it, twice a second, until closed."""

    def __init__(self, process_id: int) -> None:
        self._root, self._over = process_id, threading.Event()
        self.stages: list[Stage] = []
        self.most: dict[str, int] = {}  # megabytes by name
        self._spent: dict[int, float] = {}  # of each process ever seen
        self._watch = threading.Thread(target=self._look_on, daemon=True)
        self._watch.start()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        self._look()
        begun, spent = time.perf_counter(), sum(self._spent.values())
        yield
        self._look()
        self.stages.append(Stage(name, time.perf_counter() - begun, sum(self._spent.values()) - spent, dict(self.most)))

    def close(self) -> None:
        self._over.set()
        self._watch.join()

    def _look_on(self) -> None:
        while not self._over.wait(EVERY):
            self._look()

    def _look(self) -> None:
        for process_id in _below(self._root):
            try:
                status = Path(f"/proc/{process_id}/status").read_text()
                times = Path(f"/proc/{process_id}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
            except (FileNotFoundError, ProcessLookupError):
                continue
            held = next((line for line in status.splitlines() if line.startswith("VmHWM")), None)
            if held is not None:
                name = _name(process_id)
                self.most[name] = max(self.most.get(name, 0), int(held.split()[1]) // 1024)
            self._spent[process_id] = sum(map(int, times)) / TICKS


def _below(process_id: int) -> Iterator[int]:
    yield process_id
    try:
        children = children_of(process_id)
    except (FileNotFoundError, ProcessLookupError):
        return
    for child in children:
        yield from _below(child)


def _name(process_id: int) -> str:
    command = command_of(process_id)
    return next((name for sign, name in NAMES.items() if sign in command), "other")
