"""The warm child: one for each process of the installation, started when it is first needed, replaced when it is lost.

It is started anew, not forked: forking a process with threads may copy a lock that nobody will ever open.
"""

import atexit
import logging
import os
import pickle
import select
import signal
import subprocess
import sys
from collections.abc import Set
from contextlib import suppress
from threading import Lock
from typing import Any

from workflow import registry
from workflow.errors import sentence
from workflow.examination import child, wire
from workflow.examination.judging import Verdict
from workflow.lint import error
from workflow.settings import CHECKOUT

log = logging.getLogger(__name__)
FOLDERS = {"workflow", "archive", "forms"}  # who may have rules and functions
SECONDS = 2.0  # of the processor, for one question
MEMORY = 200 * 1024 * 1024  # bytes above what the child has when it is ready
WARMING = 60.0  # seconds a child has to get ready
PATIENCE = 20.0  # seconds by the wall clock for one question: its processor time is bounded much closer
_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ")  # no settings, no secrets
START = "from workflow.examination import child; child.main({seconds}, {memory})"


class Overstepped(Exception):
    """The child took too much time or memory."""


class Broken(Exception):
    """The child has a fault."""


class Spent(Exception):
    """The child had done enough and has ended, or somebody else ended it."""


_ENDS = {0: Spent, -signal.SIGKILL: Spent, 1: Broken}  # by exit code; by any other it was stopped


class Warm:
    """A child and the pipe to it. Safe for threads: one question after the other."""

    def __init__(self, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self.seconds, self.memory = seconds, memory
        self._lock = Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._folders: Set[str] = frozenset()
        self._owner = 0

    def judged(self, *question: Any) -> Verdict:
        """What `judging.judge` says to this; a refusal when it would take too much."""
        asked = pickle.dumps(question, protocol=pickle.HIGHEST_PROTOCOL)
        with self._lock:
            try:
                return wire.load(self._asked(asked))
            except Overstepped:
                self._end()
                return self._too_much()
            except Broken:
                self._end()
                return _broken()

    def close(self) -> None:
        """End the child; the next question starts another."""
        with self._lock:
            self._end()

    def _asked(self, asked: bytes) -> bytes:
        for _twice in range(2):
            with suppress(Spent):
                return self._ask(asked)
        raise Overstepped

    def _ask(self, asked: bytes) -> bytes:
        running = self._ready()
        with suppress(BrokenPipeError):  # why it is gone is seen when its answer is read
            child.send(running.stdin, asked)  # type: ignore[arg-type]
        answer = self._answer(running, PATIENCE)
        if answer == child.NO_MEMORY:
            raise Overstepped
        return answer

    def _ready(self) -> subprocess.Popen[bytes]:
        folders = FOLDERS & registry.discovered
        if self._owner != os.getpid():
            self._child = None  # it is the parent's of which this process is a copy
        if self._child is None or self._folders != folders or self._child.poll() is not None:
            self._end()
            self._begin(folders)
        assert self._child is not None
        return self._child

    def _begin(self, folders: Set[str]) -> None:
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        self._child = subprocess.Popen(
            [sys.executable, "-c", START.format(seconds=self.seconds, memory=self.memory), *sorted(folders)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=CHECKOUT,
            env=environment,
            start_new_session=True,  # a Ctrl-C at the terminal is not for it
        )
        self._folders, self._owner = folders, os.getpid()
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

    def _too_much(self) -> Verdict:
        said = sentence(
            "The file takes more than {seconds} seconds or {megabytes} MB to examine.",
            seconds=self.seconds,
            megabytes=self.memory // 1024 // 1024,
        )
        return Verdict((error("too_costly", "", said, sentence("Divide it into processes that call one another.")),))


def _broken() -> Verdict:
    log.error("examination_broke")  # the child has said why, where the log goes
    return Verdict((error("not_examined", "", sentence("The file cannot be examined: the program has a fault here.")),))


warm = Warm()
atexit.register(warm.close)
