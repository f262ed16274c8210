"""A monkey in a running office: `make monkey` (MINUTES=10, SEED=…).

A real installation (web, two workers, two schedulers, PostgreSQL, Valkey) plays the morning of the receiving desk over
HTTP, while at random moments processes are killed (-9) or stopped for a while, connections are cut, the database crashes
and the queue is emptied or killed. In the end everything the server acknowledged must be there exactly once, and fsck
finds nothing.
"""

import argparse
import random
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

from sqlalchemy import select

from tests.chaos.faults import Faults
from tests.chaos.postgres import Postgresql
from tests.season.browser import WAIT, Browser, Down, Page
from tests.season.clerk import Clerk, Season
from tests.season.day import BY_TURNS, CAST, WITNESS, import_list, receive_unlisted
from tests.season.office import founded, season_at
from tests.season.test_day import machine_rests
from workflow.db import Database
from workflow.models import HistoryEvent, UserTask
from workflow.registry import discover
from workflow.statuses import TaskStatus

PACKS_A_MINUTE = 60
BUSY = {502, 503}  # asked again, as a person does


answers: Counter[int] = Counter()
_as_long_as_it_is_down = Browser._patiently


def patiently(browser: Browser, method: str, url: str, body: bytes | None, kind: str) -> tuple[int, str, bytes]:
    """Try again when the page says that the server is busy; count what else it says."""
    for _ in range(400):
        answer = _as_long_as_it_is_down(browser, method, url, body, kind)
        answers[answer[0]] += 1
        if answer[0] not in BUSY:
            return answer
        WAIT(0.2)
    raise Down(url)


class Worker(Clerk):
    """A clerk who notes each completion the server has acknowledged, by task."""

    def __init__(self, season: Season, login: str, witness: str, kept: list[tuple[int, str]]) -> None:
        self.kept = kept
        super().__init__(season, login, witness)

    def _complete(self, page: Page, task_id: str, name: str) -> bool:
        done = super()._complete(page, task_id, name)
        if done:
            self.kept.append((int(task_id), self.login))
        return done


class Load:
    """The desk at work, each clerk in a thread, until told to stop."""

    def __init__(self, season: Season) -> None:
        self.season, self.stop, self.kept = season, threading.Event(), []
        self.troubles: list[str] = []
        self.threads = [threading.Thread(target=self._at_work, args=(login,), daemon=True) for login in CAST]
        for thread in self.threads:
            thread.start()

    def end(self) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join(120)

    def _at_work(self, login: str) -> None:
        names, team = BY_TURNS if login == "sunli" else (login,), []
        while not self.stop.is_set():
            try:
                team = team or [Worker(self.season, name, WITNESS.get(name, ""), self.kept) for name in names]
                if not sum(each.work() for each in team):
                    WAIT(0.5)
            except (AssertionError, LookupError, Down) as trouble:  # a page that was an error page, or no server
                self.troubles.append(f"{login}: {str(trouble)[:300]}")
                WAIT(1)


def main() -> int:
    asked = argparse.ArgumentParser()
    asked.add_argument("--minutes", type=float, default=10)
    asked.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1, 10**6))
    told = asked.parse_args()
    print(f"{told.minutes:g} minutes, seed {told.seed}", flush=True)
    discover("workflow", "archive", "forms", "web")
    Browser._patiently = patiently
    folder = Path(tempfile.mkdtemp(prefix="juanliu-monkey-"))
    database = Postgresql(folder / "postgresql")
    database.start()
    try:
        violations = play(folder, database, told.minutes, random.Random(told.seed))
    finally:
        database.stop()
    print("\n".join(violations) or "0 violations", flush=True)
    if not violations:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if violations else 0


def play(folder: Path, postgresql: Postgresql, minutes: float, chance: random.Random) -> list[str]:
    packs = max(40, int(PACKS_A_MINUTE * minutes))
    office = founded(folder / "data", packs, DATABASE_URL=postgresql.url).start()
    looking = Database(postgresql.url)
    try:
        with closing(season_at(office, packs)) as season:
            faults = Faults(office, postgresql, chance)
            import_list(season, office.data / "demo" / "courier-list.xlsx", patience=3000)
            receive_unlisted(season)
            load = Load(season)
            faults.play(minutes * 60, lambda: len(load.kept))
            rest(load, looking)
            load.end()
            faults.end()
            print(f"faults {dict(faults.done)}; answers {dict(answers)}; {len(load.kept)} completions kept")
            print(f"refused {season.refused[:5]}; troubles {Counter(load.troubles).most_common(5)}", flush=True)
            said = office.command("fsck").stdout.strip()
            return accounts(looking, load) + ([] if said == "Clean." else said.splitlines())
    finally:
        looking.engine.dispose()
        office.stop()


def rest(load: Load, looking: Database, patience: float = 120) -> None:
    """The faults are over: let the office come to itself."""
    ends_at, before = time.monotonic() + patience, -1
    while time.monotonic() < ends_at and (before != len(load.kept) or not machine_rests(looking)):
        before = len(load.kept)
        WAIT(5)


def accounts(looking: Database, load: Load) -> list[str]:
    """Every completion that was acknowledged is there, once, by who made it; none is there that nobody made."""
    found = [f"{answers[500]} pages said that something went wrong (500)."] if answers[500] else []
    kept = Counter(load.kept)
    with looking.reading() as session:
        done = {
            task.id: task for task in session.scalars(select(UserTask).where(UserTask.status == TaskStatus.COMPLETED))
        }
        told = Counter(
            data["task"]
            for data in session.scalars(select(HistoryEvent.data).where(HistoryEvent.kind == "completed"))
            if "task" in data
        )
    for (task_id, login), times in kept.items():
        task = done.get(task_id)
        if task is None or task.completed_by != login:
            found.append(f"Task {task_id} was acknowledged to {login}, but is not completed by them.")
        if times > 1:
            found.append(f"Task {task_id} was acknowledged {times} times.")
    found += [
        f"Task {task_id} is completed, but the history tells it {told[task_id]} times."
        for task_id in done
        if told[task_id] != 1
    ]
    found += [
        f"The history tells of task {task_id}, which is not completed." for task_id in told if task_id not in done
    ]
    return found


if __name__ == "__main__":
    sys.exit(main())
