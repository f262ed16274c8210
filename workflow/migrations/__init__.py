"""The steps from one shape of the tables to the next, kept with Alembic.

The steps stand in `scripts/versions`; `make migration m="what changes"` writes the next one from the difference
between the tables of the newest step and those the code declares.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import Connection

from workflow.db import Base, Database

SCRIPTS = Path(__file__).parent / "scripts"
LOCK = 5117_2026  # PostgreSQL's advisory lock: two installations of one database do not migrate at once


class SchemaTooNew(RuntimeError):
    """The database was migrated by a newer version of the program; going on could lose data."""


def upgrade(database: Database) -> None:
    """Bring the tables to the newest step: all of it or nothing. Two at once wait for each other.

    Raises SchemaTooNew when the database is at a step this code does not know.
    """
    with _alone(database) as connection:
        _refuse_unknown(connection)
        config = _config(connection)
        config.attributes["office"] = database.info.get("office")  # its settings hold the keys a step may need
        command.upgrade(config, "head")


def newest() -> str | None:
    """The newest step the code knows, e.g. "0001"; None while there is none."""
    return _steps().get_current_head()


def version(database: Database) -> str | None:
    """The step the database is at; None for an empty one."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def write(database: Database, message: str) -> Path:
    """Write the next step: what must change so that the database's tables are those the code declares.

    The database must be at the newest step, and every module with tables imported.
    """
    number = f"{len(list(_steps().walk_revisions())) + 1:04d}"
    with database.engine.connect() as connection:
        script = command.revision(_config(connection), message, autogenerate=True, rev_id=number)
    return Path(script.path)


def differences(database: Database) -> list[Any]:
    """How the database's tables differ from those the code declares, as Alembic says it; [] when they do not."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": mine, "include_object": comparable}
        )
        return compare_metadata(context, Base.metadata)


def mine(name: str | None, kind: str, parents: Any) -> bool:
    """Whether a table found in the database is one the code declares (for Alembic's `include_name`)."""
    return kind != "table" or name in Base.metadata.tables


def comparable(thing: Any, name: str | None, kind: str, reflected: bool, declared: Any) -> bool:
    """Whether Alembic can compare it (for its `include_object`): an index over expressions alone is made by
    statements beside its table, and declared nowhere Alembic looks."""
    return not (kind == "index" and reflected and declared is None and not list(thing.columns))


def _steps() -> ScriptDirectory:
    return ScriptDirectory(str(SCRIPTS))


def _config(connection: Connection) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(SCRIPTS))
    return config


def _refuse_unknown(connection: Connection) -> None:
    found = MigrationContext.configure(connection).get_current_revision()
    if found and found not in {step.revision for step in _steps().walk_revisions()}:
        raise SchemaTooNew(
            f"The database is at step {found}, which this version does not know: start the newer version."
        )


@contextmanager
def _alone(database: Database) -> Iterator[Connection]:
    """A connection in one transaction that nobody else migrates beside."""
    begin = _begin_sqlite if database.engine.dialect.name == "sqlite" else _begin_postgresql
    engine = database.engine.execution_options(juanliu_begin="IMMEDIATE")
    with engine.connect() as connection, begin(connection):
        yield connection


@contextmanager
def _begin_postgresql(connection: Connection) -> Iterator[None]:
    with connection.begin():
        connection.execute(text("SET LOCAL lock_timeout = 0"))  # however long the other migration takes
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        yield


@contextmanager
def _begin_sqlite(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by rebuilding it; its foreign keys must rest meanwhile and are checked before the end."""
    switch: Callable[[str], Any] = connection.connection.cursor().execute
    switch("PRAGMA foreign_keys=OFF")
    try:
        with connection.begin():
            yield
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            if broken:
                raise RuntimeError(f"The migration would leave rows without what they refer to: {broken[:5]}")
    finally:
        switch("PRAGMA foreign_keys=ON")
