"""Reading one page image: what it is, what the page on it looks like, and its hash.

The file is decoded in a confined child (archive.images.pictures): bounded memory and time, whatever is in it.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import orjson

from archive.images import pictures
from archive.images.pictures import Seen
from workflow.confined import Broken, Confined, Overstepped
from workflow.errors import Invalid

SECONDS = 10.0  # of the processor for one image; an A4 page at 300 dpi takes a fifth of one
MEMORY = 360 * 1024 * 1024
BLURRED = 0.3  # sharpness below which writing cannot be read easily

reader = Confined(pictures.__name__, "prepare", seconds=SECONDS, memory=MEMORY)


@dataclass(frozen=True)
class Reading(Seen):
    """An image as read: what was seen, the size in bytes, and the SHA-256 of the bytes."""

    bytes: int
    sha256: str

    @property
    def blur(self) -> bool:
        """Whether the writing is out of focus."""
        return is_blurred(self.sharpness)


def read(path: Path, name: str | None = None) -> Reading:
    """Read the image file at `path`; `name` is what people call it (default: the path's last part).

    Raises Invalid naming the file when it is no whole picture of a page: another format than JPEG, PNG or TIFF (told by
    its content, not its name), cut off, more than one picture, more points than a page has, or too much work.
    """
    called = name or path.name
    try:
        answer = orjson.loads(reader.call("examine", str(path), called))
    except Overstepped:
        raise Invalid(message="The image {name} takes too much time or memory to open.", name=called) from None
    except Broken:
        raise Invalid(message="The image {name} cannot be read.", name=called) from None
    if "refused" in answer:
        raise Invalid(message=answer["refused"], **answer["facts"])
    return Reading(**answer["seen"], bytes=path.stat().st_size, sha256=_hash(path))


def is_blurred(sharpness: float | None) -> bool:
    """Whether writing of this sharpness is out of focus; a blank page is not."""
    return sharpness is not None and sharpness < BLURRED


def _hash(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
