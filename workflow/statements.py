"""Statements that are compiled once for each kind of database, not at each use; `workflow.rows` sends them."""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Dialect, bindparam, insert, inspect, or_, update

PLACES = {"sqlite": "qmark", "postgresql": "format"}  # how the driver writes the place of a parameter
Convert = Callable[[Any], Any] | None  # from Python to the driver or back; None: as it is
Told = Callable[[Sequence[Any]], object]  # what is done with the rows a statement gives


class Statement:
    """A statement of SQLAlchemy Core with `bindparam`s; called with their values it is ready to be sent.

    With `columns` it is an INSERT without values: called with those of one row, and sent with all rows that wait for
    it at once; those sent at once differ in the columns `apart`.
    """

    def __init__(self, built: Any, columns: Iterable[str] = (), apart: Iterable[str] = ()) -> None:
        self.built = built
        self.columns, self.apart = tuple(columns), tuple(apart)
        self.gives = tuple(getattr(built, "exported_columns", ()))  # the columns of the rows it gives
        self.joins = bool(self.columns and not self.gives)  # whether several can be sent as one
        self._compiled: dict[tuple[str, int], Compiled] = {}

    def __call__(self, **values: Any) -> "Filled":
        return Filled(self, values)

    def on(self, dialect: Dialect, rows: int = 1) -> "Compiled":
        """As the driver of this database takes it."""
        found = self._compiled.get((dialect.name, rows))
        if found is None:
            found = self._compiled[dialect.name, rows] = _compiled(self, dialect, rows)
        return found

    def for_rows(self, rows: int) -> Any:
        """The statement of SQLAlchemy that writes so many rows."""
        if not self.columns:
            return self.built
        kinds = self.built.table.c
        return self.built.values(
            [{name: bindparam(f"{name}_{row}", type_=kinds[name].type) for name in self.columns} for row in range(rows)]
        )


class Filled(NamedTuple):
    """A statement and the values of its parameters; `told` gets the rows it gives, once it has been sent."""

    statement: Statement
    values: Mapping[str, Any]
    told: Told | None = None


@dataclass(frozen=True)
class Compiled:
    """A statement in the words of a database, its parameters and rows as the columns' types want them."""

    text: str
    places: tuple[tuple[str, Convert], ...]  # the parameters of one row, in order
    fixed: Mapping[str, Any]  # values that stand in the statement itself
    reads: tuple[Convert, ...]
    row: Callable[[Iterable[Any]], Any]

    def parameters(self, rows: Iterable[Mapping[str, Any]]) -> list[Any]:
        given = rows if not self.fixed else [{**self.fixed, **values} for values in rows]
        return [convert(row[name]) if convert else row[name] for row in given for name, convert in self.places]

    def answer(self, cursor: Any) -> list[Any]:
        """The rows the statement has given, as named tuples."""
        if not self.reads:
            return []
        return [
            self.row([convert(value) if convert else value for convert, value in zip(self.reads, found, strict=True)])
            for found in cursor.fetchall()
        ]


def _compiled(statement: Statement, dialect: Dialect, rows: int) -> Compiled:
    compiled = statement.for_rows(rows).compile(dialect=type(dialect)(paramstyle=PLACES[dialect.name]))
    binds = [compiled.binds[name] for name in compiled.positiontup]
    names = statement.columns or [bind.key for bind in binds]
    converts = [bind.type.dialect_impl(dialect).bind_processor(dialect) for bind in binds]
    return Compiled(
        text=compiled.string,
        places=tuple(zip(names, converts, strict=False)),
        fixed={bind.key: bind.value for bind in binds if not bind.required},
        reads=tuple(each.type.dialect_impl(dialect).result_processor(dialect, None) for each in statement.gives),
        row=namedtuple("Row", [each.key for each in statement.gives], rename=True)._make,
    )


class Adding(NamedTuple):
    """The INSERT of a whole row but its id, which the database gives."""

    statement: Statement
    defaults: dict[str, Callable[[], Any]]  # of every column

    def whole(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {name: values[name] if name in values else default() for name, default in self.defaults.items()}


@cache
def adding(entity: type, told: bool = False) -> Adding:
    """The INSERT for an ORM class; `told`: it gives the new row's id."""
    table = inspect(entity).local_table
    defaults = {each.name: _default(each) for each in table.columns if each is not table.autoincrement_column}
    built = insert(table)
    return Adding(Statement(built.returning(table.c.id) if told else built, defaults), defaults)


@cache
def changing(entity: type, names: tuple[str, ...]) -> Statement:
    """The UPDATE of these columns in the row with the id `id_to_change`."""
    table = inspect(entity).local_table
    values = {name: bindparam(name, type_=table.c[name].type) for name in names}
    return Statement(update(table).where(table.c.id == bindparam("id_to_change")).values(values))


@cache
def names(entity: type) -> tuple[str, ...]:
    """The columns of an ORM class, without those that are loaded only when needed."""
    return tuple(each.key for each in inspect(entity).column_attrs if not each.deferred)


@cache
def key(entity: type) -> tuple[str, ...]:
    """The columns of its primary key."""
    mapped = inspect(entity)
    return tuple(mapped.get_property_by_column(each).key for each in mapped.primary_key)


def columns(entity: type) -> tuple[Any, ...]:
    """The same to be selected: what `rows.objects` makes an object of."""
    return tuple(getattr(entity, name) for name in names(entity))


def one_of(column: Any, values: Iterable[Any]) -> Any:
    """`IN` with values that never change. SQLAlchemy writes its own `in_` anew at each use."""
    return or_(*(column == value for value in values))


def _default(column: Any) -> Callable[[], Any]:
    if column.default is None:
        return lambda: None
    given = column.default.arg
    return (lambda: given(None)) if column.default.is_callable else (lambda: given)
