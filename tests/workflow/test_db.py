"""The one commit of the house: whole or not at all, in turn, and never a failure taken for success."""

import sys
from contextlib import nullcontext, suppress
from subprocess import PIPE, Popen
from threading import Barrier, Event, Thread

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import DBAPIError, OperationalError, PendingRollbackError

from tests.workflow import made
from workflow import db
from workflow.db import after_commit, afterwards
from workflow.models import Case
from workflow.troubles import is_passing, is_unwell


def cases(office):
    with office.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Case))


def test_a_swallowed_failure_is_not_committed_as_if_nothing_had_been(postgresql_office):
    """PostgreSQL would answer the COMMIT with a rollback, and say nothing."""
    told = []
    with pytest.raises(PendingRollbackError), postgresql_office.database.transaction() as session:
        made.case(session, "one")
        after_commit(session, lambda: told.append("kept"))
        with suppress(DBAPIError):
            session.connection().exec_driver_sql("SELECT 1/0")
    assert (cases(postgresql_office), told) == (0, [])


def test_a_failure_inside_a_savepoint_leaves_the_rest_to_be_kept(office):
    with office.database.transaction() as session:
        made.case(session, "one")
        with suppress(DBAPIError), session.begin_nested():
            session.execute(text("SELECT * FROM no_such_table"))
    assert cases(office) == 1


def test_what_follows_a_transaction_may_open_another(office):
    """In the same thread, whose turn it still is."""
    told = []

    def look():
        with office.database.transaction() as later:
            told.append(later.scalar(select(func.count()).select_from(Case)))

    with office.database.transaction() as session:
        made.case(session, "one")
        after_commit(session, look)
        afterwards(session, look)
    assert told == [1, 1]


def test_writers_of_one_process_take_turns_and_none_is_left_out(sqlite_office):
    """With SQLite's own waiting some of so many would starve."""
    begin, troubles = Barrier(16, timeout=30), []

    def write(number):
        begin.wait()
        try:
            for each in range(5):
                with sqlite_office.database.transaction() as session:
                    made.case(session, "one", key=f"{number}-{each}")
        except OperationalError as trouble:
            troubles.append(trouble)

    threads = [Thread(target=write, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (troubles, cases(sqlite_office)) == ([], 80)


HOG = """
import sys
from sqlalchemy import text
from workflow.db import Database
database = Database(sys.argv[1])
work = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) SELECT count(*) FROM n"
while True:
    with database.transaction() as session:
        session.execute(text("UPDATE turns SET number = number + 1"))
        session.execute(text(work))
        print("ended", flush=True)
"""


def test_a_process_that_writes_again_and_again_lets_another_in(tmp_path):
    """By SQLite's own waiting it would come in by luck, a hundred turns later, or never."""
    url = f"sqlite:///{tmp_path}/turns.db"
    database = db.Database(url)
    with database.transaction() as session:
        session.execute(text("CREATE TABLE turns (number INTEGER)"))
        session.execute(text("INSERT INTO turns VALUES (0)"))
    waited = []
    with Popen([sys.executable, "-c", HOG, url], stdout=PIPE) as hog:
        assert hog.stdout.readline() == b"ended\n"
        for _ in range(6):
            with database.reading() as session:
                before = session.scalar(text("SELECT number FROM turns"))
            with database.transaction() as session:
                waited.append(session.scalar(text("SELECT number FROM turns")) - before)
        hog.kill()
    assert max(waited) <= 3, waited  # the turn that was going on, and one that was next already
    database.engine.dispose()


def test_nobody_waits_for_a_turn_for_ever(sqlite_office, monkeypatch):
    """Whoever waited long enough asks SQLite itself, which then says that it is busy."""
    monkeypatch.setattr(db, "LOCK_PATIENCE", 0.05)
    event.listen(sqlite_office.database.engine, "connect", lambda driver, _: driver.execute("PRAGMA busy_timeout=10"))
    held, go_on, said = Event(), Event(), []

    def hold():
        with sqlite_office.database.transaction() as session:
            made.case(session, "one")
            held.set()
            go_on.wait(30)

    def try_it():
        try:
            with sqlite_office.database.transaction() as session:
                made.case(session, "two")
        except OperationalError as busy:
            said.append(str(busy.orig))

    holder, other = Thread(target=hold), Thread(target=try_it)
    holder.start()
    assert held.wait(30)
    other.start()
    other.join(60)
    go_on.set()
    holder.join()
    assert said == ["database is locked"]


def test_on_postgresql_waiting_for_a_lock_and_doing_nothing_have_an_end(postgresql_office):
    with postgresql_office.database.reading() as session:
        shown = [
            session.scalar(text(f"SHOW {name}")) for name in ("lock_timeout", "idle_in_transaction_session_timeout")
        ]
    assert shown == [f"{db.LOCK_PATIENCE}s", f"{db.IDLE_PATIENCE // 60}min"]


@pytest.mark.parametrize("where", ["reading", "transaction"])
@pytest.mark.parametrize("nested", [False, True])
def test_a_connection_that_is_cut_is_the_databases_trouble_and_the_next_one_works(postgresql_office, where, nested):
    """Told as what it is, so that people read "out of reach, please try again" and machines do."""
    database, cut = postgresql_office.database, text("SELECT pg_terminate_backend(pg_backend_pid())")
    with pytest.raises(OperationalError) as told, getattr(database, where)() as session:
        if where == "transaction":
            made.case(session, "one")
        with session.begin_nested() if nested else nullcontext():
            session.execute(cut)
    assert is_unwell(told.value) and not is_passing(told.value)
    assert cases(postgresql_office) == 0
    with database.transaction() as session:
        made.case(session, "two")
    assert cases(postgresql_office) == 1
