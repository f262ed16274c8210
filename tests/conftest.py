"""What every test may ask for.

office   an installation with empty tables and the people of tests/people.py; once on SQLite, once on PostgreSQL
         (sqlite_office, postgresql_office: on one of them)
session  an open transaction of that office, rolled back at the end
clock    the time is 2026-07-01 09:00 in Shanghai; `clock.move(hours=1)`
people   the cast: people.anna … ; also one by one: anna, bob, carl, dora, eve
valkey   the URL of a real Valkey, empty
standing(Sorters, office)  of tests/standing.py: what a test begins with, made once and copied
Files a test makes go to tmp_path; the office's data folder is tmp_path / "data".
"""

import contextlib
import gc
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
import redis
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from tests import lending, servers, standing
from tests import people as cast
from workflow import clock as office_clock
from workflow.db import Base, Database
from workflow.identity import User
from workflow.office import Office, open_office
from workflow.registry import discover
from workflow.settings import from_environment

NINE = datetime(2026, 7, 1, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
LONG = ("tests/season", "tests/browser/test_login_to_shelf", "tests/test_setup_serve", "tests/chaos", "tests/week")
SECRET = "the tests' secret, long enough: 0123456789"


def pytest_configure() -> None:
    servers.announce()
    discover("workflow", "archive", "forms", "web")  # every table is known, every decorator has run


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first: at the end no process waits for what another has just begun."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


def pytest_collection_finish() -> None:
    """What is imported and collected stays to the end: the collector of rubbish need not go through it again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(params=["sqlite", "postgresql"])
def office(request: pytest.FixtureRequest) -> Office:
    """An office with empty tables and its people."""
    return request.getfixturevalue(f"{request.param}_office")


@pytest.fixture
def sqlite_office(_sqlite_url: str, tmp_path: Path) -> Iterator[Office]:
    with _opened(_sqlite_url, tmp_path) as opened:
        _hurry_sqlite(opened.database)
        yield opened


@pytest.fixture
def postgresql_office(_postgresql_url: str, tmp_path: Path) -> Iterator[Office]:
    with _opened(_postgresql_url, tmp_path) as opened:
        yield opened


@contextlib.contextmanager
def _opened(url: str, tmp_path: Path) -> Iterator[Office]:
    settings = from_environment({"JUANLIU_DATA": str(tmp_path / "data"), "DATABASE_URL": url, "SECRET_KEY": SECRET})
    opened = open_office(settings)
    lending.lend(opened.database.engine)  # before its dialect is another's
    _compile_once(opened.database.engine, opened.database._writer)
    yield opened
    opened.database.engine.dispose()


@pytest.fixture
def session(office: Office) -> Iterator[Session]:
    """An open transaction; what it did is undone at the end."""
    with contextlib.suppress(_Undone), office.database.transaction() as opened:
        yield opened
        raise _Undone


class _Undone(Exception):
    pass


@pytest.fixture
def clock() -> Iterator[office_clock.Hand]:
    """The clock stands at 2026-07-01 09:00 in Shanghai."""
    with office_clock.held(NINE.astimezone(UTC)) as hand:
        yield hand


@pytest.fixture
def people(office: Office) -> SimpleNamespace:
    """The cast as the office knows them, detached from any session."""
    with office.database.reading() as reading:
        found = SimpleNamespace(**{name: reading.get_one(User, name) for name in cast.PEOPLE})
        reading.expunge_all()
    return found


def _person(name: str):
    def fixture(people: SimpleNamespace) -> User:
        return getattr(people, name)

    return pytest.fixture(name=name)(fixture)


anna, bob, carl, dora, eve = (_person(name) for name in ("anna", "bob", "carl", "dora", "eve"))


@pytest.fixture
def valkey() -> str:
    """A real Valkey's URL; its keys are gone before each test."""
    url = f"unix://{servers.valkey()}?db={_lane()}"
    with contextlib.closing(redis.Redis.from_url(url)) as client:
        client.flushdb()
    return url


@pytest.fixture(scope="session")
def _sqlite_new() -> Path:
    """The file of a new office."""
    file = standing.kept(standing.NEW)
    database = Database(f"sqlite:///{file}")
    _hurry_sqlite(database)
    _fill(database)
    database.engine.dispose()
    return file


@pytest.fixture
def _sqlite_url(_sqlite_new: Path, tmp_path: Path) -> str:
    (tmp_path / "data").mkdir(exist_ok=True)
    return f"sqlite:///{shutil.copy(_sqlite_new, tmp_path / 'data' / 'juanliu.db')}"


@pytest.fixture(scope="session")
def _postgresql() -> Iterator[Database]:
    """This process's own database on the run's server."""
    database = Database(servers.postgresql_url(f"lane{_lane()}"))
    _fill(database)
    standing.keep(database, standing.NEW)
    yield database
    lending.end_all()
    database.engine.dispose()


@pytest.fixture
def _postgresql_url(_postgresql: Database) -> Iterator[str]:
    yield _postgresql.url
    standing.restore(_postgresql, standing.NEW)


def _lane() -> int:
    """The number of this test process; 0 when there is only one."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


def _fill(database: Database) -> None:
    Base.metadata.create_all(database.engine)
    with database.transaction() as opened:
        cast.add_all(opened)


_COMPILING: dict[str, Engine] = {}


def _compile_once(*engines: Engine) -> None:
    """What was compiled for one test's database serves the next of its kind: a tenth of all the tests' time."""
    first = _COMPILING.setdefault(engines[0].name, engines[0])
    for engine in engines:
        engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache


def _hurry_sqlite(database: Database) -> None:
    """A test's database need not outlive a power cut."""

    @event.listens_for(database.engine, "connect")
    def _no_sync(dbapi_connection, _record) -> None:
        dbapi_connection.execute("PRAGMA synchronous=OFF")
