"""Triggers that refuse what must never happen to a table's rows, whoever writes: the same on both databases.

A guard is created with its table. Its text is frozen by the migration that brought it: never change one, add another.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import DDL, event


def abort(guard: str, verb: str, table: str, said: str, when: str = "") -> str:
    """SQLite: refuse `verb` (DELETE, UPDATE) of rows where `when` is true (every row when not said)."""
    condition = f" WHEN {when}" if when else ""
    return f"CREATE TRIGGER {guard} BEFORE {verb} ON {table}{condition} BEGIN SELECT RAISE(ABORT, '{said}'); END"


def refusal(function: str, said: str) -> str:
    """PostgreSQL: the function that a trigger calls to refuse."""
    return (
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{said}' USING ERRCODE = 'restrict_violation'; END $$"
    )


def refuse_rows(guard: str, verb: str, table: str, said: str, when: str = "") -> tuple[str, str]:
    """PostgreSQL: the same as `abort`, row by row, by a function of the guard's name."""
    condition = f" WHEN ({when})" if when else ""
    called = f"CREATE TRIGGER {guard} BEFORE {verb} ON {table} FOR EACH ROW{condition} EXECUTE FUNCTION {guard}()"
    return refusal(guard, said), called


def create_with(table: Any, sqlite: Iterable[str], postgresql: Iterable[str]) -> None:
    """Let these statements follow the creation of the table, in order."""
    for dialect, statements in (("sqlite", sqlite), ("postgresql", postgresql)):
        for statement in statements:
            event.listen(table, "after_create", DDL(statement).execute_if(dialect=dialect))
