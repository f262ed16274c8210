"""The same rows written by hand: SQL through the same driver, no ORM, no BPMN, every value known beforehand.

What the engine writes in each step of the walk is looked up once, by the rows of a sample before and after; then it is
written for other instances: separate statements, which the driver prepares, in one durable transaction for each step,
with the case held, and the task and the instance looked at before. `Together` does it on PostgreSQL in one statement.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from bench import process
from bench.process import MACHINE, WALK, Running
from workflow.db import Base, Database
from workflow.office import Office

Rows = dict[str, list[dict[str, Any]]]
OF_CASE = ("history_events", "case_groups", "case_people", "case_keys")
OF_INSTANCE = ("variables", "user_tasks", "jobs", "footings", "instance_marks")
OF_TASK = ("task_candidates", "task_onlookers")


def upsert(keys: tuple[str, ...], *changed: str) -> str:
    """The end of an INSERT that changes the row which has these keys already."""
    return f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET " + ", ".join(f"{n} = excluded.{n}" for n in changed)


UPSERT = upsert(("instance_id", "name"), "value", "revision", "word", "number", "live")
FOOTING = ("task_id", "revision_before", "revision_after", "state", "variables", "kept_at")
STAND = upsert(("instance_id",), *FOOTING)
MARK = upsert(("instance_id",), "marks")
OVER = "UPDATE variables SET live = false WHERE instance_id = ?"
UNMARK = "DELETE FROM instance_marks WHERE instance_id = ?"


@dataclass(frozen=True)
class Step:
    """What one step of the walk adds and changes. Ids in `added` are the sample's."""

    added: Rows
    state: bytes
    over: bool  # the process has ended with it

    @property
    def moment(self) -> Any:
        return self.added["history_events"][0]["at"]


def recorded(office: Office) -> list[Step]:
    """The steps of the walk, as the engine does them for a sample."""
    anna, steps = process.person(office), []
    (sample,) = process.begun(office, 1)
    for activity_id, answers, outcome in WALK:
        task_id = process.claimed(office, sample, activity_id, anna) if activity_id != MACHINE else None
        before = rows_of(office.database, sample)
        if task_id is None:
            process.work_off(office)
        else:
            process.complete(office, task_id, anna, answers, outcome)
        steps.append(_step(office.database, sample, before))
    return steps


class ByHand:
    """Does the recorded steps for other instances."""

    def __init__(self, office: Office, steps: list[Step]) -> None:
        self.steps = steps
        self.sqlite = office.database.engine.dialect.name == "sqlite"
        self.held = office.database.engine.raw_connection()  # with the pragmas the office uses
        self.driver = self.held.dbapi_connection
        self.run = self.driver.execute

    def complete(self, number: int, work: Running, task_id: int | None) -> None:
        """Step `number` of the walk; `task_id`: the task a person completes in it."""
        step = self.steps[number]
        if self.sqlite:
            self.run("BEGIN IMMEDIATE")
        seq = self._look(work, task_id)
        if task_id is None:
            self.write(
                "UPDATE jobs SET status = 'done', done_at = ? WHERE instance_id = ?", step.moment, work.instance_id
            )
        else:
            self._finish(step, task_id, WALK[number][2])
        self._add(step, work, seq)
        for row in step.added["footings"]:
            self.insert("footings", row, work, STAND, task_id=task_id)
        self.driver.commit()

    def _look(self, work: Running, task_id: int | None) -> int:
        """Hold the case and look; the number of its last event."""
        self.ask("SELECT id FROM cases WHERE id = ?" + ("" if self.sqlite else " FOR NO KEY UPDATE"), work.case_id)
        self.ask("SELECT status, revision, state FROM process_instances WHERE id = ?", work.instance_id)
        if task_id is not None:
            found = self.ask("SELECT status, assignee FROM user_tasks WHERE id = ?", task_id)
            assert tuple(found) == ("open", "anna")
        return self.ask("SELECT max(seq) FROM history_events WHERE case_id = ?", work.case_id)[0]

    def _finish(self, step: Step, task_id: int, outcome: str | None) -> None:
        done = "status = 'completed', completed_by = ?, ended_at = ?, outcome = ?"
        self.write(
            f"UPDATE user_tasks SET {done} WHERE id = ? AND status = 'open'", "anna", step.moment, outcome, task_id
        )
        self.write("DELETE FROM task_candidates WHERE task_id = ?", task_id)
        self.write("DELETE FROM task_onlookers WHERE task_id = ?", task_id)
        self.write("DELETE FROM task_drafts WHERE task_id = ?", task_id)

    def _add(self, step: Step, work: Running, seq: int) -> None:
        change = "UPDATE process_instances SET revision = revision + 1, state = ? WHERE id = ?"
        self.write(change, step.state, work.instance_id)
        for number, row in enumerate(step.added["history_events"], 1):
            self.insert("history_events", row, work, seq=seq + number)
        for row in step.added["variables"]:
            self.insert("variables", row, work, UPSERT)
        for row in step.added["instance_marks"]:
            self.insert("instance_marks", row, work, MARK)
        for name in ("jobs", "case_groups", "case_people"):
            for row in step.added[name]:
                self.insert(name, row, work)
        for row in step.added["user_tasks"]:
            (task_id,) = self.insert("user_tasks", row, work, " RETURNING id").fetchone()
            for table, other in of_task(step, row):
                self.insert(table, other, work, task_id=task_id)
        if step.over:
            ended = "UPDATE process_instances SET status = 'completed', ended_at = ? WHERE id = ?"
            self.write(ended, step.moment, work.instance_id)
            self.write("UPDATE cases SET closed_at = ? WHERE id = ?", step.moment, work.case_id)
            self.write(OVER, work.instance_id)
            self.write(UNMARK, work.instance_id)

    def insert(self, table: str, row: Mapping[str, Any], work: Running, after: str = "", **others: Any) -> Any:
        values = own(row, work, **others)
        places = ", ".join("?" for _ in values)
        return self.write(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({places}){after}", *values.values())

    def write(self, statement: str, *values: Any) -> Any:
        return self.run(statement if self.sqlite else statement.replace("?", "%s"), values)

    def ask(self, statement: str, *values: Any) -> Any:
        return self.write(statement, *values).fetchone()

    def close(self) -> None:
        self.held.close()


class Together(ByHand):
    """On PostgreSQL: all that a person's step writes in one statement, in one round trip."""

    def complete(self, number: int, work: Running, task_id: int | None) -> None:
        if task_id is None:
            super().complete(number, work, task_id)
            return
        step, parts = self.steps[number], _Parts()
        parts.add("SELECT id FROM cases WHERE id = ? FOR NO KEY UPDATE", work.case_id)
        last = parts.add("SELECT max(seq) AS seq FROM history_events WHERE case_id = ?", work.case_id)
        done = "status = 'completed', completed_by = ?, ended_at = ?::timestamptz, outcome = ?"
        mine = "id = ? AND status = 'open' AND assignee = 'anna'"
        outcome = WALK[number][2]
        parts.add(f"UPDATE user_tasks SET {done} WHERE {mine}", "anna", step.moment, outcome, task_id)
        parts.add("DELETE FROM task_candidates WHERE task_id = ?", task_id)
        parts.add("DELETE FROM task_onlookers WHERE task_id = ?", task_id)
        parts.add("DELETE FROM task_drafts WHERE task_id = ?", task_id)
        self._put(step, work, last, parts)
        for row in step.added["footings"]:
            parts.insert("footings", own(row, work, task_id=task_id), STAND)
        self.driver.autocommit = True
        self.run(parts.statement(), parts.values)
        self.driver.autocommit = False

    def _put(self, step: Step, work: Running, last: str, parts: "_Parts") -> None:
        ended = ", status = 'completed', ended_at = ?::timestamptz" if step.over else ""
        change = f"UPDATE process_instances SET revision = revision + 1, state = ?{ended} WHERE id = ?"
        parts.add(change, step.state, *([step.moment] if step.over else []), work.instance_id)
        if step.over:
            parts.add("UPDATE cases SET closed_at = ?::timestamptz WHERE id = ?", step.moment, work.case_id)
            written = [row["name"] for row in step.added["variables"]]  # no row twice in one statement
            parts.add(OVER + " AND name <> ALL(?)", work.instance_id, written)
            parts.add(UNMARK, work.instance_id)
        for number, row in enumerate(step.added["history_events"], 1):
            parts.insert("history_events", own(row, work), seq=f"(SELECT seq FROM {last}) + {number}")
        for row in step.added["variables"]:
            parts.insert("variables", own(row, work), UPSERT)
        for row in step.added["instance_marks"]:
            parts.insert("instance_marks", own(row, work), MARK)
        for name in ("jobs", "case_groups", "case_people"):
            for row in step.added[name]:
                parts.insert(name, own(row, work))
        for row in step.added["user_tasks"]:
            made = parts.insert("user_tasks", own(row, work), " RETURNING id")
            for table, other in of_task(step, row):
                parts.insert(table, other, task_id=f"(SELECT id FROM {made})")


class _Parts:
    """The parts of one statement, each with a name."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.values: list[Any] = []

    def add(self, statement: str, *values: Any) -> str:
        name = f"part{len(self.said)}"
        self.said.append(f"{name} AS ({statement.replace('?', '%s')})")
        self.values += values
        return name

    def insert(self, table: str, row: Mapping[str, Any], after: str = "", **expressions: str) -> str:
        places = ", ".join(expressions.get(name, "?") for name in row)
        values = [value for name, value in row.items() if name not in expressions]
        return self.add(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places}){after}", *values)

    def statement(self) -> str:
        return f"WITH {', '.join(self.said)} SELECT 1"


def of_task(step: Step, task: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The rows a new task brings along: (table, row)."""
    for table in OF_TASK:
        yield from ((table, row) for row in step.added[table] if row["task_id"] == task["id"])


def own(row: Mapping[str, Any], work: Running, **others: Any) -> dict[str, Any]:
    """The sample's row as one of another instance."""
    ids = {"instance_id": work.instance_id, "case_id": work.case_id, **others}
    return {name: ids.get(name, value) for name, value in row.items() if name != "id"}


def _step(database: Database, sample: Running, before: Rows) -> Step:
    after = rows_of(database, sample)
    added = {name: [row for row in rows if row not in before[name]] for name, rows in after.items()}
    added["user_tasks"] = [row for row in added["user_tasks"] if row["status"] == "open"]
    added["jobs"] = [row for row in added["jobs"] if row["status"] == "waiting"]
    known = {(row["name"], row["revision"]) for row in before["variables"]}  # at the end all change: they are not live
    added["variables"] = [row for row in added["variables"] if (row["name"], row["revision"]) not in known]
    with database.engine.connect() as connection:
        query = text("SELECT state, status FROM process_instances WHERE id = :id")
        state, status = connection.execute(query, {"id": sample.instance_id}).one()
    return Step(added, state, status == "completed")


def rows_of(database: Database, work: Running) -> Rows:
    """The rows that belong to the work, each value as the driver takes it back."""
    of_task = "(SELECT instance_id FROM user_tasks WHERE id = task_id)"
    keys = dict.fromkeys(OF_CASE, ("case_id", work.case_id))
    keys |= dict.fromkeys(OF_INSTANCE, ("instance_id", work.instance_id))
    keys |= dict.fromkeys(OF_TASK, (of_task, work.instance_id))
    return {name: _rows(database, name, *key) for name, key in keys.items()}


def _rows(database: Database, table: str, key: str, value: int) -> list[dict[str, Any]]:
    postgresql, ids = database.engine.dialect.name == "postgresql", ("id", "task_id")
    columns = [column.name for column in Base.metadata.tables[table].columns]
    said = [f"CAST({each} AS TEXT) AS {each}" if postgresql and each not in ids else each for each in columns]
    with database.engine.connect() as connection:
        found = connection.execute(text(f"SELECT {', '.join(said)} FROM {table} WHERE {key} = :key"), {"key": value})
        return sorted((dict(row) for row in found.mappings()), key=lambda row: row.get("id") or 0)
