"""Bringing the files of the data folder into a bucket, while the office works or not; safe to stop and to repeat."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select

from workflow.db import Database
from workflow.files import SHELVES, FolderStore
from workflow.models import StoredFile
from workflow.s3 import S3Store

ANY_AGE = timedelta(days=-36500)


@dataclass
class Moved:
    """What became of the files some row names: `lacking` and `altered` ones (by hash) cannot be brought."""

    brought: int = 0
    there: int = 0
    lacking: list[str] = field(default_factory=list)
    altered: list[str] = field(default_factory=list)


def move(
    database: Database, folder: FolderStore, bucket: S3Store, told: Callable[[int], None] = lambda _: None
) -> Moved:
    """Bring every file a row names from the folder into the bucket, each read and compared with its hash, those that
    are there already left alone. The folder stays as it is. `told` hears after each shelf how many of SHELVES are done.

    Raises Unavailable when the bucket goes away; another call goes on where this one stopped.
    """
    moved = Moved()
    for shelf in range(SHELVES):
        with database.reading() as session:
            begins = StoredFile.sha256.startswith(f"{shelf:02x}")
            named = sorted(set(session.scalars(select(StoredFile.sha256).where(begins))))
        there = set(bucket.names(shelf, ANY_AGE)) if named else set()
        for sha256 in named:
            _bring(sha256, folder, bucket, moved, sha256 in there)
        told(shelf + 1)
    return moved


def _bring(sha256: str, folder: FolderStore, bucket: S3Store, moved: Moved, there: bool) -> None:
    if there:
        moved.there += 1
        return
    match folder.whole(sha256):
        case None:
            moved.lacking.append(sha256)
        case False:
            moved.altered.append(sha256)
        case True:
            bucket.send(folder.path(sha256), sha256)
            moved.brought += 1
