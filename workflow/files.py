"""The content-addressed file store: written temp → fsync → rename → row, so no row is without its file.

A folder is the store unless a setting names an S3-compatible one (workflow.s3); callers cannot tell which. What a
request kept and then undid leaves a file without a row; `sweep` removes it later.
"""

import contextlib
import hashlib
import logging
import os
import tempfile
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.clock import now
from workflow.db import Database
from workflow.errors import Unavailable
from workflow.models import StoredFile

log = logging.getLogger(__name__)

CHUNK = 1 << 16
SHELVES = 256  # folders of the store, by the first two digits of the hash
ORPHANED = timedelta(hours=1)  # longer than any request takes from the file to its row


class FileStore(Protocol):
    """Files by the hash of their content. Whatever a store cannot do just now it refuses with Unavailable."""

    def check(self) -> None:
        """Whether the store can be used as it is set. Raises SettingsRefused naming the setting; a store that is only
        out of reach just now is none of its business."""

    def path(self, sha256: str) -> Path:
        """Where its bytes lie on this machine, to be read at once; there is nothing there when the store lacks it."""
        ...

    def whole(self, sha256: str) -> bool | None:
        """Whether the bytes are those that were kept; None when there is no such file."""

    def names(self, shelf: int, age: timedelta) -> Iterator[str]:
        """What lies on one of the SHELVES, last written longer ago than `age`: hashes, and names of what broken-off
        work left, which are none."""
        ...

    def remove(self, name: str, age: timedelta) -> bool:
        """Remove what `names` named; what was written again meanwhile stays. Whether it is gone."""
        ...

    def put(self, source: BinaryIO) -> tuple[str, int]:
        """Keep the bytes of `source`; returns (sha256, size in bytes). Safe to repeat; nothing is left of a failure."""
        ...


class FolderStore:
    """Files in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def check(self) -> None:
        """A folder needs nothing."""

    def path(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256

    def whole(self, sha256: str) -> bool | None:
        try:
            with self.path(sha256).open("rb") as kept:
                return hashlib.file_digest(kept, "sha256").hexdigest() == sha256
        except FileNotFoundError:
            return None

    def names(self, shelf: int, age: timedelta) -> Iterator[str]:
        yield from self.halves(age)
        yield from self._older((self.folder / f"{shelf:02x}").glob("*"), age)

    def halves(self, age: timedelta) -> Iterator[str]:
        """What a process that was killed in the middle of writing left behind, longer ago than `age`."""
        return self._older(self.folder.glob(".new-*"), age)

    def _older(self, places: Iterable[Path], age: timedelta) -> Iterator[str]:
        for place in places:
            with contextlib.suppress(FileNotFoundError):
                if self.age(place) > age:
                    yield place.name

    def remove(self, name: str, age: timedelta) -> bool:
        place = self.folder / name if name.startswith(".new-") else self.path(name)
        aside = self.folder / f".new-gone-{name}"
        os.replace(place, aside)
        if self.age(aside) <= age:
            os.replace(aside, place)
            return False
        aside.unlink()
        return True

    def put(self, source: BinaryIO) -> tuple[str, int]:
        """Raises Unavailable when the disk is full or cannot be written."""
        try:
            return self._put(source)
        except OSError as error:
            log.error("file_not_kept", extra={"error": str(error)})
            raise Unavailable("The file could not be kept: the disk is full or cannot be written.") from error

    def _put(self, source: BinaryIO) -> tuple[str, int]:
        self.folder.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        with tempfile.NamedTemporaryFile(dir=self.folder, prefix=".new-", delete=False) as kept:
            try:
                while chunk := source.read(CHUNK):
                    digest.update(chunk)
                    size += len(chunk)
                    kept.write(chunk)
                kept.flush()
                os.fsync(kept.fileno())
                place = self.path(digest.hexdigest())
                place.parent.mkdir(exist_ok=True)
                os.replace(kept.name, place)
            except BaseException:  # a full disk must not stay full of halves
                os.unlink(kept.name)
                raise
        return digest.hexdigest(), size

    def age(self, place: Path) -> timedelta:
        """By the clock of the disk, which dates what is written: the office's may be ahead of it."""
        written = place.stat().st_mtime
        with tempfile.TemporaryFile(dir=self.folder) as present:
            return timedelta(seconds=os.fstat(present.fileno()).st_mtime - written)


def store(session: Session, files: FileStore, source: BinaryIO, name: str, media_type: str, by: str) -> StoredFile:
    """Keep a file and its row. The bytes are on disk before the row is."""
    return enter(session, files.put(source), name, media_type, by)


def enter(session: Session, kept: tuple[str, int], name: str, media_type: str, by: str) -> StoredFile:
    """The row of a file that `FileStore.put` has kept, by what it answered; for who had to look into it first."""
    sha256, size = kept
    row = StoredFile(sha256=sha256, size=size, name=name[:255], media_type=media_type, stored_at=now(), stored_by=by)
    session.add(row)
    session.flush()  # callers keep row.id in variables
    return row


def sweep(database: Database) -> int:
    """Remove the files of one shelf that no row names and that are older than an hour, and what a killed process left
    half written in the folders of copies; how many.

    The shelf changes with every second, so that a scheduler sees all of them in some minutes.
    """
    here = database.info["office"]
    with database.reading() as session:
        orphans = unnamed(session, here.files, int(now().timestamp()) % SHELVES, ORPHANED)
    halves = [(folder, name) for folder in here.backups for name in folder.halves(ORPHANED)]
    return sum(folder.remove(name, ORPHANED) for folder, name in [*((here.files, each) for each in orphans), *halves])


def unnamed(session: Session, files: FileStore, shelf: int, age: timedelta) -> list[str]:
    """What lies on the shelf longer than `age` and no row names."""
    lying = list(files.names(shelf, age))
    named = StoredFile.sha256.in_(lying)
    known = set(session.scalars(select(StoredFile.sha256).where(named))) if lying else set()
    return [name for name in lying if name not in known]
