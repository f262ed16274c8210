"""Rows through the driver: what the engine's commands read and write, in as few round trips as the database allows.

The ORM is right for pages and for the domain; it builds, keys and tracks whatever it is asked. A command of the engine
always asks and writes the same few things. So its statements are compiled once (workflow.statements); what is asked
together (`ask`) goes out together; what is written (`write`, `add`, `change`) waits in line, as the ORM's own changes
do, and goes out with the next question or with the COMMIT, the new rows of one table as one INSERT. On PostgreSQL that
is one round trip for any number of statements (libpq's pipeline mode), each of them with a snapshot of its own, so that
what is asked after a lock is as it was once the lock was had. On SQLite there is nothing to travel.

Whatever goes through the session sees all that was written here before it; a savepoint or a rollback undoes both.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect, Engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import instance_state, manager_of_class, set_committed_value

from workflow.statements import Compiled, Filled, Statement, Told, adding, changing, key, names, numbering

log = logging.getLogger(__name__)
WAITING = "rows_waiting"  # in the `info` of a connection: the line of what is written and has not gone out
CONNECTION = "rows_connection"  # in the `info` of a session, while its transaction lasts: the connection, its `info`
AT_ONCE = 50  # rows of one INSERT
Sent = tuple[Statement, Sequence[Mapping[str, Any]], Told | None]  # with the values of each row, or each of a list


class _Line:
    """What is written and has not gone out, in order; but the rows of one INSERT stand together where the first of them
    stands. That is where they can stand: `new` ones are first in line, others need no row that stands behind. What is
    about a list stands together where nothing but new rows comes behind."""

    def __init__(self) -> None:
        self.statements: list[Sent] = []
        self.new: dict[tuple[type, int], dict[str, Any]] = {}  # the values of `new` rows by class and id
        self._inserts: dict[Statement, list[Mapping[str, Any]]] = {}
        self._listed: dict[Statement, list[Mapping[str, Any]]] = {}

    def put(self, statement: Statement, values: Mapping[str, Any], told: Told | None = None) -> None:
        if statement.listed:
            self._listed.setdefault(statement, []).append(values)
            return
        alike = self._inserts.get(statement)
        if alike is not None:
            alike.append(values)
            return
        if self._listed and not statement.joins:
            self.close()
        alike = [values]
        self.statements.append((statement, alike, told))
        if statement.joins:
            self._inserts[statement] = alike

    def close(self) -> None:
        """What comes now is no new row: what is about a list goes before."""
        self.statements += [(statement, alike, None) for statement, alike in self._listed.items()]
        self._listed = {}


def ask(session: Session, *questions: Filled) -> list[list[Any]]:
    """The rows each question gives, as named tuples. Everything written before goes out first, in the same trip."""
    return _send(_asked(session), [(statement, [values], told) for statement, values, told in questions])


def ask_of_all(session: Session, question: Statement, each: Sequence[Mapping[str, Any]]) -> list[Any]:
    """The rows a question about a list gives."""
    connection = _asked(session)
    portions = [each[first : first + AT_ONCE] for first in range(0, len(each), AT_ONCE)]
    return list(chain.from_iterable(_send(connection, [(question, portion, None) for portion in portions])))


def write(session: Session, *changes: Filled) -> None:
    """To be written, in this order, before anything else is asked and at the latest with the commit."""
    line = _line(session)
    for each in changes:
        line.put(*each)


def add(session: Session, entity: type, told: Told | None = None, **values: Any) -> None:
    """A new row of an ORM class, its defaults filled in; no object of it is made. `told` gets its row: the id."""
    insert = adding(entity, told is not None)
    _line(session).put(insert.statement, insert.whole(values), told)


def add_all(session: Session, entity: type, each: Iterable[Mapping[str, Any]]) -> None:
    """Several new rows of an ORM class, as `add` adds one."""
    insert = adding(entity)
    line = _line(session)
    for values in each:
        line.put(insert.statement, insert.whole(values))


def new(session: Session, entity: type, *each: Mapping[str, Any]) -> list[Any]:
    """New rows of an ORM class whose ids are known at once, asked for in one trip: the session's objects of them."""
    insert = adding(entity, numbered=True)
    ids = _ids(session, entity, len(each))
    line, objects = _line(session), []
    for values, id_ in zip(each, ids, strict=True):
        whole = line.new[entity, id_] = insert.whole({**values, "id": id_})
        line.put(insert.statement, whole)
        objects.append(known(session, entity, whole))
    return objects


def change(session: Session, entity: type, id_: int, **values: Any) -> None:
    """New values for the row with this id; the session's object of it, if there is one, has them at once. A `new` row
    that has not gone out yet goes out with them."""
    found = session.identity_map.get((entity, (id_,), None))
    if found is not None:
        _take_over(found, values)
    waiting = _line(session).new.get((entity, id_))
    if waiting is not None:
        waiting.update(values)
    else:
        write(session, changing(entity, tuple(values))(**values, id_to_change=id_))


def known(session: Session, entity: type, values: Mapping[str, Any]) -> Any:
    """The session's object of a row with these values: a new one, or the one it has, brought up to them."""
    identity = (entity, tuple([values[name] for name in key(entity)]), None)
    found = session.identity_map.get(identity)
    if found is None:
        return _loaded(session, identity, values)
    _take_over(found, values)
    return found


def objects(session: Session, row: Sequence[Any], *entities: type) -> list[Any]:
    """The session's objects of a row that consists of the `columns` of several classes, one class after the other."""
    values = iter(row)
    return [known(session, entity, dict(zip(names(entity), values, strict=False))) for entity in entities]


def _ids(session: Session, entity: type, wanted: int) -> Iterable[int]:
    """Ids nobody else will have: on PostgreSQL from the sequence; on SQLite what follows, since nobody else writes."""
    counted = numbering(entity, _connection(session)[0].dialect.name)
    (found,) = ask(session, counted(wanted=wanted))
    return (row.id for row in found)


def _asked(session: Session) -> Connection:
    """The connection, once it knows what the ORM has changed before; costs next to nothing when that is nothing."""
    if session.autoflush:
        session.flush()
    connection, _ = _connection(session)
    return connection


def _connection(session: Session) -> tuple[Connection, dict[Any, Any]]:
    """The connection of the session's transaction, on which it has begun; a savepoint begins when it is first asked
    for in it. SQLAlchemy takes longer to say which it is than a row takes to be written."""
    found = session.info.get(CONNECTION)
    if found is None:
        connection = session.connection()
        found = session.info[CONNECTION] = (connection, connection.info)
    return found


def _line(session: Session) -> _Line:
    """The line of what waits behind what the ORM has changed before."""
    if session.autoflush:
        session.flush()
    _, info = session.info.get(CONNECTION) or _connection(session)
    line: _Line | None = info.get(WAITING)
    if line is None:
        line = info[WAITING] = _Line()
    return line


@event.listens_for(Session, "after_transaction_create")
@event.listens_for(Session, "after_transaction_end")
@event.listens_for(Session, "after_soft_rollback")
def _ask_again(session: Session, _transaction: Any) -> None:
    session.info.pop(CONNECTION, None)


@event.listens_for(Session, "before_commit")
def _within_the_savepoint(session: Session) -> None:
    """What was written in a savepoint is refused while it can still be undone."""
    if session.in_nested_transaction():
        ask(session)


def attend(engine: Engine) -> None:
    """Keep what waits on the engine's connections in step with everything else that happens on them."""

    @event.listens_for(engine, "before_cursor_execute")
    def _first_what_waits(connection: Connection, *_: Any) -> None:
        if WAITING in connection.info:
            _send(connection)

    @event.listens_for(engine, "commit")
    def _commit(connection: Connection) -> None:
        if WAITING in connection.info:
            _send(connection, commit=True)

    @event.listens_for(engine, "rollback")
    @event.listens_for(engine, "rollback_savepoint")
    def _forget(connection: Connection, *_: Any) -> None:
        if not connection.invalidated:  # one that was cut has nothing to forget, and must not be asked
            connection.info.pop(WAITING, None)

    @event.listens_for(engine, "checkin")
    def _leave_nothing(_driver: Any, record: Any) -> None:
        record.info.pop(WAITING, None)


def _loaded(session: Session, identity: tuple[Any, ...], values: Mapping[str, Any]) -> Any:
    """A new object of a row, made as SQLAlchemy's own loading makes one: there is nobody to tell of a change, and
    nothing hangs on it yet that would have to be taken into the session along with it."""
    made = manager_of_class(identity[0]).new_instance()
    state = instance_state(made)
    state.dict.update(values)
    state.key, state.session_id = identity, session.hash_key
    session.identity_map.add(state)
    return made


def _take_over(object_: Any, values: Mapping[str, Any]) -> None:
    """These are the values of its row: nothing of them is left to be written."""
    for name, value in values.items():
        set_committed_value(object_, name, value)


class _Bundle(NamedTuple):
    """What goes to the database as one statement: one, or rows of one INSERT."""

    compiled: Compiled
    parameters: list[Any]
    told: Told | None


def _send(connection: Connection, questions: Sequence[Sent] = (), commit: bool = False) -> list[list[Any]]:
    """Send what waits, then what is asked; the answers to the questions. `commit`: and then the COMMIT."""
    line: _Line = connection.info.pop(WAITING, None) or _Line()
    line.close()
    line.statements += questions
    driver, dialect = connection.connection.dbapi_connection, connection.dialect
    bundles = list(_bundled(line, dialect))
    log.debug("rows_sent", extra={"statements": len(bundles), "committing": commit})
    with _raised_as_sqlalchemy_does(dialect):
        answers = (_together if dialect.name == "postgresql" else _one_by_one)(driver, bundles, commit)
    for each, answer in zip(bundles, answers, strict=True):
        if each.told is not None:
            each.told(answer)
    return answers[len(answers) - len(questions) :]


def _together(driver: Any, bundles: Sequence[_Bundle], commit: bool) -> list[list[Any]]:
    with driver.pipeline():
        sent = [driver.execute(each.compiled.text, each.parameters) for each in bundles]
        if commit:
            driver.execute("COMMIT")  # SQLAlchemy's own then finds nothing left to do
    return [each.compiled.answer(cursor) for each, cursor in zip(bundles, sent, strict=True)]


def _one_by_one(driver: Any, bundles: Sequence[_Bundle], _commit: bool) -> list[list[Any]]:
    """A statement still to be fetched from is not used again by sqlite3, but prepared anew: five times as dear."""
    return [each.compiled.answer(driver.execute(each.compiled.text, each.parameters)) for each in bundles]


def _bundled(line: _Line, dialect: Dialect) -> Iterator[_Bundle]:
    for statement, alike, told in line.statements:
        for part in _parts(statement, alike) if len(alike) > 1 else (alike,):
            compiled = statement.on(dialect, len(part))
            yield _Bundle(compiled, compiled.parameters(part), told)


def _parts(statement: Statement, alike: Sequence[Mapping[str, Any]]) -> Iterator[Sequence[Mapping[str, Any]]]:
    """Rows of the same statement as they can go out at once."""
    if not statement.apart:
        yield from (alike[first : first + AT_ONCE] for first in range(0, len(alike), AT_ONCE))
        return
    part: dict[Any, Mapping[str, Any]] = {}
    for values in alike:
        place = tuple(values[name] for name in statement.apart)
        if len(part) == AT_ONCE or place in part:
            yield [*part.values()]
            part = {}
        part[place] = values
    yield [*part.values()]


@contextmanager
def _raised_as_sqlalchemy_does(dialect: Dialect) -> Iterator[None]:
    driver = dialect.loaded_dbapi
    try:
        yield
    except driver.Error as error:
        raise DBAPIError.instance(None, None, error, driver.Error, dialect=dialect) from error
