"""A clock several processes share and a test moves: real time and an offset that stands in a file.

`install(path)` puts it in the place of the house's held clock (workflow.clock), in this process; every process of an
installation does so by itself when `tests/week/clocked` is on its PYTHONPATH (see `environment`).
"""

import mmap
import os
import struct
from contextvars import ContextVar, Token
from datetime import UTC, datetime, timedelta
from pathlib import Path

from workflow import clock

VARIABLE = "JUANLIU_TEST_CLOCK"
CHECKOUT = Path(__file__).resolve().parents[2]
_SECONDS = struct.Struct("d")


class Ticking:
    """Reads as what `workflow.clock` keeps a held moment in; goes on by itself, and jumps when moved."""

    def __init__(self, path: Path) -> None:
        self._held: ContextVar[datetime | None] = ContextVar("held_by_the_house", default=None)
        if not path.exists():
            path.write_bytes(_SECONDS.pack(0.0))
        with path.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), _SECONDS.size)

    def get(self) -> datetime:
        if held := self._held.get():
            return held
        (offset,) = _SECONDS.unpack_from(self._shared)
        return datetime.now(UTC) + timedelta(seconds=offset)

    def move_to(self, moment: datetime) -> None:
        """Jump on to this moment (aware); a clock is never set back."""
        offset = (moment - datetime.now(UTC)).total_seconds()
        if offset > _SECONDS.unpack_from(self._shared)[0]:
            _SECONDS.pack_into(self._shared, 0, offset)

    def begin_at(self, moment: datetime) -> None:
        """Stand at this moment, before anything has happened."""
        _SECONDS.pack_into(self._shared, 0, (moment - datetime.now(UTC)).total_seconds())

    def set(self, at: datetime) -> Token[datetime | None]:
        """Held at a moment by the house itself (`workflow.clock.held`), in this context alone."""
        return self._held.set(at)

    def reset(self, token: Token[datetime | None]) -> None:
        self._held.reset(token)


def install(path: Path) -> Ticking:
    """The house goes by this clock from now on."""
    made = Ticking(path)
    clock._held = made  # type: ignore[assignment]
    return made


def environment(path: Path) -> dict[str, str]:
    """What makes every Python process of an installation go by the clock of this file."""
    beside = Path(__file__).with_name("clocked")
    return {VARIABLE: str(path), "PYTHONPATH": os.pathsep.join(map(str, (beside, CHECKOUT)))}
