"""An office that is thrown away: an SQLite file in a folder of its own, invented people, no workers.

It has the tables of everything imported so far. Nothing of a real installation is read or written.
"""

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from workflow.clock import now
from workflow.db import Base
from workflow.identity import Group, User
from workflow.office import Office, open_office
from workflow.settings import from_environment

FORM = b'{"components": [{"type": "textfield", "key": "answer", "label": "Answer"}]}'  # for those that do not exist


@contextmanager
def opened(zone: str) -> Iterator[Office]:
    """The office, in this time zone; gone at the end of the block."""
    with TemporaryDirectory(prefix="juanliu-simulation-", ignore_cleanup_errors=True) as folder:
        settings = {"JUANLIU_DATA": folder, "SECRET_KEY": secrets.token_urlsafe(48), "JUANLIU_ZONE": zone}
        office = open_office(from_environment(settings))
        _hurry(office)
        Base.metadata.create_all(office.database.engine)
        try:
            yield office
        finally:
            office.database.engine.dispose()


def _hurry(office: Office) -> None:
    """What is thrown away need not outlive a power cut."""

    @event.listens_for(office.database.engine, "connect")
    def _no_sync(dbapi_connection: Any, _record: Any) -> None:
        dbapi_connection.execute("PRAGMA synchronous=OFF")


def invent(session: Session, groups: Iterable[str], people: Iterable[str]) -> None:
    """Make the groups and people that a diagram names; who is there already stays."""
    session.add_all(Group(key=key, name=key) for key in groups if session.get(Group, key) is None)
    unknown = [name for name in people if session.get(User, name) is None]
    session.add_all(User(name=name, display_name=name, created_at=now()) for name in unknown)
    session.flush()  # diagrams are compared with them
