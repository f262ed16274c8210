"""How long a page of the inbox takes, with 1,000 and with 100,000 open tasks: `python -m bench.inbox`.

A page is what the browser asks for: 50 tasks of a view, with their cases, and the counts of all views. Six groups
share the tasks; anna of the registry looks; one task in a hundred is hers, one in ten somebody else's.
"""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from bench.ground import KINDS, office, quantile, show
from workflow import tasks
from workflow.clock import now
from workflow.identity import Group, User
from workflow.models import (
    FAR,
    Case,
    CaseGroup,
    CasePerson,
    ProcessDefinition,
    ProcessInstance,
    TaskCandidate,
    UserTask,
)
from workflow.office import Office

SIZES = (1_000, 100_000)
VIEWS = ("groups", "mine", "others")
LOOKS = 100
GROUPS = ("registry", "window", "review", "store", "loans", "scans")
PORTION = 5_000


def main() -> None:
    rows = [row for kind in KINDS for size in SIZES for row in measure(kind, size)]
    print(f"A page of the inbox: 50 tasks and all counts, ms, over {LOOKS} looks\n")
    show(["", "open tasks", "view", "p50", "p95"], rows)


def measure(kind: str, size: int) -> Iterator[tuple[str, ...]]:
    with office(kind, f"inbox{size}") as opened:
        fill(opened, size)
        for view in VIEWS:
            times = [look(opened, view) for _ in range(LOOKS)]
            yield kind, f"{size:,}", view, f"{quantile(times, 0.5):.1f}", f"{quantile(times, 0.95):.1f}"


def look(opened: Office, view: str) -> float:
    """Milliseconds for one page, in a session of its own as each request has."""
    began_at = time.perf_counter()
    with opened.database.reading() as session:
        anna = session.get_one(User, "anna")
        page = tasks.inbox(session, anna, view)
        counted = tasks.counts(session, anna)
    took = time.perf_counter() - began_at
    assert page.rows and counted[view] >= min(len(page.rows), 10)
    return took * 1000


def fill(opened: Office, size: int) -> None:
    with opened.database.transaction() as session:
        session.add_all(Group(key=key, name=key) for key in GROUPS if session.get(Group, key) is None)
        definition = ProcessDefinition(
            key="receipt",
            version=1,
            name="接收",
            xml=b"",
            sha256="0",
            activities={},
            deployed_at=now(),
            deployed_by="eve",
        )
        session.add(definition)
        session.flush()
        for numbers in portions(size):
            add(session, definition.id, numbers)
    with opened.database.engine.begin() as connection:
        connection.execute(text("ANALYZE"))


def portions(size: int) -> Iterator[range]:
    return (range(first, min(first + PORTION, size + 1)) for first in range(1, size + 1, PORTION))


def add(session: Session, definition_id: int, numbers: range) -> None:
    """One case with one open task for each number."""
    at, rows = now(), list(map(Row, numbers))
    session.execute(insert(Case), [row.case(at) for row in rows])
    session.execute(insert(CaseGroup), [{"case_id": row.id, "group_key": row.group} for row in rows])
    session.execute(insert(CasePerson), [{"case_id": row.id, "user_name": row.person} for row in rows if row.person])
    session.execute(insert(ProcessInstance), [row.instance(definition_id, at) for row in rows])
    session.execute(insert(UserTask), [row.task(definition_id, at) for row in rows])
    session.execute(insert(TaskCandidate), [row.candidate(at) for row in rows])


class Row:
    """The nth case, and everything of it."""

    def __init__(self, number: int) -> None:
        self.id = number
        self.group = GROUPS[number % len(GROUPS)]
        self.person = "anna" if number % 100 == 0 else "bob" if number % 10 == 4 else None

    def due(self, at: datetime) -> datetime | None:
        return None if self.id % 7 == 0 else at + timedelta(minutes=self.id * 37 % 20_000 - 2_000)

    def case(self, at: datetime) -> dict[str, Any]:
        key = {"business_key": f"SF{self.id:012}", "title": f"接收 {self.id} 号档案", "process_key": "receipt"}
        return {"id": self.id, **key, "opened_at": at, "opened_by": "dora"}

    def instance(self, definition_id: int, at: datetime) -> dict[str, Any]:
        of = {"definition_id": definition_id, "case_id": self.id}
        return {"id": self.id, **of, "state": b"", "started_at": at, "started_by": "dora"}

    def task(self, definition_id: int, at: datetime) -> dict[str, Any]:
        of = {"instance_id": self.id, "case_id": self.id, "definition_id": definition_id, "process_key": "receipt"}
        what = {"token_id": "t1", "activity_id": "check", "name": "核对", "local_variables": {}}
        who = {"assignee": self.person, "claimed_at": at if self.person else None}
        return {"id": self.id, **of, **what, **who, "created_at": at, "due_at": self.due(at)}

    def candidate(self, at: datetime) -> dict[str, Any]:
        held = {"candidate": f"group:{self.group}", "claimed": self.person is not None}
        return {"task_id": self.id, **held, "due_at": self.due(at) or FAR}


if __name__ == "__main__":
    main()
