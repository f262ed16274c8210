"""Offices in which something stands already: made once in a test process, then copied for every test that begins so.

`standing(Sorters, office, 3)` is `Sorters(office, 3)`, within milliseconds instead of half a second.
"""

import copy
import filecmp
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import make_url, text

from tests import servers
from workflow.clock import now
from workflow.db import Database
from workflow.office import Office

NEW = "new"  # the place of the office with its people, as each test finds it
FUNCTIONS = Path(__file__).with_name("keeping.sql")
Player = TypeVar("Player")


@dataclass(frozen=True)
class Made:
    """What was made before: where its rows are kept, and what else its maker knows."""

    place: str
    attributes: dict[str, Any]


_made: dict[Any, Made] = {}
_new: dict[str, str] = {}  # database → what stands in a new office: on SQLite the file, on PostgreSQL all rows told


def standing(kind: Callable[..., Player], office: Office, /, *given: Any, **more: Any) -> Player:
    """`kind(office, *given, **more)`, copied from the first that was made like this at the same time of day.

    An office in which something stands already is not thrown away: there it is made by hand.
    """
    key = (kind, office.database.engine.name, now(), given, tuple(sorted(more.items())))
    if not _is_new(office.database):
        return kind(office, *given, **more)
    if key not in _made:
        player = kind(office, *given, **more)
        if not any(office.files.folder.rglob("*")):  # rows alone are kept
            _made[key] = Made(f"standing {len(_made)}", _attributes(player))
            keep(office.database, _made[key].place)
        return player
    player = kind.__new__(kind)
    player.__dict__.update(office=office, database=office.database, **copy.deepcopy(_made[key].attributes))
    restore(office.database, _made[key].place)
    return player


def keep(database: Database, place: str) -> None:
    """Keep all rows as they are now, under this name."""
    if database.engine.name == "sqlite":
        database.engine.dispose()  # all is in the file
        shutil.copyfile(_file(database), kept(place))
        return
    with database.engine.begin() as connection:
        if place == NEW:
            connection.connection.driver_connection.execute(FUNCTIONS.read_text(encoding="utf-8"))
        connection.execute(text("SELECT keeping.keep(:place)"), {"place": place})
        _new.setdefault(database.url, connection.scalar(text("SELECT keeping.told()")))


def restore(database: Database, place: str) -> None:
    """Let all rows be as they were when they were kept; what came since is gone."""
    if database.engine.name == "sqlite":
        database.engine.dispose()
        shutil.copyfile(kept(place), _file(database))
        return
    with database.engine.begin() as connection:
        connection.execute(text("SELECT keeping.restore(:place)"), {"place": place})


def _is_new(database: Database) -> bool:
    """Whether nothing has come to the office since the test began, and nobody else is connected."""
    if database.engine.name == "sqlite":
        database.engine.dispose()
        file = _file(database)
        return not file.with_name(f"{file.name}-wal").exists() and filecmp.cmp(file, kept(NEW), shallow=False)
    with database.engine.connect() as connection:
        return connection.scalar(text("SELECT keeping.told()")) == _new[database.url]


def _attributes(player: Any) -> dict[str, Any]:
    known = {name: value for name, value in vars(player).items() if name not in ("office", "database")}
    return copy.deepcopy(known)


def _file(database: Database) -> Path:
    return Path(make_url(database.url).database)


def kept(place: str) -> Path:
    """Where the file of a SQLite database is kept under this name; gone with the run."""
    folder = servers.run_folder() / f"kept-{os.getpid()}"
    folder.mkdir(exist_ok=True)
    return folder / f"{place}.db"
