"""Work on files from strangers, in a process of its own with little time, little memory and no way out.

A `Confined` is one warm child and the pipe to it: started when it is first needed, replaced when it is lost. It is
started anew, not forked: forking a process with threads may copy a lock that nobody will ever open.
"""

import atexit
import os
import pickle
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Lock
from typing import Any

from workflow.confined import child
from workflow.settings import CHECKOUT, environment_of

SECONDS = 2.0  # of the processor, for one question
MEMORY = 200 * 1024 * 1024  # bytes above what the child has when it is ready
WARMING = 60.0  # seconds a child has to get ready
PATIENCE = 20.0  # seconds by the wall clock for one question: its processor time is bounded closer
START = "import sys; from workflow.confined import child; child.main({seconds}, {memory}, *sys.argv[1:])"
_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ")  # no settings, no secrets


class Overstepped(Exception):
    """The child took too much time or memory."""


class Broken(Exception):
    """The child has a fault; it has said which, where the log goes."""


class _Spent(Exception):
    """The child had done enough and has ended, or somebody else ended it."""


_ENDS = {0: _Spent, -signal.SIGKILL: _Spent, 1: Broken}  # by exit code; by any other it was stopped


class Confined:
    """Calls functions of one module in the child. Safe for threads: one question after the other."""

    def __init__(
        self,
        module: str,
        prepare: str,
        arguments: Callable[[], Sequence[str]] = tuple,
        seconds: float = SECONDS,
        memory: int = MEMORY,
        patience: float = PATIENCE,
    ) -> None:
        """`prepare`: the module's function called once in each child, with `arguments()`; when these change, so does
        the child."""
        self.module, self.prepare, self.arguments = module, prepare, arguments
        self.seconds, self.memory, self.patience = seconds, memory, patience
        self._lock = Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._prepared: Sequence[str] = ()
        self._owner = 0
        atexit.register(self.close)

    def call(self, name: str, *arguments: Any) -> bytes:
        """What the module's function answers. Raises Overstepped or Broken; the next call has a new child then."""
        asked = pickle.dumps((name, arguments), protocol=pickle.HIGHEST_PROTOCOL)
        with self._lock:
            try:
                return self._asked(asked)
            except (Overstepped, Broken):
                self._end()
                raise

    def close(self) -> None:
        """End the child; the next call starts another."""
        with self._lock:
            self._end()

    def _asked(self, asked: bytes) -> bytes:
        for _twice in range(2):
            with suppress(_Spent):
                return self._ask(asked)
        raise Overstepped

    def _ask(self, asked: bytes) -> bytes:
        running = self._ready()
        with suppress(BrokenPipeError):  # why it is gone is seen when its answer is read
            child.send(running.stdin, asked)  # type: ignore[arg-type]
        answer = self._answer(running, self.patience)
        if not answer.startswith(child.DONE):
            raise Overstepped
        return answer[len(child.DONE) :]

    def _ready(self) -> subprocess.Popen[bytes]:
        if self._owner != os.getpid():
            self._child = None  # it is the parent's of which this process is a copy
        wanted = tuple(self.arguments())
        if self._child is None or self._prepared != wanted or self._child.poll() is not None:
            self._end()
            self._begin(wanted)
        assert self._child is not None
        return self._child

    def _begin(self, wanted: Sequence[str]) -> None:
        start = START.format(seconds=self.seconds, memory=self.memory)
        self._child = subprocess.Popen(
            [sys.executable, "-c", start, self.module, self.prepare, *wanted],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=CHECKOUT,
            env=environment_of(_ENVIRONMENT),
            start_new_session=True,  # a Ctrl-C at the terminal is not for it
        )
        self._prepared, self._owner = wanted, os.getpid()
        self._answer(self._child, WARMING)  # it is ready

    def _answer(self, running: subprocess.Popen[bytes], patience: float) -> bytes:
        pipe = select.poll()
        pipe.register(running.stdout, select.POLLIN)  # type: ignore[arg-type]
        if not pipe.poll(patience * 1000):
            raise Overstepped
        answer = child.receive(running.stdout)  # type: ignore[arg-type]
        if answer is None:
            raise _ENDS.get(running.wait(), Overstepped)
        return answer

    def _end(self) -> None:
        ended, self._child = self._child, None
        if ended is None or self._owner != os.getpid():
            return
        ended.kill()
        ended.wait()
        for pipe in (ended.stdin, ended.stdout):
            with suppress(OSError):
                pipe.close()  # type: ignore[union-attr]
