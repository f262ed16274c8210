"""GET /healthz."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from archive.images import texts
from tests.archive.images import written
from web import health
from workflow import heartbeats, jobs, migrations
from workflow.clock import now


@pytest.fixture
def migrated(office):
    """The office's database says it is at the newest step."""
    with office.database.engine.begin() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL)"))
        connection.execute(text("DELETE FROM alembic_version"))
        if migrations.newest():
            connection.execute(text("INSERT INTO alembic_version VALUES (:v)"), {"v": migrations.newest()})
    yield
    with office.database.engine.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))


def beat(office, *names):
    with office.database.transaction() as session:
        for name in names:
            heartbeats.beat(session, name)


def test_all_is_well_when_everything_runs(migrated, office, browser, valkey, clock):
    office.queue = jobs.Queue(valkey)
    beat(office, "worker", "scheduler")
    answer = browser.get("/healthz")
    assert answer.status_code == 200
    assert answer.json["status"] == "ok" and answer.json["degraded"] == []
    assert answer.json["worker"] == {"state": "ok", "last_seen": now().isoformat()}


def test_what_is_missing_is_named(migrated, office, browser, clock):
    office.queue = jobs.Queue("redis://127.0.0.1:1/0")
    beat(office, "worker")
    clock.move(minutes=2)
    beat(office, "scheduler")
    answer = browser.get("/healthz")
    assert (answer.status_code, answer.json["status"]) == (200, "degraded")
    assert answer.json["degraded"] == ["queue", "worker"]


def test_a_database_without_its_tables_is_not_ready(office, migrated, app, browser):
    with office.database.engine.begin() as connection:
        connection.execute(text("DELETE FROM alembic_version"))
        connection.execute(text("INSERT INTO alembic_version VALUES ('of another program')"))
    answer = browser.get("/healthz")
    assert (answer.status_code, answer.json["database"]) == (503, "not migrated")


def test_nobody_needs_to_sign_in_to_ask(browser):
    assert browser.get("/healthz").status_code in (200, 503)
    assert health.program_version()


def test_a_heart_beats_as_long_as_its_block_runs(office):
    with heartbeats.beating(office.database, "worker", pause=0.01):
        wait_for(lambda: last(office) is not None)
    stopped = last(office)
    assert heartbeats.alive(stopped)
    assert last(office) == stopped


def test_a_silent_process_is_taken_for_dead(office, clock):
    beat(office, "worker")
    clock.move(seconds=91)
    assert not heartbeats.alive(last(office))
    assert not heartbeats.alive(None)


def last(office):
    with office.database.reading() as session:
        return heartbeats.last(session, "worker")


def wait_for(fact):
    until = now() + timedelta(seconds=10)
    while not fact():
        assert now() < until


def test_whether_text_can_be_read_is_said_and_degrades_nothing(migrated, office, browser, valkey, clock, monkeypatch):
    office.queue = jobs.Queue(valkey)
    beat(office, "worker", "scheduler")
    assert browser.get("/healthz").json["texts"] == {"state": "off"}

    written.wanting_texts(office)
    assert browser.get("/healthz").json["texts"] == {"state": "ok"}
    monkeypatch.setattr(texts, "ENGINE", "no_such_engine")
    assert browser.get("/healthz").json["texts"] == {"state": "not installed"}
    assert browser.get("/healthz").json["status"] == "ok"
