"""Reading page images: what each is, what the page on it looks like, and its hash; a feeder's file page by page.

The files are decoded in a confined child (archive.images.darkroom): bounded memory and time, whatever is in them.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from archive.images.pictures import Seen
from workflow.confined import Broken, Confined, Overstepped
from workflow.errors import Invalid

CHILD = "archive.images.darkroom"
SECONDS = 10.0  # of the processor for one image; an A4 page at 300 dpi takes a twentieth of one
MEMORY = 400 * 1024 * 1024

reader = Confined(CHILD, "prepare", seconds=SECONDS, memory=MEMORY)


@dataclass(frozen=True)
class Reading(Seen):
    """An image as read: what was seen, the size in bytes, and the SHA-256 of the bytes."""

    bytes: int
    sha256: str


@dataclass(frozen=True)
class Fed:
    """One page of a feeder's file. `drawn`: the page was no picture by itself and was drawn as one."""

    pages: int  # in the whole file
    codes: tuple[str, ...]  # what its QR codes say
    dpi: int
    drawn: bool
    content: bytes


def read(path: Path, name: str | None = None) -> Reading:
    """Read the image file at `path`; `name` is what people call it (default: the path's last part).

    Raises Invalid naming the file when it is no whole picture of a page: another format than JPEG, PNG or TIFF (told by
    its content, not its name), cut off, more than one picture, more points than a page has, or too much work.
    """
    called = name or path.name
    answer = orjson.loads(_asked(called, "examine", str(path), called))
    _refuse(answer)
    return Reading(**answer["seen"], bytes=path.stat().st_size, sha256=_hash(path))


def fed(path: Path, name: str, number: int) -> Fed:
    """The page `number` (from 1) of a PDF or TIFF from a scanner. Raises Invalid naming file and page."""
    head, _, content = _asked(name, "page", str(path), name, number).partition(b"\n")
    answer = orjson.loads(head)
    _refuse(answer)
    return Fed(answer["pages"], tuple(answer["codes"]), answer["dpi"], answer["drawn"], content)


def optimised(path: Path, name: str, kilobytes: int) -> bytes:
    """The image for reading made of the raw one at `path`: straight, cropped, a JPEG of about so many kilobytes."""
    return _asked(name, "optimised", str(path), kilobytes)


def watermarked(path: Path, name: str, said: str, plain: str) -> bytes:
    """A JPEG of the image at `path` with `said` lying across it; `plain` where the system has no Chinese font."""
    return _asked(name, "watermarked", str(path), said, plain)


def _asked(name: str, question: str, *arguments: Any) -> bytes:
    try:
        return reader.call(question, *arguments)
    except Overstepped:
        raise Invalid(message="The image {name} takes too much time or memory to open.", name=name) from None
    except Broken:
        raise Invalid(message="The image {name} cannot be read.", name=name) from None


def _refuse(answer: dict[str, Any]) -> None:
    if "refused" in answer:
        raise Invalid(message=answer["refused"], **answer["facts"])


def _hash(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
