"""Watches what a sample makes Python do: programs, sockets, code, files of others. One hook for the whole process."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_SUSPICIOUS = (
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "subprocess.",
    "socket.connect",
    "ctypes.",
    "code.",
)
_SECRET = ("/etc/", "/proc/self/environ", "/dev/zero", "secret")
_seen: list[tuple[str, tuple[Any, ...]]] | None = None
_hooked = False


@contextmanager
def watching() -> Iterator[list[tuple[str, tuple[Any, ...]]]]:
    """What suspicious things happen inside the block."""
    global _seen, _hooked
    if not _hooked:
        sys.addaudithook(_watch)
        _hooked = True
    _seen = []
    try:
        yield _seen
    finally:
        _seen = None


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if _seen is None:
        return
    if event == "subprocess.Popen" and arguments[0] == sys.executable:
        return  # the house's own child, in which it confines them
    opened = event == "open" and any(word in str(arguments[0]) for word in _SECRET)
    if opened or event.startswith(_SUSPICIOUS):
        _seen.append((event, arguments))
