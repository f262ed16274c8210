"""What a database's error says about whose fault it is: whoever tries again later must not be told it was theirs."""

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

COLLISIONS = {"40001", "40P01", "55P03"}  # PostgreSQL: serialization failure, deadlock, lock not available


def is_passing(error: BaseException) -> bool:
    """Whether two got in each other's way in the database, which is nobody's fault and soon over; on SQLite: busy."""
    cause = getattr(error, "orig", None)
    return getattr(cause, "sqlstate", None) in COLLISIONS or "database is locked" in str(cause)


def is_unwell(error: BaseException) -> bool:
    """Whether the database is in trouble (out of reach, stopped, full, busy), and not what it was asked to do."""
    return isinstance(error, OperationalError | InterfaceError | NoConnectionFree)
