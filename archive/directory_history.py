"""What the directories of units and other offices, rooms, positions and days of the office said before: nothing in them
is overwritten without a trace."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from archive import columns
from workflow.clock import now
from workflow.db import Base

KEEP = "directory.keep"  # permission of who keeps the directories


class Directory(StrEnum):
    UNIT = "unit"
    KEEPER = "keeper"
    ROOM = "room"
    POSITION = "position"
    DAY = "day"  # of the office calendar


class DirectoryChange(Base):
    """One field of one entry that became otherwise; `field` "" for an entry that was added."""

    __tablename__ = "directory_changes"
    __table_args__ = (Index("ix_directory_changes_entry", "directory", "code", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    directory: Mapped[Directory] = columns.choice(Directory)
    code: Mapped[str] = mapped_column(columns.code(40))
    field: Mapped[str] = mapped_column(String(40), default="")
    before: Mapped[str] = mapped_column(Text, default="")
    after: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(60))
    why: Mapped[str] = mapped_column(Text, default="")


def added(session: Session, directory: Directory, code: str, by: str, why: str = "") -> None:
    """An entry is new."""
    session.add(DirectoryChange(directory=directory, code=code, at=now(), by=by, why=why))


def write(session: Session, directory: Directory, row: Any, fresh: Mapping[str, Any], by: str, why: str = "") -> bool:
    """Bring an entry (it has `code`, `changed_at`, `changed_by`) up to date and keep what it said; whether anything
    became otherwise."""
    changed = {field: value for field, value in fresh.items() if getattr(row, field) != value}
    for field, value in changed.items():
        if field != "pinyin":  # follows from the name
            keep(session, directory, row.code, {field: (getattr(row, field), value)}, by, why)
        setattr(row, field, value)
    if changed:
        row.changed_at, row.changed_by = now(), by
    session.flush()
    return bool(changed)


def keep(
    session: Session, directory: Directory, code: str, changed: Mapping[str, tuple[Any, Any]], by: str, why: str
) -> None:
    """Keep what fields said: (before, after) of each."""
    for field, (before, after) in changed.items():
        told = {"field": field, "before": _said(before), "after": _said(after)}
        session.add(DirectoryChange(directory=directory, code=code, at=now(), by=by, why=why, **told))


def of(session: Session, directory: Directory, code: str) -> list[DirectoryChange]:
    """Every change of an entry, newest first."""
    asked = select(DirectoryChange).where(DirectoryChange.directory == directory, DirectoryChange.code == code)
    return list(session.scalars(asked.order_by(DirectoryChange.id.desc())))


def latest(session: Session, directory: Directory, most: int = 50) -> list[DirectoryChange]:
    """The latest changes of all entries of one kind, newest first."""
    asked = select(DirectoryChange).where(DirectoryChange.directory == directory)
    return list(session.scalars(asked.order_by(DirectoryChange.id.desc()).limit(most)))


def _said(value: Any) -> str:
    return "" if value is None else str(value)
