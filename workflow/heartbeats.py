"""Signs of life of the processes that run beside the web server, so that /healthz can say which one is missing."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Event, Thread

from sqlalchemy import String, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from workflow.clock import now
from workflow.db import Base, Database

log = logging.getLogger(__name__)
PAUSE = 20.0  # seconds between two signs
SILENT = timedelta(seconds=90)  # no sign for so long: taken for dead


class Heartbeat(Base):
    """The last sign of life of a kind of process ("scheduler", "worker"); any of several running ones gives it."""

    __tablename__ = "heartbeats"
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    beat_at: Mapped[datetime]


def beat(session: Session, name: str) -> None:
    """Give a sign of life."""
    session.merge(Heartbeat(name=name, beat_at=now()))


def last(session: Session, name: str) -> datetime | None:
    """When the last sign came; None for never."""
    return session.scalar(select(Heartbeat.beat_at).where(Heartbeat.name == name))


def alive(at: datetime | None) -> bool:
    return at is not None and now() - at < SILENT


@contextmanager
def beating(database: Database, name: str, pause: float = PAUSE) -> Iterator[None]:
    """Give signs of life, from a thread beside, as long as the block runs."""
    stop = Event()
    heart = Thread(target=_beat_on, args=(database, name, stop, pause), name=f"heart of {name}", daemon=True)
    heart.start()
    try:
        yield
    finally:
        stop.set()
        heart.join(5)


def _beat_on(database: Database, name: str, stop: Event, pause: float) -> None:
    while True:
        try:
            with database.transaction() as session:
                beat(session, name)
        except SQLAlchemyError:  # the database may be away for a moment; the heart must outlive that
            log.warning("heartbeat_failed", extra={"heart": name}, exc_info=True)
        if stop.wait(pause):
            return
