"""Keep child processes running: start them again when they die, stop them all, leave none behind.

A child is told by the kernel when this process dies, however it dies; grandchildren whose parent died become
children of this process (it is their "subreaper") and are ended with the others.
"""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ASKED_TO_STOP = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:  # nohup
    ASKED_TO_STOP.remove(signal.SIGHUP)
WATCHED = ASKED_TO_STOP | {signal.SIGCHLD}
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
STEADY = 60.0  # seconds; a child that lived so long starts its next life with a clean record
LONGEST_PAUSE = 30.0  # seconds between two lives of a child that keeps dying

_prctl = ctypes.CDLL(None, use_errno=True).prctl


class AskedToStop(Exception):
    """Someone pressed Ctrl-C, or sent SIGTERM or SIGHUP."""


@dataclass(frozen=True)
class Child:
    """A process to keep running. `orphaned` is the signal it gets when its parent dies."""

    name: str
    command: list[str]
    orphaned: signal.Signals = signal.SIGTERM


@dataclass
class _Life:
    child: Child
    process: subprocess.Popen[bytes]
    began_at: float
    deaths: int  # in a row, each soon after its start


class Children:
    """The children of this process. Make one, in the main thread, before any other thread starts."""

    def __init__(self, say: Callable[[str], None] = print) -> None:
        """`say` is told, in a sentence, when a child dies.

        From now on this process learns of signals only in `tend`.
        """
        self.say = say
        self._lives: list[_Life] = []
        self._errand: subprocess.Popen[bytes] | None = None
        self._pauses: list[tuple[float, Child, int]] = []  # (start again at, child, its deaths)
        signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
        _prctl(PR_SET_CHILD_SUBREAPER, 1)

    def start(self, child: Child, deaths: int = 0) -> None:
        """Start the child and keep it running."""
        self._lives.append(_Life(child, _begin(child), time.monotonic(), deaths))

    def run(self, command: list[str]) -> int:
        """Run a command to its end, looking after the children meanwhile; returns its exit code.

        Raises AskedToStop, having ended the command.
        """
        process = self._errand = _begin(Child("command", command))
        try:
            while process.poll() is None:
                self.tend(0.1)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
            self._errand = None
        return process.returncode

    def tend(self, seconds: float) -> None:
        """Look after the children for so long. Raises AskedToStop at once."""
        ends_at = time.monotonic() + seconds
        while True:
            self._start_the_rested()
            wait = min([ends_at, *(at for at, _, _ in self._pauses)]) - time.monotonic()
            news = signal.sigtimedwait(WATCHED, max(wait, 0))
            if news and news.si_signo in ASKED_TO_STOP:
                raise AskedToStop
            self._bury()
            if news or time.monotonic() >= ends_at:
                return

    def deaths(self, name: str) -> int:
        """How often the child died in a row, soon after each start."""
        pausing = [deaths for _, child, deaths in self._pauses if child.name == name]
        return max([life.deaths for life in self._lives if life.child.name == name] + pausing, default=0)

    def stop(self, patience: float = 6.0) -> None:
        """Ask every child to end, then wait; after `patience` seconds in all, end them.

        The first started, on which the others may lean, is asked when the others are gone.
        """
        self._pauses.clear()
        ends_at = time.monotonic() + patience
        first, others = self._lives[:1], self._lives[1:]
        for lives in (others, first):
            for life in lives:
                life.process.terminate()
            for life in lives:
                self._await_end(life, ends_at)
        self._lives.clear()
        _end_adopted()

    def _await_end(self, life: _Life, ends_at: float) -> None:
        try:
            life.process.wait(max(ends_at - time.monotonic(), 0.01))
        except subprocess.TimeoutExpired:
            self.say(f"{life.child.name} did not stop by itself and was ended.")
            os.killpg(life.process.pid, signal.SIGKILL)
            life.process.wait()

    def _bury(self) -> None:
        """Reap the dead; each starts again, at once the first time, later the oftener it died."""
        for life in [life for life in self._lives if life.process.poll() is not None]:
            self._lives.remove(life)
            lived = time.monotonic() - life.began_at
            deaths = 1 if lived > STEADY else life.deaths + 1
            pause = min(2.0 ** (deaths - 1) - 1, LONGEST_PAUSE)
            ended = _ending(life.process.returncode)
            self.say(f"{life.child.name} {ended} after {lived:.0f} s; starting it again in {pause:.0f} s.")
            self._pauses.append((time.monotonic() + pause, life.child, deaths))
        self._reap_adopted()

    def _reap_adopted(self) -> None:
        own = {life.process.pid for life in self._lives} | {self._errand.pid if self._errand else 0}
        for process_id in set(_child_ids()) - own:
            os.waitpid(process_id, os.WNOHANG)

    def _start_the_rested(self) -> None:
        now = time.monotonic()
        rested = [pause for pause in self._pauses if pause[0] <= now]
        self._pauses = [pause for pause in self._pauses if pause[0] > now]
        for _, child, deaths in rested:
            self.start(child, deaths)


def die_with_parent(sent: signal.Signals) -> None:
    """Have the kernel send this process a signal when its parent dies."""
    _prctl(PR_SET_PDEATHSIG, int(sent))


def _begin(child: Child) -> subprocess.Popen[bytes]:
    """Start it in a process group of its own, so that Ctrl-C reaches this process alone."""
    return subprocess.Popen(child.command, preexec_fn=lambda: _be_child(child.orphaned), process_group=0)


def _be_child(orphaned: signal.Signals) -> None:
    die_with_parent(orphaned)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, WATCHED)


def _ending(code: int) -> str:
    return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"


def _end_adopted() -> None:
    """End what the children left behind."""
    while left := _child_ids():
        for process_id in left:
            os.kill(process_id, signal.SIGKILL)
            os.waitpid(process_id, 0)


def _child_ids() -> list[int]:
    return [int(word) for word in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]
