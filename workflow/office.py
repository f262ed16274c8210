"""The office: settings, database, file store and queue of one installation, reachable from any session."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from sqlalchemy.orm import Session

from workflow.clock import now
from workflow.db import Database
from workflow.files import FileStore, FolderStore
from workflow.s3 import S3Store
from workflow.settings import Settings


class Wakes(Protocol):
    """What wakes workers (workflow.jobs.Queue)."""

    def wake(self, job_ids: Iterable[int]) -> bool: ...

    def length(self) -> int | None: ...


@dataclass
class Office:
    settings: Settings
    database: Database
    files: FileStore
    queue: Wakes | None = None  # None: nothing wakes workers, the sweep finds the rows

    @property
    def backups(self) -> tuple[FolderStore, ...]:
        """Where second copies go: each folder like the file store's."""
        return tuple(FolderStore(folder) for folder in self.settings.backups)

    def local(self, at: datetime) -> datetime:
        """The moment as the office's clock on the wall shows it."""
        return at.astimezone(self.settings.zone)

    def today(self) -> date:
        return self.local(now()).date()


def open_office(settings: Settings, **engine_options: object) -> Office:
    """Connect to what the settings name. Touches no table."""
    database = Database(settings.database_url, **engine_options)
    office = Office(settings, database, files_of(settings))
    database.info["office"] = office
    return office


def files_of(settings: Settings) -> FileStore:
    """The file store the settings name. Raises SettingsRefused when what it needs is not installed."""
    return S3Store(settings.s3, settings.data / "near") if settings.s3 else FolderStore(settings.data / "files")


def of(session: Session) -> Office:
    """The office a session belongs to."""
    return session.info["office"]
