"""The content-addressed file store: written temp → fsync → rename → row, so no row is without its file.

What a request kept and then undid leaves a file without a row; `sweep` removes it later.
"""

import contextlib
import hashlib
import logging
import os
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

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


class FileStore:
    """Files by the hash of their content, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256

    def whole(self, sha256: str) -> bool | None:
        """Whether the bytes are those that were kept; None when there is no such file."""
        try:
            with self.path(sha256).open("rb") as kept:
                return hashlib.file_digest(kept, "sha256").hexdigest() == sha256
        except FileNotFoundError:
            return None

    def old(self, shelf: int, age: timedelta) -> Iterator[Path]:
        """The files of one of the SHELVES, and what broken-off writes left, last written longer ago than `age`."""
        for place in [*self.folder.glob(".new-*"), *(self.folder / f"{shelf:02x}").glob("*")]:
            with contextlib.suppress(FileNotFoundError):
                if self._age(place) > age:
                    yield place

    def remove(self, place: Path, age: timedelta) -> bool:
        """Remove an old file; one that was written again meanwhile stays. Whether it is gone."""
        aside = self.folder / f".new-gone-{place.name}"
        os.replace(place, aside)
        if self._age(aside) <= age:
            os.replace(aside, place)
            return False
        aside.unlink()
        return True

    def put(self, source: BinaryIO) -> tuple[str, int]:
        """Keep the bytes of `source`; returns (sha256, size in bytes). Safe to repeat.

        Raises Unavailable when the disk is full or cannot be written; nothing is left of it then.
        """
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

    def _age(self, place: Path) -> timedelta:
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
    """Remove the files of one shelf that no row names and that are older than an hour; how many.

    The shelf changes with every second, so that a scheduler sees all of them in some minutes.
    """
    store_ = database.info["office"].files
    old = list(store_.old(int(now().timestamp()) % SHELVES, ORPHANED))
    with database.reading() as session:
        named = StoredFile.sha256.in_([place.name for place in old])
        known = set(session.scalars(select(StoredFile.sha256).where(named))) if old else set()
    return sum(store_.remove(place, ORPHANED) for place in old if place.name not in known)
