"""Bytes of a page image that lie in the file store and were looked at, before any row names them.

Decoding takes long. Jobs have it done before their transaction begins (registry.prepares) and only write down what was
found; bytes that no row names in the end are swept away later.
"""

import io
from dataclasses import dataclass
from typing import BinaryIO

from sqlalchemy.orm import Session

from archive.images import readings
from archive.images.readings import Reading
from workflow import files
from workflow.files import FileStore
from workflow.models import StoredFile

MEDIA_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "TIFF": "image/tiff"}


@dataclass(frozen=True)
class Brought:
    """An image as it lies in the store: what people call it, what FileStore.put answered, what it is."""

    name: str
    kept: tuple[str, int]
    reading: Reading


def keep(store: FileStore, source: BinaryIO, name: str) -> Brought:
    """Keep the bytes and look at them. Raises Invalid naming the file when it is no image of a page."""
    kept = store.put(source)
    return Brought(name, kept, readings.read(store.path(kept[0]), name))


def optimised(store: FileStore, sha256: str, name: str, kilobytes: int) -> Brought:
    """The image for reading, made of the raw one with this hash. Raises Invalid when that takes too much work."""
    content = readings.optimised(store.path(sha256), name, kilobytes)
    return keep(store, io.BytesIO(content), name)


def enter(session: Session, image: Brought, by: str) -> StoredFile:
    """Its row."""
    return files.enter(session, image.kept, image.name, MEDIA_TYPES[image.reading.format], by)
