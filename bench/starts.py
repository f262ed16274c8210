"""Starting what one imported list brings: cases with the process running in them, beside the same rows by hand.

`python -m bench.starts`. Both write in portions, each one durable transaction; by hand one INSERT for each row, through
the same driver, the values known beforehand.
"""

import statistics
import time
from collections.abc import Callable
from itertools import count
from typing import Any

from sqlalchemy import select, text

from bench import process
from bench.ground import KINDS, office, show
from bench.process import BEGUN_WITH, Running
from workflow import cases, definitions, instances
from workflow.db import Base, Database
from workflow.models import Case
from workflow.office import Office

LIST, PORTION, ROUNDS = 1_000, 50, 5
OWNERS = {"cases": "id", "case_keys": "case_id", "case_groups": "case_id", "case_people": "case_id"}
OWNERS |= {"process_instances": "case_id", "variables": "instance_id", "history_events": "case_id"}
OWNERS |= {
    "instance_marks": "instance_id",
    "user_tasks": "case_id",
    "task_candidates": "task_id",
    "task_onlookers": "task_id",
}
Start = Callable[[list[str]], None]  # the business keys of a portion
_numbers = count(1)


def main() -> None:
    show(["", "starts per second", "by hand", "to by hand"], [line(kind, *measure(kind)) for kind in KINDS])


def line(kind: str, engine: float, hand: float) -> tuple[str, ...]:
    return kind, f"{engine:.0f}", f"{hand:.0f}", f"{engine / hand:.2f}"


def measure(kind: str, size: int = LIST, rounds: int = ROUNDS) -> tuple[float, float]:
    """Starts per second: the engine's, and by hand."""
    with office(kind, "starts") as opened:
        process.deploy(opened)
        by_hand = ByHand(opened)
        ways: tuple[Start, Start] = (by_engine(opened), by_hand.start)
        rates: tuple[list[float], list[float]] = ([], [])
        for _ in range(rounds):
            for start, measured in zip(ways, rates, strict=True):
                measured.append(size / imported(start, size))
        by_hand.close()
    return statistics.median(rates[0]), statistics.median(rates[1])


def imported(start: Start, size: int) -> float:
    """Seconds for a list of so many."""
    keys = [f"清单-{next(_numbers):08}" for _ in range(size)]
    began_at = time.perf_counter()
    for first in range(0, size, PORTION):
        start(keys[first : first + PORTION])
    return time.perf_counter() - began_at


def by_engine(opened: Office) -> Start:
    def start(keys: list[str]) -> None:
        with opened.database.transaction() as session:
            definition = definitions.latest(session, "bench")
            fresh = cases.open_cases(session, [(key, "速度") for key in keys], "bench", "anna")
            instances.start_all(session, definition, [(case, BEGUN_WITH) for case in fresh], "anna")

    return start


class ByHand:
    """Writes the rows of a sample for other cases."""

    def __init__(self, opened: Office) -> None:
        self.sqlite = opened.database.engine.dialect.name == "sqlite"
        self.rows = sample(opened)
        self.held = opened.database.engine.raw_connection()
        self.run = self.held.dbapi_connection.execute

    def start(self, keys: list[str]) -> None:
        if self.sqlite:
            self.run("BEGIN IMMEDIATE")
        for key in keys:
            self._start(key)
        self.held.dbapi_connection.commit()

    def _start(self, key: str) -> None:
        ids: dict[str, Any] = {"business_key": key, "key": key}
        for table, returned in (("cases", "case_id"), ("process_instances", "instance_id"), ("user_tasks", "task_id")):
            for row in self.rows[table]:
                ids[returned] = self.insert(table, row, ids, " RETURNING id").fetchone()[0]
        for table in (
            "case_keys",
            "case_groups",
            "case_people",
            "variables",
            "instance_marks",
            "history_events",
            "task_candidates",
            "task_onlookers",
        ):
            for row in self.rows[table]:
                self.insert(table, row, ids)

    def insert(self, table: str, row: dict[str, Any], ids: dict[str, Any], after: str = "") -> Any:
        values = {name: ids.get(name, value) for name, value in row.items() if name != "id"}
        places = ", ".join(("?" if self.sqlite else "%s") for _ in values)
        named = ", ".join(values)
        return self.run(f"INSERT INTO {table} ({named}) VALUES ({places}){after}", list(values.values()))

    def close(self) -> None:
        self.held.close()


def sample(opened: Office) -> dict[str, list[dict[str, Any]]]:
    """Every row of an instance that has just been started, each value as the driver takes it back."""
    by_engine(opened)(["样本"])
    with opened.database.reading() as session:
        case_id = session.scalar(select(Case.id).where(Case.business_key == "样本"))
    (instance,) = _rows(opened.database, "process_instances", case_id)
    (task,) = _rows(opened.database, "user_tasks", case_id)
    work = Running(instance["id"], case_id)
    owners = {"instance_id": work.instance_id, "task_id": task["id"]}
    return {table: _rows(opened.database, table, owners.get(owner, case_id)) for table, owner in OWNERS.items()}


def _rows(database: Database, table: str, owner: int) -> list[dict[str, Any]]:
    postgresql, columns = database.engine.dialect.name == "postgresql", Base.metadata.tables[table].columns
    as_it_is = ("id", "state")
    said = [
        f"CAST({each.name} AS TEXT) AS {each.name}" if postgresql and each.name not in as_it_is else each.name
        for each in columns
    ]
    query = text(f"SELECT {', '.join(said)} FROM {table} WHERE {OWNERS[table]} = :owner ORDER BY 1")
    with database.engine.connect() as connection:
        return [dict(row) for row in connection.execute(query, {"owner": owner}).mappings()]


if __name__ == "__main__":
    main()
