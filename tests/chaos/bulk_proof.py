"""Very many completions at once in a real installation whose worker and web server are killed meanwhile:
`python -m tests.chaos.bulk_proof` (ITEMS=5000 KILLS=20).

A third of the tasks is done by a colleague while the run is on its way. In the end each task is done exactly once, by the
one the report names, and the report says of every other why not.
"""

import os
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import func, select

from tests import people
from tests.installation import Installation
from tests.season.browser import Browser
from tests.web import desk
from workflow import fsck, tasks
from workflow.identity import Group, User
from workflow.models import BulkItem, HistoryEvent, UserTask
from workflow.office import Office, open_office
from workflow.settings import from_environment
from workflow.statuses import BulkItemStatus as Status
from workflow.statuses import TaskStatus
from workflow.troubles import is_passing

PATIENCE = 1800.0  # seconds


@dataclass(frozen=True)
class Proof:
    """What came of it: items by their result; what is wrong, in sentences (nothing, it is to be hoped)."""

    counted: dict[str, int]
    kills: int
    seconds: float
    wrong: list[str]


def prove(installation: Installation, items: int, kills: int, seed: int = 1) -> Proof:
    """Let it happen in a running installation."""
    office = open_office(from_environment(installation.environment))
    with closing(Browser(installation.url)) as clerk:
        proof = _prove(installation, office, clerk, items, kills, random.Random(seed))
    office.database.engine.dispose()
    return proof


def _prove(
    installation: Installation, office: Office, clerk: Browser, items: int, kills: int, luck: random.Random
) -> Proof:
    began_at, ids = time.monotonic(), _fill(office, items)
    clerk.send(clerk.open("/login").form("/login"), name="anna", password=people.PASSWORD)
    asked = clerk.open("/bulk/new?view=groups&process=desk&activity=look").form("/bulk")
    path = urlsplit(clerk.send(asked, act="complete", seen="封口完好", request_key="proof").url).path
    installation.wait(lambda: _phase(clerk, path) == "ready", "a checked run", PATIENCE)
    theirs = luck.sample(ids, items // 3)
    clerk.send(clerk.open(path).form("/beginning"))
    done_by_bob, killed = 0, 0
    while _phase(clerk, path) == "running":
        if killed < kills and _settled(office, path) >= items * killed // kills:  # again and again, to the last portion
            installation.kill(luck.choice(["worker", "worker", "web"]))
            killed += 1
        for task_id in theirs[done_by_bob : done_by_bob + max(1, items // (10 * kills))]:
            _by_bob(office, task_id)
            done_by_bob += 1
    run_id = _number(path)
    return Proof(_counted(office, run_id), killed, time.monotonic() - began_at, list(_wrong(office, run_id, ids)))


def _number(path: str) -> int:
    return int(path.rpartition("/")[2])


def _settled(office: Office, path: str) -> int:
    """How many items have their result."""
    counted = _counted(office, _number(path))
    return sum(number for status, number in counted.items() if status != Status.WILL.value)


def _fill(office: Office, items: int) -> list[int]:
    with office.database.transaction() as session:
        group = session.get(Group, "registry") or Group(key="registry", name="档案室")
        for name in ("anna", "bob", "eve"):
            words = {
                "display_name": name,
                "password_hash": people.QUICK.hash(people.PASSWORD),
                "created_at": people.SINCE,
            }
            session.add(User(name=name, groups=[group], **words))
        desk.deploy(session)
    return desk.put(office, items)


def _by_bob(office: Office, task_id: int) -> None:
    """Bob does it, if it is still there; somebody was faster, if not."""
    try:
        with office.database.transaction() as session:
            bob, task = session.get_one(User, "bob"), session.get_one(UserTask, task_id)
            if task.status is TaskStatus.OPEN and task.assignee is None:
                tasks.claim(session, task, bob)
                tasks.complete(session, task, bob, {"seen": "鲍勃看过"})
    except Exception as error:
        if not is_passing(error) and "faster" not in str(error) and "no longer" not in str(error):
            raise


def _phase(clerk: Browser, path: str) -> str:
    return re.search(r'data-phase="(\w+)"', clerk.open(path).text)[1]


def _counted(office: Office, run_id: int) -> dict[str, int]:
    with office.database.reading() as session:
        query = select(BulkItem.status, func.count()).where(BulkItem.run_id == run_id).group_by(BulkItem.status)
        return {status.value: number for status, number in session.execute(query)}


def _wrong(office: Office, run_id: int, ids: list[int]) -> Iterator[str]:
    """Everything the report, the tasks and the history do not agree on."""
    with office.database.reading() as session:
        items = {item.task_id: item for item in session.scalars(select(BulkItem).where(BulkItem.run_id == run_id))}
        told = Counter(
            event.data["task"]
            for event in session.scalars(select(HistoryEvent).where(HistoryEvent.kind == "completed"))
            if event.data.get("task")
        )
        done = {task.id: task for task in session.scalars(select(UserTask).where(UserTask.id.in_(ids)))}
        for task_id in ids:
            item, task = items.get(task_id), done[task_id]
            if item is None:
                yield f"Task {task_id} is not in the report."
            elif (item.status is Status.DONE) != (task.completed_by == "anna"):
                yield f"Task {task_id}: the report says {item.status}, but {task.completed_by} did it."
            elif item.status not in (Status.DONE, Status.REFUSED, Status.WILL_NOT):
                yield f"Task {task_id} is left {item.status}."
            elif item.status is not Status.DONE and not item.refused:
                yield f"Task {task_id} was not done and the report says no reason."
            if told[task_id] != 1:
                yield f"Task {task_id} was completed {told[task_id]} times."
        yield from (f"{problem.check}: {problem.sentence}" for problem in fsck.run(session))


def main() -> int:
    items, kills = int(os.environ.get("ITEMS", 5000)), int(os.environ.get("KILLS", 20))
    with tempfile.TemporaryDirectory(prefix="juanliu-bulk-") as folder:
        database = {"DATABASE_URL": os.environ["DATABASE_URL"]} if "DATABASE_URL" in os.environ else {}
        installation = Installation(Path(folder) / "data", JUANLIU_DEMO="0", **database).start()
        try:
            proof = prove(installation, items, kills)
        finally:
            installation.stop()
    print(f"{items} tasks, {proof.kills} kills, {proof.seconds:.0f} s: {proof.counted}")
    print("\n".join(proof.wrong) or "Each was done exactly once; the report is right.")
    return bool(proof.wrong) or proof.kills < kills


if __name__ == "__main__":
    sys.exit(main())
