"""Signs of life of the processes that run beside the web server, so that /healthz can say which one is missing."""

from datetime import datetime, timedelta

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from workflow.clock import now
from workflow.db import Base

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
