"""The one clock of the house. Every moment is an aware datetime in UTC."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

_held: ContextVar[datetime | None] = ContextVar("held_clock", default=None)


def now() -> datetime:
    """The present moment (aware, UTC), or the moment a test holds the clock at."""
    return _held.get() or datetime.now(UTC)


@contextmanager
def held(at: datetime) -> Iterator["Hand"]:
    """Hold the clock at `at` (aware) inside the block; the yielded hand moves it."""
    token = _held.set(at)
    try:
        yield Hand()
    finally:
        _held.reset(token)


class Hand:
    """Moves a held clock."""

    def move(self, **step: float) -> datetime:
        """Move by timedelta(**step), e.g. `hand.move(hours=2)`; returns the new moment."""
        return self.set(now() + timedelta(**step))

    def set(self, at: datetime) -> datetime:
        _held.set(at)
        return at
