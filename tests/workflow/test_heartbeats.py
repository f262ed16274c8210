"""The heart of a process outlives a database that is away for a moment."""

from threading import Event

from sqlalchemy import text

from workflow import heartbeats
from workflow.heartbeats import beating


def test_the_heart_beats_on_after_the_database_was_away(sqlite_office, caplog):
    database = sqlite_office.database
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE heartbeats RENAME TO away"))

    with beating(database, "worker", pause=0.01):
        _until(lambda: "heartbeat_failed" in caplog.text)
        with database.engine.begin() as connection:
            connection.execute(text("ALTER TABLE away RENAME TO heartbeats"))
        _until(lambda: _last(database) is not None)


def _last(database):
    with database.reading() as session:
        return heartbeats.last(session, "worker")


def _until(true) -> None:
    for _ in range(500):
        if true():
            return
        Event().wait(0.02)
    raise AssertionError("it did not come to be")
