"""Connections to the run's PostgreSQL that serve one test after the other.

A server process that is started for one test alone must read the whole catalogue anew: that costs more than most tests.
A connection that a test closes is wiped and waits here for the next one; what is not quite well is really closed.
"""

import select
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import Engine, event

MOST = 8  # that wait; a test with many threads has more
_waiting: list["Lent"] = []


class Lent(psycopg.Connection):
    """A connection that is given back instead of closed."""

    def close(self) -> None:
        if len(_waiting) < MOST and self._is_wiped():
            _waiting.append(self)
        else:
            super().close()

    def end(self) -> None:
        """Close it really."""
        super().close()

    def is_well(self) -> bool:
        """Whether the server has said nothing since: it says something when it hangs up."""
        line = select.poll()
        line.register(self.fileno(), select.POLLIN)
        return not line.poll(0)

    def _is_wiped(self) -> bool:
        """Whether nothing of what was set on it is left."""
        if self.closed or self.info.transaction_status is TransactionStatus.UNKNOWN:
            return False
        try:
            self.rollback()
            self.isolation_level = self.read_only = self.deferrable = None
            self.autocommit = True
            self.execute("RESET ALL")
            self.autocommit = False
        except psycopg.Error:
            return False
        return True


def lend(engine: Engine) -> None:
    """From now on this engine's connections are lent ones, when it speaks to PostgreSQL."""
    if engine.name == "postgresql":
        event.listen(engine, "do_connect", _connected)


def end_all() -> None:
    """No connection is left open."""
    while _waiting:
        _waiting.pop().end()


def _connected(_dialect: Any, _record: Any, arguments: Any, options: Any) -> Lent:
    while _waiting:
        lent = _waiting.pop()
        if lent.is_well():
            return lent
        lent.end()
    return Lent.connect(*arguments, **options)
