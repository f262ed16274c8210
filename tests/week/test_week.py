"""A week of an office, all moves, through HTTP: nothing is lost, the watchdog is silent, every case can be led to its end.

A share of `make week CASES=3000 PEOPLE=40`, which plays it in a real installation.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time

import pytest
import waitress

from tests.installation import free_port
from tests.web.conftest import QUICK
from tests.week import faults, machine, ticking, week
from tests.week.desk import ZONE
from tests.week.office import Office, Within
from web.app import create_app
from workflow import clock, registry, scheduler
from workflow import office as offices

MONDAY = date(2026, 7, 6)
SIZE, DAYS = week.Size(cases=8, acts=6), 1
PEOPLE = 14
SEED = int(os.environ.get("JUANLIU_WEEK_SEED", "1"))
PLANTED = (faults.performer_gone, faults.task_lost)


@pytest.fixture
def at_work(office: offices.Office, tmp_path, monkeypatch) -> Iterator[Office]:
    """The office of the week on the test's database, its web server in a thread."""
    monkeypatch.setattr(clock, "_held", ticking.Ticking(tmp_path / "clock"))
    clock._held.begin_at(datetime.combine(MONDAY, time(8), ZONE))
    monkeypatch.setitem(registry.service_tasks, machine.TOPIC, machine.work)
    with _served(office) as base:
        within = Within(lambda: scheduler.go_round(office))
        made = Office(base, office.database, clock._held, within, PEOPLE, SEED, MONDAY, hands=1)
        made.found()
        yield made
        made.close()


@contextmanager
def _served(office: offices.Office) -> Iterator[str]:
    port = free_port()
    server = waitress.create_server(create_app(office=office, hasher=QUICK), host="127.0.0.1", port=port, threads=8)
    threading.Thread(target=server.run, daemon=True).start()
    yield f"http://127.0.0.1:{port}"
    server.close()


def test_an_office_loses_nothing_is_watched_and_every_case_comes_to_its_end(at_work):
    week.play(at_work, SIZE, days=DAYS)
    found = week.account(at_work)
    assert found.wrong == []
    assert sum(done for done, _ in at_work.ledger.counted().values()) > SIZE.cases * 3
    assert faults.prove(at_work, PLANTED) == []
    assert week.lead_to_the_end(at_work, DAYS) == []
    assert week.account(at_work, sound=False).wrong == []
