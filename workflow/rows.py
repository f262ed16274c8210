"""Rows through the driver: what the engine's commands read and write, in as few round trips as the database allows.

The ORM is right for pages and for the domain; it builds, keys and tracks whatever it is asked. A command of the engine
always asks and writes the same few things. So a `Statement` is compiled once for each kind of database; what is asked
together (`ask`) goes out together; what is written (`write`, `add`, `change`) waits in line, as the ORM's own changes
do, and goes out with the next question or with the COMMIT. On PostgreSQL that is one round trip for any number of
statements (libpq's pipeline mode), each of them with a snapshot of its own, so that what is asked after a lock is as
it was once the lock was had. On SQLite there is nothing to travel.

Whatever goes through the session sees all that was written here before it; a savepoint or a rollback undoes both.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect, Engine, bindparam, event, insert, inspect, or_, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

WAITING = "rows_waiting"  # in the `info` of a connection: what is written and has not gone out
Convert = Callable[[Any], Any] | None  # from Python to the driver or back; None: as it is
Told = Callable[[Any], object]  # what is to be done with the rows a statement gives


class Statement:
    """A statement of SQLAlchemy Core with `bindparam`s. Called with their values it is ready for `ask` or `write`."""

    def __init__(self, built: Any) -> None:
        self.built = built
        self._compiled: dict[str, _Compiled] = {}

    def __call__(self, **values: Any) -> "Filled":
        return Filled(self, values)

    def on(self, dialect: Dialect) -> "_Compiled":
        found = self._compiled.get(dialect.name)
        if found is None:
            found = self._compiled[dialect.name] = _compiled(self.built, dialect)
        return found


class Filled(NamedTuple):
    """A statement and the values of its parameters; `told` gets the rows it gives, once it has gone out."""

    statement: Statement
    values: dict[str, Any]
    told: Told | None = None


def ask(session: Session, *questions: Filled) -> list[list[Any]]:
    """The rows each question gives, as named tuples. Everything written before goes out first, in the same trip."""
    if session.autoflush:
        session.flush()  # what the ORM has changed is part of what is asked about
    return _go(session.connection(), questions)


def write(session: Session, *changes: Filled) -> None:
    """To be written, in this order, before anything else is asked and at the latest with the commit."""
    info = session.connection().info
    info.setdefault(WAITING, []).extend(changes)


def add(session: Session, entity: type, told: Told | None = None, **values: Any) -> None:
    """A new row of an ORM class, its defaults filled in; no object of it is made. `told` gets its primary key."""
    adding = _adding(entity, told is not None)
    write(
        session, Filled(adding.statement, adding.whole(values), None if told is None else lambda rows: told(rows[0].id))
    )


def new(session: Session, entity: type, *each: Mapping[str, Any]) -> list[Any]:
    """New rows of an ORM class, there at once and in one trip: the session's objects of them, ids and all."""
    adding = _adding(entity, True)
    whole = [adding.whole(values) for values in each]
    answers = ask(session, *(adding.statement(**values) for values in whole))
    return [known(session, entity, {**values, "id": rows[0].id}) for values, rows in zip(whole, answers, strict=True)]


def change(session: Session, entity: type, id_: int, **values: Any) -> None:
    """New values for the row with this id; the session's object of it, if there is one, has them at once."""
    found = session.identity_map.get((entity, (id_,), None))
    if found is not None:
        _take_over(found, values)
    write(session, _changing(entity, tuple(values))(**values, id_to_change=id_))


def known(session: Session, entity: type, values: Mapping[str, Any]) -> Any:
    """The session's object of a row of `columns(entity)`: a new one, or the one it has, brought up to these values."""
    found = session.identity_map.get((entity, (values["id"],), None))
    if found is None:
        found = entity()
        found.__dict__.update(values)  # as loading does: there is nobody to tell of a change
        make_transient_to_detached(found)
        session.add(found)
    else:
        _take_over(found, values)
    return found


def _take_over(object_: Any, values: Mapping[str, Any]) -> None:
    """These are the values of its row: nothing of them is left to be written."""
    for name, value in values.items():
        set_committed_value(object_, name, value)


def one_of(column: Any, values: Iterable[Any]) -> Any:
    """`IN` with values that never change, for a `Statement`: SQLAlchemy writes its own `in_` anew at each use."""
    return or_(*(column == value for value in values))


@cache
def columns(entity: type) -> tuple[Any, ...]:
    """What a row of the class consists of, without what is loaded only when needed."""
    return tuple(getattr(entity, each.key) for each in inspect(entity).column_attrs if not each.deferred)


def attend(engine: Engine) -> None:
    """Keep what waits on the engine's connections in step with everything else that happens on them."""

    @event.listens_for(engine, "before_cursor_execute")
    def _first_what_waits(connection: Connection, *_: Any) -> None:
        if connection.info.get(WAITING):
            _go(connection, ())

    @event.listens_for(engine, "commit")
    def _commit(connection: Connection) -> None:
        if connection.info.get(WAITING):
            _go(connection, (), commit=True)

    @event.listens_for(engine, "rollback")
    @event.listens_for(engine, "rollback_savepoint")
    def _forget(connection: Connection, *_: Any) -> None:
        connection.info.pop(WAITING, None)

    @event.listens_for(engine, "checkin")
    def _leave_nothing(_driver: Any, record: Any) -> None:
        record.info.pop(WAITING, None)


def _go(connection: Connection, questions: Sequence[Filled], commit: bool = False) -> list[list[Any]]:
    """Send what waits and what is asked; the answers to the questions."""
    waiting = connection.info.pop(WAITING, [])
    dialect, driver = connection.dialect, connection.connection.dbapi_connection
    with _raised_as_sqlalchemy_does(dialect):
        go = _go_together if dialect.name == "postgresql" else _go_singly
        answers = go(driver, dialect, [*waiting, *questions], commit)
    for filled, answer in zip(waiting, answers, strict=False):
        if filled.told is not None:
            filled.told(answer)
    return answers[len(waiting) :]


def _go_singly(driver: Any, dialect: Dialect, line: Iterable[Filled], _commit: bool) -> list[list[Any]]:
    answers = []
    for statement, values, _told in line:
        compiled = statement.on(dialect)
        answers.append(compiled.rows(driver.execute(compiled.text, compiled.parameters(values))))
    return answers


def _go_together(driver: Any, dialect: Dialect, line: Iterable[Filled], commit: bool) -> list[list[Any]]:
    sent = []
    with driver.pipeline():
        for statement, values, _told in line:
            compiled = statement.on(dialect)
            sent.append((compiled, driver.execute(compiled.text, compiled.parameters(values))))
        if commit:
            driver.execute("COMMIT")  # SQLAlchemy's own then finds nothing left to do
    return [compiled.rows(cursor) for compiled, cursor in sent]


@contextmanager
def _raised_as_sqlalchemy_does(dialect: Dialect) -> Any:
    driver = dialect.loaded_dbapi
    try:
        yield
    except driver.Error as error:
        raise DBAPIError.instance(None, None, error, driver.Error, dialect=dialect) from error


@dataclass(frozen=True)
class _Compiled:
    """A statement as the driver takes it, its parameters and rows as the columns' types want them."""

    text: str
    positional: bool
    binds: tuple[tuple[str, Convert], ...]
    fixed: dict[str, Any]  # values that stand in the statement itself
    reads: tuple[Convert, ...]
    row: Callable[[Iterable[Any]], Any]

    def parameters(self, values: dict[str, Any]) -> Any:
        given = {**self.fixed, **values} if self.fixed else values
        if self.positional:
            return [convert(given[name]) if convert else given[name] for name, convert in self.binds]
        return {name: convert(given[name]) if convert else given[name] for name, convert in self.binds}

    def rows(self, cursor: Any) -> list[Any]:
        if not self.reads:
            return []
        pairs = self.reads
        return [
            self.row(convert(value) if convert else value for convert, value in zip(pairs, found, strict=True))
            for found in cursor.fetchall()
        ]


def _compiled(built: Any, dialect: Dialect) -> _Compiled:
    compiled = built.compile(dialect=dialect)
    names = compiled.positiontup or list(compiled.binds)
    types = {name: bind.type.dialect_impl(dialect) for name, bind in compiled.binds.items()}
    given = list(getattr(built, "exported_columns", ()))
    return _Compiled(
        text=compiled.string,
        positional=compiled.positiontup is not None,
        binds=tuple((name, types[name].bind_processor(dialect)) for name in names),
        fixed={name: bind.value for name, bind in compiled.binds.items() if not bind.required},
        reads=tuple(each.type.dialect_impl(dialect).result_processor(dialect, None) for each in given),
        row=namedtuple("Row", [each.key for each in given])._make,
    )


class _Adding(NamedTuple):
    """The INSERT of a whole row but its id, which the database gives."""

    statement: Statement
    defaults: dict[str, Callable[[], Any]]  # of every column

    def whole(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {name: values[name] if name in values else default() for name, default in self.defaults.items()}


@cache
def _adding(entity: type, told: bool) -> _Adding:
    table = inspect(entity).local_table
    named = [each for each in table.columns if each is not table.autoincrement_column]
    built = insert(table).values({each.name: bindparam(each.name, type_=each.type) for each in named})
    return _Adding(
        Statement(built.returning(*table.primary_key) if told else built), {each.name: _default(each) for each in named}
    )


def _default(column: Any) -> Callable[[], Any]:
    if column.default is None:
        return lambda: None
    given = column.default.arg
    return (lambda: given(None)) if column.default.is_callable else (lambda: given)


@cache
def _changing(entity: type, names: tuple[str, ...]) -> Statement:
    table = inspect(entity).local_table
    values = {name: bindparam(name, type_=table.c[name].type) for name in names}
    return Statement(update(table).where(table.c.id == bindparam("id_to_change")).values(values))
