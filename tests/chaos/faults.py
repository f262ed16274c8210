"""What the monkey does to a running installation."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import psycopg
import redis

from tests.chaos.postgres import Postgresql
from tests.installation import CHECKOUT, Installation
from tests.season.browser import WAIT

BESIDE = ("worker", "scheduler")  # one more of each, beside those of the parent
PAUSES = (0.5, 4.0)  # seconds between two faults
GROWN = 15.0  # seconds of age
GOT_ON, LONGEST_PAUSE = 2, 15.0  # completions between two faults, unless they take longer than so many seconds
STOPS = (1.0, 5.0, 40.0)  # seconds a process is stopped; the last is longer than a lease


class Faults:
    """Each is drawn with its weight; `done` counts them."""

    def __init__(self, office: Installation, postgresql: Postgresql, chance: random.Random) -> None:
        self.office, self.postgresql, self.chance = office, postgresql, chance
        self.done: Counter[str] = Counter()
        self.beside: dict[str, subprocess.Popen] = {}
        self.stopped: dict[int, float] = {}  # process id → when it goes on
        self._keep_beside()

    def play(self, seconds: float, progress: Callable[[], int]) -> None:
        """Do one thing after the other for so long, each once the office has got on a little since the last; then let
        everything go on. `progress`: how much is done."""
        ends_at = time.monotonic() + seconds
        acts, weights = zip(*self._acts().items(), strict=True)
        while time.monotonic() < ends_at:
            self._go_on(time.monotonic())
            self._keep_beside()
            act = self.chance.choices(acts, weights)[0]
            with suppress(ProcessLookupError, FileNotFoundError, KeyError, redis.RedisError, psycopg.OperationalError):
                act()
                self.done[act.__name__.strip("_")] += 1
            self._wait_for(progress)
        self._go_on(float("inf"))
        self._keep_beside()

    def _wait_for(self, progress: Callable[[], int]) -> None:
        before, began = progress(), time.monotonic()
        WAIT(self.chance.uniform(*PAUSES))
        while progress() - before < GOT_ON and time.monotonic() - began < LONGEST_PAUSE:
            self._go_on(time.monotonic())
            WAIT(0.1)

    def end(self) -> None:
        for process in self.beside.values():
            process.terminate()
            process.wait(60)

    def _acts(self) -> dict:
        return {
            self._kill: 10,
            self._stop: 5,
            self._cut_connections: 6,
            self._crash_database: 1,
            self._kill_backend: 1,
            self._flush_queue: 3,
        }

    def _processes(self) -> list[int]:
        named = self.office.processes()
        return [*named.values(), *(each.pid for each in self.beside.values())]

    def _kill(self) -> None:
        """Mostly one that has begun to work: who is killed while starting does nothing worth watching. The web server,
        behind which all the others can be watched, less often than they."""
        web = self.office.processes().get("web")
        grown = [
            each for each in self._processes() if _age(each) > GROWN and (each != web or self.chance.random() < 0.5)
        ]
        os.kill(
            self.chance.choice(grown if grown and self.chance.random() < 0.9 else self._processes()), signal.SIGKILL
        )

    def _stop(self) -> None:
        victim = self.chance.choice([each for each in self._processes() if each not in self.stopped])
        os.kill(victim, signal.SIGSTOP)
        self.stopped[victim] = time.monotonic() + self.chance.choices(STOPS, (6, 3, 1))[0]

    def _cut_connections(self) -> None:
        self.postgresql.cut(self.chance)

    def _crash_database(self) -> None:
        self.postgresql.crash(self.chance.uniform(0, 3))

    def _kill_backend(self) -> None:
        self.postgresql.kill_backend(self.chance)

    def _flush_queue(self) -> None:
        with closing(redis.Redis(unix_socket_path=str(self.office.data / "valkey" / "valkey.sock"))) as queue:
            queue.flushall()

    def _go_on(self, now: float) -> None:
        for victim in [each for each, until in self.stopped.items() if until <= now]:
            del self.stopped[victim]
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGCONT)

    def _keep_beside(self) -> None:
        for name in BESIDE:
            process = self.beside.get(name)
            if process is None or process.poll() is not None:
                command = [sys.executable, "-m", "flask", "--app", "wsgi", name]
                with self.office.log.open("ab") as log:
                    self.beside[name] = subprocess.Popen(
                        command, cwd=CHECKOUT, env=self.office.environment, stdout=log, stderr=log
                    )


def _age(process_id: int) -> float:
    """Seconds since the process began."""
    began = int(Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - began / os.sysconf("SC_CLK_TCK")
