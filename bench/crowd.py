"""Running instances by the hundred thousand: a sample of the measured process, copied by the database itself.

Every copy has all a running instance has: case, keys, who may see it, instance with its state, variables, history and
an open task in the queue of a group. Groups and due dates differ, one task in a hundred is anna's and one in ten bob's.
"""

from sqlalchemy import Connection, func, select, text

from bench import process
from workflow.db import Base
from workflow.identity import Group
from workflow.models import Case, ProcessInstance, UserTask
from workflow.office import Office

GROUPS = ("registry", "window", "review", "store", "loans", "scans")
PORTION = 50_000


def fill(office: Office, size: int) -> None:
    """Let there be at least so many running instances."""
    with office.database.transaction() as session:
        session.add_all(Group(key=key, name=key) for key in GROUPS if session.get(Group, key) is None)
    with office.database.reading() as session:
        there = session.scalar(select(func.count()).select_from(ProcessInstance))
    (sample,) = process.begun(office, 1)
    copies = Copies(office, sample)
    for first in range(there, size, PORTION):
        with office.database.transaction() as session:
            copies.add(session.connection(), min(PORTION, size - first))
    copies.settle()


class Copies:
    """Copies of a sample, made within the database."""

    def __init__(self, office: Office, sample: process.Running) -> None:
        self.office, self.sample = office, sample
        self.postgresql = office.database.engine.dialect.name == "postgresql"

    def add(self, connection: Connection, number: int) -> None:
        """So many more instances."""
        if self.postgresql:
            connection.execute(text("SET LOCAL session_replication_role = replica"))  # no keys to check: all are copies
        last = max(connection.scalar(select(func.max(table.id))) for table in (Case, ProcessInstance, UserTask))
        named = {
            "of_case": self.sample.case_id,
            "of_instance": self.sample.instance_id,
            "first": last + 1,
            "last": last + number,
        }
        for statement in self._statements():
            connection.execute(text(statement), {name: each for name, each in named.items() if f":{name}" in statement})

    def settle(self) -> None:
        """The database counts ids on from the copies and knows how much there is."""
        with self.office.database.engine.begin() as connection:
            for table in ("cases", "process_instances", "user_tasks") if self.postgresql else ():
                highest = f"(SELECT max(id) FROM {table})"
                connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {highest})"))
        with self.office.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE" if self.postgresql else "ANALYZE"))

    def _numbers(self) -> str:
        """The numbers of the copies as a table, numbers(n)."""
        return (
            "generate_series(CAST(:first AS INTEGER), CAST(:last AS INTEGER)) AS numbers(n)"
            if self.postgresql
            else "(WITH RECURSIVE numbers(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM numbers WHERE n < :last)"
            " SELECT n FROM numbers) AS numbers"
        )

    def _statements(self) -> list[str]:
        """Ids of case, instance and task of one copy are the same number, n."""
        numbers = self._numbers()
        group = f"CASE n % {len(GROUPS)} {' '.join(f'WHEN {n} THEN {key!r}' for n, key in enumerate(GROUPS))} END"
        due = (
            "now() + (n * 37 % 20000 - 2000) * interval '1 minute'"
            if self.postgresql
            else "strftime('%Y-%m-%d %H:%M:%S.000000', 'now', (n * 37 % 20000 - 2000) || ' minutes')"
        )
        due = f"CASE WHEN n % 7 = 0 THEN NULL ELSE {due} END"
        far = "9000-01-01 00:00:00.000000+00" if self.postgresql else "9000-01-01 00:00:00.000000"
        far = f"CAST('{far}' AS TIMESTAMPTZ)" if self.postgresql else f"'{far}'"
        who = "CASE WHEN n % 100 = 0 THEN 'anna' WHEN n % 10 = 4 THEN 'bob' END"
        held = f"({who}) IS NOT NULL" if self.postgresql else f"(({who}) IS NOT NULL)"
        queued = {"candidate": f"'group:' || {group}", "claimed": held, "due_at": f"coalesce({due}, {far})"}
        queued["task_id"] = "n"
        of_task = "WHERE task_id = (SELECT id FROM user_tasks WHERE instance_id = :of_instance)"
        of_case, of_instance = "WHERE case_id = :of_case", "WHERE instance_id = :of_instance"
        return [
            _copy("cases", {"id": "n", "business_key": "'copy-' || n"}, numbers, "WHERE id = :of_case"),
            _copy("case_keys", {"case_id": "n", "key": "'copy-' || n"}, numbers, of_case),
            _copy("case_groups", {"case_id": "n", "group_key": group}, numbers, of_case),
            f"INSERT INTO case_people (case_id, user_name) SELECT n, {who} FROM {numbers} WHERE {who} IS NOT NULL",
            _copy("process_instances", {"id": "n", "case_id": "n"}, numbers, "WHERE id = :of_instance"),
            _copy("variables", {"instance_id": "n"}, numbers, of_instance),
            _copy("instance_marks", {"instance_id": "n"}, numbers, of_instance),
            _copy("history_events", {"id": None, "case_id": "n", "instance_id": "n"}, numbers, of_case),
            _copy(
                "user_tasks",
                {"id": "n", "case_id": "n", "instance_id": "n", "assignee": who, "due_at": due},
                numbers,
                of_instance,
            ),
            _copy("task_candidates", queued, numbers, of_task),
            "INSERT INTO task_onlookers (task_id, onlooker, due_at)"
            f" SELECT n, 'everyone', coalesce({due}, {far}) FROM {numbers}",
            "INSERT INTO task_onlookers (task_id, onlooker, due_at)"
            f" SELECT n, 'user:' || {who}, coalesce({due}, {far}) FROM {numbers} WHERE {who} IS NOT NULL",
        ]


def _copy(table: str, changes: dict[str, str | None], numbers: str, of: str) -> str:
    """An INSERT of the sample's rows for each number; None: the database gives it."""
    columns = [each.name for each in Base.metadata.tables[table].columns if changes.get(each.name, "") is not None]
    said = [changes.get(name) or f"{table}.{name}" for name in columns]
    named = ", ".join(f'"{name}"' for name in columns)
    return f"INSERT INTO {table} ({named}) SELECT {', '.join(said)} FROM {table}, {numbers} {of}"
