"""Completions per second of the engine's command, beside the same rows written by hand.

By hand means: SQL through the same driver, no ORM, no BPMN, the values known beforehand; one transaction per
completion on both sides. Each round measures both, one after the other, on the same database; before the first,
the rows both leave behind are counted and must be the same. Printed are the medians: `python -m bench.completions`.
"""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, text

from bench.ground import KINDS, office, show
from workflow import cases, definitions, instances, tasks
from workflow.db import Base, Database
from workflow.identity import User
from workflow.models import UserTask
from workflow.office import Office
from workflow.statuses import TaskStatus

ROUNDS, PER_ROUND = 7, 60
WRITTEN = ("variables", "user_tasks", "task_candidates", "history_events")  # rows a completion adds
BPMN = b"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="bench">
  <bpmn:process id="bench" name="\xe9\x80\x9f\xe5\xba\xa6" isExecutable="true">
    <bpmn:startEvent id="begun"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:userTask id="check" name="\xe6\xa0\xb8\xe5\xaf\xb9" camunda:candidateGroups="registry">
      <bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing></bpmn:userTask>
    <bpmn:userTask id="review" name="\xe5\xa4\x8d\xe6\xa0\xb8" camunda:candidateGroups="registry">
      <bpmn:incoming>f2</bpmn:incoming><bpmn:outgoing>f3</bpmn:outgoing></bpmn:userTask>
    <bpmn:endEvent id="done"><bpmn:incoming>f3</bpmn:incoming></bpmn:endEvent>
    <bpmn:sequenceFlow id="f1" sourceRef="begun" targetRef="check"/>
    <bpmn:sequenceFlow id="f2" sourceRef="check" targetRef="review"/>
    <bpmn:sequenceFlow id="f3" sourceRef="review" targetRef="done"/>
  </bpmn:process>
</bpmn:definitions>"""


@dataclass(frozen=True)
class Open:
    """A task of anna's, waiting to be completed."""

    task_id: int
    instance_id: int
    case_id: int


def main() -> None:
    rows = [measure(kind) for kind in KINDS]
    print(f"Completions per second, median of {ROUNDS} rounds of {PER_ROUND}, one at a time\n")
    show(["", "engine", "by hand", "by hand : engine"], rows)


def measure(kind: str) -> tuple[str, ...]:
    """(database, engine's completions/s, those by hand, ratio)."""
    with office(kind, "completions") as opened:
        with opened.database.transaction() as session:
            definitions.deploy(session, BPMN, {}, "eve")
        by_hand = ByHand(opened)
        same_rows(opened, by_hand)
        rates: dict[Callable[[Open], None], list[float]] = {by_engine(opened): [], by_hand.complete: []}
        for _ in range(ROUNDS):
            for complete, measured in rates.items():
                measured.append(rate(complete, prepared(opened, PER_ROUND)))
        by_hand.close()
    engine, hand = (statistics.median(measured) for measured in rates.values())
    return kind, f"{engine:.0f}", f"{hand:.0f}", f"{hand / engine:.1f}"


def rate(complete: Callable[[Open], None], work: list[Open]) -> float:
    began_at = time.perf_counter()
    for each in work:
        complete(each)
    return len(work) / (time.perf_counter() - began_at)


def by_engine(opened: Office) -> Callable[[Open], None]:
    with opened.database.reading() as session:
        anna = session.get_one(User, "anna")
        session.expunge_all()

    def complete(work: Open) -> None:
        with opened.database.transaction() as session:
            task = tasks.find(session, work.task_id, anna)
            tasks.complete(session, task, anna, {"remark": "齐全"}, outcome="pass")

    return complete


def prepared(opened: Office, count: int) -> list[Open]:
    """New instances, each with its first task claimed by anna."""
    return [prepare(opened) for _ in range(count)]


def prepare(opened: Office) -> Open:
    with opened.database.transaction() as session:
        anna = session.get_one(User, "anna")
        number = session.scalar(select(func.count(UserTask.id)))
        case = cases.open_case(session, f"速度-{number}", "速度", "bench", "anna")
        instance = instances.start(session, definitions.latest(session, "bench"), case, "anna", {})
        query = select(UserTask).where(UserTask.instance_id == instance.id, UserTask.status == TaskStatus.OPEN)
        task = tasks.claim(session, session.scalars(query).one(), anna)
        return Open(task.id, instance.id, case.id)


class ByHand:
    """Writes what the engine wrote for a sample, with other ids, through the driver alone."""

    def __init__(self, opened: Office) -> None:
        self.sqlite = opened.database.engine.dialect.name == "sqlite"
        self.held = opened.database.engine.raw_connection()  # with the pragmas the office uses
        self.run = self.held.cursor().execute
        sample = prepare(opened)
        before = {name: rows_of(opened.database, name, sample) for name in WRITTEN}
        by_engine(opened)(sample)
        self.rows = {name: added(before[name], rows_of(opened.database, name, sample)) for name in WRITTEN}
        with opened.database.reading() as session:
            query = text("SELECT state FROM process_instances WHERE id = :id")
            self.state = session.execute(query, {"id": sample.instance_id}).scalar_one()

    def complete(self, work: Open) -> None:
        if self.sqlite:
            self.run("BEGIN IMMEDIATE")
        self.go_on(work)
        self.held.dbapi_connection.commit()

    def go_on(self, work: Open) -> None:
        self.ask("SELECT id FROM cases WHERE id = ?" + ("" if self.sqlite else " FOR NO KEY UPDATE"), work.case_id)
        status, assignee = self.ask("SELECT status, assignee FROM user_tasks WHERE id = ?", work.task_id)
        revision, _ = self.ask("SELECT revision, state FROM process_instances WHERE id = ?", work.instance_id)
        (seq,) = self.ask("SELECT max(seq) FROM history_events WHERE case_id = ?", work.case_id)
        assert (status, assignee) == ("open", "anna")
        done = "status = 'completed', completed_by = ?, ended_at = ?, outcome = ?"
        at = self.rows["history_events"][0]["at"]
        self.write(f"UPDATE user_tasks SET {done} WHERE id = ? AND status = 'open'", "anna", at, "pass", work.task_id)
        self.write("DELETE FROM task_candidates WHERE task_id = ?", work.task_id)
        change = "UPDATE process_instances SET revision = revision + 1, state = ? WHERE id = ? AND revision = ?"
        self.write(change, self.state, work.instance_id, revision)
        ids = {"instance_id": work.instance_id, "case_id": work.case_id}
        for name in ("variables", "user_tasks", "history_events"):
            for number, row in enumerate(self.rows[name], 1):
                self.insert(name, row, {**ids, "seq": seq + number})
        (task_id,) = self.ask("SELECT max(id) FROM user_tasks WHERE instance_id = ?", work.instance_id)
        for row in self.rows["task_candidates"]:
            self.insert("task_candidates", row, {"task_id": task_id})

    def insert(self, table: str, row: Mapping[str, Any], others: Mapping[str, Any]) -> None:
        values = {name: others.get(name, value) for name, value in row.items() if name != "id"}
        places = ", ".join("?" for _ in values)
        self.write(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({places})", *values.values())

    def write(self, statement: str, *values: Any) -> Any:
        return self.run(statement if self.sqlite else statement.replace("?", "%s"), values)

    def ask(self, statement: str, *values: Any) -> Any:
        return self.write(statement, *values).fetchone()

    def close(self) -> None:
        self.held.close()


def rows_of(database: Database, table: str, work: Open) -> list[dict[str, Any]]:
    """The rows of the table that belong to the work, each value as the driver takes it back."""
    key = {"history_events": "case_id", "task_candidates": "(SELECT instance_id FROM user_tasks WHERE id = task_id)"}
    as_text = "CAST({0} AS TEXT) AS {0}" if database.engine.dialect.name == "postgresql" else "{0}"
    columns = ", ".join(as_text.format(column.name) for column in Base.metadata.tables[table].columns)
    query = text(f"SELECT {columns} FROM {table} WHERE {key.get(table, 'instance_id')} = :key")
    wanted = work.case_id if table == "history_events" else work.instance_id
    with database.engine.connect() as connection:
        return [dict(row) for row in connection.execute(query, {"key": wanted}).mappings()]


def added(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows that are new, by their first column or (variables) their name."""
    return [row for row in after if identity(row) not in {identity(old) for old in before}]


def identity(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row.get("id"), row.get("name"), row.get("task_id"), row.get("candidate")


def same_rows(opened: Office, by_hand: ByHand) -> None:
    """Both sides must leave the same number of rows in every table."""
    grown = []
    for complete in (by_engine(opened), by_hand.complete):
        work = prepare(opened)
        before = sizes(opened.database)
        complete(work)
        grown.append({name: size - before[name] for name, size in sizes(opened.database).items()})
    assert grown[0] == grown[1], f"not the same rows: {grown}"


def sizes(database: Database) -> dict[str, int]:
    with database.reading() as session:
        return {
            name: session.scalar(select(func.count()).select_from(table))
            for name, table in Base.metadata.tables.items()
        }


if __name__ == "__main__":
    main()
