"""A real installation under its real parent (tools/serve.py), on a port and a data folder of its own."""

import contextlib
import itertools
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
FIRST_PORT, PORTS = 20_000, 1_000  # of each test process; the system gives away those from 32,768 on
_asked = itertools.count(os.getpid())  # runs beside one another begin at different ones
PATIENCE = 180.0  # seconds for a first start on a busy machine


def free_port() -> int:
    """A port that stays ours until a server listens there, and while one of its lives is over and the next not begun:
    none that the system gives to whoever connects, and none of the other test processes'."""
    first = FIRST_PORT + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) * PORTS
    for _ in range(PORTS):
        port = first + next(_asked) % PORTS
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError(f"no port from {first} on is free")


class Installation:
    """Starts with `start()`, ends with `stop()`; what its processes said stands in `log`."""

    def __init__(self, data: Path, **environment: str) -> None:
        """`environment` is added to the settings, e.g. JUANLIU_DEMO="0"."""
        self.data = data
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = data.with_name(data.name + ".log")
        self.environment = {**_without_settings(), "JUANLIU_DATA": str(data), "PORT": str(self.port), **environment}
        self.parent: subprocess.Popen[bytes] | None = None

    def start(self) -> "Installation":
        """Start it and wait until it says that it is ready."""
        self.begin()
        self.hear("Juanliu is ready")
        return self

    def begin(self) -> None:
        """Start it and wait for nothing."""
        self._heard = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self.parent = subprocess.Popen(
                [sys.executable, "-m", "tools.serve"],
                cwd=CHECKOUT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def hear(self, wanted: str, seconds: float = PATIENCE) -> str:
        """Wait until the log, since the last start, says what is wanted; returns what it said."""
        return self.wait(lambda: re.search(wanted, self.said()) and self.said(), f"{wanted!r}", seconds)

    def said(self) -> str:
        return self.log.read_bytes()[self._heard :].decode(errors="replace")

    def wait(self, until: Callable[[], object], what: str, seconds: float = PATIENCE):
        """Wait until something is true; returns it. Fails at once when the parent has ended."""
        ends_at = time.monotonic() + seconds
        while not (found := until()):
            ended = self.parent is None or self.parent.poll() is not None
            if (ended and not until()) or time.monotonic() > ends_at:
                raise AssertionError(f"{what} did not come to be. The installation said:\n{self.said()}")
            select.select([], [], [], 0.05)
        return found

    def processes(self) -> dict[str, int]:
        """The children of the parent, name → process id; name is "web", "worker", "scheduler" or "valkey"."""
        signs = {"waitress": "web", "valkey-server": "valkey", "flask --app wsgi worker": "worker"}
        signs["flask --app wsgi scheduler"] = "scheduler"
        commands = {process_id: command_of(process_id) for process_id in children_of(self.parent.pid)}
        return {signs[sign]: each for each, command in commands.items() for sign in signs if sign in command}

    def kill(self, name: str) -> None:
        """kill -9 one of them, and wait until it runs again."""
        before = self.processes()[name]
        os.kill(before, signal.SIGKILL)
        self.wait(lambda: self.processes().get(name, before) != before, f"a new {name}")

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `flask --app wsgi …` on its data."""
        flask = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
        return subprocess.run(flask, cwd=CHECKOUT, env=self.environment, capture_output=True, text=True, check=False)

    def stop(self, news: signal.Signals = signal.SIGTERM) -> float:
        """Ask it to stop; returns the seconds it took."""
        began_at = time.monotonic()
        if self.parent and self.parent.poll() is None:
            self.parent.send_signal(news)
            self.parent.wait(30)
        return time.monotonic() - began_at


def children_of(process_id: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{process_id}/task/{process_id}/children").read_text().split()]


def command_of(process_id: int) -> str:
    """Its command line; "" when it has ended."""
    try:
        return Path(f"/proc/{process_id}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def run_to_refusal(**environment: str) -> subprocess.CompletedProcess[str]:
    """Start an installation that is expected to refuse to."""
    command = [sys.executable, "-m", "tools.serve"]
    settings = {**_without_settings(), **environment}
    return subprocess.run(command, cwd=CHECKOUT, env=settings, capture_output=True, text=True, timeout=60, check=False)


def _without_settings() -> dict[str, str]:
    """The environment without what would reach into the installation."""
    ours = re.compile(r"JUANLIU_(?!TEST)|(HOST|PORT|DATABASE_URL|REDIS_URL|SECRET_KEY|MAKELEVEL|FLASK_\w+)$")
    return {name: value for name, value in os.environ.items() if not ours.match(name)}
