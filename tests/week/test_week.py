"""A week of an office, all moves, through HTTP: nothing is lost, the watchdog is silent, every case can be led to its end.

A share of `make week CASES=3000 PEOPLE=40`, which plays it in a real installation.
"""

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time

import pytest
import waitress

from tests.installation import free_port
from tests.web.conftest import QUICK
from tests.week import machine, ticking, week
from tests.week.desk import ZONE
from tests.week.office import Office, Within
from web.app import create_app
from workflow import clock, registry, scheduler
from workflow import office as offices

MONDAY = date(2026, 7, 6)
SIZE = week.Size(cases=40)
PEOPLE = 12


@pytest.fixture
def at_work(office: offices.Office, tmp_path, monkeypatch) -> Iterator[Office]:
    """The office of the week on the test's database, its web server in a thread."""
    monkeypatch.setattr(clock, "_held", ticking.Ticking(tmp_path / "clock"))
    clock._held.begin_at(datetime.combine(MONDAY, time(8), ZONE))
    monkeypatch.setitem(registry.service_tasks, machine.TOPIC, machine.work)
    with _served(office) as base:
        within = Within(lambda: scheduler.go_round(office))
        made = Office(base, office.database, clock._held, within, PEOPLE, random.Random().randrange(10**6), MONDAY)
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


def test_a_week_of_an_office_loses_nothing_and_every_case_comes_to_its_end(at_work):
    week.play(at_work, SIZE)
    found = week.account(at_work)
    print(at_work.ledger.counted(), found.cases)
    print(at_work.ledger.sentences)
    assert found.wrong == []
    assert week.lead_to_the_end(at_work, week.DAYS) == []
    assert week.account(at_work).wrong == []
