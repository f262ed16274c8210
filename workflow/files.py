"""The content-addressed file store: written temp → fsync → rename → row, so no row is without its file."""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import BinaryIO

from sqlalchemy.orm import Session

from workflow.clock import now
from workflow.models import StoredFile

CHUNK = 1 << 16


class FileStore:
    """Files by the hash of their content, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256

    def put(self, source: BinaryIO) -> tuple[str, int]:
        """Keep the bytes of `source`; returns (sha256, size in bytes). Safe to repeat."""
        self.folder.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        with tempfile.NamedTemporaryFile(dir=self.folder, prefix=".new-", delete=False) as kept:
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                size += len(chunk)
                kept.write(chunk)
            kept.flush()
            os.fsync(kept.fileno())
        place = self.path(digest.hexdigest())
        place.parent.mkdir(exist_ok=True)
        os.replace(kept.name, place)
        return digest.hexdigest(), size


def store(session: Session, files: FileStore, source: BinaryIO, name: str, media_type: str, by: str) -> StoredFile:
    """Keep a file and its row. The bytes are on disk before the row is."""
    sha256, size = files.put(source)
    row = StoredFile(sha256=sha256, size=size, name=name[:255], media_type=media_type, stored_at=now(), stored_by=by)
    session.add(row)
    session.flush()  # callers keep row.id in variables
    return row
