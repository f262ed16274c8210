"""tools/children.py: whatever dies comes back, whatever is stopped is gone."""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent
PARENT = """
import os, signal, sys
from tools.children import AskedToStop, Child, Children
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # as a terminal starts it, also where the tests are told to outlive theirs
def say(line): os.write(1, (line + chr(10)).encode())
children = Children(say)
try:
    for number, body in enumerate(sys.argv[1:]):
        children.start(Child(f"child{number}", [sys.executable, "-c", body]))
    say("ready")
    while True: children.tend(60)
except AskedToStop:
    children.stop(patience=1)
    say("stopped")
"""
IDLE = "import os, signal; os.write(1, b'pid %d\\n' % os.getpid()); signal.pause()"
DEAF = "import os, signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); os.write(1, b'pid %d\\n' % os.getpid()); signal.pause(); signal.pause()"
BROKEN = "import os; os.write(1, b'pid %d\\n' % os.getpid()); raise SystemExit(3)"
PARENT_OF_ONE = (
    "import os, signal\nif not os.fork(): os.setsid()\nos.write(1, b'pid %d\\n' % os.getpid())\nsignal.pause()"
)


class Parent:
    """A real parent process with children of the test's own, and what it said."""

    def __init__(self, *bodies: str) -> None:
        command = [sys.executable, "-u", "-c", PARENT, *bodies]
        self.process = subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, bufsize=0)
        self._heard = b""

    @property
    def said(self) -> list[str]:
        """The whole lines heard so far."""
        return self._heard.decode().split("\n")[:-1]

    def hear(self, wanted: Callable[[list[str]], object], seconds: float = 20) -> None:
        """Listen until what was said is what is wanted."""
        ends_at = time.monotonic() + seconds
        while not wanted(self.said):
            ready, _, _ = select.select([self.process.stdout], [], [], max(ends_at - time.monotonic(), 0))
            heard = os.read(self.process.stdout.fileno(), 4096) if ready else b""
            assert heard, f"heard only {self.said}"
            self._heard += heard

    def pids(self, count: int) -> list[int]:
        self.hear(lambda said: len([line for line in said if line.startswith("pid")]) >= count)
        return [int(line.split()[1]) for line in self.said if line.startswith("pid")]

    def send(self, news: signal.Signals) -> None:
        self.process.send_signal(news)


@pytest.fixture
def family() -> Iterator[Callable[..., Parent]]:
    made = []

    def make(*bodies: str) -> Parent:
        made.append(Parent(*bodies))
        return made[-1]

    yield make
    for parent in made:
        parent.process.terminate()  # not kill: it takes along what its children left behind
        parent.process.wait(60)
        parent.process.stdout.close()


def gone(pid: int, seconds: float = 10) -> bool:
    """Whether the process ends within so many seconds."""
    try:
        watched = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([watched], [], [], seconds)[0])
    finally:
        os.close(watched)


def vanished(pid: int, seconds: float = 10) -> bool:
    """Whether not even a zombie is left of it within so many seconds."""
    ends_at = time.monotonic() + seconds
    while Path(f"/proc/{pid}").exists() and time.monotonic() < ends_at:
        select.select([], [], [], 0.02)
    return not Path(f"/proc/{pid}").exists()


def test_a_killed_child_comes_back_at_once(family):
    parent = family(IDLE)
    first = parent.pids(1)[0]
    os.kill(first, signal.SIGKILL)

    assert parent.pids(2)[1] != first
    assert any("child0 was killed by SIGKILL" in line for line in parent.said)


def test_the_other_children_do_not_notice(family):
    parent = family(IDLE, IDLE)
    pids = parent.pids(2)
    os.kill(pids[0], signal.SIGKILL)
    parent.pids(3)

    assert not gone(pids[1], seconds=0)


def test_a_child_that_keeps_dying_is_started_less_and_less_often(family):
    parent = family(BROKEN)
    parent.hear(lambda said: len([line for line in said if "starting it again" in line]) >= 3)

    pauses = [line.rpartition(" in ")[2] for line in parent.said if "starting it again" in line]
    assert pauses[:3] == ["0 s.", "1 s.", "3 s."]
    assert any("ended with exit code 3" in line for line in parent.said)


@pytest.mark.parametrize("news", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_asked_to_stop_it_stops_every_child(family, news):
    parent = family(IDLE, IDLE)
    pids = parent.pids(2)
    parent.send(news)

    assert parent.process.wait(60) == 0
    assert all(gone(pid, seconds=0) for pid in pids)


def test_it_stops_while_a_child_waits_for_its_next_life(family):
    parent = family(BROKEN)
    parent.hear(lambda said: any("again in 3 s" in line for line in said))
    parent.send(signal.SIGTERM)

    assert parent.process.wait(2) == 0


def test_a_child_that_will_not_stop_is_ended(family):
    parent = family(DEAF)
    pids = parent.pids(1)
    parent.send(signal.SIGTERM)

    assert parent.process.wait(60) == 0
    assert gone(pids[0], seconds=0)
    parent.hear(lambda said: any("child0 did not stop by itself and was ended" in line for line in said))


def test_the_children_end_when_their_parent_is_killed(family):
    parent = family(IDLE, IDLE)
    pids = parent.pids(2)
    parent.send(signal.SIGKILL)

    assert all(gone(pid) for pid in pids)


def test_what_a_child_left_behind_is_ended_with_the_others(family):
    parent = family(PARENT_OF_ONE)
    pids = parent.pids(2)
    parent.send(signal.SIGTERM)

    assert parent.process.wait(60) == 0
    assert all(gone(pid, seconds=0) for pid in pids)


def test_what_a_killed_child_left_behind_leaves_no_zombie(family):
    parent = family(PARENT_OF_ONE)
    left, child = sorted(parent.pids(2), key=lambda pid: os.getsid(pid) != pid)
    os.kill(child, signal.SIGKILL)
    parent.pids(4)
    os.kill(left, signal.SIGKILL)

    assert vanished(left)
