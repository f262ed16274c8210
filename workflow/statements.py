"""Statements that are compiled once for each kind of database, not at each use; `workflow.rows` sends them."""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import cache, lru_cache, partial
from inspect import isfunction
from itertools import chain
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Dialect, Integer, TypeDecorator, bindparam, func, insert, inspect, literal, or_, select, update

PLACES = {"sqlite": "qmark", "postgresql": "format"}  # how the driver writes the place of a parameter
Convert = Callable[[Any], Any] | None  # from Python to the driver or back; None: as it is
Told = Callable[[Sequence[Any]], object]  # what is done with the rows a statement gives
Given = Callable[..., Any]  # (name, type) → the parameter of that name


class Statement:
    """A statement of SQLAlchemy Core with `bindparam`s; called with their values it is ready to be sent.

    With `columns` it is an INSERT without values: called with those of one row, and sent with all rows that wait for
    it at once; those sent at once differ in the columns `apart`. `found` are columns whose value the database looks up:
    how, of what gives the parameters by name, which are then among the `columns` in their place.

    Where `built` is a function, the statement is about a list: of a `Given` for each of the list it makes the one
    statement for all of them. Called with what is known of one of them, it is sent once for all that wait for it, after
    the new rows beside them, which it may look at.
    """

    def __init__(
        self,
        built: Any,
        columns: Iterable[str] = (),
        apart: Iterable[str] = (),
        found: Mapping[str, Callable[[Callable[[str], Any]], Any]] | None = None,
    ) -> None:
        self.built = built
        self.columns, self.apart, self.found = tuple(columns), tuple(apart), found or {}
        self.listed = isfunction(built)  # whether it is about a list
        said = self.for_rows(1) if self.listed else built
        self.gives = tuple(getattr(said, "exported_columns", ()))  # the columns of the rows it gives
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
        """The statement of SQLAlchemy that writes so many rows, or is about so many."""
        if self.listed:
            return self.built([partial(_of_row, row) for row in range(rows)])
        if not self.columns:
            return self.built
        return self.built.values([self._row(row) for row in range(rows)])

    def _row(self, row: int) -> dict[str, Any]:
        kinds = self.built.table.c

        def given(name: str) -> Any:
            return bindparam(f"{name}_{row}", type_=kinds[name].type if name in kinds else None)

        looked_up = {name: look_up(given) for name, look_up in self.found.items()}
        return looked_up | {name: given(name) for name in self.columns if name in kinds}


def _of_row(row: int, name: str, kind: Any = None) -> Any:
    return bindparam(f"{name}_{row}", type_=kind)


class Filled(NamedTuple):
    """A statement and the values of its parameters; `told` gets the rows it gives, once it has been sent."""

    statement: Statement
    values: Mapping[str, Any]
    told: Told | None = None


@dataclass(frozen=True)
class Compiled:
    """A statement in the words of a database, its parameters and rows as the columns' types want them."""

    text: str
    pick: Callable[[Mapping[str, Any]], Iterable[Any]]  # the parameters of one row, in order
    converts: tuple[tuple[int, Callable[[Any], Any]], ...]  # place → how, of those that are not sent as they are
    fixed: Mapping[str, Any]  # values that stand in the statement itself
    reads: tuple[Convert, ...]
    row: Callable[[Iterable[Any]], Any]
    listed: bool

    def parameters(self, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
        if self.listed:
            rows = [{f"{name}_{number}": row[name] for number, row in enumerate(rows) for name in row}]
        given = [{**self.fixed, **row} for row in rows] if self.fixed else rows
        if len(given) == 1:
            values = list(self.pick(given[0]))
            for place, convert in self.converts:
                values[place] = convert(values[place])
            return values
        columns: list[Iterable[Any]] = list(zip(*map(self.pick, given), strict=True))
        for place, convert in self.converts:
            columns[place] = map(convert, columns[place])
        return list(chain.from_iterable(zip(*columns, strict=True)))

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
    if statement.columns:
        del binds[len(statement.columns) :]  # those of the first row stand for all
    names = [bind.key.removesuffix("_0") if statement.columns else bind.key for bind in binds]
    converts = [_bound(bind.type, dialect) for bind in binds]
    return Compiled(
        text=compiled.string,
        pick=_picking(names),
        converts=tuple((place, convert) for place, convert in enumerate(converts) if convert is not None),
        fixed={name: bind.value for name, bind in zip(names, binds, strict=True) if not bind.required},
        reads=tuple(each.type.dialect_impl(dialect).result_processor(dialect, None) for each in statement.gives),
        row=namedtuple("Row", [each.key for each in statement.gives], rename=True)._make,
        listed=statement.listed,
    )


def _picking(names: Sequence[str]) -> Callable[[Mapping[str, Any]], Iterable[Any]]:
    """What takes the values of these names out of a row, in order."""
    if len(names) > 1:
        return itemgetter(*names)
    return lambda row: [row[name] for name in names]


def _bound(kind: Any, dialect: Dialect) -> Convert:
    """How the driver wants values of this type; what can never change and comes again and again, moments and statuses,
    is converted once."""
    convert = kind.dialect_impl(dialect).bind_processor(dialect)
    of = kind.impl_instance if isinstance(kind, TypeDecorator) else kind
    if convert is not None and issubclass(of.python_type, datetime | Enum):
        return lru_cache(maxsize=1_000)(convert)
    return convert


class Adding(NamedTuple):
    """The INSERT of a whole row."""

    statement: Statement
    always: dict[str, Any]  # the columns whose default is a value, None when they have none
    made: dict[str, Callable[[], Any]]  # those whose default is made for each row

    def whole(self, values: Mapping[str, Any]) -> dict[str, Any]:
        fresh = {name: make() for name, make in self.made.items() if name not in values}
        return {**self.always, **fresh, **values}


@cache
def adding(entity: type, told: bool = False, numbered: bool = False) -> Adding:
    """The INSERT for an ORM class; the database gives the id (`told`: and tells it) unless the rows are `numbered`."""
    table = inspect(entity).local_table
    given = {each.name: each.default for each in table.columns if numbered or each is not table.autoincrement_column}
    built = insert(table)
    return Adding(
        statement=Statement(built.returning(table.c.id) if told else built, given),
        always={name: default and default.arg for name, default in given.items() if not _is_made(default)},
        made={name: partial(default.arg, None) for name, default in given.items() if _is_made(default)},
    )


@cache
def numbering(entity: type, dialect: str) -> Statement:
    """The question for `wanted` ids that rows of an ORM class can have: as many as the sequence gives, or on SQLite,
    where nobody else writes meanwhile, those after the largest."""
    table, wanted = inspect(entity).local_table, bindparam("wanted", type_=Integer())
    if dialect == "postgresql":
        counted = func.generate_series(1, wanted).table_valued("number")
        sequence = func.pg_get_serial_sequence(table.name, "id")
        return Statement(select(func.nextval(sequence).label("id")).select_from(counted))
    first = select(func.coalesce(func.max(table.c.id), 0) + 1).scalar_subquery()
    ids = select(first.label("id"), literal(1, Integer()).label("number")).cte("ids", recursive=True)
    following = select(ids.c.id + 1, ids.c.number + 1).where(ids.c.number < wanted)
    return Statement(select(ids.union_all(following).c.id))


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


def _is_made(default: Any) -> bool:
    return default is not None and default.is_callable
