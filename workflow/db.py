"""The database: declarative base, column types, and the one commit of the house."""

import logging
import select
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from enum import StrEnum
from fcntl import LOCK_EX, LOCK_NB, flock
from threading import RLock
from time import monotonic, sleep
from typing import Any

import orjson
from psycopg.pq import TransactionStatus
from sqlalchemy import DateTime, Dialect, Engine, Enum, MetaData, create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DisconnectionError, PendingRollbackError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.types import JSON, TypeDecorator

from workflow import rows

log = logging.getLogger(__name__)
LOCK_PATIENCE = 20  # seconds one waits for a lock that another holds (SQLite: the write lock)
DOOR_PATIENCE, A_WHILE = 5, 0.005  # seconds one waits to be the next in line, and until one looks again
IDLE_PATIENCE = 120  # seconds a transaction may do nothing on PostgreSQL before the server ends it

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Moment(TypeDecorator[datetime]):
    """An aware datetime, UTC in the database, UTC when read back. Naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: every moment carries its zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Parent of every table of the house."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: Moment(), dict[str, Any]: JSON(), list[Any]: JSON()}


def by_value(kind: type[StrEnum]) -> Enum:
    """The column type of an enum: its value as text, checked by the database."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=30,
        values_callable=lambda members: [member.value for member in members],
        name=f"{kind.__name__.lower()}_known",
    )


def status_column(kind: type[StrEnum], default: StrEnum) -> Mapped[Any]:
    """A status column; never empty."""
    return mapped_column(by_value(kind), default=default)


class Database:
    """One database and its sessions: `transaction()` for work, `reading()` for looking."""

    def __init__(self, url: str, **options: Any) -> None:
        """`url` is a SQLAlchemy URL; `sqlite:///…` or `postgresql+psycopg://…`.

        `info` is copied into every session's `info` (see workflow.office).
        """
        self.url = url
        self.info: dict[str, Any] = {}
        self.engine: Engine = create_engine(url, json_serializer=_dump_json, json_deserializer=_load_json, **options)
        _tame_sqlite(self.engine) if url.startswith("sqlite") else _tame_postgresql(self.engine)
        rows.attend(self.engine)
        self._writer = self.engine.execution_options(juanliu_begin="IMMEDIATE")
        self._turn = RLock() if url.startswith("sqlite") else None

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One unit of work: committed at the end, rolled back on any exception.

        What was registered by `before_commit` is its last work. What was registered by `after_commit` runs when the
        commit stands; what was registered by `afterwards` runs in any case, when the transaction is over.
        """
        with self._in_turn(), Session(self._writer, expire_on_commit=False, info=dict(self.info)) as session:
            try:
                yield session
                for act in session.info.pop("before_commit", []):
                    act()
                session.commit()
                _run(session, "after_commit")
            finally:
                session.rollback()  # nothing after a commit; else the locks must go before `afterwards` can work
                _run(session, "afterwards")

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        """On SQLite the threads of a process write one after the other. SQLite's own waiting is a matter of luck: among
        many, somebody waits until their patience is over."""
        waited = self._turn is not None and self._turn.acquire(timeout=LOCK_PATIENCE)
        try:
            yield
        finally:
            if self._turn is not None and waited:
                self._turn.release()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for looking only; never committed, takes no write lock."""
        with Session(self.engine, autoflush=False, info=dict(self.info)) as session:
            yield session


def before_commit(session: Session, act: Callable[[], None]) -> None:
    """Run `act` when all else of the session's transaction is done; it belongs to the transaction."""
    session.info.setdefault("before_commit", []).append(act)


def after_commit(session: Session, act: Callable[[], None]) -> None:
    """Run `act` once the session's transaction has been committed; never if it is rolled back."""
    session.info.setdefault("after_commit", []).append(act)


def afterwards(session: Session, act: Callable[[], None]) -> None:
    """Run `act` once the session's transaction is over, committed or rolled back: to note why it failed."""
    session.info.setdefault("afterwards", []).append(act)


def _run(session: Session, when: str) -> None:
    for act in session.info.pop(when, []):
        try:
            act()
        except Exception:
            log.exception("act_failed", extra={"when": when})  # the sweep repairs what a lost wake-up left


def _dump_json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()


def _load_json(value: Any) -> Any:
    """SQLite gives a lone JSON number back as a number."""
    return value if isinstance(value, int | float) else orjson.loads(value)


def _tame_sqlite(engine: Engine) -> None:
    """WAL, full durability, foreign keys, and transactions that take the write lock when they begin."""

    @event.listens_for(engine, "connect")
    def _prepare(dbapi_connection: Any, _record: Any) -> None:
        dbapi_connection.isolation_level = None
        for pragma in (
            f"busy_timeout={LOCK_PATIENCE * 1000}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
        ):
            dbapi_connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        mode = connection.get_execution_options().get("juanliu_begin", "DEFERRED")
        with _next_in_line(engine.url.database) if mode == "IMMEDIATE" else nullcontext():
            connection.exec_driver_sql(f"BEGIN {mode}")


@contextmanager
def _next_in_line(file: str | None) -> Iterator[None]:
    """Of all processes one at a time waits for SQLite's write lock: so whoever has just written, and writes again and
    again, comes behind it. SQLite itself would let it wait by luck, at last for longer than its patience. Whoever is
    stopped while next in line keeps the others for a while only."""
    if not file or file == ":memory:":
        yield
        return
    until = monotonic() + DOOR_PATIENCE
    with open(f"{file}-next", "ab") as door:  # closing it lets the next one in
        while not _shut(door.fileno()) and monotonic() < until:
            sleep(A_WHILE)
        yield


def _shut(door: int) -> bool:
    try:
        flock(door, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _tame_postgresql(engine: Engine) -> None:
    _bound_patience(engine)
    _refuse_to_keep_what_failed(engine)
    _mind_the_line(engine)


def _bound_patience(engine: Engine) -> None:
    """Nobody waits for a lock for ever, and a process that was stopped at its work does not keep a case locked."""

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.autocommit = True
        connection.execute(f"SET lock_timeout = '{LOCK_PATIENCE}s'")
        connection.execute(f"SET idle_in_transaction_session_timeout = '{IDLE_PATIENCE}s'")
        connection.autocommit = False


def _refuse_to_keep_what_failed(engine: Engine) -> None:
    """PostgreSQL answers the COMMIT of a failed transaction with a rollback and without an error: who swallowed the
    failure would take its work for kept."""

    @event.listens_for(engine, "commit")
    def _look(connection: Connection) -> None:
        if connection.connection.dbapi_connection.info.transaction_status == TransactionStatus.INERROR:
            raise PendingRollbackError("a statement of this transaction has failed; nothing of it can be kept")


def _mind_the_line(engine: Engine) -> None:
    """Before a pooled connection is used again: a server that has hung up has left something to read. Looking costs
    a microsecond, asking (pool_pre_ping) a round trip for each transaction."""

    @event.listens_for(engine, "checkout")
    def _listen(connection: Any, _record: Any, _fairy: Any) -> None:
        try:
            if _is_talked_to(connection):
                engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError("the database has hung up") from error


def _is_talked_to(connection: Any) -> bool:
    line = select.poll()
    line.register(connection.fileno(), select.POLLIN)
    return bool(line.poll(0))
