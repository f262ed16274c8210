"""The process in which work on files from strangers is done, asked over standard input by the one that started it.

It prepares itself, then binds itself: so much memory above what it has, no new processes, no sockets, no files written.
Each question has so much processor time; whoever oversteps is ended by the kernel. It ends when whoever asks is gone,
even killed: then its standard input is closed.
"""

import importlib
import os
import pickle
import resource
import signal
import struct
import sys
from pathlib import Path
from typing import Any, BinaryIO

LENGTH = struct.Struct(">I")
READY = b"ready"
DONE, NO_MEMORY = b"+", b"!"  # how an answer begins
STATM = Path("/proc/self/statm")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_FORBIDDEN = ("os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.system", "subprocess.", "socket.", "ctypes.")


def main(seconds: float, memory: int, module: str, prepare: str, *arguments: str) -> None:
    """Call functions until the other side is gone. Bounds: `seconds` of the processor for one question, `memory` bytes.
    `prepare`, a function of the module, is called first; every question names another: (name, arguments) → bytes."""
    asked, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a module prints must not get among the answers
    work = importlib.import_module(module)
    getattr(work, prepare)(*arguments)
    enough = bind(memory)
    send(answers, READY)
    while _memory() <= enough and (question := _question(asked, answers)) is not None:
        signal.setitimer(signal.ITIMER_PROF, seconds)
        try:
            name, given = pickle.loads(question)
            answer = DONE + getattr(work, name)(*given)
        except MemoryError:
            answer = NO_MEMORY
        signal.setitimer(signal.ITIMER_PROF, 0)
        send(answers, answer)


def _question(asked: BinaryIO, answers: BinaryIO) -> bytes | None:
    try:
        return receive(asked)
    except MemoryError:  # the rest of it still stands in the pipe: there is no going on
        send(answers, NO_MEMORY)
        return None


def bind(memory: int) -> int:
    """Take away what judging does not need. Returns the address space (bytes) at which to make room for another."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    held = _memory()
    if held:
        resource.setrlimit(resource.RLIMIT_AS, (held + memory, held + memory))
    sys.addaudithook(_refuse)
    return held + memory // 4


def send(stream: BinaryIO, content: bytes) -> None:
    """Write one message: its length, then itself."""
    stream.write(LENGTH.pack(len(content)) + content)
    stream.flush()


def receive(stream: BinaryIO) -> bytes | None:
    """The next message; None when the stream has ended."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    content = stream.read(length)
    return content if len(content) == length else None


def _memory() -> int:
    """The address space of this process in bytes; 0 where the system does not tell."""
    try:
        return int(STATM.read_text().split()[0]) * resource.getpagesize()
    except FileNotFoundError:
        return 0


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITING
    if writes or event.startswith(_FORBIDDEN):
        raise PermissionError(f"{event} while a file is judged")
